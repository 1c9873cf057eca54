package audit

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Entry is one thing that a user did.
type Entry struct {
	At        time.Time `json:"at" doc:"When."`
	User      string    `json:"user" doc:"Who."`
	Operation string    `json:"operation" doc:"What, by the id of the operation in this reference, such as closeLead."`
	Subject   Subject   `json:"subject" doc:"The record that it was about."`
	Request   string    `json:"request" doc:"The request, as its answer and our logs name it."`
}

// Subject is a record, by its place in the table.
type Subject struct {
	Type    string `json:"type" doc:"What sort of record, such as lead."`
	ID      string `json:"id,omitempty" doc:"Absent where there is only one of its sort."`
	Version int64  `json:"version,omitempty" doc:"That it got, which tells the order of changes; absent where it was removed."`
}

// Action is what a user asked for.
type Action struct {
	Company   ident.Company
	User      string // who asks
	Operation string // id of the operation
	Request   string // id of the request
}

// running is an action with what is written of it.
type running struct {
	Action
	mu   sync.Mutex
	seen map[string]bool // ids of the records that have their entry
}

type contextKey struct{}

// Begin makes the writes under the returned context those of an action.
func Begin(ctx context.Context, a Action) context.Context {
	return context.WithValue(ctx, contextKey{}, &running{Action: a, seen: map[string]bool{}})
}

// Aside makes the writes under the returned context no part of the action that they happen in: they are needed once,
// whoever comes first, and are nothing that a user has done.
func Aside(ctx context.Context) context.Context {
	return context.WithValue(ctx, contextKey{}, nil)
}

// noun is the second part of every entry's key.
const noun = "audit"

// Limits of an entry's parts keep it below a write unit.
var entries = table.Kind[Entry]{Name: "audit entry", Schema: 1, Limit: 1024}

// partition has the entries of a day, in UTC, by time.
func partition(company ident.Company, day time.Time) table.Partition {
	return table.In(company, noun, day.UTC().Format(time.DateOnly))
}

// instant sorts as time does.
const instant = "15:04:05.000000"

// alone is the sort key of a record that has its partition for itself.
var alone = table.Partition("").At().Sort

// Witness adds the entry to a write of an action, where the record has none yet; see table.Witness.
func Witness(ctx context.Context, now time.Time, newID func() string, ops []table.Op) (also []table.Op, written func()) {
	a, ok := ctx.Value(contextKey{}).(*running)
	if !ok {
		return nil, nil
	}
	subject, token := about(a.Company, ops)
	a.mu.Lock()
	defer a.mu.Unlock()
	record := cmp.Or(subject.ID, subject.Type)
	if record == "" || a.seen[record] {
		return nil, nil
	}
	if token == "" {
		token = newID()
	}
	// Each attempt has a key of its own, or one that was applied unnoticed would stand in the way of the next.
	op := entries.Create(partition(a.Company, now).At(now.UTC().Format(instant), token), Entry{
		At: now.UTC(), User: a.User, Operation: a.Operation, Subject: subject, Request: a.Request,
	})
	op.Item.Token = token
	return []table.Op{op}, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.seen[record] = true
	}
}

// about is the first record of the company that a write changes, and a text that no other write has.
func about(company ident.Company, ops []table.Op) (s Subject, token string) {
	for _, op := range ops {
		if token == "" {
			token = op.Item.Token
		}
		parts := append(table.Split(op.Item.Partition), table.Split(op.Item.Sort)...)
		if s.Type != "" || op.Action > table.Delete || len(parts) < 3 || parts[0] != company.ID() {
			continue
		}
		s = Subject{Type: parts[1], ID: parts[len(parts)-1], Version: op.Item.Version}
		if s.ID == alone {
			s.ID = parts[len(parts)-2]
		}
		if s.ID == s.Type {
			s.ID = ""
		}
	}
	return s, token
}

// Append refuses ops that would do anything with entries but add to them.
func Append(ops []table.Op) error {
	for _, op := range ops {
		parts := table.Split(op.Item.Partition)
		if len(parts) > 1 && parts[1] == noun && (op.Action != table.Put || op.If.Test != table.Absent) {
			return errs.E(errs.Internal, "audit: entries are added and never changed or removed")
		}
	}
	return nil
}
