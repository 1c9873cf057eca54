package alert

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/response"
)

// replyForm is the form that sends a reply.
type replyForm struct {
	Action     string
	Subject    string
	Paragraphs [][]string
	Digest     string // of what is shown: what has changed since is shown again before it is sent
}

// intent is that of all replies from one mail: the first is sent, however often the button is pressed.
func (t ticket) intent() string {
	return ident.Of("reply from alert", string(t.lead), string(t.user), t.enquiry)
}

// replySheet is the page that shows the reader's default response about the lead before it is sent.
func (s *visit) replySheet(ctx context.Context) (*sheet, error) {
	letter, _, refused, err := s.letter(ctx)
	if err != nil || refused != nil {
		return refused, err
	}
	return s.preview(ctx, letter)
}

func (s *visit) preview(ctx context.Context, a lead.Letter) (*sheet, error) {
	name := notify.Clip(s.lead.CustomerName, maxValue)
	sheet := s.sheet(http.StatusOK, strings.Replace(s.words.ReplyAbout, "%s", name, 1))
	sheet.Summary.add(s.words.email, a.To)
	by, at, err := s.lastWork(ctx)
	if err != nil {
		return nil, err
	}
	if by != "" {
		sheet.Summary.add(s.words.lastWork, by+", "+at)
	}
	form := &replyForm{Action: s.path, Subject: notify.Clip(a.Subject, maxTitle), Digest: s.digestOf(a)}
	for paragraph := range strings.SplitSeq(a.Text, "\n\n") {
		if lines := nonEmpty(paragraph); len(lines) > 0 {
			form.Paragraphs = append(form.Paragraphs, lines)
		}
	}
	sheet.Reply = form
	return sheet, nil
}

// digestOf names what a page shows: what a reply says and to whom it goes, and how much had been done for the customer by then.
func (s *visit) digestOf(a lead.Letter) string {
	return ident.Of("answer", a.To, a.Subject, a.Text, strconv.Itoa(s.lead.Acts))
}

// lastWork is who has worked on the lead last, and when on the dealer's clock; empty where nobody has.
func (s *visit) lastWork(ctx context.Context) (by, at string, err error) {
	if s.lead.Acts == 0 {
		return "", "", nil
	}
	w, found, err := s.lead.LastWork(ctx, s.Deps, s.ticket.company)
	if err != nil || !found {
		return "", "", err
	}
	user, err := s.Access.User(ctx, s.ticket.company, w.By)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return "", "", err
	}
	return notify.Clip(cmp.Or(user.Name(), user.Email, s.words.somebody), maxValue), w.At.In(s.company.Location()).Format(s.words.clock), nil
}

// beaten is the page for somebody whose reply was not sent because of what a colleague has done meanwhile: it says who, and
// shows the reply as it would go now. Whoever has replied already, by another click, sees that.
func (s *visit) beaten(ctx context.Context) (*sheet, error) {
	record, err := lead.Load(ctx, s.Deps, s.ticket.company, s.lead.ID)
	if err != nil {
		return nil, err
	}
	if s.lead = record.Value; s.lead.Ended() {
		return s.tooLate(ctx)
	}
	letter, _, refused, err := s.letter(ctx)
	if err != nil || refused != nil {
		return refused, err
	}
	sheet, err := s.preview(ctx, letter)
	if err != nil {
		return nil, err
	}
	by, _, err := s.lastWork(ctx)
	sheet.status, sheet.Warn = http.StatusConflict, true
	sheet.Text = []string{strings.Replace(s.words.Beaten, "%by", cmp.Or(by, s.words.somebody), 1)}
	return sheet, err
}

// letter fills the reader's default response in, or makes the page that says why nothing can be sent.
func (s *visit) letter(ctx context.Context) (lead.Letter, lead.Answer, *sheet, error) {
	refuse := func(sheet *sheet, err error) (lead.Letter, lead.Answer, *sheet, error) {
		return lead.Letter{}, lead.Answer{}, sheet, err
	}
	before, err := lead.Replied(ctx, s.Deps, s.ticket.company, s.lead.ID, s.ticket.intent())
	if err != nil {
		return refuse(nil, err)
	}
	if before {
		sheet := s.message(http.StatusOK, s.words.Sent, s.words.SentBefore)
		sheet.Done = true
		return refuse(sheet, nil)
	}
	standard, found, err := response.Default(ctx, s.Deps, s.ticket.company, s.caller.User, response.Email)
	if err != nil {
		return refuse(nil, err)
	}
	if !found {
		return refuse(s.message(http.StatusConflict, s.words.CannotSend, s.words.NoDefaultText), nil)
	}
	answer := lead.Answer{Channel: response.Email, Template: standard.ID}
	letter, err := lead.Compose(ctx, s.Deps, s.caller, s.lead, answer)
	switch {
	case err != nil:
		return refuse(nil, err)
	case !letter.Allowed:
		return refuse(s.message(http.StatusConflict, s.words.CannotSend, s.words.NoAddress), nil)
	case len(letter.Missing) > 0:
		return refuse(s.message(http.StatusConflict, s.words.CannotSend, strings.Replace(s.words.Gap, "%s", strings.Join(letter.Missing, ", "), 1)), nil)
	}
	return letter, answer, nil, nil
}

// replyNow sends the reply that the page has shown. Where it would say something else by now, that is shown first.
func (s *visit) replyNow(ctx context.Context, form map[string]string) (*sheet, error) {
	a, answer, refused, err := s.letter(ctx)
	if err != nil || refused != nil {
		return refused, err
	}
	if form["digest"] != s.digestOf(a) {
		sheet, err := s.preview(ctx, a)
		if err != nil {
			return nil, err
		}
		sheet.status, sheet.Warn, sheet.Text = http.StatusConflict, true, []string{s.words.Differs}
		return sheet, nil
	}
	_, err = lead.Reply(ctx, s.Deps, s.caller, s.lead.ID, answer, s.ticket.intent(), lead.Seen{Acts: &s.lead.Acts})
	if errs.Is(err, errs.Conflict) {
		return s.beaten(ctx)
	}
	if err != nil {
		return nil, err
	}
	sheet := s.message(http.StatusOK, s.words.Sent, strings.NewReplacer("%s", notify.Clip(s.lead.CustomerName, maxValue), "%a", a.To).Replace(s.words.SentText))
	sheet.Done = true
	return sheet, nil
}
