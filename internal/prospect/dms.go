package prospect

import (
	"cmp"
	"encoding/json"
	"maps"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/vehicle"
)

// DMS is a prospect's counterpart in the dealer's management system, the home of the activity (P8). That one plans: when,
// where, by whom and what. We say what came of it (C23). What a user changes here of the plan stays until somebody decides;
// where the DMS says something else afterwards, that is a conflict, which the record shows.
type DMS struct {
	ID     string          `json:"id,omitempty" doc:"Its id in the DMS; absent until the DMS has taken over a prospect that was made here."`
	Said   Revision        `json:"said,omitzero" doc:"The latest that the DMS has said."`
	Plan   *Plan           `json:"plan,omitempty" doc:"What the DMS plans."`
	Closed bool            `json:"closed,omitempty" doc:"The DMS has completed or withdrawn it."`
	Edits  map[string]Edit `json:"edits,omitempty" doc:"What users have planned otherwise here, by field."`
	Buyer  string          `json:"buyer,omitempty" doc:"Digest of the customer that the DMS names."`
}

// Revision orders what the DMS says of one prospect, in whatever order it arrives: by its version, then by its time of
// change. Where both are the same the digest of the content decides, so that all orders end alike.
type Revision struct {
	Version   int64     `json:"version,omitempty"`
	ChangedAt time.Time `json:"changedAt,omitzero"`
	Digest    string    `json:"digest,omitempty"`
}

// Compare is negative where r is older than other.
func (r Revision) Compare(other Revision) int {
	return cmp.Or(cmp.Compare(r.Version, other.Version), r.ChangedAt.Compare(other.ChangedAt), cmp.Compare(r.Digest, other.Digest))
}

// Plan is what is to be done, by whom and when.
type Plan struct {
	Yard     string          `json:"yard"`
	User     access.UserID   `json:"user"`
	Activity string          `json:"activity"`
	Action   string          `json:"action,omitempty"`
	Type     string          `json:"type,omitempty"`
	Due      time.Time       `json:"due"`
	Notes    string          `json:"notes,omitempty"`
	Vehicle  vehicle.Vehicle `json:"vehicle,omitzero"`
}

// Edit is a field of the plan that a user has set here.
type Edit struct {
	By   access.UserID `json:"by"`
	At   time.Time     `json:"at"`
	Seen string        `json:"seen" doc:"What the DMS said at that time."`
	Said Revision      `json:"said" doc:"When the DMS had said that."`
}

// plannedField is one field of a plan: as a text to compare and to show, and to be taken over from another plan.
type plannedField struct {
	name string
	text func(Plan) string
	take func(*Plan, Plan)
}

// plannedFields are all fields of a plan.
var plannedFields = []plannedField{
	{"yard", func(p Plan) string { return p.Yard }, func(p *Plan, q Plan) { p.Yard = q.Yard }},
	{"user", func(p Plan) string { return string(p.User) }, func(p *Plan, q Plan) { p.User = q.User }},
	{"activity", func(p Plan) string { return p.Activity }, func(p *Plan, q Plan) { p.Activity = q.Activity }},
	{"action", func(p Plan) string { return p.Action }, func(p *Plan, q Plan) { p.Action = q.Action }},
	{"type", func(p Plan) string { return p.Type }, func(p *Plan, q Plan) { p.Type = q.Type }},
	{"due", func(p Plan) string { return p.Due.UTC().Format(instant) }, func(p *Plan, q Plan) { p.Due = q.Due }},
	{"notes", func(p Plan) string { return p.Notes }, func(p *Plan, q Plan) { p.Notes = q.Notes }},
	{"vehicle", func(p Plan) string { return vehicleText(p.Vehicle) }, func(p *Plan, q Plan) { p.Vehicle = q.Vehicle }},
}

// vehicleText is a vehicle as a text that no other one has; empty for none.
func vehicleText(v vehicle.Vehicle) string {
	if v == (vehicle.Vehicle{}) {
		return ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and a number always marshal
	}
	return string(text)
}

// planned is what is planned here.
func (p Prospect) planned() Plan {
	return Plan{p.Yard, p.User, p.Activity, p.Action, p.Type, p.Due, p.Notes, p.Vehicle}
}

// follow plans the prospect otherwise.
func (p *Prospect) follow(n Plan) {
	p.Yard, p.User, p.Activity, p.Action, p.Type, p.Due, p.Notes, p.Vehicle = n.Yard, n.User, n.Activity, n.Action, n.Type, n.Due, n.Notes, n.Vehicle
}

// fieldsBetween are the names of the fields in which two plans differ.
func fieldsBetween(a, b Plan) (names []string) {
	for _, f := range plannedFields {
		if f.text(a) != f.text(b) {
			names = append(names, f.name)
		}
	}
	return names
}

// edited notes what a user has changed of a plan that the DMS has, so that the DMS does not overwrite it.
func (p *Prospect) edited(before Plan, by access.UserID, at time.Time) {
	if p.DMS == nil || p.DMS.Plan == nil {
		return
	}
	for _, f := range plannedFields {
		if now := f.text(p.planned()); now != f.text(before) {
			p.setEdit(f, Edit{By: by, At: at, Seen: f.text(*p.DMS.Plan), Said: p.DMS.Said})
		}
	}
}

// setEdit keeps an edit, or none where the plans agree. Copies of the prospect keep theirs.
func (p *Prospect) setEdit(f plannedField, e Edit) {
	counterpart := *p.DMS
	counterpart.Edits = maps.Clone(counterpart.Edits)
	if f.text(p.planned()) == f.text(*counterpart.Plan) {
		delete(counterpart.Edits, f.name)
	} else {
		if counterpart.Edits == nil {
			counterpart.Edits = map[string]Edit{}
		}
		counterpart.Edits[f.name] = e
	}
	p.DMS = &counterpart
}

// Conflict is a field of the plan that a user has set here and that the DMS has set otherwise since (C23).
type Conflict struct {
	Field     string        `json:"field" enum:"yard,user,activity,action,type,due,notes,vehicle"`
	Ours      string        `json:"ours" doc:"What holds until somebody decides."`
	OursBy    access.UserID `json:"oursBy" doc:"Who set it, or completed the prospect with it."`
	OursAt    time.Time     `json:"oursAt"`
	Theirs    string        `json:"theirs" doc:"What the DMS says."`
	TheirsAt  time.Time     `json:"theirsAt,omitzero" doc:"When it was changed there."`
	TheirsVer int64         `json:"theirsVersion,omitempty"`
}

// Conflicts follow from the latest that both sides said, never from the order in which it arrived.
func (p Prospect) Conflicts() []Conflict {
	conflicts := []Conflict{}
	if p.DMS == nil || p.DMS.Plan == nil {
		return conflicts
	}
	for _, f := range plannedFields {
		ours, theirs := f.text(p.planned()), f.text(*p.DMS.Plan)
		if ours == theirs {
			continue
		}
		c := Conflict{f.name, ours, p.CompletedBy, p.CompletedAt, theirs, p.DMS.Said.ChangedAt, p.DMS.Said.Version}
		if e, ok := p.DMS.Edits[f.name]; ok {
			if e.Seen == theirs {
				continue
			}
			c.OursBy, c.OursAt = e.By, e.At
		}
		conflicts = append(conflicts, c)
	}
	return conflicts
}
