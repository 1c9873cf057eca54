package lambdahost_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// A function that reads the inbox is told the bucket, and where answers go if anywhere.
func TestAFunctionReadsItsOwnInbox(t *testing.T) {
	aws(t)
	for _, domain := range []string{"replies.harbour.example", ""} {
		var asked, site string
		letter := app.Function{
			Name: "chores-worker", Uses: app.Uses{Inbox: true},
			Consumes: app.Consume(chores, func(ctx context.Context, d app.Deps, _ ident.Company, key string) error {
				site = d.Site.Replies
				_, err := d.Inbox.Read(ctx, key, 1)
				return err
			}, 10),
		}
		drivers := lambdahost.Drivers{Queue: sqsqueue.Open, Inbox: func(_ sdk.Config, bucket string) blob.Reader {
			return reader(func(key string) { asked = bucket + "/" + key })
		}}
		get := func(name string) string {
			switch name {
			case lambdahost.InboxVariable:
				return "winback-prod-inbox"
			case lambdahost.RepliesVariable:
				return domain
			}
			return complete(name)
		}
		host, err := lambdahost.New(t.Context(), letter, drivers, get, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		sent := []queue.Received{{ID: "m1", Topic: chores.Name, Body: chores.Message(ident.Trusted("harbour"), "mails/1").Body, Receipt: "r1", Receives: 1, Sent: time.Unix(1, 0), FirstSeen: time.Unix(2, 0)}}
		payload, err := event.EncodeBatch(sent)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := host.Invoke(t.Context(), payload); err != nil {
			t.Fatal(err)
		}
		if asked != "winback-prod-inbox/mails/1" || site != domain {
			t.Errorf("asked for %s, answers go to %q, want %q", asked, site, domain)
		}
	}
}

// reader is told what is read.
type reader func(key string)

func (r reader) Read(_ context.Context, key string, _ int) ([]byte, error) {
	r(key)
	return nil, nil
}
