package prospect

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/group"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// ChangeType is what sort of thing the DMS is told.
type ChangeType string

// The changes.
const (
	WasCreated   ChangeType = "prospect.created"   // entered here
	WasChanged   ChangeType = "prospect.changed"   // planned otherwise here, or a conflict decided
	WasAttempted ChangeType = "prospect.attempted" // the customer was not reached
	WasContacted ChangeType = "prospect.contacted" // the customer was written to
	WasCompleted ChangeType = "prospect.completed"
	WasConverted ChangeType = "prospect.converted" // it became a lead, which completes it
)

// Change is one thing that a user did to a prospect and that the DMS is to be told (P33, P36). It is written with what it
// tells of, so that neither is without the other.
type Change struct {
	ID       string        `json:"id" doc:"The same however often and by whichever way it is told."`
	Type     ChangeType    `json:"type" enum:"prospect.created,prospect.changed,prospect.attempted,prospect.contacted,prospect.completed,prospect.converted"`
	At       time.Time     `json:"at"`
	By       access.UserID `json:"by" doc:"The user who did it."`
	Prospect ID            `json:"prospect"`
	DMS      string        `json:"dmsId,omitempty" doc:"The id in the DMS; absent where it has not taken over the prospect yet."`
	Customer customer.ID   `json:"customer"`
	Fields   []string      `json:"fields,omitempty" doc:"Of prospect.changed: the fields of the plan that are meant."`
	Plan     *Plan         `json:"plan,omitempty" doc:"What is planned from now on."`
	Attempt  *Attempt      `json:"attempt,omitempty"`
	Message  *Message      `json:"message,omitempty" doc:"Of prospect.contacted: the mail or text message that was handed over to be sent, its text up to 1,000 characters."`
	Notes    string        `json:"notes,omitempty" doc:"Of the completion."`
	Group    group.ID      `json:"group,omitempty" doc:"The group that the customer was added to."`
	Lead     string        `json:"lead,omitempty" doc:"The lead that the prospect became."`
}

// Publish is the command to tell the DMS what there is to tell about a prospect.
var Publish = queue.Topic[Telling]{Name: "dms-publish"}

// Telling names a prospect.
type Telling struct {
	Prospect ID `json:"prospect"`
}

var untold = table.Kind[Change]{Name: "dms change", Schema: 1, Limit: 16 << 10}

func untoldPartition(company ident.Company, id ID) table.Partition {
	return table.In(company, "dms-change", string(id))
}

// tell makes the write of a change to the version that its prospect has or gets. Changes lie in the order of versions; those
// of one version know nothing of each other.
func tell(company ident.Company, p Prospect, version int64, c Change) []table.Op {
	if p.DMS == nil {
		return nil
	}
	c.Prospect, c.DMS, c.Customer = p.ID, p.DMS.ID, p.Customer
	key := untoldPartition(company, p.ID).At(fmt.Sprintf("%012d", version), c.ID)
	return []table.Op{untold.Create(key, c).Emit(Publish.Message(company, Telling{p.ID}))}
}

// tellCreated is tell for a new prospect.
func tellCreated(d app.Deps, company ident.Company, p Prospect) []table.Op {
	if p.DMS == nil || p.DMS.Plan != nil {
		return nil // the DMS itself made it
	}
	plan := p.planned()
	return tell(company, p, 1, Change{ID: d.NewID(), Type: WasCreated, At: p.CreatedAt, By: p.CreatedBy, Plan: &plan})
}

// tellChange is tell for what a user has made of a prospect.
func tellChange(d app.Deps, company ident.Company, before, after Prospect, version int64, by access.UserID) []table.Op {
	if after.DMS == nil {
		return nil
	}
	plan := after.planned()
	c := Change{ID: d.NewID(), Type: WasChanged, At: d.Now().UTC(), By: by, Plan: &plan, Fields: fieldsBetween(before.planned(), plan)}
	for _, f := range plannedFields {
		if decided := before.DMS.Edits[f.name] != after.DMS.Edits[f.name]; decided && f.text(plan) == f.text(before.planned()) {
			c.Fields = append(c.Fields, f.name)
		}
	}
	switch {
	case after.Completed && !before.Completed:
		c.Type, c.Fields, c.Notes, c.Group = WasCompleted, nil, after.CompletionNotes, after.Group
		if c.Lead = after.ConvertedLead; c.Lead != "" {
			c.Type = WasConverted
		}
	case len(c.Fields) == 0 && reflect.DeepEqual(before.planned(), plan):
		return nil
	}
	return tell(company, after, version, c)
}

// tellAttempt is tell for an attempt at a prospect of a version.
func tellAttempt(d app.Deps, company ident.Company, p Prospect, version int64, a Attempt) []table.Op {
	return tell(company, p, version+1, Change{ID: d.NewID(), Type: WasAttempted, At: a.At, By: a.By, Attempt: &a})
}

// maxToldText is the most characters of a message that the DMS is told: a page of the feed has many.
const maxToldText = 1000

// tellMessage is tell for a message from a prospect of a version. It changes nothing of what the DMS has planned.
func tellMessage(d app.Deps, company ident.Company, p Prospect, version int64, m Message) []table.Op {
	if text := []rune(m.Text); len(text) > maxToldText {
		m.Text = string(text[:maxToldText])
	}
	return tell(company, p, version, Change{ID: d.NewID(), Type: WasContacted, At: m.At, By: m.By, Message: &m})
}

// Untold are the first changes of a prospect that the DMS has not been told, in their order; at most limit.
func Untold(ctx context.Context, d app.Deps, company ident.Company, id ID, limit int) ([]table.Record[Change], error) {
	changes, _, err := untold.Query(ctx, d.Table, table.Query{Partition: string(untoldPartition(company, id)), Limit: limit})
	return changes, err
}

// Told ends a change, in the write that tells it: told twice, that write conflicts.
func Told(change table.Record[Change]) table.Op { return untold.Remove(change) }
