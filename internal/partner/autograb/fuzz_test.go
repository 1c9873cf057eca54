package autograb

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
)

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"", "7", " 7 ", "0.5", "-5", "1e9", "1e400", "NaN", "-Inf", "Inf", "0x1p-2", "1_000", "soon", "9223372036854775808",
		"Sun, 22 Nov 2026 09:01:30 GMT", "Sunday, 22-Nov-26 09:01:30 GMT", "Sun Nov 22 09:01:30 2026", "Sun, 22 Nov 9999 09:01:30 GMT", "Sun, 22 Nov 0001 09:01:30 GMT",
	} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		if wait := retryAfter(value, now); wait < 0 || wait > maxWait {
			t.Errorf("%q is a wait of %v", value, wait)
		}
	})
}

// answering is a partner that gives one answer to everything.
type answering struct {
	status int
	header string
	body   []byte
}

func (a answering) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: http.Header{"Retry-After": {a.header}}, Body: io.NopCloser(bytes.NewReader(a.body))}, nil
}

// Whatever a partner answers to whatever it is asked: no call panics, every failure has a kind and a text for a dealer, and
// what is taken over is bounded and fit to be shown.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		`{"id":"up-1","name":"chunk","status":"processed","total_uploaded":2,"total_processed":2,"customers":[{"id":3,"external_id":"a","vin":"WVWZZZAWZKU065305"},{"external_id":"b","error":"no\u0000pe"}]}`,
		`{"uploads":[{"id":1,"name":"chunk"},{"id":"2","name":"chunk"}]}`, `{"uploads":null}`,
		`{"id":"ref","external_id":"a","vin":null,"sightings":[{"at":"2026-11-21T10:00:00Z","lead_id":1,"listing_url":"https://a.example/1","listing_price":"13500","delisted_at":null}]}`,
		`{"id":"ref","sightings":[{"at":"0001-01-01","listing_price":1e18},{"at":"2026-11-21","listing_url":"javascript:alert(1)","listing_price":-1}]}`,
		`{"customers":[{"id":"ref"},{"id":{}},7],"next":"x","next_cursor":"y"}`, `{"vehicle":{"id":"car"},"prediction":{"price":"13500.5","trade_price":1e18,"score":7}}`, `{"prediction":{"retail_price":-1}}`, `{"message":"Internal Error"}`, `<html>`, `[]`, `null`, ``, `{"id":1e3}`, "\xff",
	} {
		f.Add(200, "", []byte(seed))
		f.Add(429, "7", []byte(seed))
		f.Add(500, "Sun, 22 Nov 2026 09:01:30 GMT", []byte(seed))
	}
	f.Add(302, "", []byte(""))
	f.Add(403, "", []byte(`{"message":"sec_do_not_show_me"}`))
	const key = "sec_do_not_show_me"
	f.Fuzz(func(t *testing.T, status int, header string, body []byte) {
		dial := Dial(Options{BaseURL: "https://partner.example", Client: &http.Client{Transport: answering{status, header, body}}})
		watcher := dial(partner.Account{Key: key, Country: "AU"})
		ctx := context.Background()
		_, uploaded := watcher.Upload(ctx, partner.Upload{Name: "chunk", Vehicles: []partner.Vehicle{{ID: "a"}}})
		_, found := watcher.Find(ctx, "chunk")
		progress, polled := watcher.Progress(ctx, "up-1")
		vehicle, looked := watcher.Vehicle(ctx, "ref")
		page, next, listed := watcher.List(ctx, "")
		_, registered := watcher.Register(ctx, "hook", "https://winback.example/x")
		valuer := watcher.(partner.Valuer)
		ref, identified := valuer.Identify(ctx, partner.Vehicle{VIN: "WVWZZZAWZKU065305"})
		estimate, valued := valuer.Value(ctx, partner.Valuation{Ref: "ref", OdometerKm: 1, Condition: 3})
		if identified == nil && (ref == "" || len(ref) > maxID) {
			t.Errorf("a car is called %q", ref)
		}
		if valued == nil && (estimate.Retail < 0 || estimate.Trade < 0 || estimate.Retail > maxPrice || estimate.Trade > maxPrice || !(estimate.Score >= 0 && estimate.Score <= 1)) {
			t.Errorf("estimate %+v", estimate)
		}
		for call, err := range map[string]error{
			"identify": identified, "value": valued, "upload": uploaded, "find": found, "progress": polled, "vehicle": looked, "list": listed, "register": registered,
			"remove": watcher.Remove(ctx, "ref"), "unregister": watcher.Unregister(ctx, "hook"), "ping": watcher.Ping(ctx, "hook"),
		} {
			if err == nil {
				continue
			}
			text := err.Error()
			if errs.Is(err, errs.Internal) || len(text) > 2000 || !utf8.ValidString(text) || strings.ContainsAny(text, "\n\x00") || strings.Contains(text, key) || strings.Contains(text, "partner.example") {
				t.Errorf("%s: %v %q", call, errs.KindOf(err), text)
			}
			if wait := errs.RetryAfter(err); wait < 0 || wait > maxWait {
				t.Errorf("%s: a wait of %v", call, wait)
			}
		}
		for _, outcome := range progress.Outcomes {
			if !shown(outcome.VIN, maxID) || !shown(outcome.Error, maxText) || !shown(outcome.Ref, maxID) {
				t.Errorf("outcome %+v", outcome)
			}
		}
		if len(next) > maxURL {
			t.Errorf("a cursor of %d bytes", len(next))
		}
		for _, watched := range append(page, vehicle) {
			if !shown(watched.Title, maxText) || !shown(watched.VIN, maxID) || !shown(watched.Ref, maxID) {
				t.Errorf("vehicle %+v", watched)
			}
			for _, s := range watched.Sightings {
				if s.Price < 0 || s.Price > maxPrice || !shown(s.Title, maxText) || len(s.URL) > 3*maxURL || s.URL != "" && !strings.HasPrefix(s.URL, "http") || !s.At.IsZero() && (s.At.Year() < 2000 || s.At.Year() > 2100) {
					t.Errorf("sighting %+v", s)
				}
			}
		}
	})
}

// shown reports whether a text is fit to be shown.
func shown(s string, most int) bool { return s == tidy(s, most) }
