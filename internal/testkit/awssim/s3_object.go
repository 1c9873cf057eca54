package awssim

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
)

// Answer implements Service.
func (s *S3) Answer(r Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, key := s.locate(r.HTTP)
	b := s.buckets[name]
	if b == nil {
		return nil, noBucket(name)
	}
	switch r.Action {
	case "GetObject":
		r.Spend(ObjectGets, 1)
		return s.get(r, b, key)
	case "PutObject":
		r.Spend(ObjectPuts, 1)
		o := object{content: bytes.Clone(r.Body), kind: r.HTTP.Header.Get("Content-Type"), etag: digest(string(r.Body)), at: r.Now}
		b.objects[key] = o
		who, _ := r.HTTP.Context().Value(callerKey{}).(caller)
		s.created(b, key, o, who.principal)
		return nil, nil
	}
	return nil, &Error{Status: http.StatusNotImplemented, Code: "NotImplemented", Message: "A header you provided implies functionality that is not implemented"}
}

func (s *S3) get(r Request, b *bucket, key string) (any, error) {
	o, there := b.objects[key]
	switch {
	case there:
		return answeredObject{o, r.HTTP.Header.Get("X-Amz-Checksum-Mode") == "ENABLED"}, nil
	case s.options.Listed || r.spend != nil: // an Account has asked its policies
		return nil, &Error{Status: http.StatusNotFound, Code: "NoSuchKey", Message: "The specified key does not exist."}
	}
	return nil, &Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: fmt.Sprintf(
		"User: arn:aws:sts::%s:assumed-role/function/function is not authorized to perform: s3:ListBucket on resource: %q because no identity-based policy allows the s3:ListBucket action",
		s.account(), "arn:aws:s3:::"+b.Name)}
}

func noBucket(string) *Error {
	return &Error{Status: http.StatusNotFound, Code: "NoSuchBucket", Message: "The specified bucket does not exist"}
}

// answeredObject is an object on its way to a client, with its checksum if that was asked for.
type answeredObject struct {
	object
	summed bool
}

// write implements wire: objects are answered as they are.
func (s *S3) write(w http.ResponseWriter, value any) int {
	s.name(w)
	o, is := value.(answeredObject)
	if !is {
		w.WriteHeader(http.StatusOK)
		return http.StatusOK
	}
	header := w.Header()
	header.Set("Content-Length", strconv.Itoa(len(o.content)))
	header.Set("Content-Type", "binary/octet-stream")
	if o.kind != "" {
		header.Set("Content-Type", o.kind)
	}
	header.Set("ETag", strconv.Quote(o.etag))
	header.Set("Last-Modified", o.at.UTC().Format(http.TimeFormat))
	header.Set("X-Amz-Server-Side-Encryption", "AES256")
	if o.summed {
		header.Set("X-Amz-Checksum-Crc32", base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(o.content))))
		header.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	}
	w.WriteHeader(http.StatusOK)
	w.Write(o.content) // a client that has gone away is its own problem
	return http.StatusOK
}

type s3Error struct {
	XMLName                          xml.Name `xml:"Error"`
	Code, Message, RequestId, HostId string
}

// fail implements wire.
func (s *S3) fail(w http.ResponseWriter, e *Error) int {
	s.name(w)
	body, err := xml.Marshal(s3Error{Code: e.Code, Message: e.Message, RequestId: w.Header().Get("X-Amz-Request-Id"), HostId: w.Header().Get("X-Amz-Id-2")})
	if err != nil {
		panic(fmt.Sprintf("awssim: an answer that is no XML: %v", err))
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(e.Status)
	w.Write(append([]byte(xml.Header), body...))
	return e.Status
}

// name numbers an answer, as S3 does for whoever asks its support.
func (s *S3) name(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	w.Header().Set("X-Amz-Request-Id", fmt.Sprintf("%016X", s.serial))
	w.Header().Set("X-Amz-Id-2", fmt.Sprintf("host/%d", s.serial))
}

// refusals of callers have names of their own in S3.
var s3Refusals = map[string]*Error{
	"AccessDeniedException":               {Status: http.StatusForbidden, Code: "AccessDenied"},
	"MissingAuthenticationTokenException": {Status: http.StatusForbidden, Code: "AccessDenied"},
	"UnrecognizedClientException":         {Status: http.StatusForbidden, Code: "InvalidAccessKeyId"},
	"InvalidSignatureException":           {Status: http.StatusForbidden, Code: "SignatureDoesNotMatch"},
	"ExpiredTokenException":               {Status: http.StatusBadRequest, Code: "ExpiredToken"},
}

// Refuse implements Protected.
func (s *S3) Refuse(code, message string) *Error {
	if known := s3Refusals[code]; known != nil {
		return &Error{Status: known.Status, Code: known.Code, Message: message}
	}
	return s.Regional.Refuse(code, message)
}

// Put stores an object, as whoever the principal is: an AWS service for one of our resources, or the owner.
func (p *Principal) Put(ctx context.Context, bucket, key string, content []byte) error {
	address := url.URL{Scheme: "https", Host: "s3." + p.account.options.Place.region() + ".amazonaws.com", Path: "/" + bucket + "/" + key}
	r, err := http.NewRequestWithContext(context.WithValue(ctx, callerKey{}, p.caller), http.MethodPut, address.String(), bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("awssim: s3 PutObject: %w", err)
	}
	answer := httptest.NewRecorder()
	if err := serve(p.account.server, answer, r); err != nil {
		return err
	}
	if answer.Code == http.StatusOK {
		return nil
	}
	var failure s3Error
	if err := xml.Unmarshal(answer.Body.Bytes(), &failure); err != nil {
		return fmt.Errorf("awssim: s3 PutObject: %s", answer.Body.Bytes())
	}
	return &Error{Status: answer.Code, Code: failure.Code, Message: failure.Message}
}
