package lead

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/eml"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Bounds of mails that come in, in bytes. A provider takes 40 MB at most, and adds some headers; an answer of our interface
// has to stay below 6 MB in base 64.
const (
	MaxMail       = 41 << 20
	maxAttachment = 4_000_000
)

// conversationRoutes are those about the messages to a lead's customer and from them.
func (a api) conversationRoutes(h huma.API) {
	web.Get(h, "/v1/leads/{id}/conversation", web.Can(access.LeadRead), web.Route{
		ID: "listLeadConversation", Tag: tag, Summary: "The mails and text messages between a lead's customer and the dealer, the latest first.",
		Description: "Messages to the customer say how far they have come. Mails that came in show what their writer wrote, without what they quote; " +
			"the whole is at /letters. A page may be short while there is a next one.",
	}, a.conversation)
	web.Get(h, "/v1/leads/{id}/letters/{letter}", web.Can(access.LeadRead), web.Route{
		ID: "getLeadLetter", Tag: tag, Summary: "A mail that came in for a lead, with all of its text.",
		Description: "At most 20,000 characters of it; what it quotes included.",
	}, a.letter)
	web.Get(h, "/v1/leads/{id}/letters/{letter}/attachments/{number}", web.Can(access.LeadRead), web.Route{
		ID: "getLeadAttachment", Tag: tag, Summary: "A file that came with a mail, as a download of at most 4 MB.",
		Description: "410 where the mail itself is not kept any more, 409 where the file could not be checked for viruses, 413 where it is larger.",
	}, a.attachment)
}

func (a api) conversation(ctx context.Context, in *worksInput) (*web.ListReply[Work], error) {
	found, next, err := worksOn(ctx, a.Deps, access.From(ctx), in.ID, in.Paging)
	if err != nil {
		return nil, err
	}
	return web.Page(slices.DeleteFunc(found, func(w Work) bool { return !w.isMessage() }), next), nil
}

// whole is a mail that came in with all of its text.
type whole struct {
	Work
	Whole string `json:"whole" doc:"All that the mail says, what it quotes included."`
}

// LetterOf names a mail that came in for a lead.
type LetterOf struct {
	ID     ID     `path:"id" maxLength:"64"`
	Letter string `path:"letter" maxLength:"64" doc:"The id of its entry in the conversation."`
}

func (a api) letter(ctx context.Context, in *LetterOf) (*web.Reply[whole], error) {
	w, l, err := inbound(ctx, a.Deps, access.From(ctx), in.ID, in.Letter)
	if err != nil {
		return nil, err
	}
	return web.OK(whole{w, l.Text}), nil
}

// inbound is a mail that came in for a lead or for one that it stands for, with its entry. One of another lead looks like one
// that is not there.
func inbound(ctx context.Context, d app.Deps, caller access.Caller, id ID, letterID string) (Work, letter, error) {
	nothing := errs.E(errs.NotFound, "there is no such mail")
	record, err := visible(ctx, d, caller, id, access.LeadRead)
	if err != nil {
		return Work{}, letter{}, err
	}
	_, all, err := folded(ctx, d, caller, record)
	if err != nil {
		return Work{}, letter{}, err
	}
	held, err := letters.Get(ctx, d.Table, letterKey(caller.Company, letterID))
	of := slices.IndexFunc(all, func(l Lead) bool { return l.ID == held.Value.Lead })
	if errs.Is(err, errs.NotFound) || err == nil && of < 0 {
		return Work{}, letter{}, nothing
	}
	if err != nil {
		return Work{}, letter{}, err
	}
	entry, err := works.Get(ctx, d.Table, table.Key{Partition: string(workPartition(caller.Company, held.Value.Lead)), Sort: held.Value.Work})
	if errs.Is(err, errs.NotFound) || err == nil && entry.Value.Received == nil {
		return Work{}, letter{}, nothing
	}
	return entry.Value, held.Value, err
}

type attachmentInput struct {
	LetterOf
	Number int `path:"number" minimum:"1" maximum:"1000"`
}

// download is an answer that browsers save and never show: whatever its sender calls it, it is bytes.
type download struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	NoSniff     string `header:"X-Content-Type-Options"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

// attachment takes a file out of the mail that it came with.
func (a api) attachment(ctx context.Context, in *attachmentInput) (*download, error) {
	w, l, err := inbound(ctx, a.Deps, access.From(ctx), in.ID, in.Letter)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(w.Received.Attachments, func(one Attachment) bool { return one.Number == in.Number })
	if at < 0 {
		return nil, errs.E(errs.NotFound, "this mail has no such attachment")
	}
	one := w.Received.Attachments[at]
	switch {
	case w.Received.Unchecked:
		return nil, errs.E(errs.Conflict, "this mail could not be checked for viruses, so its attachments are not handed out")
	case one.Bytes > maxAttachment:
		return nil, errs.E(errs.TooLarge, "this attachment has more than %d bytes; ask the customer for a smaller file", maxAttachment)
	}
	raw, err := a.Inbox.Read(ctx, l.Object, MaxMail)
	if errs.Is(err, errs.NotFound) {
		return nil, errs.E(errs.Gone, "the mail that this came with is not kept any more")
	}
	if err != nil {
		return nil, err
	}
	content, err := attached(raw, one.Number)
	if err != nil {
		return nil, err
	}
	return &download{
		ContentType: "application/octet-stream", Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": one.Name}),
		NoSniff: "nosniff", Policy: "default-src 'none'; sandbox", Body: content,
	}, nil
}

// errFound ends the walk through a mail's parts.
var errFound = errors.New("lead: the attachment is found")

// attached is the content of the part of a mail with a number.
func attached(raw []byte, number int) ([]byte, error) {
	var content bytes.Buffer
	n := 0
	_, err := eml.Walk(raw, eml.MaxHeader, func(part eml.Part) error {
		if n++; n != number {
			return nil
		}
		if _, err := io.Copy(&content, io.LimitReader(part.Body, maxAttachment+1)); err != nil && content.Len() == 0 {
			return fmt.Errorf("lead: an attachment cannot be read: %w", err)
		}
		return errFound
	})
	switch {
	case errors.Is(err, errFound) && content.Len() <= maxAttachment:
		return content.Bytes(), nil
	case errors.Is(err, errFound):
		return nil, errs.E(errs.TooLarge, "this attachment has more than %d bytes", maxAttachment)
	case err != nil && !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.TooLarge):
		return nil, err
	}
	return nil, errs.E(errs.Gone, "the mail that this came with does not hold it any more")
}
