package s3inbox

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // what S3 calls an object's ETag
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	smithy "github.com/aws/smithy-go"
	"github.com/aws/smithy-go/encoding/httpbinding"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// nothing is the SHA-256 of an empty body.
const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// maxRefusal bounds what is read of an error, in bytes.
const maxRefusal = 64 << 10

// once is one try: the call GetObject.
func (r *Reader) once(ctx context.Context, key string, limit int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, TryTimeout)
	defer cancel()
	request, err := r.request(ctx, key)
	if err != nil {
		return nil, err
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return nil, &smithyhttp.RequestSendError{Err: err}
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, refusal(answer)
	}
	if answer.ContentLength > int64(limit) {
		return nil, tooLong(limit)
	}
	var content bytes.Buffer
	content.Grow(int(max(answer.ContentLength, 0)) + bytes.MinRead) // or a large one would be copied again and again
	if _, err := content.ReadFrom(io.LimitReader(answer.Body, int64(limit)+1)); err != nil {
		return nil, &brokenError{err}
	}
	if content.Len() > limit {
		return nil, tooLong(limit)
	}
	return content.Bytes(), whole(content.Bytes(), answer)
}

// request is a signed request for an object.
func (r *Reader) request(ctx context.Context, key string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address+"/"+httpbinding.EscapePath(key, false), nil)
	if err != nil {
		return nil, fmt.Errorf("s3inbox: %w", err)
	}
	credentials, err := r.credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("s3inbox: %w", err)
	}
	request.Header.Set("X-Amz-Content-Sha256", nothing)
	if err := r.signer.SignHTTP(ctx, credentials, request, nothing, "s3", r.region, time.Now()); err != nil {
		return nil, fmt.Errorf("s3inbox: %w", err)
	}
	return request, nil
}

// refusal reads an answer that tells of a failure, as the SDK does.
func refusal(answer *http.Response) error {
	var said struct{ Code, Message string }
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxRefusal))
	if err != nil || xml.Unmarshal(raw, &said) != nil || said.Code == "" {
		said.Code = http.StatusText(answer.StatusCode) // of somebody on the way
	}
	fault := smithy.FaultClient
	if answer.StatusCode >= http.StatusInternalServerError {
		fault = smithy.FaultServer
	}
	return &awshttp.ResponseError{RequestID: answer.Header.Get("X-Amz-Request-Id"), ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: answer}, Err: &smithy.GenericAPIError{Code: said.Code, Message: said.Message, Fault: fault},
	}}
}

// whole compares an object with its ETag, which is its MD5 where it was put in one piece and S3 encrypts it with its own key.
func whole(content []byte, answer *http.Response) error {
	want := strings.Trim(answer.Header.Get("ETag"), `"`)
	sum := md5.Sum(content) //nolint:gosec // nobody is kept out by it
	if len(want) == hex.EncodedLen(len(sum)) && want != hex.EncodeToString(sum[:]) {
		return &brokenError{errors.New("it is not what was put there")}
	}
	return nil
}
