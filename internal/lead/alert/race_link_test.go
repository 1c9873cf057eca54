package alert_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/alert"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// paddock is where links race: leads come without alerts, and their links are signed as those of a mail are.
type paddock struct {
	*world
	pages app.Handler
	races int
	sent  []queue.Outgoing
	mu    sync.Mutex
}

func newPaddock(t *testing.T) *paddock {
	p := &paddock{world: newWorld(t), races: 1000}
	if testing.Short() {
		p.races = 50
	}
	p.standard(dealership.Sydney, firstAnswer)
	p.standard(dealership.Second, "Good day!")
	p.Deps.Queue = noting{p, quiet{}}
	p.pages = app.Handle(alert.Pages, p.Deps)
	return p
}

// noting keeps what functions send at the same time.
type noting struct {
	p *paddock
	quiet
}

func (n noting) Send(_ context.Context, messages []queue.Outgoing) error {
	n.p.mu.Lock()
	defer n.p.mu.Unlock()
	n.p.sent = append(n.p.sent, messages...)
	return nil
}

// mails takes the mails that were promised since.
func (p *paddock) mails() (n int) {
	for _, m := range p.sent {
		if m.Topic == mail.Deliver.Name {
			n++
		}
	}
	p.sent = nil
	return n
}

// lead is a new one, by number.
func (p *paddock) lead(n int) lead.ID {
	p.t.Helper()
	done, err := lead.Capture(p.t.Context(), p.Deps, dealership.Harbour, ask(n), lead.Place{Yards: []string{"sydney"}})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Time = p.Time.Add(time.Minute)
	return done.Lead.ID
}

// path is where the link of a mail to a user leads.
func (p *paddock) path(purpose link.Purpose, id lead.ID, user string) string {
	p.t.Helper()
	token, err := p.Links.Sign(p.t.Context(), purpose, link.Claim{
		Company: dealership.Harbour, Payload: table.Join(string(id), user, "the enquiry"), Expires: p.Time.Add(time.Hour),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return alert.LinkPath + token
}

func (p *paddock) request(method, path, form string) visited {
	p.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return p.follow(p.pages, r)
}

// race posts to several links at the same moment.
func (p *paddock) race(paths []string, forms ...string) []visited {
	pages := make([]visited, len(forms))
	var all sync.WaitGroup
	for i := range forms {
		all.Go(func() { pages[i] = p.request(http.MethodPost, paths[i], forms[i]) })
	}
	all.Wait()
	return pages
}

// winner is whose page says that it is done, where the other one's says something else; -1 where that is not so.
func winner(pages []visited, done string) int {
	won := slices.IndexFunc(pages, func(v visited) bool { return v.status == 200 && strings.Contains(v.body, done) })
	if won >= 0 && pages[1-won].status != 409 {
		return -1
	}
	return won
}

func (p *paddock) formOn(path string) string {
	p.t.Helper()
	page := p.request(http.MethodGet, path, "")
	found := digest.FindStringSubmatch(page.body)
	if found == nil {
		p.t.Fatalf("%d %s", page.status, page.body)
	}
	return "digest=" + found[1]
}

// Of two who assign a lead at the same moment one wins, whatever the scheduler does, and the other one's page says who.
func TestOfTwoWhoAssignOverLinksAtOnceOneWins(t *testing.T) {
	p := newPaddock(t)
	for n := range p.races {
		id := p.lead(n)
		paths := []string{p.path(alert.Assign, id, dealership.Sydney), p.path(alert.Assign, id, dealership.Second)}
		pages := p.race(paths, "seen=0&user=manager", "seen=0&user=second")
		won := winner(pages, "The lead is assigned")
		if won < 0 {
			won = winner(pages, "The lead is yours now.")
		}
		if won < 0 {
			t.Fatalf("race %d: %+v", n, pages)
		}
		said := []string{"Sam Lee has given this lead to Mara Quinn in the meantime", "Ana Ortiz has given this lead to Ana Ortiz in the meantime"}[won]
		got := p.load(dealership.Harbour, id)
		if got.Handovers != 1 || string(got.User) != []string{dealership.Manager, dealership.Second}[won] || !strings.Contains(pages[1-won].body, said) {
			t.Fatalf("race %d: %d handovers, to %s; the other was told %s", n, got.Handovers, got.User, pages[1-won].body)
		}
	}
}

// Of two who answer a customer at the same moment one does; the other sees who, and may send theirs all the same.
func TestOfTwoWhoReplyOverLinksAtOnceOneWins(t *testing.T) {
	p := newPaddock(t)
	for n := range p.races {
		id := p.lead(n)
		paths := []string{p.path(alert.Reply, id, dealership.Sydney), p.path(alert.Reply, id, dealership.Second)}
		forms := []string{p.formOn(paths[0]), p.formOn(paths[1])}
		p.mails()
		pages := p.race(paths, forms...)
		won := winner(pages, "Your reply is on its way")
		if mails := p.mails(); won < 0 || mails != 1 {
			t.Fatalf("race %d: %d mails, %+v", n, mails, pages)
		}
		other, got := pages[1-won], p.load(dealership.Harbour, id)
		if got.Acts != 1 || !strings.Contains(other.body, []string{"Sam Lee", "Ana Ortiz"}[won]) {
			t.Fatalf("race %d: %d acts; the other was told %s", n, got.Acts, other.body)
		}
		if n == 0 {
			shown := "digest=" + digest.FindStringSubmatch(other.body)[1]
			if sent := p.request(http.MethodPost, paths[1-won], shown); sent.status != 200 || p.mails() != 1 || p.load(dealership.Harbour, id).Acts != 2 {
				t.Errorf("who has seen it may send: %d %s", sent.status, sent.body)
			}
		}
	}
}

// A button that is pressed twice at once sends one reply, and nobody is told of a fault.
func TestAReplyThatIsSentTwiceAtOnceGoesOnce(t *testing.T) {
	p := newPaddock(t)
	for n := range p.races {
		id := p.lead(n)
		path := p.path(alert.Reply, id, dealership.Sydney)
		form := p.formOn(path)
		p.mails()
		pages := p.race([]string{path, path}, form, form)
		if mails := p.mails(); pages[0].status != 200 || pages[1].status != 200 || mails != 1 || p.load(dealership.Harbour, id).Acts != 1 {
			t.Fatalf("race %d: %d mails, %+v", n, mails, pages)
		}
	}
}
