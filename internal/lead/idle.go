package lead

import (
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Lead management asks how long nobody has worked on a lead. Work is what one person does for one customer: a mail, a text
// message or a call of their own, a calendar event that took place or that the customer missed, and a change of the lead's
// progress. A mail that goes out by itself, an event that lies ahead and a new owner are none (D7); but a new owner, who
// cannot have worked on it before, begins anew.

// acted notes that somebody worked on the lead. Whoever does begins the work on a new lead.
func (l *Lead) acted(at time.Time) {
	l.Acts, l.ActedAt = l.Acts+1, at
	if l.Status == New {
		l.Status = Open
	}
}

// responded notes work that reached out to the customer; the first is the response that figures measure.
func (l *Lead) responded(at time.Time) {
	l.acted(at)
	l.Unanswered = false
	if l.RespondedAt.IsZero() {
		l.RespondedAt = at
	}
}

// idleSince is when the time began in which nobody has worked on the lead.
func (l Lead) idleSince() time.Time {
	since := l.CreatedAt
	for _, at := range []time.Time{l.ActedAt, l.AllocatedAt} {
		if at.After(since) {
			since = at
		}
	}
	return since.UTC()
}

// stirred reports whether somebody has worked on the lead, or it has got an owner, since it was another.
func (l Lead) stirred(since Lead) bool { return l.Acts != since.Acts || l.Handovers != since.Handovers }

// watched is the write of a lead that is looked after from then on. A closed one needs no care.
func watched(company ident.Company, l Lead, op table.Op) table.Op {
	if l.Ended() {
		return op
	}
	return op.Emit(CareTopic.Message(company, watch{Lead: l.ID}))
}

// followed is the write of a lead that has changed: it is looked after from then on, where somebody has worked on it or it has
// got an owner, and so are those who may have room for another lead now.
func followed(company ident.Company, before, after Lead, op table.Op) table.Op {
	w := watch{Freed: after.lost(before)}
	if after.stirred(before) && !after.Ended() {
		w.Lead = after.ID
	}
	if w == (watch{}) {
		return op
	}
	return op.Emit(CareTopic.Message(company, w))
}
