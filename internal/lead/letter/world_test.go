package letter_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/letter"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/blob/s3event"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail/sesinbound"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/vehicle"
)

const replies = "replies.winback.example"

// bucket is a bucket in memory.
type bucket map[string][]byte

func (b bucket) Read(_ context.Context, key string, limit int) ([]byte, error) {
	raw, ok := b[key]
	if !ok {
		return nil, errs.E(errs.NotFound, "there is no such file")
	}
	if len(raw) > limit {
		return nil, errs.E(errs.Invalid, "the file has more than %d bytes", limit)
	}
	return raw, nil
}

// world is the two dealers with a bucket that mails come into, and a lead of Sydney's about Ann.
type world struct {
	*dealership.World
	*testing.T
	bucket  bucket
	id      string
	address string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: dealership.New(t), T: t, bucket: bucket{}}
	w.Site.Replies, w.Inbox = replies, w.bucket
	w.Serve(lead.API(func(context.Context, app.Deps, ident.Company, vehicle.Vehicle) (string, error) { return "", nil }))
	w.Serve(customer.API).Serve(notify.API).Serve(prospect.API(lead.OfProspect, lead.CareTopic))
	w.id = w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads",
		`{"customer": {"first": "Ann", "last": "Lee", "email": "Ann@Mail.example"}, "vehicle": {"make": "Kia", "model": "Ceed"}}`).ID(t)
	w.address = w.addressOf(w.id)
	return w
}

func (w *world) addressOf(id string) string {
	w.Helper()
	address, err := lead.Address(w.Context(), w.Deps, dealership.Harbour, lead.ID(id))
	if err != nil {
		w.Fatal(err)
	}
	return address
}

// put leaves a mail in the bucket as the provider does, and returns its announcement.
func (w *world) put(raw string, how ...func(*sesinbound.Arrival)) []byte {
	a := sesinbound.Arrival{ID: fmt.Sprintf("m%05d", len(w.bucket)), Region: "eu-central-1", From: "ann@mail.example", To: w.address, At: w.Time}
	for _, change := range how {
		change(&a)
	}
	key := "mails/" + a.ID
	w.bucket[key] = sesinbound.Stamped([]byte(raw), a)
	return s3event.Created("winback-mails", key, int64(len(w.bucket[key])), w.Time)
}

// tell hands an announcement to the function, through the codec and with nothing but what it declares.
func (w *world) tell(announcement []byte) error {
	_, err := app.Handle(letter.Receiver, w.Deps)(w.Context(), announcement)
	return err
}

// arrive lets a mail come in.
func (w *world) arrive(raw string, how ...func(*sesinbound.Arrival)) {
	w.Helper()
	if err := w.tell(w.put(raw, how...)); err != nil {
		w.Fatal(err)
	}
}

// written is a mail of Ann's to the lead.
func (w *world) written(text string, fields ...string) string {
	fields = append([]string{"From: Ann Lee <ann@mail.example>", "To: Sam <" + w.address + ">", "Subject: Re: Your Ceed", "Message-ID: <1@mail.example>"}, fields...)
	return strings.Join(fields, "\r\n") + "\r\n\r\n" + text
}

// conversation is what a user reads of a lead's.
func (w *world) conversation(user, id string) []lead.Work {
	w.Helper()
	var page struct{ Items []lead.Work }
	w.Want(w.T, 200, user, "GET", "/v1/leads/"+id+"/conversation", "").Into(w.T, &page)
	return page.Items
}

// only is the one mail that came in.
func (w *world) only() lead.Work {
	w.Helper()
	all := w.conversation(dealership.Sydney, w.id)
	if len(all) != 1 || all[0].Kind != lead.Answered || all[0].Received == nil {
		w.Fatalf("the conversation is %+v", all)
	}
	return all[0]
}

func (w *world) lead(id string) lead.Lead {
	w.Helper()
	var l lead.Lead
	w.Want(w.T, 200, dealership.Manager, "GET", "/v1/leads/"+id, "").Into(w.T, &l)
	return l
}

// told are the titles of a user's notices about answers.
func (w *world) told(user access.UserID) (titles []string) {
	w.Helper()
	var page struct {
		Items []struct{ Kind, Title, Text string }
	}
	w.Want(w.T, 200, string(user), "GET", "/v1/notifications", "").Into(w.T, &page)
	for _, n := range page.Items {
		if n.Kind == string(notify.LeadAnswered) {
			titles = append(titles, n.Title+" | "+n.Text)
		}
	}
	return titles
}

// decode is an announcement as functions get it.
func decode(t *testing.T, announcement []byte) event.Bridge {
	t.Helper()
	b, err := event.DecodeBridge(announcement)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
