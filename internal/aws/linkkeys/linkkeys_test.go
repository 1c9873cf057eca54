package linkkeys_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

const secretID = "winback/link-keys"

var (
	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	down = awssim.Fault{Status: http.StatusInternalServerError, Code: "InternalServiceError"}
)

// world is a Secrets Manager, a source over it and a signer over that. now and fault may be set.
type world struct {
	secrets *awssim.SecretsManager
	server  *awssim.Server
	source  *linkkeys.Source
	links   *link.Signer
	now     time.Time
	fault   awssim.Fault
}

func newWorld(value string) *world {
	w := &world{secrets: awssim.NewSecretsManager(), now: noon}
	w.secrets.Put(secretID, value, noon)
	now := func() time.Time { return w.now }
	w.server = awssim.New(awssim.Options{Now: now, Fault: func(string, string) awssim.Fault { return w.fault }}, w.secrets)
	endpoint := awssim.Endpoint
	client := secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, HTTPClient: w.server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
	})
	w.source = linkkeys.New(client, secretID, now)
	w.links = link.New(w.source.Keys, now)
	return w
}

// key is a key as the secret holds it.
func key(id string) string {
	secret := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(id, link.MinSecret)[:link.MinSecret]))
	return fmt.Sprintf(`{"id": %q, "secret": %q}`, id, secret)
}

func (w *world) sign(t *testing.T) string {
	t.Helper()
	token, err := w.links.Sign(t.Context(), "unsubscribe", link.Claim{Company: ident.Trusted("harbour")})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// reads fails unless the secret was read so many times.
func (w *world) reads(t *testing.T, want int) {
	t.Helper()
	if got := len(w.server.Calls()); got != want {
		t.Errorf("the secret was read %d times, want %d", got, want)
	}
}

func TestKeysAreReadOnceAndAgainWhenTheyAreOld(t *testing.T) {
	w := newWorld("[" + key("a") + "]")
	w.reads(t, 0)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if _, err := w.source.Keys(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	w.reads(t, 1)
	w.now = noon.Add(linkkeys.Fresh - 1)
	w.sign(t)
	w.reads(t, 1)
	w.now = noon.Add(linkkeys.Fresh)
	w.sign(t)
	w.reads(t, 2)
}

func TestARotationInTwoStepsRefusesNobody(t *testing.T) {
	w := newWorld("[" + key("old") + "]")
	other := link.New(w.source.Keys, func() time.Time { return w.now })
	before := w.sign(t)

	w.secrets.Put(secretID, "["+key("old")+","+key("new")+"]", w.now)
	w.now = w.now.Add(linkkeys.Fresh)
	if w.sign(t) != before {
		t.Error("the new key signs before every process knows it")
	}
	w.secrets.Put(secretID, "["+key("new")+","+key("old")+"]", w.now)
	w.now = w.now.Add(linkkeys.Fresh)
	after := w.sign(t)
	if after == before {
		t.Error("the new key does not sign")
	}
	for _, token := range []string{before, after} {
		if _, err := other.Open(t.Context(), "unsubscribe", token); err != nil {
			t.Error(err)
		}
	}
}

func TestAGeneratedSecretIsOneKey(t *testing.T) {
	w := newWorld(`{"id":"initial","secret":"` + strings.Repeat("aZ09", 16) + `"}`)
	if ring, err := w.source.Keys(t.Context()); err != nil || ring.Len() != 1 {
		t.Errorf("%v, %v", ring, err)
	}
}

func TestASecretThatIsNoKeyringIsOurFault(t *testing.T) {
	for why, value := range map[string]string{
		"empty":            "",
		"text":             "hush-hush",
		"no keys":          "[]",
		"null":             "null",
		"an object":        `{"hush-hush": 1}`,
		"a weak key":       `[{"id":"a","secret":"aHVzaC1odXNo"}]`,
		"no base64":        `[{"id":"a","secret":"hush-hush"}]`,
		"the same id":      "[" + key("a") + "," + key("a") + "]",
		"something behind": "[" + key("a") + "] hush-hush",
	} {
		w := newWorld(value)
		ring, err := w.source.Keys(t.Context())
		if err == nil || errs.KindOf(err) != errs.Internal || ring.Len() != 0 || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v, %v", why, ring, err)
		}
	}
}

func TestAMissingSecretIsOurFault(t *testing.T) {
	w := newWorld("[]")
	missing := linkkeys.New(secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: new(awssim.Endpoint), HTTPClient: w.server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
	}), "other", time.Now)
	if _, err := missing.Keys(t.Context()); !errs.Is(err, errs.Internal) {
		t.Errorf("got %v", err)
	}
}

func TestKeysOfBeforeServeAnHourWhileTheStoreIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the waits between tries pass at once
		w := newWorld("[" + key("a") + "]")
		w.fault = down
		if _, err := w.source.Keys(t.Context()); !errs.Is(err, errs.Unavailable) {
			t.Errorf("without keys of before: %v", err)
		}
		w.fault = awssim.Fault{}
		w.sign(t)
		w.fault = down
		for _, after := range []time.Duration{linkkeys.Fresh, 30 * time.Minute, linkkeys.Stale - 1} {
			w.now = noon.Add(after)
			w.sign(t)
		}
		reads := len(w.server.Calls())
		w.sign(t)
		w.reads(t, reads) // not at every use
		w.now = noon.Add(linkkeys.Stale).Add(time.Minute)
		if _, err := w.source.Keys(t.Context()); !errs.Is(err, errs.Unavailable) {
			t.Errorf("after an hour: %v", err)
		}
		w.fault = awssim.Fault{}
		w.sign(t)
	})
}

func TestASpoiltSecretIsNotHidden(t *testing.T) {
	w := newWorld("[" + key("a") + "]")
	w.sign(t)
	w.secrets.Put(secretID, "[]", w.now)
	w.now = noon.Add(linkkeys.Fresh)
	if _, err := w.source.Keys(t.Context()); !errs.Is(err, errs.Internal) {
		t.Errorf("got %v, want internal", err)
	}
}
