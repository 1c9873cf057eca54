// Package notify tells users what happened: in the application, always, and by mail, if the user wants mails.
//
// A feature tells a user something with the write that makes it true: Tell returns the op that belongs into that write, so a
// notice exists if and only if its cause does. The notice's id is derived from the cause; telling the same again conflicts
// and changes nothing. The notice is unread until its user marks it as read, and ends half a year after it happened.
//
// The function notify-send plans the mail of a notice in the ledger of package mail, in the language of the company. The first
// sighting of a quiet minute is mailed at once; those of the rest of that minute are gathered for one digest, which
// notify-digest plans (see window). So each notice is in exactly one mail. The function mail-send delivers what is in the
// ledger, and mail-event hears from the provider what became of it. Only users of the
// company are ever told: never its customers, and of sightings never by text message (C4).
package notify

import (
	"strings"
	"time"
	"unicode"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/pattern"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Notice is one thing that one user is told. Texts that are longer than their bounds are cut.
type Notice struct {
	ID    string        `json:"id"` // of the intent: ident.Of(what happened, whom it tells); the same again is not told again
	User  access.UserID `json:"user"`
	Kind  Kind          `json:"kind"`
	Title string        `json:"title"` // one line; also the subject of the mail, unless its kind has one in the company's language
	Text  string        `json:"text,omitempty"`
	Facts []Fact        `json:"facts,omitempty"` // what is known, in the order to be shown
	About About         `json:"about"`
	Link  Link          `json:"link,omitzero"`
	Ways  Ways          `json:"ways,omitzero"`
	At    time.Time     `json:"at"` // its place in the list of the user; from then on it is kept for half a year
	Read  time.Time     `json:"read,omitzero"`
	Mail  string        `json:"mail,omitempty"` // ownMail, or the window whose digest tells of it; empty until that is decided
}

// ownMail marks a notice that has a mail of its own.
const ownMail = "own"

// Ways are how a user may be told, besides the list in the application, which always has it: whoever tells allows them, and
// the user's own settings may switch one off (C17). The zero Ways are by mail.
type Ways struct {
	NoEmail bool `json:"noEmail,omitempty"`
	SMS     bool `json:"sms,omitempty"`
}

// Kind is what sort of thing happened; kebab case.
type Kind string

// Sighting says that a watched vehicle was seen online.
const Sighting Kind = "sighting"

// LeadArrived says that an electronic lead has come in.
const LeadArrived Kind = "lead-arrived"

// LeadAllocated says that a lead is the user's work now.
const LeadAllocated Kind = "lead-allocated"

// LeadsAllocated says that several leads are the user's work now, of each of which the list in the application tells.
const LeadsAllocated Kind = "leads-allocated"

// Kinds of notices about leads that nobody works on.
const (
	LeadUntouched Kind = "lead-untouched" // for who should
	LeadEscalated Kind = "lead-escalated" // for who manages them
)

// LeadAnswered says that the customer of a lead has written.
const LeadAnswered Kind = "lead-answered"

// EndpointDisabled says that nothing is sent to an endpoint of the dealer's management system any more.
const EndpointDisabled Kind = "dms-endpoint-disabled"

// digestKind is the kind of mails about several sightings.
const digestKind Kind = "sighting-digest"

// Fact is one line of what is known: "Price", "AUD 13,500".
type Fact struct {
	Label Label  `json:"label"`
	Value string `json:"value"`
}

// About is the record that the notice is about.
type About struct {
	Type string `json:"type"` // recapture, lead, ...
	ID   string `json:"id"`
}

// Link is where the user can act, in the front end; the mail shows it as a button, where the installation has a front end.
// The zero Link shows none.
type Link struct {
	Path string `json:"path"` // below the installation's base URL: /recaptures/01ABC. Anything else is dropped.
}

// linkPath keeps links on our own site, whatever an id consists of.
var linkPath = pattern.Of(`^(/[A-Za-z0-9_.~-]+){1,8}$`)

// Bounds of a notice.
const (
	maxTitle = 150   // characters
	maxText  = 1_000 // characters
	maxFacts = 12
	maxValue = 120                  // characters of a fact's label and of its value, each
	maxPath  = 200                  // bytes of a link; a longer one is dropped
	keep     = 180 * 24 * time.Hour // from At
)

// Send is the command to mail a notice to its user.
var Send = queue.Topic[Mailing]{Name: "notify-send"}

// Mailing names a notice.
type Mailing struct {
	User   access.UserID `json:"user"`
	Notice string        `json:"notice"` // its id
}

// Tell makes the writes that tell a user something. The places are where the user's lists have the notice; they go first, by
// table.Load, and nobody sees them before the notice exists. The notice itself is to be committed with its cause. That write
// conflicts where the user was told this before (ID), whenever that was.
func Tell(company ident.Company, n Notice) (places []table.Op, notice table.Op) {
	places, notice = n.fitting().write(company)
	return places, notice.Emit(Send.Message(company, Mailing{n.User, n.ID}))
}

// List is Tell for a notice whose teller plans the mail, or wants none: it is listed in the application and nothing more.
func List(company ident.Company, n Notice) (places []table.Op, notice table.Op) {
	n = n.fitting()
	n.Mail = ownMail
	return n.write(company)
}

func (n Notice) write(company ident.Company) (places []table.Op, notice table.Op) {
	end := n.At.Add(keep)
	places = []table.Op{
		table.Posting(place(all(company, n.User), n)).Until(end),
		table.Posting(place(unread(company, n.User), n)).Until(end),
	}
	return places, notices.Create(key(company, n.User, n.ID), n).Until(end)
}

// fitting is the notice within its bounds, unread and not mailed.
func (n Notice) fitting() Notice {
	n.Read, n.Mail = time.Time{}, ""
	n.At = n.At.UTC().Truncate(time.Millisecond)
	n.Title = Clip(n.Title, maxTitle)
	n.Text = Clip(n.Text, maxText)
	if len(n.Link.Path) > maxPath || !linkPath().MatchString(n.Link.Path) {
		n.Link = Link{}
	}
	facts := make([]Fact, 0, len(n.Facts))
	for _, f := range n.Facts[:min(len(n.Facts), maxFacts)] {
		facts = append(facts, Fact{Label(Clip(string(f.Label), maxValue)), Clip(f.Value, maxValue)})
	}
	n.Facts = facts
	n.About = About{Clip(n.About.Type, maxValue), Clip(n.About.ID, maxValue)}
	return n
}

// Clip makes a text one line of at most so many characters, with an ellipsis where it was cut. Characters that are not
// meant to be seen are left out: line breaks, controls, and those that turn the direction of writing.
func Clip(text string, most int) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, text))
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	return string(runes)
}
