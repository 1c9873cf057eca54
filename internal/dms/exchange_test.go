package dms_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/dms"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/webhook"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// system is a dealer's management system that takes webhooks.
type system struct {
	mu     sync.Mutex
	got    []webhook.Message
	answer func(webhook.Message) (webhook.Answer, error) // nil: 204
}

func (s *system) CheckURL(address string) string {
	if strings.HasPrefix(address, "https://") {
		return ""
	}
	return "does not begin with https://"
}

func (s *system) Post(_ context.Context, m webhook.Message) (webhook.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, m)
	if s.answer != nil {
		return s.answer(m)
	}
	return webhook.Answer{Status: 204}, nil
}

// ids are the webhook-ids of all that came, in their order.
func (s *system) ids() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.got {
		all = append(all, m.ID)
	}
	return all
}

// sealer turns secrets around, so that a test notices one that is stored as it is.
type sealer struct{}

func (sealer) Seal(_ context.Context, c ident.Company, purpose string, plain []byte) (secret.Sealed, error) {
	return secret.Sealed(base64.StdEncoding.EncodeToString([]byte(c.ID() + purpose + string(plain)))), nil
}

func (sealer) Open(_ context.Context, c ident.Company, purpose string, sealed secret.Sealed) ([]byte, error) {
	plain, err := base64.StdEncoding.DecodeString(string(sealed))
	return []byte(strings.TrimPrefix(string(plain), c.ID()+purpose)), err
}

const (
	firstSecret  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	secondSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

// exchange is a dealer whose management system has an endpoint.
type exchange struct {
	*dealership.World
	system   *system
	endpoint string // path of it
	faults   []error
}

func connected(t *testing.T) *exchange {
	t.Helper()
	x := &exchange{World: dealership.New(t), system: new(system)}
	x.Secrets = sealer{}
	x.Serve(dms.API(x.system)).Serve(prospect.API(lead.OfProspect, lead.CareTopic)).Serve(customer.API).Serve(company.API(nil)).Serve(notify.API)
	x.Want(t, 200, boss, "PUT", "/v1/company", `{"name": "Harbour Motors", "country": "AU", "timezone": "Australia/Sydney", "language": "en-AU", "features": {"prospects": true, "dms": true}}`)
	x.endpoint = "/v1/dms/endpoints/" + x.Want(t, 201, boss, "POST", "/v1/dms/endpoints", `{"name": "Autoline", "url": "https://dms.example/hooks", "secret": "`+firstSecret+`"}`).ID(t)
	return x
}

// work lets the workers do all there is to do, and the sweeper promise what is due. A message that fails comes again.
func (x *exchange) work(t *testing.T) {
	t.Helper()
	workers := []app.Function{dms.Publisher, dms.Deliverer(x.system)}
	for idle := 0; idle < 2; {
		idle++
		for _, f := range workers {
			for _, body := range x.Sent.Take(f.Consumes.Topic) {
				idle = 0
				if err := f.Consumes.Handle(t.Context(), app.Grant(x.Deps, f), body); err != nil {
					x.faults = append(x.faults, err)
					if err := x.Sent.Send(t.Context(), []queue.Outgoing{{Topic: f.Consumes.Topic, Body: body}}); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if _, err := x.Outbox().Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// pass lets time pass and does what becomes due in it, minute by minute as the sweeper does.
func (x *exchange) pass(t *testing.T, d time.Duration) {
	t.Helper()
	for end := x.Time.Add(d); x.Time.Before(end); {
		x.Time = x.Time.Add(min(time.Minute, end.Sub(x.Time)))
		x.work(t)
	}
}

// begin hands in a follow-up and tries to reach the customer, which makes an entry of the feed.
func (x *exchange) begin(t *testing.T) prospect.ID {
	t.Helper()
	id := hand(t, x.World, row(fmt.Sprintf("F%s", x.NewID()), 1, nil)).Items[0].Prospect
	x.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects/"+string(id)+"/attempts", `{"notes": "no answer"}`)
	return id
}

// log is the endpoint's log.
func (x *exchange) log(t *testing.T) []dms.DeliveryView {
	t.Helper()
	var page struct{ Items []dms.DeliveryView }
	x.Want(t, 200, boss, "GET", x.endpoint+"/deliveries", "").Into(t, &page)
	return page.Items
}

func (x *exchange) view(t *testing.T) (v dms.EndpointView) {
	t.Helper()
	x.Want(t, 200, boss, "GET", x.endpoint, "").Into(t, &v)
	return v
}

func status(code int) func(webhook.Message) (webhook.Answer, error) {
	return func(webhook.Message) (webhook.Answer, error) { return webhook.Answer{Status: code}, nil }
}
