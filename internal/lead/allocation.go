package lead

import (
	"context"
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Allocation is how a lead got an owner once.
type Allocation struct {
	Number int           `json:"number" doc:"The first one is 1."`
	At     time.Time     `json:"at"`
	By     access.UserID `json:"by,omitempty" doc:"Who allocated it; empty: nobody, see why."`
	From   access.UserID `json:"from,omitempty" doc:"Whose work it was before; empty: nobody's."`
	To     access.UserID `json:"to,omitempty" doc:"Whose work it is since; empty: nobody's."`
	Notes  string        `json:"notes,omitempty" doc:"What the new owner should know."`
	Why    string        `json:"why" doc:"How the owner was chosen: by-hand, or the rule and its mode."`
	Lead   ID            `json:"lead,omitempty" doc:"The lead that was allocated, where that was merged into this one."`
	Batch  string        `json:"batch,omitempty" doc:"The same for leads that were allocated together."`
}

// ByHand is why an allocation was made that a user asked for.
const ByHand = "by-hand"

// allocations are the history of a lead's owners. They are added with the change of the lead and never changed.
var allocations = table.Kind[Allocation]{Name: "lead allocation", Schema: 1, Limit: 8 << 10} // 1,000 characters of notes, six bytes each

func allocationPartition(company ident.Company, id ID) table.Partition {
	return table.In(company, "lead-allocation", string(id))
}

func allocationKey(company ident.Company, id ID, number int) table.Key {
	return allocationPartition(company, id).At(fmt.Sprintf("%09d", number))
}

// maxAllocations is the most allocations that a lead shows.
const maxAllocations = 20

// allocated are the allocations of a lead, the last first, at most maxAllocations.
func allocated(ctx context.Context, d app.Deps, company ident.Company, l Lead) ([]Allocation, error) {
	if l.Handovers == 0 {
		return []Allocation{}, nil
	}
	q := table.Query{Partition: string(allocationPartition(company, l.ID)), Limit: maxAllocations, Descending: true}
	records, _, err := allocations.Query(ctx, d.Table, q)
	return table.Values(records), err
}

// LastAllocation is how the lead got its owner; zero where it never was allocated.
func (l Lead) LastAllocation(ctx context.Context, d app.Deps, company ident.Company) (Allocation, error) {
	if l.Handovers == 0 {
		return Allocation{}, nil
	}
	record, err := allocations.Get(ctx, d.Table, allocationKey(company, l.ID, l.Handovers))
	if errs.Is(err, errs.NotFound) {
		return Allocation{}, nil
	}
	return record.Value, err
}

// ways are how users may be told of a lead (L13): as the rule for such leads says, or by mail where there is none.
func (l Lead) ways(ctx context.Context, d app.Deps, company ident.Company) (notify.Ways, error) {
	r, found, err := rule.For(ctx, d, company, l.RuleFacts())
	if err != nil || !found {
		return notify.Ways{}, err
	}
	return notify.Ways{NoEmail: !r.Allows(rule.Email), SMS: r.Allows(rule.SMS)}, nil
}

// tellOwner makes the notice that tells a user of a lead that is theirs now. It is told once for each allocation; of one among
// others the mail tells of all of them, see sumUp.
func tellOwner(company ident.Company, l Lead, a Allocation, ways notify.Ways) (places []table.Op, notice table.Op) {
	tell := notify.Tell
	if a.Batch != "" {
		tell = notify.List
	}
	return tell(company, notify.Notice{
		Ways:  ways,
		ID:    ident.Of("lead allocated", string(l.ID), fmt.Sprint(a.Number), string(a.To)),
		User:  a.To,
		Kind:  notify.LeadAllocated,
		Title: "New lead for you: " + l.subject(),
		Text:  a.Notes,
		Facts: l.Facts(),
		About: notify.About{Type: "lead", ID: string(l.ID)},
		Link:  notify.Link{Path: "/leads/" + string(l.ID)},
		At:    a.At,
	})
}

// subject is the lead in a few words.
func (l Lead) subject() string {
	if l.Vehicle == (vehicle.Vehicle{}) {
		return l.CustomerName
	}
	return l.Vehicle.Describe()
}

// Facts are what users are told of a lead.
func (l Lead) Facts() (facts []notify.Fact) {
	add := func(label notify.Label, value string) {
		if value != "" {
			facts = append(facts, notify.Fact{Label: label, Value: value})
		}
	}
	if l.Vehicle != (vehicle.Vehicle{}) {
		add(notify.Vehicle, l.Vehicle.Describe())
	}
	add(notify.VIN, l.Vehicle.VIN)
	add(notify.Rego, l.Vehicle.Rego)
	add(notify.Customer, l.CustomerName)
	add(notify.Source, l.Source)
	return facts
}
