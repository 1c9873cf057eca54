// Package s3inbox reads the mails that came in from the bucket that Amazon SES puts them into.
//
// It makes the one request that it needs by itself, signed and sorted by the SDK. The SDK's client of S3 keeps itself behind an
// interface (for express buckets), so with it all of S3 would be linked (see package cognito): 4.5 MB, and 0.9 MB in a zip.
//
// A role that reads objects and may not list their bucket is denied what is not there, as it is denied what it may not read.
// S3 tells the two apart only by the permission that it misses: s3:ListBucket says that the object could have been read, had
// it been there. Whatever else is denied is a fault of ours, never a missing file: a mail must not be given up because a
// permission is wrong.
//
// A read is made at most Tries times, the body included, and ends within Timeout. It needs the action s3:GetObject.
package s3inbox

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	smithy "github.com/aws/smithy-go"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// Bounds of one Read. A mail of 40 MB, the most that SES takes in, is read within a second from the same region.
const (
	Tries      = awserr.Tries
	TryTimeout = 4 * time.Second // of each try
	Timeout    = 9 * time.Second // in all, pauses included
)

// Reader reads the objects of one bucket. It is safe for concurrent use.
type Reader struct {
	client      aws.HTTPClient
	credentials aws.CredentialsProvider
	signer      *v4.Signer
	region      string
	address     string // of the bucket, without a slash at the end
	retry       aws.Retryer
}

var _ blob.Reader = (*Reader)(nil)

// New makes a reader of a bucket in the configuration's region. Another endpoint of the configuration has buckets in its paths.
func New(config aws.Config, bucket string) *Reader {
	r := &Reader{
		client: config.HTTPClient, credentials: config.Credentials, region: config.Region, retry: awserr.Bounded(),
		signer:  v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }),
		address: "https://" + bucket + ".s3." + config.Region + ".amazonaws.com",
	}
	if r.client == nil {
		r.client = awshttp.NewBuildableClient()
	}
	if base := aws.ToString(config.BaseEndpoint); base != "" {
		r.address = strings.TrimSuffix(base, "/") + "/" + bucket
	}
	return r
}

// Open makes a reader as a function in Lambda has it, see New.
func Open(config aws.Config, bucket string) blob.Reader { return New(config, bucket) }

// Read implements blob.Reader. S3 not answering is Unavailable or TooMany.
func (r *Reader) Read(ctx context.Context, key string, limit int) ([]byte, error) {
	if key == "" {
		return nil, missing()
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	for try := 1; ; try++ {
		content, err := r.once(ctx, key, limit)
		if err == nil || try == Tries || !r.again(err) || !r.pause(ctx, try, err) {
			return content, classify(err)
		}
	}
}

// brokenError says that an answer began and did not end.
type brokenError struct{ cause error }

func (e *brokenError) Error() string { return "the answer broke off: " + e.cause.Error() }
func (e *brokenError) Unwrap() error { return e.cause }

// again reports whether another try may help.
func (r *Reader) again(err error) bool {
	var broken *brokenError
	return errors.As(err, &broken) || errors.Is(err, context.DeadlineExceeded) || r.retry.IsErrorRetryable(err)
}

// pause waits before the next try; false where there is no time left for it.
func (r *Reader) pause(ctx context.Context, try int, err error) bool {
	wait, failed := r.retry.RetryDelay(try, err)
	if failed != nil {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// unlisted is the permission that S3 names to whoever could have read an object that is not there.
const unlisted = "s3:ListBucket"

func classify(err error) error {
	var api smithy.APIError
	switch {
	case err == nil, errs.Is(err, errs.Invalid):
		return err
	case errors.As(err, &api) && (api.ErrorCode() == "NoSuchKey" || api.ErrorCode() == "AccessDenied" && strings.Contains(api.ErrorMessage(), unlisted)):
		return missing()
	}
	return awserr.Classify("the inbox", err)
}

func missing() error { return errs.E(errs.NotFound, "there is no such mail in the inbox") }

func tooLong(limit int) error {
	return errs.E(errs.Invalid, "the mail has more than %d bytes, which is the most that is read", limit)
}
