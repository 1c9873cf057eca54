package kmssecret_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/winback-auto/winback/internal/aws/kmssecret"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/secret/secrettest"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

var harbour = ident.Trusted("harbour")

// world is a KMS with the keys ours and theirs. fault may be set before a call.
type world struct {
	kms    *awssim.KMS
	server *awssim.Server
	client *kms.Client
	fault  awssim.Fault
}

func newWorld() *world {
	w := &world{kms: awssim.NewKMS("ours", "theirs")}
	w.server = awssim.New(awssim.Options{
		Now:   time.Now,
		Fault: func(string, string) awssim.Fault { return w.fault },
	}, w.kms)
	endpoint := awssim.Endpoint
	w.client = kms.New(kms.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, HTTPClient: w.server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
	})
	return w
}

func TestSealerKeepsTheContract(t *testing.T) {
	sealer := kmssecret.New(newWorld().client, "ours")
	secrettest.Run(t, func(*testing.T) secret.Sealer { return sealer })
}

func TestCompanyAndPurposeTravelAsEncryptionContext(t *testing.T) {
	w := newWorld()
	sealer := kmssecret.New(w.client, "ours")
	sealed, err := sealer.Seal(t.Context(), harbour, "connection:autograb", []byte("sec_7f3a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sealer.Open(t.Context(), harbour, "connection:autograb", sealed); err != nil {
		t.Fatal(err)
	}
	calls := w.server.Calls()
	if len(calls) != 2 || calls[0].Action != "Encrypt" || calls[1].Action != "Decrypt" {
		t.Fatalf("calls %v, want Encrypt and Decrypt", calls)
	}
	for _, call := range calls {
		var sent struct {
			KeyID             string `json:"KeyId"`
			EncryptionContext map[string]string
		}
		if err := json.Unmarshal(call.Body, &sent); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"company": "harbour", "purpose": "connection:autograb"}
		if sent.KeyID != "ours" || !maps.Equal(sent.EncryptionContext, want) {
			t.Errorf("%s with key %q and context %v", call.Action, sent.KeyID, sent.EncryptionContext)
		}
	}
}

func TestASecretOfAnotherKeyIsRefused(t *testing.T) {
	w := newWorld()
	sealed, err := kmssecret.New(w.client, "theirs").Seal(t.Context(), harbour, "key", []byte("sec_7f3a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kmssecret.New(w.client, "ours").Open(t.Context(), harbour, "key", sealed); !errs.Is(err, errs.Forbidden) {
		t.Errorf("got %v, want forbidden", err)
	}
}

func TestADisabledKeyIsUnavailableUntilItIsEnabled(t *testing.T) {
	w := newWorld()
	sealer := kmssecret.New(w.client, "ours")
	sealed, err := sealer.Seal(t.Context(), harbour, "key", []byte("sec_7f3a"))
	if err != nil {
		t.Fatal(err)
	}
	w.kms.Enable("ours", false)
	if _, err := sealer.Open(t.Context(), harbour, "key", sealed); !errs.Is(err, errs.Unavailable) {
		t.Errorf("open: %v", err)
	}
	if _, err := sealer.Seal(t.Context(), harbour, "key", []byte("sec")); !errs.Is(err, errs.Unavailable) {
		t.Errorf("seal: %v", err)
	}
	w.kms.Enable("ours", true)
	if _, err := sealer.Open(t.Context(), harbour, "key", sealed); err != nil {
		t.Errorf("enabled again: %v", err)
	}
}

func TestAMissingKeyIsOurFaultAndNotAMissingRecord(t *testing.T) {
	sealer := kmssecret.New(newWorld().client, "lost")
	_, err := sealer.Seal(t.Context(), harbour, "key", []byte("sec_7f3a"))
	var cause *types.NotFoundException
	if !errs.Is(err, errs.Internal) || !errors.As(err, &cause) || !strings.Contains(err.Error(), "NotFoundException") {
		t.Errorf("got %v, want an internal error with its cause", err)
	}
}

func TestACallIsTriedThreeTimesAndNoMore(t *testing.T) {
	for name, test := range map[string]struct {
		fault awssim.Fault
		calls int
		kind  errs.Kind
	}{
		"a failing service": {awssim.Fault{Status: http.StatusInternalServerError, Code: "KMSInternalException"}, 3, errs.Unavailable},
		"a broken line":     {awssim.Fault{Drop: true}, 3, errs.Unavailable},
		"throttling":        {awssim.Fault{Status: http.StatusBadRequest, Code: "ThrottlingException"}, 3, errs.TooMany},
		"no permission":     {awssim.Fault{Status: http.StatusBadRequest, Code: "AccessDeniedException"}, 1, errs.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // the waits between tries pass at once
				w := newWorld()
				w.fault = test.fault
				_, err := kmssecret.New(w.client, "ours").Seal(t.Context(), harbour, "key", []byte("sec_7f3a"))
				if calls := len(w.server.Calls()); errs.KindOf(err) != test.kind || err == nil || calls != test.calls {
					t.Errorf("%d calls, %v; want %d and %v", calls, err, test.calls, test.kind)
				}
				if strings.Contains(err.Error(), "injected") {
					t.Errorf("the service's own message shows: %v", err)
				}
			})
		})
	}
}

func TestACallThatNobodyWaitsForMayBeRepeated(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := newWorld()
	_, err := kmssecret.New(w.client, "ours").Seal(ctx, harbour, "key", []byte("sec_7f3a"))
	if !errs.Is(err, errs.Unavailable) || !errors.Is(err, context.Canceled) || len(w.server.Calls()) != 0 {
		t.Errorf("got %v after %d calls", err, len(w.server.Calls()))
	}
}
