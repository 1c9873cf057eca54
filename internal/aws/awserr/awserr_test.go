package awserr_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// answered is an error as a client returns it: a code within the HTTP answer that carried it.
func answered(status int, code string, fault smithy.ErrorFault) error {
	return &smithy.OperationError{ServiceID: "KMS", OperationName: "Encrypt", Err: &awshttp.ResponseError{
		RequestID: "req-1",
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}},
			Err:      &smithy.GenericAPIError{Code: code, Message: "about ada@harbour.example", Fault: fault},
		},
	}}
}

func TestAnErrorHasTheKindOfItsCause(t *testing.T) {
	for _, test := range []struct {
		err  error
		kind errs.Kind
		text string
	}{
		{answered(400, "ThrottlingException", smithy.FaultClient), errs.TooMany, "the key service is asked too often"},
		{answered(400, "LimitExceededException", smithy.FaultClient), errs.TooMany, "the key service is asked too often"},
		{answered(503, "ServiceUnavailable", smithy.FaultUnknown), errs.Unavailable, "the key service has failed"},
		{answered(400, "DependencyTimeoutException", smithy.FaultServer), errs.Unavailable, "the key service has failed"},
		{answered(400, "AccessDeniedException", smithy.FaultClient), errs.Internal, "the key service refuses: AccessDeniedException, request req-1"},
		{&smithy.GenericAPIError{Code: "Odd", Message: "about ada"}, errs.Internal, "the key service refuses: Odd"},
		{errors.New("dial tcp 10.0.0.1: refused"), errs.Unavailable, "the key service does not answer"},
		{fmt.Errorf("canceled: %w", context.Canceled), errs.Unavailable, "the key service was not waited for"},
		{fmt.Errorf("late: %w", context.DeadlineExceeded), errs.Unavailable, "the key service does not answer"},
	} {
		got := awserr.Classify("the key service", test.err)
		if errs.KindOf(got) != test.kind || got.Error() != test.text {
			t.Errorf("%v: %v %q, want %v %q", test.err, errs.KindOf(got), got, test.kind, test.text)
		}
		if !errors.Is(got, test.err) || strings.Contains(got.Error(), "ada") {
			t.Errorf("%q: the cause is lost, or quoted", got)
		}
	}
	if awserr.Classify("the key service", nil) != nil {
		t.Error("no error became one")
	}
}

func TestACodeIsTheServicesOwn(t *testing.T) {
	if got := awserr.Code(answered(400, "NotFoundException", smithy.FaultClient)); got != "NotFoundException" {
		t.Errorf("code %q", got)
	}
	if got := awserr.Code(errors.New("dial")); got != "" {
		t.Errorf("code %q of an error without an answer", got)
	}
}

func TestRetryingIsBounded(t *testing.T) {
	retryer := awserr.Bounded()
	if got := retryer.MaxAttempts(); got != awserr.Tries {
		t.Errorf("%d attempts, want %d", got, awserr.Tries)
	}
	for attempt := range 20 {
		if wait, err := retryer.RetryDelay(attempt+1, errors.New("x")); err != nil || wait.Seconds() > 2 {
			t.Errorf("attempt %d waits %v, %v", attempt+1, wait, err)
		}
	}
}
