package rehearse

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/local/dirmail"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	sms "github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/platform/web"
)

// local is the gateway on loopback with the addresses under /_local before it that local mode has, as far as scripts need
// them: sign-in, outbox, drain and ticks. The clock is the wall's and cannot be moved.
func (s *Stand) local() http.Handler {
	api, own := web.New(web.Config{Title: "the rehearsal", Log: slog.New(slog.DiscardHandler)})
	anybody := web.Public("the rehearsal is on loopback")
	route := func(id string) web.Route { return web.Route{ID: id} }
	web.Get(api, "/_local/health", anybody, route("health"), s.getHealth)
	web.Post(api, "/_local/token", anybody, route("token"), s.postToken)
	web.Get(api, "/_local/clock", anybody, route("clock"), s.getClock)
	web.Get(api, "/_local/outbox", anybody, route("outbox"), s.getOutbox)
	web.Get(api, "/_local/outbox/{id}/raw", anybody, route("rawMail"), s.getRaw)
	web.Post(api, "/_local/drain", anybody, route("drain"), s.postDrain)
	web.Post(api, "/_local/run/{function}", anybody, route("run"), s.postRun)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == inboxPath && r.Method == http.MethodPost {
			s.postInbox(w, r)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/_local/") {
			r.Header.Set("Content-Type", "application/json")
			own.ServeHTTP(w, r.WithContext(event.WithCall(r.Context(), event.Call{RequestID: rand.Text()})))
			return
		}
		s.gateway.ServeHTTP(w, r)
	})
}

type none = struct{}

type health struct {
	Status string `json:"status"`
}

func (*Stand) getHealth(context.Context, *none) (*web.Reply[health], error) {
	return web.OK(health{"ready"}), nil
}

type clock struct {
	Now time.Time `json:"now"`
}

func (*Stand) getClock(context.Context, *none) (*web.Reply[clock], error) {
	return web.OK(clock{time.Now()}), nil
}

type tokenInput struct {
	Body struct {
		Email string `json:"email" minLength:"1" maxLength:"320"`
		TTL   string `json:"ttl,omitempty"`
	}
}

type token struct {
	Token string `json:"token"`
}

func (s *Stand) postToken(_ context.Context, in *tokenInput) (*web.Reply[token], error) {
	life, err := duration(in.Body.TTL, time.Hour)
	if err != nil {
		return nil, err
	}
	signed, err := s.Token(in.Body.Email, life)
	return web.OK(token{signed}), err
}

// Token signs a user of the pool in, by e-mail address.
func (s *Stand) Token(email string, life time.Duration) (string, error) {
	for _, user := range s.cloud.cognito.Users() {
		if !strings.EqualFold(user.Email, email) {
			continue
		}
		if !user.Enabled {
			return "", errs.E(errs.Forbidden, "this sign-in is disabled")
		}
		return s.issuer.token(user.Subject, "openid "+scope, life)
	}
	return "", errs.E(errs.NotFound, "nobody signs in with this address")
}

type outboxInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"100000" default:"1000"`
}

func (s *Stand) getOutbox(_ context.Context, in *outboxInput) (*web.ListReply[dirmail.Mail], error) {
	mails, err := s.Mails()
	if err != nil {
		return nil, err
	}
	for _, t := range s.cloud.sms.Texts() {
		mails = append(mails, dirmail.Mail{ID: t.ID, Channel: "sms", To: t.To, From: t.From, Kind: t.Context[sms.ContextKind], At: t.At, Headers: map[string]string{}, Text: t.Body})
	}
	slices.SortStableFunc(mails, func(a, b dirmail.Mail) int { return b.At.Compare(a.At) })
	return web.Page(mails[:min(len(mails), in.Limit)], ""), nil
}

// Mails lists what SES has taken, newest first.
func (s *Stand) Mails() ([]dirmail.Mail, error) {
	mails := []dirmail.Mail{}
	for _, taken := range slices.Backward(s.cloud.ses.Mails()) {
		m, err := dirmail.Read(taken.ID, taken.Raw)
		if err != nil {
			return nil, err
		}
		mails = append(mails, m)
	}
	return mails, nil
}

type mailInput struct {
	ID string `path:"id" maxLength:"100"`
}

type rawMail struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *Stand) getRaw(_ context.Context, in *mailInput) (*rawMail, error) {
	for _, taken := range s.cloud.ses.Mails() {
		if taken.ID == in.ID {
			return &rawMail{"message/rfc822", taken.Raw}, nil
		}
	}
	return nil, errs.E(errs.NotFound, "there is no such mail")
}

type drainInput struct {
	Body *struct {
		Timeout string `json:"timeout,omitempty"`
	}
}

type drained struct {
	Drained bool           `json:"drained"`
	Dead    map[string]int `json:"dead"`
	Left    string         `json:"left,omitempty"` // the reason why it is not drained
}

func (s *Stand) postDrain(ctx context.Context, in *drainInput) (*web.Reply[drained], error) {
	text := ""
	if in.Body != nil {
		text = in.Body.Timeout
	}
	timeout, err := duration(text, 30*time.Second)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	left := ""
	if err := s.Drain(limited); err != nil {
		if limited.Err() == nil {
			return nil, err
		}
		left = err.Error()
	}
	dead, err := s.DeadLetters(ctx)
	return web.OK(drained{left == "", dead, left}), err
}

type runInput struct {
	Function string `path:"function" maxLength:"100"`
}

type ran struct {
	Function string `json:"function"`
	Status   string `json:"status"`
}

// postRun fires a schedule and answers when it is done.
func (s *Stand) postRun(ctx context.Context, in *runInput) (*web.Reply[ran], error) {
	if err := s.Tick(ctx, in.Function); err != nil {
		return nil, errs.E(errs.NotFound, "there is no scheduled function of this name")
	}
	return web.OK(ran{in.Function, "done"}), nil
}

// duration reads a Go duration; an empty text is the other one.
func duration(text string, other time.Duration) (time.Duration, error) {
	if text == "" {
		return other, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, errs.Violate(errs.Violation{Location: "body", Message: "has a duration that is none, such as 24h, 90s or 500ms"})
	}
	return d, nil
}
