package alert

import (
	"context"
	"embed"
	"fmt"
	html "html/template"
	"net/url"
	"strings"
	"sync"
	text "text/template"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/response"
)

//go:embed templates
var templates embed.FS

// What is parsed is what a function shows: lead-alert writes mails, and lead-link shows pages.
var (
	htmlMail = sync.OnceValue(func() *html.Template {
		// The addresses of links are made by us; tel: is one that html/template does not know.
		funcs := html.FuncMap{"link": func(s string) html.URL { return html.URL(s) }} //nolint:gosec // see dial and mailto
		return html.Must(html.New("alert.html").Funcs(funcs).ParseFS(templates, "templates/alert.html"))
	})
	textMail = sync.OnceValue(func() *text.Template { return text.Must(text.ParseFS(templates, "templates/alert.txt")) })
	htmlPage = sync.OnceValue(func() *html.Template {
		return html.Must(html.New("page.html").Funcs(html.FuncMap{"args": formOn}).ParseFS(templates, "templates/page.html"))
	})
)

// maxNames is how many colleagues a mail names (L11, C18).
const maxNames = 20

// view is what the templates of a mail show. Its texts are plain; html/template escapes them where they go.
type view struct {
	Words                                 words
	Language, Company                     string
	Title, Preview, Greeting, Text, State string
	Car, Person                           facts
	Comment                               []string
	Others                                []other
	Reply                                 *reply
	Assign                                *assign
	Link                                  string // into the application; empty: no front end is known
}

// other is another open lead of the customer (R66).
type other struct{ Text, Link string }

// reply is the reader's default response about this lead.
type reply struct {
	Subject string
	Lines   []string
	Link    string // empty: there is no default
	None    string // why there is none
}

// assign is to whom the lead can be given.
type assign struct {
	Names []choice
	More  string // how many others there are; empty: none
	Link  string // to all of them
}

type choice struct{ Name, Link string }

// letter is the alert mail to a user.
func (s *story) letter(ctx context.Context, user access.User) (mail.Letter, error) {
	v, err := s.view(ctx, user)
	if err != nil {
		return mail.Letter{}, err
	}
	letter := mail.Letter{
		SendID: ident.Of(s.co.ID(), "lead alert", string(s.lead.ID), s.arrival.Enquiry, string(user.ID)), Kind: mailKind,
		Reader: string(user.ID), To: notify.AddressOf(user), Subject: v.Title,
		Headers: map[string]string{"Auto-Submitted": "auto-generated"}, // RFC 3834: no robot need answer
	}
	letter.HTML, letter.Text, err = v.render()
	return letter, err
}

func (v view) render() (htmlBody, textBody string, err error) {
	var h, t strings.Builder
	if err := htmlMail().Execute(&h, v); err != nil {
		return "", "", fmt.Errorf("alert: %w", err)
	}
	if err := textMail().Execute(&t, v); err != nil {
		return "", "", fmt.Errorf("alert: %w", err)
	}
	return h.String(), t.String(), nil
}

func (s *story) view(ctx context.Context, user access.User) (view, error) {
	caller, err := s.d.Access.Caller(ctx, user.Subject)
	if err != nil {
		return view{}, err
	}
	v := view{
		Words: s.words, Language: s.words.language, Company: notify.Clip(s.company.Name, maxValue), Title: s.title(), Greeting: s.words.hello + ",",
		Text: s.words.intro, State: s.state(user.ID), Car: s.car(), Person: s.person(), Comment: s.comment(),
	}
	if s.arrival.Again {
		v.Text = s.words.introAgain
	}
	if first := notify.Clip(user.First, maxValue); first != "" {
		v.Greeting = s.words.hello + " " + first + ","
	}
	if len(v.Comment) > 0 {
		v.Preview = v.Comment[0]
	}
	if s.d.Site.AppURL != "" {
		v.Link = s.d.Site.AppURL + "/leads/" + string(s.lead.ID)
	}
	if v.Others, err = s.others(ctx, caller); err != nil {
		return v, err
	}
	if v.Reply, err = s.reply(ctx, user); err != nil || !caller.In(s.lead.Yard, access.LeadAllocate) {
		return v, err
	}
	v.Assign, err = s.assign(ctx, user.ID)
	return v, err
}

// others are the customer's other open leads that the reader may see.
func (s *story) others(ctx context.Context, caller access.Caller) ([]other, error) {
	open, err := lead.OtherOpen(ctx, s.d, caller, s.lead)
	if err != nil {
		return nil, err
	}
	var shown []other
	for _, l := range open {
		parts := []string{l.Vehicle.Describe(), s.words.nobody, l.CreatedAt.Format(s.words.date)}
		if l.User != "" {
			parts[1] = s.name(l.User)
		}
		o := other{Text: notify.Clip(strings.Join(parts, " · "), maxValue)}
		if s.d.Site.AppURL != "" {
			o.Link = s.d.Site.AppURL + "/leads/" + string(l.ID)
		}
		shown = append(shown, o)
	}
	return shown, nil
}

// reply is what the reader's default response says about this lead (L6). It is nil where the customer has no address.
func (s *story) reply(ctx context.Context, user access.User) (*reply, error) {
	if s.customer.Email == "" {
		return nil, nil //nolint:nilnil // there is nothing to show
	}
	standard, found, err := response.Default(ctx, s.d, s.co, user.ID, response.Email)
	if err != nil {
		return nil, err
	}
	if !found {
		return &reply{None: s.words.noDefault}, nil
	}
	about, err := response.Gather(ctx, s.d, s.co, user.ID, s.lead.Yard, s.customer, s.lead.Vehicle)
	if err != nil {
		return nil, err
	}
	filled := standard.Fill(about)
	token, err := s.sign(ctx, Reply, user.ID)
	return &reply{Subject: notify.Clip(filled.Subject, maxTitle), Lines: nonEmpty(filled.Text), Link: s.page(token)}, err
}

// nonEmpty are the lines of a text that say something.
func nonEmpty(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if line = notify.Clip(line, maxComment); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// assign lists the reader's colleagues (L9–L11).
func (s *story) assign(ctx context.Context, reader access.UserID) (*assign, error) {
	token, err := s.sign(ctx, Assign, reader)
	if err != nil {
		return nil, err
	}
	a := &assign{Link: s.page(token)}
	for _, u := range s.team {
		if u.ID == s.lead.User {
			continue
		}
		if len(a.Names) == maxNames {
			a.More = fmt.Sprintf(s.words.all, len(s.team))
			break
		}
		name := s.name(u.ID)
		if u.ID == reader {
			name += " (" + s.words.you + ")"
		}
		a.Names = append(a.Names, choice{name, a.Link + "?user=" + url.QueryEscape(string(u.ID))})
	}
	return a, nil
}
