package localhost

import (
	"context"

	"github.com/winback-auto/winback/internal/local/dirinbox"
	"github.com/winback-auto/winback/internal/platform/web"
)

// aMail is the media type of a mail as it goes over the wire.
const aMail = "message/rfc822"

// inboxPath is where mails come in.
const inboxPath = localPrefix + "inbox"

// Delivery is a mail that somebody hands over, as another mail server would.
type Delivery struct {
	From string `query:"from" maxLength:"320" doc:"Who sends it, where the mail does not say; <> is a program that wants no answer."`
	To   string `query:"to" maxLength:"320" doc:"Who gets it, where that is not who the mail names."`
	web.Content
}

type delivered struct {
	Key string `json:"key" doc:"Of the mail where it is kept."`
}

// postInbox takes a mail in, as the mail provider does: stamped, kept, and announced to who listens.
func (h *Host) postInbox(_ context.Context, in *Delivery) (*web.Reply[delivered], error) {
	key, err := h.inbox.Deliver(in.RawBody, dirinbox.Envelope{From: in.From, To: in.To})
	if err != nil {
		return nil, err
	}
	return web.OK(delivered{key}), nil
}
