package localhost

import (
	"cmp"
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/local/dirmail"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

type outboxInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"100000" default:"1000" doc:"Most messages of the answer."`
}

// getOutbox shows mails and text messages, newest first. Both are named by ids of one source, which sort by time.
func (h *Host) getOutbox(ctx context.Context, in *outboxInput) (*web.ListReply[dirmail.Mail], error) {
	sent, err := h.mail.List(ctx, in.Limit)
	if err != nil {
		return nil, err
	}
	texts, err := h.texts.List(ctx, in.Limit)
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		sent = append(sent, dirmail.Mail{ID: t.ID, Channel: "sms", To: t.To, Kind: t.Kind, At: t.At, Headers: map[string]string{}, Text: t.Body})
	}
	slices.SortFunc(sent, func(a, b dirmail.Mail) int { return cmp.Compare(b.ID, a.ID) })
	return web.Page(sent[:min(len(sent), in.Limit)], ""), nil
}

type mailInput struct {
	ID string `path:"id" maxLength:"100"`
}

type rawMail struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// getRaw is a mail as it would have gone over the wire, or the file of a text message.
func (h *Host) getRaw(_ context.Context, in *mailInput) (*rawMail, error) {
	raw, err := h.mail.Raw(in.ID)
	if err == nil {
		return &rawMail{aMail, raw}, nil
	}
	if !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	if raw, err = h.texts.Raw(in.ID); err != nil {
		return nil, err
	}
	return &rawMail{"application/json", raw}, nil
}
