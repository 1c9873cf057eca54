package functions_test

import (
	"context"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/blob/s3event"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail/sesinbound"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// inbox is the bucket that mails come into.
type inbox map[string][]byte

var _ blob.Reader = inbox{}

func (b inbox) Read(_ context.Context, key string, limit int) ([]byte, error) {
	raw, ok := b[key]
	switch {
	case !ok:
		return nil, errs.E(errs.NotFound, "there is no such mail")
	case len(raw) > limit:
		return nil, errs.E(errs.Invalid, "the mail has more than %d bytes", limit)
	}
	return raw, nil
}

// letterbox has the mails that samples announce: Kim's to the address of the new lead, of which one has landed, and others. The
// address is random, and the same in every world.
func (w *world) letterbox(t *testing.T, mails inbox) {
	t.Helper()
	cryptotest.SetGlobalRandom(t, 200)
	address, err := lead.Address(t.Context(), w.Deps, dealership.Harbour, newLead)
	if err != nil {
		t.Fatal(err)
	}
	put := func(id, from, to, content string, how func(*sesinbound.Arrival)) {
		a := sesinbound.Arrival{ID: id, Region: s3event.Region, From: from, To: to, At: delivery.Add(-time.Minute)}
		if how != nil {
			how(&a)
		}
		raw := "From: " + from + "\r\nTo: " + to + "\r\nSubject: Re: Your Octavia\r\nMessage-ID: <" + id + "@mail.example>\r\n" + content
		mails["mails/"+id] = sesinbound.Stamped([]byte(raw), a)
	}
	const kims = "kim.nguyen@mail.example"
	put("known", kims, address, "\r\nIs there a tow bar?", nil)
	put("answer", kims, address, "\r\nYes, on Saturday.\r\n\r\nOn Sun, 22 Nov 2026 at 12:00, Harbour Motors wrote:\r\n> When can you come?\r\n", nil)
	put("photos", kims, address, "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nMy own car.\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename=car.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ\r\n--b--\r\n", nil)
	put("elsewhere", "kim@work.example", address, "\r\nIt is me, from work.", nil)
	put("away", kims, address, "Auto-Submitted: auto-replied\r\n\r\nI am away.", nil)
	put("spam", kims, address, "\r\nBuy now.", func(a *sesinbound.Arrival) { a.Spam = "FAIL" })
	put("virus", kims, address, "\r\nSee attached.", func(a *sesinbound.Arrival) { a.Virus = "FAIL" })
	put("nobodys", kims, "lead-"+strings.Repeat("a", 26)+"@"+w.Site.Replies, "\r\nHello?", nil)
	mails["mails/AMAZON_SES_SETUP_NOTIFICATION"] = []byte("From: Amazon Web Services <no-reply-aws@amazon.com>\r\nSubject: Amazon SES Setup Notification\r\n\r\n")
	for _, id := range []string{"known", "photos"} {
		announcement := s3event.Created("mails", "mails/"+id, int64(len(mails["mails/"+id])), delivery)
		if _, err := app.Handle(w.functions["mail-received"], w.Deps)(t.Context(), announcement); err != nil {
			t.Fatal(err)
		}
	}
}
