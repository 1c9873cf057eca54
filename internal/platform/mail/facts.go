package mail

import "time"

// Facts are when each thing happened first. They only grow, so that events may come twice, late and in any order: the
// result is the same.
type Facts struct {
	Delivered  time.Time `json:"delivered,omitzero"`
	Delayed    time.Time `json:"delayed,omitzero"`
	Bounced    time.Time `json:"bounced,omitzero"`
	Complained time.Time `json:"complained,omitzero"`
	Rejected   time.Time `json:"rejected,omitzero"`
	Opened     time.Time `json:"opened,omitzero"`
	Clicked    time.Time `json:"clicked,omitzero"`
}

// with is the facts and one more.
func (f Facts) with(e Event) Facts {
	field := map[Happening]*time.Time{
		HasDelivered: &f.Delivered, HasDelayed: &f.Delayed, HasBounced: &f.Bounced, HasComplained: &f.Complained,
		HasRejected: &f.Rejected, HasOpened: &f.Opened, HasClicked: &f.Clicked,
	}[e.Happening]
	if field != nil && (field.IsZero() || e.At.Before(*field)) {
		*field = e.At
	}
	return f
}
