package rehearse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// electronic is a lead as providers really send one: with curly quotes in its declaration, an attribute without quotes, and
// a bare ampersand.
const electronic = `<?ADF VERSION "1.0"?>
<?XML VERSION “1.0”?>
<adf><prospect status="new">
<id sequence=1 source="Carfinder">%s</id>
<vehicle interest="buy" status="used"><year>2018</year><make>Mazda</make><model>CX-5 Maxx & Sport</model><stock>M-2041</stock></vehicle>
<customer><contact><name part="full">Imogen Hale</name><email>imogen.hale@mail.example</email><phone type="cellphone">0491 570 110</phone></contact><comments>Is it still there?</comments></customer>
<vendor><vendorname>Melbourne</vendorname></vendor>
</prospect></adf>`

// enquiries is how many of the mails about the lead tell of something new: the provider's first one, and the one under another id.
const enquiries = 2

// receiveLead opens an address for leads, and a provider sends one there: twice, as
// providers do, and once more under another id, as customers have it who ask again.
func (p *play) receiveLead(ctx context.Context) error {
	admin, manager := p.admin, p.manager
	template, err := admin.post(ctx, "/v1/templates", map[string]string{"name": "First answer", "channel": "email", "subject": "Your enquiry", "body": answering})
	if err != nil {
		return err
	}
	if err := manager.call(ctx, http.MethodPost, "/v1/templates/"+template+"/default", "", nil, nil); err != nil {
		return err
	}
	var yards struct{ Items []struct{ ID string } }
	if err := admin.get(ctx, "/v1/yards", &yards); err != nil {
		return err
	}
	var ids []string
	for _, yard := range yards.Items {
		ids = append(ids, yard.ID)
	}
	id, err := admin.post(ctx, "/v1/connections", map[string]any{"name": "Carfinder", "api": "leads", "yards": ids})
	if err != nil {
		return err
	}
	var shown struct{ Address string }
	if err := admin.call(ctx, http.MethodPost, "/v1/connections/"+id+"/rotate-webhook", "", nil, &shown); err != nil {
		return err
	}
	_, path, found := strings.Cut(shown.Address, "/webhooks/")
	if !found {
		return errors.New("rehearse: the leads connection has no address")
	}
	for _, id := range []string{"CF-77812", "CF-77812", "CF-77813"} {
		lead := fmt.Appendf(nil, electronic, id)
		if err := (client{base: p.Winback}).call(ctx, http.MethodPost, "/webhooks/"+path, "application/x-adf+xml; charset=utf-8", lead, nil); err != nil {
			return err
		}
	}
	if err := p.drain(ctx); err != nil {
		return err
	}
	var leads struct{ Items []struct{ ID string } }
	if err := manager.get(ctx, "/v1/leads?q=imogen", &leads); err != nil {
		return err
	}
	if len(leads.Items) != 1 {
		return fmt.Errorf("rehearse: an electronic lead that came three times is %d leads", len(leads.Items))
	}
	return nil
}

// answering is a response that says little.
const answering = "Hello {{customer.firstName|there}}, when may I call you? {{user.name}}"

// alertLinks are the links in a mail about a lead: first the one to a reply, then those to colleagues.
var alertLinks = regexp.MustCompile(`/l/[A-Za-z0-9_-]+(\?user=\S+)?`)

// followLinks does from the mail about the lead what the manager could do in the application: a look at each page, a reply
// with the default response, and the lead in a colleague's hands.
func (p *play) followLinks(ctx context.Context) error {
	var links []string
	err := until(ctx, p.patience(), func() (told bool, err error) {
		// An enquiry that is told of after the lead has changed hands is told to somebody else.
		alerts, err := p.linksOfAlerts(ctx)
		if len(alerts) == enquiries {
			links = alerts[0]
		}
		return links != nil, err
	})
	if err != nil {
		return fmt.Errorf("%w: the manager is not told of the lead and of what came after it", err)
	}
	for _, link := range links {
		if err := (client{base: p.Winback}).call(ctx, http.MethodGet, link, "", nil, nil); err != nil {
			return err
		}
	}
	return p.actFrom(ctx, links[0], links[1:])
}

// linksOfAlerts are those in each of the manager's mails about the lead.
func (p *play) linksOfAlerts(ctx context.Context) (alerts [][]string, err error) {
	var box struct {
		Items []struct{ To, Subject, Text string }
	}
	if err := (client{base: p.Winback}).get(ctx, "/_local/outbox?limit=100000", &box); err != nil {
		return nil, err
	}
	for _, m := range box.Items {
		if links := alertLinks.FindAllString(m.Text, -1); len(links) >= 3 && strings.Contains(m.To, "manager@") {
			alerts = append(alerts, links)
		}
	}
	return alerts, nil
}

// actFrom presses the buttons on the pages behind links.
func (p *play) actFrom(ctx context.Context, reply string, colleagues []string) error {
	const form = "application/x-www-form-urlencoded"
	page, err := p.page(ctx, reply)
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(page, `name="digest" value="`)
	digest, _, found := strings.Cut(rest, `"`)
	if !found {
		return errors.New("rehearse: the page shows no reply to send")
	}
	anonymous := client{base: p.Winback}
	if err := anonymous.call(ctx, http.MethodPost, reply, form, []byte("digest="+digest), nil); err != nil {
		return err
	}
	for _, link := range colleagues {
		path, user, named := strings.Cut(link, "?")
		page, err := p.page(ctx, link)
		if err != nil || !named {
			continue
		}
		_, rest, _ := strings.Cut(page, `name="seen" value="`)
		seen, _, _ := strings.Cut(rest, `"`)
		return anonymous.call(ctx, http.MethodPost, path, form, []byte(user+"&seen="+seen), nil)
	}
	return errors.New("rehearse: there is no colleague")
}

// page is what somebody sees who opens a link.
func (p *play) page(ctx context.Context, link string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Winback+link, nil)
	if err != nil {
		return "", fmt.Errorf("rehearse: %w", err)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", fmt.Errorf("rehearse: %w", err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err == nil && got.StatusCode != http.StatusOK {
		err = fmt.Errorf("rehearse: the page behind a link: %s", got.Status)
	}
	return string(text), err
}
