package lambdahost

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
)

// Drivers are the services behind a function. Its main names those that the function uses and no others: the client of a
// service that is linked takes its time at every start, whether it is called or not. The table, which almost every function
// uses, is always linked.
type Drivers struct {
	Queue    func(config aws.Config, url func(topic string) (string, error)) queue.Sender
	Mail     func(config aws.Config, configurationSet string, now func() time.Time) mail.Sender
	Text     func(config aws.Config, from string) text.Sender
	Inbox    func(config aws.Config, bucket string) blob.Reader
	Secrets  func(config aws.Config, key string) secret.Sealer
	Links    func(config aws.Config, secretID string, now func() time.Time) link.Keys
	Identity func(config aws.Config, userPool string) identity.Directory
}

// port is a name of Drivers.
type port struct {
	name         string
	used, linked bool
}

// ports says of each driver whether the function uses it, and whether it is there.
func (d Drivers) ports(f app.Function) []port {
	u := f.Uses
	return []port{
		{"Queue", len(Queues(f)) > 0 || u.SendsAll, d.Queue != nil},
		{"Mail", u.Mail, d.Mail != nil},
		{"Text", u.Text, d.Text != nil},
		{"Inbox", u.Inbox, d.Inbox != nil},
		{"Secrets", u.Secrets != 0, d.Secrets != nil},
		{"Links", u.Links, d.Links != nil},
		{"Identity", u.Identity, d.Identity != nil},
	}
}

// Needs lists the drivers that a function needs, by their names and in their order.
func Needs(f app.Function) (names []string) {
	for _, p := range (Drivers{}).ports(f) {
		if p.used {
			names = append(names, p.name)
		}
	}
	return names
}

// fit checks that the drivers are those that the function uses.
func (d Drivers) fit(f app.Function) error {
	for _, p := range d.ports(f) {
		switch {
		case p.used && !p.linked:
			return fmt.Errorf("lambdahost: %s uses %s: name its driver in Drivers", f.Name, p.name)
		case p.linked && !p.used:
			return fmt.Errorf("lambdahost: %s does not use %s: take its driver out of Drivers, or declare it in Uses", f.Name, p.name)
		}
	}
	return nil
}

// deps are the services that the function declares.
func (d Drivers) deps(f app.Function, env environment, cfg aws.Config, log *slog.Logger) app.Deps {
	now := func() time.Time { return time.Now().UTC() }
	deps := app.Deps{
		Log: log, Now: now, NewID: ident.NewSource(now, rand.Reader),
		Site: app.Site{
			BaseURL: env.get(BaseURLVariable), AppURL: env.get(AppURLVariable), From: env.get(MailFromVariable), Replies: env.get(RepliesVariable),
		},
		Metrics: env.get(MetricsVariable),
	}
	if f.Uses.Table != app.NoTable {
		deps.Table = table.New(paced(f, dynamotable.New(dynamotable.Client(cfg), env.get(TableVariable), now)), now, deps.NewID)
		deps.Access = access.NewDirectory(deps.Table, now)
	}
	if d.Queue != nil {
		deps.Queue = d.Queue(cfg, env.url)
	}
	if d.Mail != nil {
		deps.Mail = d.Mail(cfg, env.get(MailSetVariable), now)
	}
	if d.Text != nil {
		deps.Text = d.Text(cfg, env.get(TextFromVariable))
	}
	if d.Inbox != nil {
		deps.Inbox = d.Inbox(cfg, env.get(InboxVariable))
	}
	if d.Secrets != nil {
		deps.Secrets = d.Secrets(cfg, env.get(KMSKeyVariable))
	}
	if d.Links != nil {
		deps.Links = link.New(d.Links(cfg, env.get(LinkVariable), now), now)
	}
	if d.Identity != nil {
		deps.Identity = d.Identity(cfg, env.get(UserPoolVariable))
	}
	return deps
}
