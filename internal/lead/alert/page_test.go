package alert_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/alert"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// visited is what came back from a link.
type visited struct {
	status int
	body   string
	header http.Header
}

// browse follows a link as somebody does who has not signed in.
func (w *world) browse(method, path, form string, headers ...string) visited {
	w.t.Helper()
	path = strings.TrimPrefix(path, "https://api.winback.example")
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	return w.follow(app.Handle(alert.Pages, w.Deps), r)
}

// follow asks a function for a page.
func (w *world) follow(pages app.Handler, r *http.Request) visited {
	w.t.Helper()
	payload, err := event.EncodeRequest(r, event.Call{RequestID: "r1", RouteKey: r.Method + " /l/{token}", Time: w.Time})
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := pages(w.t.Context(), payload)
	if err != nil {
		w.t.Fatal(err)
	}
	answer, err := event.DecodeResponse(out)
	if err != nil {
		w.t.Fatal(err)
	}
	return visited{answer.Status(), string(answer.Body()), answer.Header()}
}

// alerted is a lead with two recipients who work in Sydney.
func alerted(t *testing.T) (*world, lead.Lead) {
	w := newWorld(t)
	w.rule(rule.Rule{Recipients: []access.UserID{dealership.Sydney, dealership.Second}})
	return w, w.arrive(ask(1), "sydney")
}

var links = regexp.MustCompile(`https://api\.winback\.example/l/[A-Za-z0-9_-]+(\?user=[a-z]+)?`)

// link is the link in the latest mail to a user that the lead is assigned with: the one that proposes somebody, or, for "",
// the one that proposes nobody.
func (w *world) link(user, proposed string) string {
	w.t.Helper()
	for _, m := range w.outbox() {
		if !strings.Contains(m.To, user+"@") {
			continue
		}
		for _, l := range links.FindAllString(m.Text, -1) {
			if proposed != "" && strings.HasSuffix(l, "?user="+proposed) {
				return l
			}
			if proposed == "" && !strings.Contains(l, "?") && strings.Contains(m.Text, l+"?user=") {
				return l
			}
		}
	}
	w.t.Fatalf("no link to %q in the mails to %s", proposed, user)
	return ""
}

// post is the link without its query, where forms go.
func post(link string) string { path, _, _ := strings.Cut(link, "?"); return path }

func TestALinkInTheMailShowsAndItsButtonAssigns(t *testing.T) {
	w, l := alerted(t)
	page := w.browse("GET", w.link(dealership.Sydney, dealership.Second), "")
	if page.status != 200 || !strings.Contains(page.body, "Assign this lead to Ana Ortiz?") || !strings.Contains(page.body, `name="user" value="second"`) || !strings.Contains(page.body, "2018 Mazda CX-5") {
		t.Fatalf("%d %s", page.status, page.body)
	}
	if got := w.load(dealership.Harbour, l.ID); got.User != "" || got.Handovers != 0 {
		t.Fatal("looking at the page assigned the lead")
	}
	done := w.browse("POST", post(w.link(dealership.Sydney, dealership.Second)), "seen=0&user=second&notes="+url.QueryEscape("Call before noon."))
	if done.status != 200 || !strings.Contains(done.body, "Ana Ortiz has this lead now, and has been told.") {
		t.Fatalf("%d %s", done.status, done.body)
	}
	if got := w.load(dealership.Harbour, l.ID); got.User != dealership.Second || got.Handovers != 1 {
		t.Errorf("%+v", got)
	}
	w.work()
	if m := w.outbox()[0]; !strings.Contains(m.To, "second@") || !strings.Contains(m.Text, "Call before noon.") {
		t.Errorf("the new owner is not told: %s %s", m.To, m.Text)
	}
	again := w.browse("POST", post(w.link(dealership.Sydney, dealership.Second)), "seen=0&user=second&notes="+url.QueryEscape("Call before noon."))
	if again.status != 200 || w.load(dealership.Harbour, l.ID).Handovers != 1 {
		t.Errorf("sent again: %d, %d handovers", again.status, w.load(dealership.Harbour, l.ID).Handovers)
	}
	if mine := w.browse("POST", post(w.link(dealership.Sydney, dealership.Second)), "seen=1&user=sydneyman"); !strings.Contains(mine.body, "The lead is yours now.") {
		t.Errorf("%d %s", mine.status, mine.body)
	}
}

func TestWhoDidItOverALinkIsKept(t *testing.T) {
	w, l := alerted(t)
	w.browse("POST", w.link(dealership.Sydney, ""), "seen=0&user=second")
	var entries int
	page, err := w.Table.Query(t.Context(), table.Query{Partition: string(table.In(dealership.Harbour, "audit", w.Time.Format(time.DateOnly))), Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range page.Items {
		if body := string(item.Body); strings.Contains(body, `"operation":"followLink"`) && strings.Contains(body, `"user":"sydneyman"`) && strings.Contains(body, string(l.ID)) {
			entries++
		}
	}
	if entries != 1 {
		t.Errorf("%d entries", entries)
	}
}

func TestThePageOfManyColleaguesIsSearched(t *testing.T) {
	w := newWorld(t)
	var members []access.Member
	for n := range 45 {
		members = append(members, access.Member{User: access.UserID(fmt.Sprintf("colleague%02d", n))})
	}
	w.Fill(t, dealership.Harbour, access.ManageLeads, []string{"sydney"}, members...)
	w.rule(rule.Rule{Recipients: []access.UserID{dealership.Sydney}})
	w.arrive(ask(1), "sydney")
	all := w.link(dealership.Sydney, "")
	page := w.browse("GET", all, "")
	if n := strings.Count(page.body, `type="radio"`); n != 20 || !strings.Contains(page.body, "28 more are not shown") || !strings.Contains(page.body, `type="search"`) {
		t.Errorf("%d people: %s", n, page.body)
	}
	if strings.Contains(page.body, "Bo Ek") {
		t.Error("somebody of another yard is shown")
	}
	for q, want := range map[string]string{"qui": "Mara Quinn", "MARA": "Mara Quinn", "colleague44": "colleague44", "ort an": "Ana Ortiz"} {
		found := w.browse("GET", all+"?q="+url.QueryEscape(q), "")
		if strings.Count(found.body, `type="radio"`) != 1 || !strings.Contains(found.body, want) || !strings.Contains(found.body, `value="`+html.EscapeString(q)+`"`) {
			t.Errorf("%s: %s", q, found.body)
		}
	}
	if none := w.browse("GET", all+"?q="+url.QueryEscape(`"><script>`), ""); strings.Contains(none.body, "<script") || !strings.Contains(none.body, "is called so") {
		t.Error(none.body)
	}
	if unknown := w.browse("GET", all+"?user=nobody&utm_source=mail", ""); unknown.status != 200 || strings.Count(unknown.body, `type="radio"`) != 20 {
		t.Errorf("%d", unknown.status)
	}
}

func TestALinkThatIsNoUseSaysSoKindly(t *testing.T) {
	w, l := alerted(t)
	all := w.link(dealership.Sydney, "")
	say := func(name, link string, status int, words string) {
		t.Helper()
		for method, form := range map[string]string{"GET": "", "POST": "seen=0&user=second"} {
			page := w.browse(method, link, form)
			if page.status != status || !strings.Contains(page.body, words) || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
				t.Errorf("%s, %s: %d %s", name, method, page.status, page.body)
			}
		}
		if got := w.load(dealership.Harbour, l.ID); got.User != "" {
			t.Errorf("%s: the lead is %s's", name, got.User)
		}
	}
	say("damaged", all+"A", 404, "This link is not valid")
	say("cut", all[:len(all)-1], 404, "This link is not valid")
	say("made up", "/l/"+strings.Repeat("A", 120), 404, "This link is not valid")
	foreign, err := w.Links.Sign(t.Context(), "unsubscribe", link.Claim{Company: dealership.Harbour, Payload: table.Join(string(l.ID), dealership.Sydney, "x"), Expires: w.Time.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	say("of another purpose", "/l/"+foreign, 404, "This link is not valid")
	w.change(dealership.Sydney, func(u *access.User) { u.Disabled = true })
	say("of somebody who has left", all, 403, "not yours to work on any more")
	w.change(dealership.Sydney, func(u *access.User) { u.Disabled = false })
	w.Time = w.Time.Add(7*24*time.Hour + time.Second)
	say("expired", all, 410, "This link has expired")
	w.Time = w.Time.Add(-8 * 24 * time.Hour)
	caller := access.NewCaller(dealership.Harbour, dealership.Manager, "", access.Grant{Role: access.ManageLeads, Yards: []string{"sydney"}})
	if _, err := lead.Close(t.Context(), w.Deps, caller, l.ID, lead.Lost, ""); err != nil {
		t.Fatal(err)
	}
	say("of a closed lead", all, 409, "It was closed as lost.")
}

func TestWhatAPageCannotHaveSentDoesNothing(t *testing.T) {
	w, l := alerted(t)
	all := w.link(dealership.Sydney, "")
	for form, words := range map[string]string{
		"seen=0":                          "Choose somebody first.",
		"user=second":                     "Something of this page got lost",
		"seen=x&user=second":              "Something of this page got lost",
		"seen=0&user=second&user=manager": "Something of this page got lost",
		"seen=0&user=%ff":                 "Something of this page got lost",
		"seen=0&user=%zz":                 "Something of this page got lost",
		"seen=0&user=melbman":             "cannot work on leads of this yard",
		"seen=0&user=kieler":              "cannot work on leads of this yard",
		"seen=0&user=nobody":              "cannot work on leads of this yard",
		"seen=0&user=second&notes=" + strings.Repeat("x", 1001): "more than 1,000 characters",
	} {
		page := w.browse("POST", all, form)
		if page.status != 422 || !strings.Contains(page.body, words) {
			t.Errorf("%.60s: %d %s", form, page.status, page.body)
		}
	}
	if page := w.browse("POST", all, `{"user":"second"}`, "Content-Type: application/json"); page.status != 415 {
		t.Errorf("JSON: %d", page.status)
	}
	if page := w.browse("POST", all, "notes="+strings.Repeat("x", 40_000)); page.status != 413 {
		t.Errorf("too large: %d", page.status)
	}
	if got := w.load(dealership.Harbour, l.ID); got.User != "" || got.Handovers != 0 {
		t.Errorf("%+v", got)
	}
}

// scanners are programs that open the links of mails before, or instead of, their readers.
var scanners = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", // link protection in a real browser's clothes
	"Mozilla/5.0 (compatible; Microsoft Office Outlook 16.0; ms-office; MSOffice 16)", "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; BingPreview/1.0b)",
	"Barracuda Sentinel (EE)", "Mozilla/5.0 (compatible; ProofpointURLDefense/1.0)", "Mimecast-URL-Protect/2.1", "GoogleImageProxy (via ggpht.com GoogleImageProxy)",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
	"facebookexternalhit/1.1", "curl/8.5.0", "",
}

func TestScannersThatOpenEveryLinkChangeNothing(t *testing.T) {
	w, l := alerted(t)
	w.standard(dealership.Sydney, "Hello {{customer.firstName}}")
	w.arrive(ask(2), "sydney") // with a reply to send
	var all []string
	for _, m := range w.outbox() {
		all = append(all, links.FindAllString(m.Text, -1)...)
		all = append(all, links.FindAllString(m.HTML, -1)...)
	}
	w.Refuse = func(ops []table.Op) error {
		t.Errorf("written: %s", ops[0].Item.Kind)
		return nil
	}
	opened := 0
	for _, agent := range scanners {
		for _, method := range []string{"GET", "HEAD"} {
			for range 3 {
				for _, link := range all {
					page := w.browse(method, link, "", "User-Agent: "+agent)
					if page.status != 200 {
						t.Errorf("%s %s: %d", method, agent, page.status)
					}
					opened++
				}
			}
		}
	}
	if want := 12 * 2 * 3 * len(all); opened != want || len(all) < 20 {
		t.Errorf("%d links opened, %d times", len(all), opened)
	}
	if got := w.load(dealership.Harbour, l.ID); got.User != "" || len(w.messages) != 0 {
		t.Errorf("%+v, %d messages", got, len(w.messages))
	}
}

func TestOfTwoWhoAssignOneWinsAndTheOtherSeesWho(t *testing.T) {
	w, l := alerted(t)
	sams, anas := w.link(dealership.Sydney, ""), w.link(dealership.Second, "")
	if page := w.browse("POST", sams, "seen=0&user=manager"); page.status != 200 {
		t.Fatalf("%d %s", page.status, page.body)
	}
	w.Time = w.Time.Add(time.Hour)
	late := w.browse("POST", anas, "seen=0&user=second")
	if late.status != 409 || !strings.Contains(late.body, "Somebody was quicker") || !strings.Contains(late.body, "Sam Lee has given this lead to Mara Quinn") || !strings.Contains(late.body, "Look at it again") {
		t.Errorf("%d %s", late.status, late.body)
	}
	if got := w.load(dealership.Harbour, l.ID); got.User != dealership.Manager || got.Handovers != 1 {
		t.Errorf("%+v", got)
	}
	if page := w.browse("POST", anas, "seen=1&user=second"); page.status != 200 {
		t.Errorf("who has looked again may: %d", page.status)
	}
}

func TestPagesTellNobodyAndRunNothing(t *testing.T) {
	w, _ := alerted(t)
	for _, page := range []visited{
		w.browse("GET", w.link(dealership.Sydney, ""), ""), w.browse("POST", w.link(dealership.Sydney, ""), "seen=0"), w.browse("GET", "/l/nothing", ""),
	} {
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"Referrer-Policy":         "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex, nofollow",
		} {
			if got := page.header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if strings.Contains(page.body, "<script") || strings.Contains(page.body, "src=") || strings.Contains(page.body, "http://") || len(page.body) > 20_000 {
			t.Errorf("%d bytes: %s", len(page.body), page.body)
		}
	}
}

func TestHostileTextsStayTextsOnPages(t *testing.T) {
	var shape string
	for i, text := range append([]string{"harmless"}, hostile()...) {
		w := newWorld(t)
		w.rule(rule.Rule{Recipients: []access.UserID{dealership.Sydney}})
		w.change(dealership.Second, func(u *access.User) { u.First, u.Last = "N "+text, text })
		e := ask(1)
		e.Customer.Name.Full, e.Provider.Name, e.Vehicle.Model = "K "+text, "P "+text, "M "+text
		e.Customer.Name.First, e.Customer.Name.Last = "", ""
		w.arrive(e, "sydney")
		page := w.browse("GET", w.link(dealership.Sydney, dealership.Second), "")
		root, err := html.Parse(strings.NewReader(token.ReplaceAllString(page.body, "LINK")))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			shape = skeleton(root)
		} else if got := skeleton(root); got != shape {
			t.Errorf("%.40q changes the shape:\n%s\nwant\n%s", text, got, shape)
		}
	}
}
