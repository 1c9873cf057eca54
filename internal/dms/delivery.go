package dms

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/prospect"
)

// Delivery is an entry of the feed on its way to an endpoint.
type Delivery struct {
	Number      int64               `json:"number"` // of the entry
	ID          string              `json:"id"`     // of the change: webhook-id
	Type        prospect.ChangeType `json:"type"`
	State       DeliveryState       `json:"state"`
	Attempts    int                 `json:"attempts,omitempty"`
	Try         int                 `json:"try,omitempty"`  // attempts since somebody last asked for it
	Turn        int                 `json:"turn,omitempty"` // counts the promises; only the message of the latest counts
	Status      int                 `json:"status,omitempty"`
	Error       string              `json:"error,omitempty"`
	CreatedAt   time.Time           `json:"createdAt"`
	FirstAt     time.Time           `json:"firstAt,omitzero"` // attempt since somebody last asked for it
	LastAt      time.Time           `json:"lastAt,omitzero"`
	NextAt      time.Time           `json:"nextAt,omitzero"`
	DeliveredAt time.Time           `json:"deliveredAt,omitzero"`
}

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states.
const (
	Waiting   DeliveryState = "waiting"   // for its first or next attempt
	Delivered DeliveryState = "delivered" // the endpoint has it
	Failed    DeliveryState = "failed"    // given up
	Held      DeliveryState = "held"      // the endpoint is disabled
)

// waits are how long a delivery waits after each attempt that failed; after the last it is given up. They are those that
// Standard Webhooks propose, and come up to a minute later.
var waits = [...]time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// maxWait bounds what an endpoint may ask for with Retry-After.
const maxWait = 24 * time.Hour

// Deliver is the command to make the next attempt at a delivery.
var Deliver = queue.Topic[Attempt]{Name: "dms-deliver"}

// Attempt names a delivery and the promise to attempt it.
type Attempt struct {
	Endpoint EndpointID `json:"endpoint"`
	Number   int64      `json:"number"`
	Turn     int        `json:"turn"`
}

var deliveries = table.Kind[Delivery]{Name: "dms delivery", Schema: 1}

func deliveryPartition(company ident.Company, endpoint EndpointID) table.Partition {
	return table.In(company, "dms-delivery", string(endpoint))
}

func deliveryKey(company ident.Company, endpoint EndpointID, number int64) table.Key {
	return deliveryPartition(company, endpoint).At(sortOf(number))
}

// begun makes the write of an entry's delivery to an endpoint.
func begun(company ident.Company, e Endpoint, entry Entry, now time.Time) table.Op {
	d := Delivery{Number: entry.Number, ID: entry.ID, Type: entry.Type, State: Waiting, CreatedAt: now.UTC()}
	if e.Disabled {
		d.State = Held
	}
	op := deliveries.Create(deliveryKey(company, e.ID, entry.Number), d)
	if d.State == Waiting {
		op = op.Emit(Deliver.Message(company, Attempt{e.ID, entry.Number, d.Turn}))
	}
	return op.Until(now.Add(KeepFeed))
}

// again puts a delivery off until its next attempt and makes the write of that.
func again(company ident.Company, endpoint EndpointID, record table.Record[Delivery], at time.Time) table.Op {
	record.Value.State, record.Value.NextAt = Waiting, at.UTC()
	record.Value.Turn++
	return kept(record).Emit(Deliver.At(at, company, Attempt{endpoint, record.Value.Number, record.Value.Turn}))
}

// kept makes the write of a changed delivery, which ends when it would have.
func kept(record table.Record[Delivery]) table.Op {
	return deliveries.Update(record).Until(record.Expires())
}

// payload is the body of a message, the same at each attempt.
func payload(e Entry) ([]byte, error) {
	return json.Marshal(struct {
		Type      prospect.ChangeType `json:"type"`
		Timestamp time.Time           `json:"timestamp"`
		Data      Entry               `json:"data"`
	}{e.Type, e.At, e})
}

// spread adds up to an eighth to a wait, a different part for each delivery and attempt, in whole milliseconds.
func spread(wait time.Duration, d Delivery) time.Duration {
	sum := fnv.New32a()
	sum.Write([]byte(d.ID + strconv.Itoa(d.Try)))
	return (wait + time.Duration(sum.Sum32()%1024)*wait/8/1024).Truncate(time.Millisecond)
}

// loadDelivery is a delivery of an endpoint that exists.
func loadDelivery(ctx context.Context, d app.Deps, company ident.Company, endpoint EndpointID, number int64) (table.Record[Delivery], error) {
	if _, err := loadEndpoint(ctx, d, company, endpoint); err != nil {
		return table.Record[Delivery]{}, err
	}
	record, err := deliveries.Get(ctx, d.Table, deliveryKey(company, endpoint, number))
	if errs.Is(err, errs.NotFound) {
		return record, errs.E(errs.NotFound, "there is no such delivery")
	}
	return record, err
}

// deliveriesOf is a page of an endpoint's deliveries, newest first.
func deliveriesOf(ctx context.Context, d app.Deps, company ident.Company, endpoint EndpointID, page web.Paging) ([]Delivery, string, error) {
	if _, err := loadEndpoint(ctx, d, company, endpoint); err != nil {
		return nil, "", err
	}
	partition := string(deliveryPartition(company, endpoint))
	q := table.Query{Partition: partition, Limit: page.Limit, Descending: true}
	if page.Cursor != "" {
		position, err := d.Links.OpenCursor(ctx, company, partition, page.Cursor)
		if err != nil {
			return nil, "", err
		}
		q.After = string(position)
	}
	records, next, err := deliveries.Query(ctx, d.Table, q)
	if err != nil || next == "" {
		return table.Values(records), "", err
	}
	cursor, err := d.Links.SealCursor(ctx, company, partition, []byte(next))
	return table.Values(records), cursor, err
}

// redeliver promises a new round of attempts at a delivery, whatever became of it before, under the same webhook-id.
func redeliver(ctx context.Context, d app.Deps, company ident.Company, endpoint EndpointID, number int64) (Delivery, error) {
	const attempts = 5
	var lost error
	for range attempts {
		at, err := loadEndpoint(ctx, d, company, endpoint)
		if err != nil {
			return Delivery{}, err
		}
		if at.Value.Disabled {
			return Delivery{}, errs.E(errs.Conflict, "this endpoint is disabled; enable it first")
		}
		record, err := loadDelivery(ctx, d, company, endpoint, number)
		if err != nil {
			return Delivery{}, err
		}
		record.Value.Try = 0
		lost = d.Commit(ctx, again(company, endpoint, record, d.Now()))
		if !errs.Is(lost, errs.Conflict) {
			record.Value.State, record.Value.NextAt = Waiting, d.Now().UTC()
			return record.Value, lost
		}
	}
	return Delivery{}, lost
}

// Bounds of one redelivery of all that an endpoint has missed.
const (
	mostLooked   = 1000
	mostPromised = 100
)

// redeliverAll promises new rounds for what an endpoint has missed behind a number: as much as one request does, and the number to go on
// behind; 0 at the end.
func redeliverAll(ctx context.Context, d app.Deps, company ident.Company, endpoint EndpointID, behind int64) (promised int, next int64, err error) {
	if _, err := loadEndpoint(ctx, d, company, endpoint); err != nil {
		return 0, 0, err
	}
	q := table.Query{Partition: string(deliveryPartition(company, endpoint)), From: sortOf(behind + 1), Limit: 200}
	for looked := 0; ; {
		records, after, err := deliveries.Query(ctx, d.Table, q)
		if err != nil {
			return promised, 0, err
		}
		for _, record := range records {
			if looked == mostLooked || promised == mostPromised {
				return promised, record.Value.Number - 1, nil
			}
			looked++
			if record.Value.State != Held && record.Value.State != Failed {
				continue
			}
			if _, err := redeliver(ctx, d, company, endpoint, record.Value.Number); err != nil {
				return promised, 0, err
			}
			promised++
		}
		if after == "" {
			return promised, 0, nil
		}
		q.After = after
	}
}
