package dms

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/webhook"
)

// Deliverer is the function that sends entries of the feed to endpoints.
func Deliverer(hooks Hooks) app.Function {
	work := app.Consume(Deliver, courier{hooks}.deliver, app.Batch(10))
	work.Parallel = 10 // each waits for a stranger
	return app.Function{
		Name:     "dms-deliver",
		Doc:      "Sends what users did to prospects to the endpoints of dealers' management systems, until they take it.",
		Consumes: work,
		Uses:     app.Uses{Table: app.Get | app.Query | app.Put | app.Load, Sends: app.Topics(notify.Send), Secrets: app.Open, Partner: true, Pace: 8},
	}
}

type courier struct{ hooks Hooks }

// health is since when an endpoint has taken nothing; zero: it takes what it gets.
type health struct {
	FailingSince time.Time `json:"failingSince,omitzero"`
}

var healths = table.Kind[health]{Name: "dms endpoint health", Schema: 1}

func healthKey(company ident.Company, id EndpointID) table.Key {
	return table.In(company, "dms-health", string(id)).At()
}

func healthOf(ctx context.Context, d app.Deps, company ident.Company, id EndpointID) (health, error) {
	record, err := healths.Get(ctx, d.Table, healthKey(company, id))
	if errs.Is(err, errs.NotFound) {
		return health{}, nil
	}
	return record.Value, err
}

// deliver makes one attempt. Where its outcome cannot be written it comes again, under the same webhook-id. A message
// that is not of the latest promise does nothing.
func (w courier) deliver(ctx context.Context, d app.Deps, co ident.Company, a Attempt) error {
	record, err := deliveries.Get(ctx, d.Table, deliveryKey(co, a.Endpoint, a.Number))
	if errs.Is(err, errs.NotFound) || err == nil && (record.Value.State != Waiting || record.Value.Turn != a.Turn) {
		return nil
	}
	if err != nil {
		return err
	}
	endpoint, err := endpoints.Get(ctx, d.Table, endpointKey(co, a.Endpoint))
	if errs.Is(err, errs.NotFound) {
		return nil // it was removed, and its deliveries end by themselves
	}
	if err != nil {
		return err
	}
	if endpoint.Value.Disabled {
		record.Value.State, record.Value.NextAt = Held, time.Time{}
		return settled(d.Commit(ctx, kept(record)))
	}
	message, err := messageOf(ctx, d, co, endpoint.Value, a.Number)
	if errs.Is(err, errs.NotFound) {
		record.Value.State, record.Value.Error = Failed, "the entry is not kept any more"
		return settled(d.Commit(ctx, kept(record)))
	}
	if err != nil {
		return err
	}
	answer, cause := w.hooks.Post(ctx, message)
	if ctx.Err() != nil {
		return errs.E(errs.Unavailable, "dms: the invocation ends: %w", ctx.Err())
	}
	return settled(settle(ctx, d, co, endpoint, record, answer, cause))
}

// settled takes a lost race for done: somebody has asked for the delivery again, or another message of the same promise
// was quicker.
func settled(err error) error {
	if errs.Is(err, errs.Conflict) {
		return nil
	}
	return err
}

// messageOf is the message of an entry, or a NotFound error where the entry has ended.
func messageOf(ctx context.Context, d app.Deps, co ident.Company, e Endpoint, number int64) (webhook.Message, error) {
	entry, err := entries.Get(ctx, d.Table, entryKey(co, number))
	if err != nil {
		return webhook.Message{}, err
	}
	body, err := payload(entry.Value)
	if err != nil {
		return webhook.Message{}, fmt.Errorf("dms: %w", err)
	}
	secrets, err := e.secrets(ctx, d, co)
	return webhook.Message{URL: e.URL, ID: entry.Value.ID, Body: body, Secrets: secrets}, err
}

// settle writes down what an attempt has brought.
func settle(ctx context.Context, d app.Deps, co ident.Company, endpoint table.Record[Endpoint], record table.Record[Delivery], answer webhook.Answer, cause error) error {
	now, v, id := d.Now().UTC(), &record.Value, endpoint.Value.ID
	was, err := healthOf(ctx, d, co, id)
	if err != nil {
		return err
	}
	v.Attempts++
	v.Try++
	if v.Try == 1 {
		v.FirstAt = now
	}
	v.LastAt, v.NextAt, v.Status, v.Error = now, time.Time{}, answer.Status, failure(answer, cause)
	if v.Error == "" {
		v.State, v.DeliveredAt = Delivered, now
		ops := []table.Op{kept(record)}
		if !was.FailingSince.IsZero() {
			ops = append(ops, healths.Overwrite(healthKey(co, id), health{}))
		}
		return d.Commit(ctx, ops...)
	}
	var ops []table.Op
	if was.FailingSince.IsZero() {
		was.FailingSince = now
		ops = append(ops, healths.Overwrite(healthKey(co, id), was))
	}
	switch {
	case answer.Status == http.StatusGone:
		v.State = Held
		return disable(ctx, d, co, endpoint, "it answered 410 Gone", append(ops, kept(record)))
	case v.Try <= len(waits):
		wait := max(spread(waits[v.Try-1], *v), min(answer.RetryAfter, maxWait))
		return d.Commit(ctx, append([]table.Op{again(co, id, record, now.Add(wait))}, ops...)...)
	}
	v.State = Failed
	ops = append(ops, kept(record))
	if was.FailingSince.After(v.FirstAt) { // it has taken others meanwhile
		return d.Commit(ctx, ops...)
	}
	return disable(ctx, d, co, endpoint, fmt.Sprintf("it has taken nothing since %s: %s", was.FailingSince.Format(time.RFC3339), v.Error), ops)
}

// failure says why an attempt has failed; empty where it has not. Redirects are failures: where they lead nobody has checked.
func failure(answer webhook.Answer, cause error) string {
	switch {
	case cause != nil:
		return cause.Error()
	case answer.Status >= 200 && answer.Status <= 299:
		return ""
	case answer.Status >= 300 && answer.Status <= 399:
		return fmt.Sprintf("it answered %d; redirects are not followed", answer.Status)
	}
	return fmt.Sprintf("it answered %d", answer.Status)
}

// maxTold is the most administrators who are told of a disabled endpoint.
const maxTold = 20

// disable ends sending to an endpoint, and tells the administrators, in the write of what led to it.
func disable(ctx context.Context, d app.Deps, co ident.Company, endpoint table.Record[Endpoint], why string, ops []table.Op) error {
	now := d.Now().UTC()
	endpoint.Value.Disabled, endpoint.Value.Why, endpoint.Value.DisabledAt = true, why, now
	ops = append(ops, endpoints.Update(endpoint))
	admins, err := d.Access.UsersIn(ctx, co, access.Admin)
	if err != nil {
		return err
	}
	for _, admin := range admins[:min(len(admins), maxTold)] {
		places, notice := notify.Tell(co, notify.Notice{
			ID: ident.Of("dms endpoint disabled", string(endpoint.Value.ID), fmt.Sprint(endpoint.Version()), string(admin.ID)), User: admin.ID, Kind: notify.EndpointDisabled,
			Title: "Nothing is sent to " + endpoint.Value.Name + " any more", Text: "The endpoint of your management system was disabled because " + why + ". What it misses is held. Mend it, enable it again, and ask for redelivery.",
			About: notify.About{Type: "dms-endpoint", ID: string(endpoint.Value.ID)}, At: now,
		})
		if err := d.Table.Load(ctx, places...); err != nil {
			return err
		}
		ops = append(ops, notice)
	}
	err = d.Commit(ctx, ops...)
	if errs.Is(err, errs.Conflict) { // others have failed at the same time, or somebody changes the endpoint: the attempt is made again
		return errs.E(errs.Unavailable, "dms: endpoint %s changes at this moment", endpoint.Value.ID)
	}
	return err
}
