package eumtext_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2"

	"github.com/winback-auto/winback/internal/aws/eumtext"
	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/platform/text/texttest"
	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func noonClock() time.Time { return noon }

// simulated is a sender on the simulator. Fault decides about each call; nil: none.
func simulated(options awssim.SMSOptions, fault func() awssim.Fault) (*eumtext.Sender, *awssim.SMS, *awssim.Server) {
	sms := awssim.NewSMS(options)
	server := awssim.New(awssim.Options{
		Now: noonClock,
		Fault: func(string, string) awssim.Fault {
			if fault == nil {
				return awssim.Fault{}
			}
			return fault()
		},
	}, sms)
	return sender(server.Client()), sms, server
}

func sender(client *http.Client) *eumtext.Sender {
	config := aws.Config{
		Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
		HTTPClient: client, RetryMaxAttempts: 5, // what a careless host might set
	}
	return eumtext.New(config, "pool-1", func(o *pinpointsmsvoicev2.Options) {
		o.BaseEndpoint = aws.String(awssim.Endpoint)
		o.RetryMaxAttempts = 5
	})
}

func TestContract(t *testing.T) {
	texttest.Run(t, func(t *testing.T) texttest.Provider {
		var fault atomic.Value
		fault.Store(awssim.Fault{})
		s, sms, _ := simulated(awssim.SMSOptions{Originations: []string{"pool-1"}}, func() awssim.Fault { return fault.Load().(awssim.Fault) })
		return texttest.Provider{
			Sender: s,
			Break: func(f texttest.Fault) {
				fault.Store(map[texttest.Fault]awssim.Fault{
					texttest.None:       {},
					texttest.Later:      {Status: http.StatusTooManyRequests, Code: "ThrottlingException"},
					texttest.Never:      {Status: http.StatusBadRequest, Code: "ValidationException"},
					texttest.LostBefore: {Status: http.StatusInternalServerError},
					texttest.LostAfter:  {Drop: true, ApplyFirst: true},
				}[f])
			},
			Taken: func() []texttest.Taken {
				var all []texttest.Taken
				for _, m := range sms.Texts() {
					all = append(all, texttest.Taken{ID: m.ID, SendID: m.Context["send_id"], Company: m.Context["company"], Kind: m.Context["kind"], To: m.To, Body: m.Body})
				}
				return all
			},
		}
	})
}

func TestAMessageComesFromThePoolAndEndsInTime(t *testing.T) {
	s, sms, _ := simulated(awssim.SMSOptions{}, nil)
	for i, c := range []struct {
		ttl  time.Duration
		want int
	}{{0, 0}, {time.Second, 5}, {time.Hour, 3600}, {100 * 24 * time.Hour, 72 * 3600}} {
		m := texttest.Message(fmt.Sprint(i))
		m.TTL = c.ttl
		if _, err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if got := sms.Texts()[i]; got.TTL != c.want || got.From != "pool-1" || got.Type != "TRANSACTIONAL" {
			t.Errorf("%v: %+v", c.ttl, got)
		}
	}
}

func TestEveryAnswerSaysWhatBecameOfTheMessage(t *testing.T) {
	for _, c := range []struct {
		name  string
		to    string
		fault awssim.Fault
		want  errs.Kind
		wait  time.Duration
	}{
		{name: "answered STOP", to: "+61491579999", want: errs.Forbidden},
		{name: "throttled", fault: awssim.Fault{Status: 400, Code: "ThrottlingException"}, want: errs.TooMany},
		{name: "no permission", fault: awssim.Fault{Status: 400, Code: "AccessDeniedException"}, want: errs.Unavailable, wait: 15 * time.Minute},
		{name: "spent", fault: awssim.Fault{Status: 402, Code: "ServiceQuotaExceededException"}, want: errs.Unavailable, wait: 15 * time.Minute},
		{name: "no such pool", fault: awssim.Fault{Status: 404, Code: "ResourceNotFoundException"}, want: errs.Unavailable, wait: 15 * time.Minute},
		{name: "something new", fault: awssim.Fault{Status: 418, Code: "TeapotException"}, want: errs.Unavailable, wait: 15 * time.Minute},
		{name: "not valid", fault: awssim.Fault{Status: 400, Code: "ValidationException"}, want: errs.Invalid},
	} {
		s, _, server := simulated(awssim.SMSOptions{}, func() awssim.Fault { return c.fault })
		m := texttest.Message("a")
		if c.to != "" {
			m.To = c.to
		}
		_, err := s.Send(t.Context(), m)
		if !errs.Is(err, c.want) || errs.RetryAfter(err) != c.wait || errors.Is(err, dispatch.ErrAmbiguous) || strings.Contains(err.Error(), "6149") {
			t.Errorf("%s: %v of kind %v, wait %v", c.name, err, errs.KindOf(err), errs.RetryAfter(err))
		}
		if got := len(server.Calls()); got != 1 {
			t.Errorf("%s: %d calls", c.name, got)
		}
	}
}

// failing is a network.
type failing func(*http.Request) (*http.Response, error)

func (f failing) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestWhatNeverLeftTheHouseMayBeSentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		err       error
		ambiguous bool
	}{
		"no route":       {&net.OpError{Op: "dial", Err: errors.New("no route to host")}, false},
		"no such name":   {&net.DNSError{Err: "no such host", Name: "sms-voice"}, false},
		"reset":          {&net.OpError{Op: "read", Err: errors.New("connection reset")}, true},
		"something else": {errors.New("the cable was cut"), true},
	} {
		calls := 0
		s := sender(&http.Client{Transport: failing(func(*http.Request) (*http.Response, error) { calls++; return nil, c.err })})
		_, err := s.Send(t.Context(), texttest.Message("a"))
		if errors.Is(err, dispatch.ErrAmbiguous) != c.ambiguous || !c.ambiguous && !errs.Is(err, errs.Unavailable) || calls != 1 {
			t.Errorf("%s: %v after %d calls", name, err, calls)
		}
	}
}

func TestAnAnswerThatDoesNotComeIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sender(&http.Client{Transport: failing(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})})
		begun := time.Now()
		_, err := s.Send(t.Context(), texttest.Message("a"))
		if !errors.Is(err, dispatch.ErrAmbiguous) || time.Since(begun) != dispatch.SendTimeout {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

func TestAnUnknownSendIsSettledByTheProvidersOwnEvent(t *testing.T) {
	harbour, now := ident.Trusted("harbour"), noon
	clock := func() time.Time { return now }
	next := 0
	newID := func() string { next++; return fmt.Sprint(next) }
	store := table.New(memtable.Driver(t, clock), clock, newID)
	s, sms, _ := simulated(awssim.SMSOptions{}, func() awssim.Fault { return awssim.Fault{Drop: true, ApplyFirst: true} })
	ledger := text.Ledger{Table: store, Sender: s, NewID: newID, Log: slog.New(slog.DiscardHandler)}
	op, err := text.Plan(harbour, text.Note{SendID: "a", Kind: "prospect", To: "+61491570006", Body: "Hello"}, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Write(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	state := func() text.Dispatch {
		t.Helper()
		d, err := text.Find(t.Context(), store, harbour, "a")
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	deliver := func() {
		t.Helper()
		if err := ledger.Deliver(t.Context(), harbour, dispatch.Delivery{SendID: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	deliver()
	if got := state(); got.State != dispatch.Unknown {
		t.Fatalf("%s after a lost answer", got.State)
	}
	now = now.Add(2 * time.Hour)
	deliver()
	if got := state(); got.State != dispatch.Parked || len(sms.Texts()) != 1 {
		t.Fatalf("%s with %d messages", got.State, len(sms.Texts()))
	}
	for _, body := range sms.TakeEvents() {
		var bridge event.Bridge
		if err := json.Unmarshal(body, &bridge); err != nil {
			t.Fatal(err)
		}
		e, err := text.ReadEvent(bridge.Detail)
		if err != nil {
			t.Fatal(err)
		}
		if err := ledger.Apply(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	deliver()
	if got := state(); got.State != dispatch.Sent || got.Delivered.IsZero() || len(got.Accepted) != 1 || len(sms.Texts()) != 1 {
		t.Errorf("%+v with %d messages", got, len(sms.Texts()))
	}
}
