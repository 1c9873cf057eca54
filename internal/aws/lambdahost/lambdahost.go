package lambdahost

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"time"
	_ "time/tzdata" // Lambda's runtime has no zones

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/winback-auto/winback/internal/aws/cognito"
	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/aws/eumtext"
	"github.com/winback-auto/winback/internal/aws/kmssecret"
	"github.com/winback-auto/winback/internal/aws/linkkeys"
	"github.com/winback-auto/winback/internal/aws/sesmail"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Start runs the function until Lambda ends the process. It is the whole main of a Lambda.
func Start(f app.Function) {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	host, err := New(context.Background(), f, os.Getenv, log)
	if err != nil {
		log.Error("the function cannot start", "function", f.Name, "error", err)
		os.Exit(1)
	}
	lambda.StartWithOptions(host)
}

// Host handles the invocations of one function.
type Host struct{ handle app.Handler }

var _ lambda.Handler = (*Host)(nil)

// New builds the function on what its environment names; get is os.Getenv. It makes no call to AWS.
func New(ctx context.Context, f app.Function, get func(string) string, log *slog.Logger) (*Host, error) {
	env, err := read(f, get)
	if err != nil {
		return nil, err
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("lambdahost: %w", err)
	}
	return &Host{app.Handle(f, deps(f, env, cfg, log))}, nil
}

// Invoke handles one invocation, see lambda.Handler.
func (h *Host) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return h.handle(ctx, payload)
}

// deps are the services that the function declares.
func deps(f app.Function, env environment, cfg aws.Config, log *slog.Logger) app.Deps {
	now := func() time.Time { return time.Now().UTC() }
	d := app.Deps{
		Log: log, Now: now, NewID: ident.NewSource(now, rand.Reader),
		Site:    app.Site{BaseURL: env.get(BaseURLVariable), AppURL: env.get(AppURLVariable), From: env.get(MailFromVariable)},
		Metrics: env.get(MetricsVariable),
	}
	if f.Uses.Table != app.NoTable {
		d.Table = table.New(paced(f, dynamotable.New(dynamotable.Client(cfg), env.get(TableVariable), now)), now, d.NewID)
		d.Access = access.NewDirectory(d.Table, now)
	}
	if f.Uses.Links {
		keys := linkkeys.New(secretsmanager.NewFromConfig(cfg), env.get(LinkVariable), now)
		d.Links = link.New(keys.Keys, now)
	}
	if len(env.queues) > 0 {
		d.Queue = sqsqueue.New(sqs.NewFromConfig(cfg), env.url)
	}
	if f.Uses.Mail {
		d.Mail = sesmail.New(cfg, env.get(MailSetVariable), now)
	}
	if f.Uses.Text {
		d.Text = eumtext.New(cfg, env.get(TextFromVariable))
	}
	if f.Uses.Secrets != 0 {
		d.Secrets = kmssecret.New(kms.NewFromConfig(cfg), env.get(KMSKeyVariable))
	}
	if f.Uses.Identity {
		d.Identity = cognito.New(cognitoidentityprovider.NewFromConfig(cfg), env.get(UserPoolVariable))
	}
	return d
}

// paced holds a function to its pace. Lambda gives each invocation an environment to itself, and each environment has one
// Host.
func paced(f app.Function, driver table.Driver) table.Driver {
	if pace := f.Pace(); pace > 0 {
		return table.Pace(driver, pace)
	}
	return driver
}
