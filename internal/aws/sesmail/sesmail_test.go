package sesmail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/winback-auto/winback/internal/aws/sesmail"
	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail/mailtest"
	"github.com/winback-auto/winback/internal/testkit/awssim"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func noonClock() time.Time { return noon }

// simulated is a sender on the simulator. Fault decides about each call; nil: none.
func simulated(options awssim.SESOptions, fault func() awssim.Fault) (*sesmail.Sender, *awssim.SES, *awssim.Server) {
	options.ConfigurationSets = append(options.ConfigurationSets, "winback")
	ses := awssim.NewSES(options)
	server := awssim.New(awssim.Options{
		Now: noonClock,
		Fault: func(string, string) awssim.Fault {
			if fault == nil {
				return awssim.Fault{}
			}
			return fault()
		},
	}, ses)
	return sender(awssim.Endpoint, server.Client()), ses, server
}

func sender(endpoint string, client *http.Client) *sesmail.Sender {
	config := aws.Config{
		Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
		HTTPClient: client, RetryMaxAttempts: 5, // what a careless host might set
	}
	return sesmail.New(config, "winback", noonClock, func(o *sesv2.Options) {
		o.BaseEndpoint = aws.String(endpoint)
		o.RetryMaxAttempts = 5
	})
}

func TestContract(t *testing.T) {
	mailtest.Run(t, func(t *testing.T) mailtest.Provider {
		var fault atomic.Value
		fault.Store(awssim.Fault{})
		s, ses, _ := simulated(awssim.SESOptions{}, func() awssim.Fault { return fault.Load().(awssim.Fault) })
		return mailtest.Provider{
			Sender: s,
			Break: func(f mailtest.Fault) {
				fault.Store(map[mailtest.Fault]awssim.Fault{
					mailtest.None:       {},
					mailtest.Later:      {Status: http.StatusTooManyRequests, Code: "TooManyRequestsException"},
					mailtest.Never:      {Status: http.StatusBadRequest, Code: "MessageRejected"},
					mailtest.LostBefore: {Status: http.StatusInternalServerError},
					mailtest.LostAfter:  {Drop: true, ApplyFirst: true},
				}[f])
			},
			Taken: func() []mailtest.Taken {
				var all []mailtest.Taken
				for _, m := range ses.Mails() {
					all = append(all, taken(t, m))
				}
				return all
			},
		}
	})
}

// taken reads a mail as its recipient's program would.
func taken(t *testing.T, m awssim.SESMail) mailtest.Taken {
	t.Helper()
	message, err := netmail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatal(err)
	}
	got := mailtest.Taken{
		ID: m.ID, SendID: m.Tags["send_id"], Company: m.Tags["company"], Kind: m.Tags["kind"], Headers: map[string]string{},
		RecipientsInTheMessage: len(m.To) + len(m.Cc) + len(m.Bcc),
	}
	for name := range message.Header {
		if got.Headers[name], err = new(mime.WordDecoder).DecodeHeader(message.Header.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	got.From, got.To, got.Subject = got.Headers["From"], got.Headers["To"], got.Headers["Subject"]
	if envelope, err := netmail.ParseAddress(m.To[0]); err != nil || !strings.Contains(got.To, "<"+envelope.Address+">") {
		t.Errorf("envelope %q, %v; header %q", m.To[0], err, got.To)
	}
	kind, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "multipart/alternative" {
		params["boundary"] = ""
	}
	for kind, content := range parts(t, message, params["boundary"]) {
		if strings.HasPrefix(kind, "text/html") {
			got.HTML = content
		} else {
			got.Text = content
		}
	}
	return got
}

// parts are the contents by type. A mail of one part is read as if it were the only one of several.
func parts(t *testing.T, m *netmail.Message, boundary string) map[string]string {
	t.Helper()
	body := m.Body
	if boundary == "" {
		boundary = "only"
		head := fmt.Sprintf("--only\r\nContent-Type: %s\r\nContent-Transfer-Encoding: %s\r\n\r\n",
			m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"))
		body = io.MultiReader(strings.NewReader(head), body, strings.NewReader("\r\n--only--\r\n"))
	}
	contents := map[string]string{}
	for reader := multipart.NewReader(body, boundary); ; {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return contents
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		contents[part.Header.Get("Content-Type")] = strings.ReplaceAll(string(content), "\r\n", "\n")
	}
}

// T003: whatever the answer looks like, one call is one mail.
func TestOneCallIsAtMostOneMailHoweverTheAnswerIsLost(t *testing.T) {
	for name, fault := range map[string]awssim.Fault{
		"taken, then 500":             {Status: 500, ApplyFirst: true},
		"taken, then 503 of the edge": {Status: 503, Code: "ServiceUnavailable", ApplyFirst: true},
		"taken, then 504":             {Status: 504, Code: "GatewayTimeout", ApplyFirst: true},
		"taken, then a reset":         {Drop: true, ApplyFirst: true},
		"not taken, 500":              {Status: 500},
		"not taken, reset":            {Drop: true},
	} {
		t.Run(name, func(t *testing.T) {
			s, ses, server := simulated(awssim.SESOptions{}, func() awssim.Fault { return fault })
			_, err := s.Send(t.Context(), mailtest.Message("a"))
			if !errors.Is(err, dispatch.ErrAmbiguous) {
				t.Errorf("got %v, want it ambiguous", err)
			}
			want := 0
			if fault.ApplyFirst {
				want = 1
			}
			if got := len(ses.Mails()); got != want || len(server.Calls()) != 1 {
				t.Errorf("%d mails in %d calls, want %d in one", got, len(server.Calls()), want)
			}
		})
	}
}

func TestAProviderThatTakesAMailAndHangsIsLeftAfterTheTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		hang := roundTrip(func(r *http.Request) (*http.Response, error) {
			calls++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		start := time.Now()
		_, err := sender(awssim.Endpoint, &http.Client{Transport: hang}).Send(t.Context(), mailtest.Message("a"))
		if !errors.Is(err, dispatch.ErrAmbiguous) || calls != 1 {
			t.Errorf("%v after %d calls", err, calls)
		}
		if waited := time.Since(start); waited != dispatch.SendTimeout {
			t.Errorf("waited %s", waited)
		}
	})
}

// The same over real connections, which Go's own transport might repeat.
func TestABrokenConnectionIsNotTriedAgain(t *testing.T) {
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if calls.Add(1) == 1 {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"MessageId":"first"}`)
			return
		}
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	s := sender(server.URL, server.Client())
	if id, err := s.Send(t.Context(), mailtest.Message("a")); err != nil || id != "first" {
		t.Fatalf("%q, %v", id, err)
	}
	if _, err := s.Send(t.Context(), mailtest.Message("b")); !errors.Is(err, dispatch.ErrAmbiguous) || calls.Load() != 2 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
}

func TestAnAnswerThatCannotBeReadIsAmbiguous(t *testing.T) {
	garbled := roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"Mess`)), Request: r}, nil
	})
	_, err := sender(awssim.Endpoint, &http.Client{Transport: garbled}).Send(t.Context(), mailtest.Message("a"))
	if !errors.Is(err, dispatch.ErrAmbiguous) {
		t.Errorf("got %v", err)
	}
}

func TestAnErrorTellsWhetherTheMailMayBeSentAgain(t *testing.T) {
	for code, c := range map[string]struct {
		status int
		kind   errs.Kind
		wait   time.Duration
	}{
		"TooManyRequestsException":           {429, errs.TooMany, 0},
		"SomethingNewAboutRates":             {429, errs.TooMany, 0},
		"LimitExceededException":             {400, errs.TooMany, 0},
		"SendingPausedException":             {400, errs.Unavailable, 15 * time.Minute},
		"AccountSuspendedException":          {400, errs.Unavailable, 15 * time.Minute},
		"MailFromDomainNotVerifiedException": {400, errs.Unavailable, 15 * time.Minute},
		"NotFoundException":                  {404, errs.Unavailable, 15 * time.Minute},
		"AccessDeniedException":              {403, errs.Unavailable, 15 * time.Minute},
		"ExpiredTokenException":              {403, errs.Unavailable, 15 * time.Minute},
		"MessageRejected":                    {400, errs.Invalid, 0},
		"BadRequestException":                {400, errs.Invalid, 0},
	} {
		t.Run(code, func(t *testing.T) {
			s, ses, server := simulated(awssim.SESOptions{}, func() awssim.Fault { return awssim.Fault{Status: c.status, Code: code} })
			_, err := s.Send(t.Context(), mailtest.Message("a"))
			if !errs.Is(err, c.kind) || errors.Is(err, dispatch.ErrAmbiguous) || errs.RetryAfter(err) != c.wait {
				t.Errorf("got %v of kind %v, wait %s", err, errs.KindOf(err), errs.RetryAfter(err))
			}
			if strings.Contains(err.Error(), "injected") || !strings.Contains(err.Error(), code) {
				t.Errorf("%q must name the code and nothing else of the answer", err)
			}
			if len(ses.Mails()) != 0 || len(server.Calls()) != 1 {
				t.Errorf("%d mails in %d calls", len(ses.Mails()), len(server.Calls()))
			}
		})
	}
}

func TestWhatNeverLeftIsNotAmbiguous(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()
	if _, err := sender(closed, http.DefaultClient).Send(t.Context(), mailtest.Message("a")); !errs.Is(err, errs.Unavailable) || errors.Is(err, dispatch.ErrAmbiguous) {
		t.Errorf("nobody listens: %v", err)
	}
	keyless := aws.Config{Region: "eu-central-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("no keys")
	})}
	s := sesmail.New(keyless, "winback", noonClock)
	if _, err := s.Send(t.Context(), mailtest.Message("a")); !errs.Is(err, errs.Unavailable) || errors.Is(err, dispatch.ErrAmbiguous) {
		t.Errorf("no credentials: %v", err)
	}
}

func TestTheSimulatorsQuotaPauseAndIdentitiesRefuse(t *testing.T) {
	s, ses, _ := simulated(awssim.SESOptions{MaxSendRate: 2}, nil)
	var kinds []errs.Kind
	for i := range 3 {
		_, err := s.Send(t.Context(), mailtest.Message(fmt.Sprint(i)))
		kinds = append(kinds, errs.KindOf(err))
	}
	if want := []errs.Kind{0, 0, errs.TooMany}; !slices.Equal(kinds, want) {
		t.Errorf("rate: %v", kinds)
	}
	ses.Pause(true)
	if _, err := s.Send(t.Context(), mailtest.Message("p")); !errs.Is(err, errs.Unavailable) {
		t.Errorf("paused: %v", err)
	}
	s, _, _ = simulated(awssim.SESOptions{Identities: []string{"other.example"}}, nil)
	if _, err := s.Send(t.Context(), mailtest.Message("i")); !errs.Is(err, errs.Invalid) {
		t.Errorf("identity: %v", err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
