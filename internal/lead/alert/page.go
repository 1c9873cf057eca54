package alert

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/audit"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Pages is the function behind the links of alert mails.
var Pages = app.Function{
	Name: "lead-link",
	Doc:  "Pages behind the links of alert mails: they show what would happen, and only their button does it.",
	HTTP: func(h huma.API, d app.Deps) { pages{d}.routes(h) },
	Uses: app.Uses{Table: app.Get | app.Query | app.Put | app.Load, Sends: app.Topics(notify.Send, mail.Deliver, lead.CareTopic), Links: true},
}

// formType is what pages post.
const formType = "application/x-www-form-urlencoded"

// maxForm bounds what a page posts, in bytes: the longest notes, escaped.
const maxForm = 32 << 10

type pages struct{ app.Deps }

func (p pages) routes(h huma.API) {
	const reason = "whoever has the mail has the link; a token in the path, which expires, names user and lead"
	web.Get(h, LinkPath+"{token}", web.Public(reason), web.Route{
		ID: "showLink", Tag: "Links", Summary: "The page behind a link in a mail.",
		Description: "It shows what the link is for and changes nothing, whoever opens it and however often.",
	}, p.show)
	web.Post(h, LinkPath+"{token}", web.Public(reason), web.Route{
		ID: "followLink", Tag: "Links", Summary: "Does what the page behind a link offers.", MaxBody: maxForm, Takes: map[string]any{formType: nil},
		Description: "What the page's form says: to whom a lead is assigned, or that a reply is sent. Done again it has no further effect.",
	}, p.act)
}

type showIn struct {
	Token string `path:"token" maxLength:"8192"`
	User  string `query:"user" maxLength:"64" doc:"Whom the page proposes."`
	Text  string `query:"q" maxLength:"200" doc:"Words, each the beginning of a first or last name."`
}

type actIn struct {
	Token string `path:"token" maxLength:"8192"`
	web.Content
}

// document is a page as an answer.
type document struct {
	Status      int
	ContentType string `header:"Content-Type"`
	Robots      string `header:"X-Robots-Tag"`
	Body        []byte
}

func (p pages) show(ctx context.Context, in *showIn) (*document, error) {
	s, refused, err := p.open(ctx, in.Token)
	if err != nil || refused != nil {
		return refused.document(err)
	}
	if s.ticket.purpose == Reply {
		sheet, err := s.replySheet(ctx)
		return sheet.document(err)
	}
	sheet, err := s.assignSheet(ctx, in.User, in.Text)
	return sheet.document(err)
}

func (p pages) act(ctx context.Context, in *actIn) (*document, error) {
	s, refused, err := p.open(ctx, in.Token)
	if err != nil || refused != nil {
		return refused.document(err)
	}
	form, ok := readForm(in.MediaType, in.RawBody)
	if !ok {
		return s.message(http.StatusUnprocessableEntity, s.words.Incomplete, s.words.IncompleteText).document(nil)
	}
	ctx = access.With(audit.Begin(ctx, audit.Action{
		Company: s.caller.Company, User: string(s.caller.User), Operation: "followLink", Request: event.CallOf(ctx).RequestID,
	}), s.caller)
	if s.ticket.purpose == Reply {
		sheet, err := s.replyNow(ctx, form)
		return sheet.document(err)
	}
	sheet, err := s.assignNow(ctx, form)
	return sheet.document(err)
}

// readForm reads the fields of a page's form, each at most once.
func readForm(mediaType string, body []byte) (map[string]string, bool) {
	if media, _, err := mime.ParseMediaType(mediaType); err != nil || media != formType {
		return nil, false
	}
	values, err := url.ParseQuery(string(body))
	if err != nil || len(values) > 10 {
		return nil, false
	}
	form := map[string]string{}
	for name, all := range values {
		if len(all) != 1 || !utf8.ValidString(all[0]) {
			return nil, false
		}
		form[name] = strings.ReplaceAll(all[0], "\r\n", "\n")
	}
	return form, true
}

// visit is somebody who has followed a link.
type visit struct {
	pages
	ticket  ticket
	caller  access.Caller
	lead    lead.Lead
	company company.Company
	words   words
	path    string
}

// open finds out who follows a link and what it is about, or the page that says why it is no use.
func (p pages) open(ctx context.Context, token string) (*visit, *sheet, error) {
	s := &visit{pages: p, words: english, path: LinkPath + token}
	t, err := open(ctx, p.Deps, token)
	switch {
	case errs.Is(err, errs.Gone):
		return nil, s.message(http.StatusGone, s.words.Expired, s.words.ExpiredText), nil
	case errs.Is(err, errs.NotFound):
		return nil, s.message(http.StatusNotFound, s.words.Invalid, s.words.InvalidText), nil
	case err != nil:
		return nil, nil, err
	}
	s.ticket = t
	if s.company, err = company.Load(ctx, p.Deps, t.company); err != nil {
		return nil, nil, err
	}
	s.words = wordsFor(s.company.Language)
	user, err := p.Access.User(ctx, t.company, t.user)
	if err == nil {
		s.caller, err = p.Access.Caller(ctx, user.Subject)
	}
	if err != nil && !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Unauthenticated) {
		return nil, nil, err
	}
	gone := err != nil
	record, err := lead.Load(ctx, p.Deps, t.company, t.lead)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, nil, err
	}
	if gone || err != nil || !s.caller.In(record.Value.Yard, access.LeadAllocate) {
		return nil, s.message(http.StatusForbidden, s.words.NotYours, s.words.NotYoursText), nil //nolint:nilerr // unknown looks like not allowed
	}
	s.lead = record.Value
	if s.lead.Status.Closed() {
		return nil, s.message(http.StatusConflict, s.words.Closed, strings.Replace(s.words.ClosedText, "%s", s.words.outcome(s.lead.Status), 1)), nil
	}
	return s, nil, nil
}

// formOn is what the template of a form gets.
func formOn(page *sheet, form any) map[string]any { return map[string]any{"Page": page, "Form": form} }

// sheet is what the template of a page shows.
type sheet struct {
	Words             words
	Language, Company string
	Title             string // also the heading
	Done              bool   // something was done, or had been
	Warn              bool
	Text              []string
	Summary           facts
	LogIn             string // empty: no front end is known
	Again             string // address of the page to choose on anew; empty: there is none
	Assign            *assignForm
	Reply             *replyForm
	status            int
}

// message is a page that only says something.
func (s *visit) message(status int, title string, text ...string) *sheet {
	sheet := s.sheet(status, title)
	sheet.Text, sheet.Warn = text, status >= http.StatusBadRequest
	return sheet
}

func (s *visit) sheet(status int, title string) *sheet {
	sheet := &sheet{Words: s.words, Language: s.words.language, Company: notify.Clip(s.company.Name, maxValue), Title: title, status: status}
	if s.Site.AppURL != "" {
		sheet.LogIn = s.Site.AppURL
		if s.lead.ID != "" {
			sheet.LogIn += "/leads/" + string(s.lead.ID)
		}
	}
	return sheet
}

// document renders the page.
func (s *sheet) document(err error) (*document, error) {
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	if err := htmlPage().Execute(&b, s); err != nil {
		return nil, fmt.Errorf("alert: %w", err)
	}
	return &document{Status: s.status, ContentType: "text/html; charset=utf-8", Robots: "noindex, nofollow", Body: []byte(b.String())}, nil
}
