package autograb_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/errs"
)

const secret = "sec_do_not_show_me"

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func dial(options autograb.Options) partner.Watcher {
	options.Now = func() time.Time { return now }
	return autograb.Dial(options)(partner.Account{Key: secret, Country: "AU"})
}

// answers is a partner that gives one answer to everything.
func answers(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func TestEveryAnswerHasItsKind(t *testing.T) {
	const page = "<html><body>502 Bad Gateway at 10.0.0.7</body></html>"
	for name, c := range map[string]struct {
		answer    http.HandlerFunc
		kind      errs.Kind
		ambiguous bool // for an upload; reading is never ambiguous
		wait      time.Duration
		says      string
	}{
		"401":                 {answers(401, `{"message":"no"}`), errs.Forbidden, false, 0, "API key"},
		"403":                 {answers(403, `{"message":"no licence"}`), errs.Forbidden, false, 0, `"CustomerRecapture": no licence`},
		"404":                 {answers(404, `{"message":"gone"}`), errs.NotFound, false, 0, "does not know"},
		"400":                 {answers(400, `{"message":"name\u0000 is\nrequired"}`), errs.Invalid, false, 0, "status 400: name is required"},
		"413":                 {answers(413, page), errs.Invalid, false, 0, "status 413"},
		"422 quoting the key": {answers(422, `{"message":"bad key `+secret+`"}`), errs.Invalid, false, 0, "bad key (key)"},
		"400 with a novel":    {answers(400, `{"message":"`+strings.Repeat("é", 5000)+`"}`), errs.Invalid, false, 0, "é…"},

		"408":                {answers(408, ""), errs.Unavailable, true, 0, "status 408"},
		"500":                {answers(500, `{"message":"oops"}`), errs.Unavailable, true, 0, "status 500"},
		"502 page":           {answers(502, page), errs.Unavailable, true, 0, "status 502"},
		"503 with a wait":    {answers(503, page, "Retry-After", "30"), errs.Unavailable, true, 30 * time.Second, "status 503"},
		"200 page":           {answers(200, page), errs.Unavailable, true, 0, "cannot be read"},
		"200 nothing":        {answers(200, ""), errs.Unavailable, true, 0, "cannot be read"},
		"200 with a refusal": {answers(200, `{"message":"Internal Error"}`), errs.Unavailable, true, 0, "cannot be read"},
		"200 without end":    {answers(200, `{"id":"`+strings.Repeat("x", 9<<20)+`"}`), errs.Unavailable, true, 0, "too long"},
		"302":                {answers(302, "", "Location", "http://169.254.169.254/latest/meta-data"), errs.Unavailable, true, 0, "status 302"},

		"429":              {answers(429, ""), errs.TooMany, false, 0, "slow down"},
		"429 seconds":      {answers(429, "", "Retry-After", "7"), errs.TooMany, false, 7 * time.Second, ""},
		"429 date":         {answers(429, "", "Retry-After", "Sun, 22 Nov 2026 09:01:30 GMT"), errs.TooMany, false, 90 * time.Second, ""},
		"429 past date":    {answers(429, "", "Retry-After", "Sun, 22 Nov 2020 09:01:30 GMT"), errs.TooMany, false, 0, ""},
		"429 far date":     {answers(429, "", "Retry-After", "Sun, 22 Nov 2099 09:01:30 GMT"), errs.TooMany, false, 15 * time.Minute, ""},
		"429 absurd":       {answers(429, "", "Retry-After", "1000000000"), errs.TooMany, false, 15 * time.Minute, ""},
		"429 more absurd":  {answers(429, "", "Retry-After", "1e400"), errs.TooMany, false, 0, ""},
		"429 not a number": {answers(429, "", "Retry-After", "NaN"), errs.TooMany, false, 0, ""},
		"429 infinite":     {answers(429, "", "Retry-After", "Inf"), errs.TooMany, false, 15 * time.Minute, ""},
		"429 negative":     {answers(429, "", "Retry-After", "-5"), errs.TooMany, false, 0, ""},
		"429 words":        {answers(429, "", "Retry-After", "soon"), errs.TooMany, false, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				c.answer(w, r)
			}))
			defer server.Close()
			watcher := dial(autograb.Options{BaseURL: server.URL})

			_, err := watcher.Upload(t.Context(), list)
			check(t, err, c.kind, c.ambiguous)
			if wait := errs.RetryAfter(err); wait != c.wait {
				t.Errorf("wait %v, want %v", wait, c.wait)
			}
			if !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("error %q does not say %q", err, c.says)
			}
			_, err = watcher.Vehicle(t.Context(), "id-3")
			check(t, err, c.kind, false)
			if calls := calls.Load(); calls != 2 {
				t.Errorf("%d requests for 2 calls: something was repeated or followed", calls)
			}
		})
	}
}

// check looks at kind and ambiguity, and that the text is one for a dealer.
func check(t *testing.T, err error, kind errs.Kind, ambiguous bool) {
	t.Helper()
	if !errs.Is(err, kind) {
		t.Errorf("error %v has kind %v, want %v", err, errs.KindOf(err), kind)
	}
	if got := errors.Is(err, partner.ErrAmbiguous); got != ambiguous {
		t.Errorf("ambiguous is %v for %v", got, err)
	}
	text := fmt.Sprint(err)
	if shown := errs.Text(err); shown != text {
		t.Errorf("a dealer is shown %q of %q", shown, text)
	}
	for _, inner := range []string{secret, "127.0.0.1", "10.0.0.7", "169.254", "<html", "/v2/", "\n", "\x00"} {
		if strings.Contains(text, inner) {
			t.Errorf("error %q shows %q", text, inner)
		}
	}
	if len(text) > 600 {
		t.Errorf("the text of the error has %d bytes", len(text))
	}
}

func TestAConnectionThatBreaksAfterTheRequestIsAmbiguousForAnUpload(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		connection.(*net.TCPConn).SetLinger(0)
		connection.Close()
	}))
	defer server.Close()
	watcher := dial(autograb.Options{BaseURL: server.URL})
	_, err := watcher.Upload(t.Context(), list)
	check(t, err, errs.Unavailable, true)
	_, err = watcher.Register(t.Context(), "hook", "https://winback.example/x")
	check(t, err, errs.Unavailable, true)
	check(t, watcher.Remove(t.Context(), "id-3"), errs.Unavailable, false)
}

func TestAnAnswerThatBreaksOffIsAmbiguousForAnUpload(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, `{"id":"id-2"`)
	}))
	defer server.Close()
	_, err := dial(autograb.Options{BaseURL: server.URL}).Upload(t.Context(), list)
	check(t, err, errs.Unavailable, true)
}

func TestAConnectionThatNeverWasIsNotAmbiguous(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := dial(autograb.Options{BaseURL: server.URL}).Upload(t.Context(), list)
	check(t, err, errs.Unavailable, false)
	if !strings.Contains(err.Error(), "refuses connections") {
		t.Errorf("error %q", err)
	}
}

// roundTrip is a transport that knows nothing of traces.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAPartnerThatHangsIsLeftInTimeAndAmbiguousForAnUpload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		watcher := dial(autograb.Options{Client: &http.Client{Transport: hang}, Timeout: 7 * time.Second})
		begin := time.Now()
		_, err := watcher.Upload(t.Context(), list)
		check(t, err, errs.Unavailable, true)
		if took := time.Since(begin); took != 7*time.Second {
			t.Errorf("left after %v", took)
		}
		_, err = watcher.Vehicle(t.Context(), "id-3")
		check(t, err, errs.Unavailable, false)
	})
}

// drip gives one byte a second, for ever.
type drip struct{ ctx context.Context }

func (d drip) Close() error { return nil }
func (d drip) Read(p []byte) (int, error) {
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(time.Second):
		return copy(p, " "), nil
	}
}

func TestAPartnerThatDripsIsLeftInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: drip{r.Context()}}, nil
		})
		watcher := dial(autograb.Options{Client: &http.Client{Transport: slow}, Timeout: 20 * time.Second})
		begin := time.Now()
		_, err := watcher.Upload(t.Context(), list)
		check(t, err, errs.Unavailable, true)
		if took := time.Since(begin); took != 20*time.Second {
			t.Errorf("left after %v", took)
		}
	})
}

func TestACallThatWasGivenUpIsAmbiguousOnlyWhereItMayHaveArrived(t *testing.T) {
	server := httptest.NewServer(answers(202, `{"id":"id-2"}`))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := dial(autograb.Options{BaseURL: server.URL}).Upload(ctx, list)
	check(t, err, errs.Unavailable, false)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the cause of %v is lost", err)
	}
}

func TestWhatIsGoneAlreadyIsRemoved(t *testing.T) {
	server := httptest.NewServer(answers(404, `{"message":"Not Found"}`))
	defer server.Close()
	watcher := dial(autograb.Options{BaseURL: server.URL})
	if err := errors.Join(watcher.Remove(t.Context(), "id-3"), watcher.Unregister(t.Context(), "id-1")); err != nil {
		t.Error(err)
	}
	check(t, watcher.Ping(t.Context(), "id-1"), errs.NotFound, false)
}

func TestAnIdThatWouldBecomeAnotherPathIsNotAsked(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was asked", r.Method, r.URL)
	}))
	defer server.Close()
	watcher := dial(autograb.Options{BaseURL: server.URL})
	for _, id := range []string{"", ".", "..", strings.Repeat("x", 200)} {
		_, err := watcher.Vehicle(t.Context(), id)
		check(t, err, errs.NotFound, false)
		_, err = watcher.Progress(t.Context(), id)
		check(t, err, errs.NotFound, false)
		check(t, watcher.Ping(t.Context(), id), errs.NotFound, false)
		if err := watcher.Remove(t.Context(), id); err != nil {
			t.Errorf("Remove(%q) = %v: nothing is there to remove", id, err)
		}
	}
}

func TestAnIdIsOneElementOfThePath(t *testing.T) {
	var path string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.EscapedPath()
		answers(404, "")(w, r)
	}))
	defer server.Close()
	dial(autograb.Options{BaseURL: server.URL}).Vehicle(t.Context(), "../webhooks/1?x=y")
	if want := "/v2/recapture/customers/..%2Fwebhooks%2F1%3Fx=y"; path != want {
		t.Errorf("path %q, want %q", path, want)
	}
}

func TestACountryThatThePartnerDoesNotServeIsInvalid(t *testing.T) {
	watcher := autograb.Dial(autograb.Options{BaseURL: "http://127.0.0.1:0"})(partner.Account{Key: secret, Country: "FR"})
	_, err := watcher.Upload(t.Context(), list)
	check(t, err, errs.Invalid, false)
}

func TestAnAnswerAboutAnotherVehicleIsNotBelieved(t *testing.T) {
	server := httptest.NewServer(answers(200, `{"id":"id-4","vin":"WVWZZZAWZKU065305"}`))
	defer server.Close()
	watcher := dial(autograb.Options{BaseURL: server.URL})
	_, err := watcher.Vehicle(t.Context(), "id-3")
	check(t, err, errs.Unavailable, false)
	_, err = watcher.Progress(t.Context(), "id-3")
	check(t, err, errs.Unavailable, false)
}

func TestFindTakesOnlyTheListOfExactlyThisName(t *testing.T) {
	server := httptest.NewServer(answers(200, `{"uploads":[{"id":"1","name":"chunk-10"},{"id":2,"name":"chunk-1"},{"id":"3","name":"chunk-1"}]}`))
	defer server.Close()
	receipt, err := dial(autograb.Options{BaseURL: server.URL}).Find(t.Context(), "chunk-1")
	if receipt != "2" || err != nil {
		t.Errorf("Find = %q, %v", receipt, err)
	}
}

// Otherwise a list whose upload was answered with an error would be uploaded again and again.
func TestAQuestionThatThePartnerDoesNotKnowSaysNothingAboutTheList(t *testing.T) {
	for _, status := range []int{404, 405, 410} {
		server := httptest.NewServer(answers(status, `{"message":"Not Found"}`))
		_, err := dial(autograb.Options{BaseURL: server.URL}).Find(t.Context(), "chunk-1")
		check(t, err, errs.Invalid, false)
		server.Close()
	}
}
