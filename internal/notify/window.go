package notify

import (
	"strconv"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Bounds of a digest.
const (
	quiet    = time.Minute // after a mail about a sighting, further sightings are gathered this long
	maxLines = 20          // sightings that a digest names; of the others it says how many
)

// overdue is how long after its instant a digest that never came is promised again by whoever joins it: its message may have
// ended among the dead letters.
const overdue = 15 * time.Minute

// Digest is the command to mail a user what a window has gathered.
var Digest = queue.Topic[Gathered]{Name: "notify-digest"}

// Gathered names a window.
type Gathered struct {
	User   access.UserID `json:"user"`
	Window string        `json:"window"` // its id
}

// window is the minute after the mail about a user's first sighting: what else is seen then is gathered for one digest. Each
// user has one record, which the next window takes over once this one is closed or has gathered nothing. Every notice belongs
// to exactly one mail, because it is marked with its mail in the write that opens, joins or finds closed a window.
type window struct {
	Open    string    `json:"open,omitempty"` // its id; empty once the digest is planned
	Began   time.Time `json:"began"`
	Count   int       `json:"count,omitempty"`   // gathered notices
	Notices []string  `json:"notices,omitempty"` // the first maxLines of them
	Digest  time.Time `json:"digest,omitzero"`   // when it is promised for; zero while there is nothing to tell
}

var windows = table.Kind[window]{Name: "notice window", Schema: 1}

func windowKey(company ident.Company, user access.UserID) table.Key {
	return table.In(company, "notice-window", string(user)).At()
}

// opened makes the write that begins a window with a notice, in the place of the last one.
func opened(company ident.Company, last table.Record[window], n Notice, now time.Time) table.Op {
	last.Value = window{Open: ident.Of("window", company.ID(), string(n.User), n.ID), Began: now}
	op := windows.Save(windowKey(company, n.User), last).Until(now.Add(keep))
	op.Item.Pending = nil
	return op
}

// gathers reports whether a sighting that is looked at now belongs to the window's digest.
func (w window) gathers(now time.Time) bool {
	return w.Open != "" && (w.Count > 0 || now.Before(w.Began.Add(quiet)))
}

// join makes the write that adds a notice to a window. While the digest still has room for names, or has to be promised, it
// is a change of the record, which only one can make at a time; then only the count moves, which many can do at once.
func join(company ident.Company, record table.Record[window], n Notice, now time.Time) table.Op {
	w := &record.Value
	promise := w.Count == 0 || now.After(w.Digest.Add(overdue))
	if len(w.Notices) == maxLines && !promise {
		op := table.Count(record.Key(), map[string]int64{"count": 1})
		op.If = table.Condition{Test: table.Equals, Attribute: "open", Text: w.Open}
		return op
	}
	w.Count++
	if len(w.Notices) < maxLines {
		w.Notices = append(w.Notices, n.ID)
	}
	if !promise {
		return windows.Update(record)
	}
	w.Digest = w.Began.Add(quiet)
	if !w.Digest.After(now) {
		w.Digest = now.Add(quiet)
	}
	return windows.Update(record).Emit(Digest.At(w.Digest, company, Gathered{n.User, w.Open}))
}

// closed makes the write that ends a window, together with the mail of its digest. What it had promised is void.
func closed(record table.Record[window]) table.Op {
	record.Value = window{Began: record.Value.Began}
	op := windows.Update(record)
	op.Item.Pending = nil
	return op
}

// digestID names the mail of a window as it is now. A digest that was composed before somebody else joined has another one,
// so that its text can never take the place of the one that is sent.
func digestID(company ident.Company, user access.UserID, record table.Record[window]) string {
	return ident.Of(company.ID(), "digest", string(user), record.Value.Open, strconv.FormatInt(record.Version(), 10))
}
