package awssim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The Signature Version 4 of a request, checked as its specification says: the signature of the canonical request with a key
// that the secret, the day, the region and the service lead to.

const (
	signatureAlgorithm = "AWS4-HMAC-SHA256"
	signatureTime      = "20060102T150405Z"
	signatureSkew      = 5 * time.Minute // between the request's date and ours
)

// signature is what the header Authorization says.
type signature struct {
	key                  string // access key id
	day, region, service string
	headers              []string
	value                string
	date                 string // X-Amz-Date
}

// scope is what the key is derived for.
func (s signature) scope() string {
	return strings.Join([]string{s.day, s.region, s.service, "aws4_request"}, "/")
}

// readSignature parses the header; not ok where it is missing or of another kind.
func readSignature(r *http.Request) (s signature, ok bool) {
	rest, found := strings.CutPrefix(r.Header.Get("Authorization"), signatureAlgorithm+" ")
	if !found {
		return s, false
	}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			if fields := strings.Split(value, "/"); len(fields) == 5 && fields[4] == "aws4_request" {
				s.key, s.day, s.region, s.service = fields[0], fields[1], fields[2], fields[3]
			}
		case "SignedHeaders":
			s.headers = strings.Split(value, ";")
		case "Signature":
			s.value = value
		}
	}
	s.date = r.Header.Get("X-Amz-Date")
	return s, s.key != "" && len(s.headers) > 0 && s.value != ""
}

// check compares the signature with the one that the secret leads to.
func (s signature) check(r *http.Request, body []byte, secret string, wall time.Time) *Error {
	signed, err := time.Parse(signatureTime, s.date)
	if err != nil || !strings.HasPrefix(s.date, s.day) {
		return badSignature("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP")
	}
	if skew := wall.Sub(signed).Abs(); skew > signatureSkew {
		return badSignature("Signature not yet current or expired: %s is %v from %s", s.date, skew, wall.UTC().Format(signatureTime))
	}
	for _, needed := range []string{"host", "x-amz-date"} {
		if !slices.Contains(s.headers, needed) {
			return badSignature("'%s' must be a 'SignedHeader' in the AWS Authorization.", needed)
		}
	}
	payload := hash(body)
	if s.service == "s3" { // which alone reads what the client says about it
		switch said := r.Header.Get("X-Amz-Content-Sha256"); said {
		case payload:
		case unsignedPayload:
			payload = unsignedPayload
		default:
			return badSignature("The provided 'x-amz-content-sha256' header does not match what was computed.")
		}
	}
	text := strings.Join([]string{signatureAlgorithm, s.date, s.scope(), hash([]byte(s.canonical(r, payload)))}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range strings.Split(s.scope(), "/") {
		key = keyed(key, part)
	}
	if !hmac.Equal([]byte(hex.EncodeToString(keyed(key, text))), []byte(s.value)) {
		return badSignature("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return nil
}

// unsignedPayload stands for the hash of a body where TLS alone protects it.
const unsignedPayload = "UNSIGNED-PAYLOAD"

// canonical is the request in the one form that both sides sign. S3 does not escape the path a second time.
func (s signature) canonical(r *http.Request, payload string) string {
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	if s.service != "s3" {
		path = escape(path, true)
	}
	var headers strings.Builder
	for _, name := range s.headers {
		headers.WriteString(name + ":" + signedHeader(r, name) + "\n")
	}
	return strings.Join([]string{
		r.Method, path, canonicalQuery(r.URL.Query()), headers.String(), strings.Join(s.headers, ";"), payload,
	}, "\n")
}

func signedHeader(r *http.Request, name string) string {
	switch {
	case name == "host" && r.Host != "":
		return r.Host
	case name == "host":
		return r.URL.Host
	case name == "content-length":
		return strconv.FormatInt(r.ContentLength, 10)
	}
	var values []string
	for _, value := range r.Header.Values(name) {
		values = append(values, strings.Join(strings.Fields(value), " "))
	}
	return strings.Join(values, ",")
}

func canonicalQuery(query url.Values) string {
	var pairs []string
	for name, values := range query {
		for _, value := range values {
			pairs = append(pairs, escape(name, false)+"="+escape(value, false))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// escape is the URI encoding of the specification: all but unreserved letters, in upper case. Paths keep their slashes, and
// are escaped although they are already.
func escape(text string, path bool) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 || path && c == '/' {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func keyed(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func badSignature(format string, args ...any) *Error {
	return &Error{Status: http.StatusForbidden, Code: "InvalidSignatureException", Message: fmt.Sprintf(format, args...)}
}
