package dmssim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/winback-auto/winback/internal/partner/dmssim"
)

const known = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func call(t *testing.T, h http.Handler, method, path, body string, header http.Header) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	for name := range header {
		r.Header.Set(name, header.Get(name))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(answer)
}

func signed(t *testing.T, secret, id, body string, at time.Time) http.Header {
	t.Helper()
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := signer.Sign(id, at, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)}, "Webhook-Signature": {signature}}
}

func TestOnlyWhatIsSignedWithAKnownSecretIsTaken(t *testing.T) {
	h := dmssim.New("https://dms.example").Beside(http.NotFoundHandler())
	call(t, h, "POST", "/_dms/secrets", `{"secrets": ["`+known+`"]}`, nil)
	const body = `{"type": "prospect.completed", "data": {"number": 1}}`
	for name, c := range map[string]struct {
		header http.Header
		body   string
		want   int
	}{
		"signed":             {signed(t, known, "1", body, time.Now()), body, 204},
		"by somebody else":   {signed(t, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "2", body, time.Now()), body, 401},
		"another body":       {signed(t, known, "3", body, time.Now()), body + " ", 401},
		"long ago":           {signed(t, known, "4", body, time.Now().Add(-time.Hour)), body, 401},
		"without signatures": {nil, body, 401},
	} {
		if got, _ := call(t, h, "POST", dmssim.HookPath, c.body, c.header); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if _, all := call(t, h, "GET", "/_dms/received", "", nil); strings.Count(all, `"verified":true`) != 1 || strings.Count(all, `"id"`) != 5 {
		t.Errorf("received %s", all)
	}
}

func TestItAnswersFaultsAsItIsTold(t *testing.T) {
	h := dmssim.New("https://dms.example").Handler()
	call(t, h, "POST", "/_dms/secrets", `{"secrets": ["`+known+`"]}`, nil)
	if code, _ := call(t, h, "POST", "/_dms/faults", `{"status": 503`, nil); code != 400 {
		t.Errorf("broken control: %d", code)
	}
	call(t, h, "POST", "/_dms/faults", `{"status": 503, "times": 2, "retryAfter": "7"}`, nil)
	var codes []int
	for range 3 {
		code, _ := call(t, h, "POST", dmssim.HookPath, `{}`, signed(t, known, "1", `{}`, time.Now()))
		codes = append(codes, code)
	}
	if codes[0] != 503 || codes[1] != 503 || codes[2] != 204 {
		t.Errorf("answers %v", codes)
	}
	if _, all := call(t, h, "GET", "/_dms/received", "", nil); !strings.Contains(all, `"times":3`) || !strings.Contains(all, `"accepted":true`) {
		t.Errorf("received %s", all)
	}
	if _, at := call(t, h, "GET", "/_dms/address", "", nil); !strings.Contains(at, "https://dms.example/dms/hooks") {
		t.Errorf("address %s", at)
	}
}
