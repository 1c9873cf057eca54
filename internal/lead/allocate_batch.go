package lead

import (
	"context"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Whoever gets several leads at once is told of each in the application, and by one mail or text message of all of them. What is
// to be summed up is written down before the first lead changes hands, and promised for a little later: usually the request
// itself does it at its end, and where it does not get so far the promise does, with the leads that have changed hands by then.

// batch is several leads that one request gives to a user.
type batch struct {
	By    access.UserID `json:"by"`
	To    access.UserID `json:"to"`
	Notes string        `json:"notes,omitempty"`
	Leads []ID          `json:"leads"`
}

var batches = table.Kind[batch]{Name: "lead batch", Schema: 1, Limit: 16 << 10} // 100 ids, 1,000 characters of notes, six bytes each

func batchKey(co ident.Company, id string) table.Key { return table.In(co, "lead-batch", id).At() }

// batchEnds is when a request that allocates several leads has ended, whatever became of it.
const batchEnds = 2 * time.Minute

// begin notes what a request is about to allocate; the id goes along with each allocation.
func (b batch) begin(ctx context.Context, d app.Deps, co ident.Company) (id string, err error) {
	id = d.NewID()
	op := batches.Create(batchKey(co, id), b)
	return id, d.Table.Write(ctx, op.Emit(CareTopic.At(d.Now().Add(batchEnds), co, watch{Batch: id})))
}

// sumUp tells the new owner of a batch what it has brought, once: the notice is written with the end of the batch. A batch that
// has ended tells nothing.
func sumUp(ctx context.Context, d app.Deps, co ident.Company, id string) error {
	held, err := batches.Get(ctx, d.Table, batchKey(co, id))
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	got, err := held.Value.got(ctx, d, co, id)
	if err != nil {
		return err
	}
	ops := []table.Op{batches.Remove(held)}
	if len(got) > 0 {
		notice, err := held.Value.summary(ctx, d, co, id, got)
		if err != nil {
			return err
		}
		_, told := notify.Tell(co, notice) // without its places: the list has a notice of each lead
		ops = append(ops, told)
	}
	err = d.Commit(ctx, ops...)
	if errs.Is(err, errs.Conflict) {
		return nil // somebody else has summed it up
	}
	return err
}

// got are the leads that the batch has given to its user and that are still theirs, in its order.
func (b batch) got(ctx context.Context, d app.Deps, co ident.Company, id string) (got []Lead, err error) {
	records, err := LoadAll(ctx, d, co, b.Leads)
	if err != nil {
		return nil, err
	}
	given := make([]bool, len(records))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(allotTogether)
	for i, record := range records {
		if record.Value.User != b.To {
			continue
		}
		group.Go(func() error {
			last, err := record.Value.LastAllocation(within, d, co)
			given[i] = last.Batch == id
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, record := range records {
		if given[i] {
			got = append(got, record.Value)
		}
	}
	return got, nil
}

// maxSummed is the most leads that a summary names.
const maxSummed = 10

// summary is what the new owner is told of all leads. It goes by each way that is allowed for one of them.
func (b batch) summary(ctx context.Context, d app.Deps, co ident.Company, id string, got []Lead) (notify.Notice, error) {
	n := notify.Notice{
		ID: ident.Of("leads allocated", id, string(b.To)), User: b.To, Kind: notify.LeadsAllocated, Title: "New leads for you: " + strconv.Itoa(len(got)), Text: b.Notes,
		Facts: []notify.Fact{{Label: notify.Leads, Value: strconv.Itoa(len(got))}},
		About: notify.About{Type: "leads", ID: id}, Link: notify.Link{Path: "/leads"}, Ways: notify.Ways{NoEmail: true}, At: d.Now(),
	}
	if len(got) == 1 { // as if it had been allocated alone
		n.Kind, n.Title, n.Facts = notify.LeadAllocated, "New lead for you: "+got[0].subject(), got[0].Facts()
		n.About, n.Link.Path = notify.About{Type: "lead", ID: string(got[0].ID)}, "/leads/"+string(got[0].ID)
	}
	for i, l := range got {
		ways, err := l.ways(ctx, d, co)
		if err != nil {
			return n, err
		}
		n.Ways.NoEmail, n.Ways.SMS = n.Ways.NoEmail && ways.NoEmail, n.Ways.SMS || ways.SMS
		if i < maxSummed && len(got) > 1 {
			n.Facts = append(n.Facts, notify.Fact{Label: notify.OneLead, Value: l.inShort()})
		}
	}
	if more := len(got) - maxSummed; more > 0 {
		n.Facts = append(n.Facts, notify.Fact{Label: notify.More, Value: strconv.Itoa(more)})
	}
	return n, nil
}

// inShort is a lead in one line: who, and what about.
func (l Lead) inShort() string {
	about := l.subject()
	if about == l.CustomerName || l.CustomerName == "" {
		return about
	}
	return l.CustomerName + " · " + about
}
