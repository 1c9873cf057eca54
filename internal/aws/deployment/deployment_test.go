package deployment_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/aws/deployment"
)

// aws answers every call with an error of CloudFormation.
func aws(t *testing.T, code string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>arn:aws:iam::123456789012:user/ada</Message></Error></ErrorResponse>`, code)
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_REGION": "ap-southeast-2", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_ENDPOINT_URL": server.URL, "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

// An operator is told what to do, and never what AWS quotes.
func TestWhatAWSRefusesIsExplained(t *testing.T) {
	for code, want := range map[string]string{
		"ValidationError":      "there is no stack winback-prod-app in ap-southeast-2: deploy it with make deploy ENV=prod",
		"AccessDenied":         "these credentials may not describe the stack winback-prod-app",
		"ExpiredToken":         "the AWS credentials have expired: sign in again",
		"InvalidClientTokenId": "AWS does not know these credentials",
		"SomethingElse":        "CloudFormation refuses: SomethingElse",
	} {
		t.Run(code, func(t *testing.T) {
			aws(t, code)
			at, err := deployment.Open(t.Context(), deployment.Where{Environment: "prod"})
			if err != nil {
				t.Fatal(err)
			}
			_, err = at.Queue(t.Context()).Count(t.Context(), "mail-send")
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "iam") {
				t.Errorf("%v, want %q", err, want)
			}
		})
	}
}

func TestOutputsAreNamedAfterTheirThings(t *testing.T) {
	for got, want := range map[string]string{
		deployment.QueueOutput("recapture-submit"): "QueueRecaptureSubmit", deployment.DeadOutput("mail-event"): "DeadMailEvent", deployment.QueueOutput("x"): "QueueX",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
