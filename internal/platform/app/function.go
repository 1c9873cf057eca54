// Package app says what a function is and what it may use.
//
// A feature declares each of its functions once, as a Function value; everything else is derived from it: the routes and
// grants in AWS, the local server, the API document, the tests that walk over all routes. A host (internal/aws/lambdahost,
// internal/local/localhost) completes it with Deps, of which Grant hands over only what Uses declares, in both worlds, so
// that a missing grant fails on the laptop with a clear sentence.
package app

import (
	"context"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// Function is one deployed unit: a Lambda in AWS, a part of the process locally. It has routes, or consumes one topic, or
// runs on a schedule, or reacts to events; exactly one of the four.
type Function struct {
	Name     string // kebab case; also the folder, the event samples and the metric dimension
	Doc      string // one sentence
	HTTP     func(huma.API, Deps)
	Consumes *Consumer
	Every    *Schedule
	On       *Subscription
	Uses     Uses
	Timeout  time.Duration // of one invocation; 0: DefaultTimeout
	Memory   int           // MB; 0: DefaultMemory
}

// What a function gets where it names nothing else.
const (
	DefaultTimeout = 28 * time.Second // an HTTP API gives up after 30
	DefaultMemory  = 512
)

// Consumer handles the messages of one topic, one by one.
type Consumer struct {
	Topic       string
	Batch       int // messages per invocation
	Parallel    int // messages of a batch handled at the same time; 0: one
	Concurrency int // invocations at the same time; 0: DefaultConcurrency
	Handle      func(ctx context.Context, d Deps, body []byte) error
}

// Consume is a consumer of a topic. The handler must be idempotent and free of order; its error decides the message's fate
// (queue.Judge). A panic counts as an error of that message alone.
func Consume[T any](topic queue.Topic[T], handle func(context.Context, Deps, ident.Company, T) error, batch Batch) *Consumer {
	return &Consumer{Topic: topic.Name, Batch: int(batch), Handle: func(ctx context.Context, d Deps, body []byte) error {
		company, command, err := topic.Read(body)
		if err != nil {
			return err
		}
		return handle(ctx, d, company, command)
	}}
}

// Batch is the most messages of one invocation.
type Batch int

// Schedule runs a function again and again. A tick is a hint: the function does what is due by now.
type Schedule struct {
	Expression string // as EventBridge writes it: rate(1 minute), cron(0 3 * * ? *), in UTC
	Handle     func(ctx context.Context, d Deps) error
}

// Every is a schedule.
func Every(expression string, handle func(context.Context, Deps) error) *Schedule {
	return &Schedule{expression, handle}
}

// Subscription reacts to events of the event bus.
type Subscription struct {
	Source      string   // for example aws.ses
	DetailTypes []string // for example Email Delivered
	Handle      func(ctx context.Context, d Deps, e event.Bridge) error
}

// Uses is all that a function may touch: the only source of its IAM policy and environment.
type Uses struct {
	Table    TableUse
	Pace     int      // write units a second on one partition key; 0: DefaultPace. See Function.Pace.
	Sends    []string // topics; see Topics
	Promises []string // topics whose messages it leaves to the sweeper, because their instant is to come
	SendsAll bool     // only for the sweeper
	Mail     bool     // hand mails to the provider
	Text     bool     // hand text messages to the provider
	Inbox    bool     // read mails that came in
	Secrets  SecretUse
	Links    bool // sign links and cursors, and open them
	Identity bool // invite and disable sign-ins
	Partner  bool // calls out to partners
}

// TableUse is what a function may do with the table: the calls of the driver, and for its writes the ops. They add up. A
// guarded route reads its caller with Get and Query, and an idempotent one keeps its answers with Get and Put.
type TableUse uint8

// The uses of the table, each of which is one action in IAM.
const (
	Get      TableUse = 1 << iota // one item; also a write of one Check
	BatchGet                      // many items by their keys
	Query                         // a range of a partition; of the due index only for the sweeper
	Put                           // whole items, records and what they promise
	Delete                        // items
	Add                           // to counts
	Check                         // conditions beside other ops
	Load                          // puts and deletes in bulk

	NoTable   TableUse = 0
	Read               = Get | BatchGet | Query
	ReadWrite          = Read | Put | Delete | Add | Check | Load
)

// tableUses are the names of the uses, in their order.
var tableUses = [...]string{"Get", "BatchGet", "Query", "Put", "Delete", "Add", "Check", "Load"}

// Has reports whether a use contains all of another.
func (u TableUse) Has(other TableUse) bool { return u&other == other }

// Writes reports whether anything is written.
func (u TableUse) Writes() bool { return u&^Read != 0 }

// String lists the uses as a declaration would: app.Get | app.Query.
func (u TableUse) String() string {
	var names []string
	for i, name := range tableUses {
		if u.Has(1 << i) {
			names = append(names, "app."+name)
		}
	}
	if len(names) == 0 {
		return "app.NoTable"
	}
	return strings.Join(names, " | ")
}

// SecretUse is what a function may do with sealed secrets.
type SecretUse uint8

// The uses of secrets; they add up.
const (
	Seal SecretUse = 1 << iota
	Open
)

// Named is what topics of any type have in common.
type Named interface{ TopicName() string }

// Topics lists the names of topics for Uses.Sends and Uses.Promises.
func Topics(topics ...Named) []string {
	names := make([]string, len(topics))
	for i, topic := range topics {
		names[i] = topic.TopicName()
	}
	return names
}
