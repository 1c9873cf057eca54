package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
)

// Deps is what a function may use. Registering routes with empty Deps is allowed and yields the route list.
type Deps struct {
	Table    *table.Table
	Queue    queue.Sender
	Mail     mail.Sender
	Text     text.Sender
	Inbox    blob.Reader // mails that came in, as they came
	Secrets  secret.Sealer
	Identity identity.Directory
	Access   *access.Directory
	Links    *link.Signer
	Log      *slog.Logger
	Now      func() time.Time // the application clock
	NewID    func() string
	Site     Site
	Metrics  string // namespace of what is counted (metric.Add); empty: metric.Namespace
}

// Site is what an installation is called from outside.
type Site struct {
	BaseURL string // of our HTTPS interface, without a slash at the end
	AppURL  string // of the users' front end, without a slash at the end; empty: mails have no button into it
	From    string // address that mails come from
	Replies string // domain whose mails come in to us, for addresses that answers go to; empty: none does
}

// Commit writes all ops or none and publishes the messages they promise; see queue.Outbox.
func (d Deps) Commit(ctx context.Context, ops ...table.Op) error {
	return d.Outbox().Commit(ctx, ops...)
}

// Outbox is the outbox over the function's table and queues.
func (d Deps) Outbox() queue.Outbox { return queue.Outbox{Table: d.Table, Sender: d.Queue, Log: d.Log} }
