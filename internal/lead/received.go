package lead

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Received is what is known of a mail that came in for a lead, besides what it says.
type Received struct {
	From        string       `json:"from,omitempty" doc:"The address that it names as its sender's."`
	Name        string       `json:"name,omitempty" doc:"The sender's name, as it says."`
	Stranger    bool         `json:"stranger,omitempty" doc:"The address is none of the customer's that are known; the customer stays as they are."`
	Unproven    bool         `json:"unproven,omitempty" doc:"The domain of the address does not vouch for it (DMARC): somebody may have written under it."`
	Automatic   bool         `json:"automatic,omitempty" doc:"A program has answered; nobody was told, and nothing follows from it."`
	Spam        bool         `json:"spam,omitempty" doc:"It was recognised as spam; nobody was told, and nothing follows from it."`
	Virus       bool         `json:"virus,omitempty" doc:"It held a virus; nothing of it is kept but that it came. Nobody was told."`
	Unchecked   bool         `json:"unchecked,omitempty" doc:"It could not be checked for viruses, so its attachments are not handed out."`
	Damaged     bool         `json:"damaged,omitempty" doc:"It could not be read to its end."`
	Quotes      bool         `json:"quotes,omitempty" doc:"What it quotes of earlier mails is left out here, and is in the whole of it."`
	Cut         bool         `json:"cut,omitempty" doc:"The text is longer than shown."`
	Bytes       int64        `json:"bytes,omitempty" doc:"Its size on the way."`
	Attachments []Attachment `json:"attachments,omitempty" doc:"Files that came with it, at most 20."`
	Further     int          `json:"further,omitempty" doc:"How many attachments are not listed."`
}

// Attachment is a file that came with a mail.
type Attachment struct {
	Number int    `json:"number" doc:"Its place in the mail."`
	Name   string `json:"name" maxLength:"150"`
	Type   string `json:"type" maxLength:"100" doc:"Its media type, as its sender says."`
	Bytes  int64  `json:"bytes"`
}

// quiet reports a mail that nobody has written to the dealer: nobody is told of it, and the lead stays as it is.
func (r Received) quiet() bool { return r.Automatic || r.Spam || r.Virus }

// Inbound is a mail that came in, as package letter reads it.
type Inbound struct {
	Received
	ID      string // names the mail: the same mail, however often it comes, has the same
	At      time.Time
	Object  string // where the mail lies as it came
	Subject string
	Answer  string // what its writer wrote, without the mails that are quoted
	Text    string // all of it
}

// MaxText bounds the text of a mail that is kept, in characters, and maxAnswer that of its entry in lists.
const (
	MaxText   = 20_000
	maxAnswer = 5_000
)

// letter is a mail that came in, with all of its text. That it exists is the receipt: it is written with all that follows
// from the mail.
type letter struct {
	Lead   ID     `json:"lead"`
	Work   string `json:"work"` // the sort key of its entry
	Object string `json:"object"`
	Text   string `json:"text"`
}

var letters = table.Kind[letter]{Name: "lead letter", Schema: 1, Limit: 128 << 10} // MaxText characters, six bytes each

func letterKey(company ident.Company, id string) table.Key {
	return table.In(company, "lead-letter", id).At()
}

// Audience makes the notices for those who are to know of a mail on a lead, in what they have in common.
type Audience func(ctx context.Context, l Lead) ([]notify.Notice, error)

// Receive puts a mail on a lead, or on the one that stands for it: an entry among its work, with the mail's text beside it,
// and where a person has written it, word of it on the lead, to the customer's activity and to its audience. All of it is one
// write; a mail that came before changes nothing, and is false.
func Receive(ctx context.Context, d app.Deps, co ident.Company, id ID, in Inbound, tell Audience) (bool, error) {
	const attempts = 8
	var lost error
	for range attempts {
		if _, err := letters.Get(ctx, d.Table, letterKey(co, in.ID)); !errs.Is(err, errs.NotFound) {
			return false, err
		}
		if lost = receive(ctx, d, co, id, in, tell); !errs.Is(lost, errs.Conflict) {
			return lost == nil, lost
		}
	}
	return false, errs.E(errs.Unavailable, "too much happens to this lead at once: %w", lost)
}

func receive(ctx context.Context, d app.Deps, co ident.Company, id ID, in Inbound, tell Audience) error {
	record, err := Load(ctx, d, co, id)
	if err != nil {
		return err
	}
	if record, err = standing(ctx, d, co, record); err != nil {
		return err
	}
	l := &record.Value
	if in.From != "" && !in.Virus {
		known, err := customer.HasAddress(ctx, d, co, l.Customer, in.From)
		if err != nil {
			return err
		}
		in.Stranger = !known
	}
	w := in.work()
	place := workPartition(co, l.ID).At(w.At.Format(instant), w.ID)
	ops := []table.Op{
		letters.Create(letterKey(co, in.ID), letter{l.ID, place.Sort, in.Object, in.Text}),
		works.Create(place, w),
	}
	if in.quiet() {
		return d.Commit(ctx, ops...)
	}
	notices, err := tell(ctx, *l)
	if err != nil {
		return err
	}
	var places []table.Op
	for _, n := range notices {
		n.ID = ident.Of("lead answered", string(l.ID), in.ID, string(n.User))
		n.Kind, n.Title, n.Text = notify.LeadAnswered, strings.Trim("Answer from "+l.CustomerName+": "+in.Subject, ": "), w.Text
		n.About, n.Link, n.At = notify.About{Type: "lead", ID: string(l.ID)}, notify.Link{Path: "/leads/" + string(l.ID)}, d.Now()
		n.Facts = append(l.Facts(), notify.Fact{Label: notify.Writer, Value: in.From})
		listed, told := notify.Tell(co, n)
		places, ops = append(places, listed...), append(ops, told)
	}
	if err := d.Table.Load(ctx, places...); err != nil {
		return err
	}
	before := *l
	l.wrote(w.At, d.Now().UTC())
	return board.Write(ctx, d.Table, co, &before, l, func(ctx context.Context) error {
		return d.Commit(ctx, append([]table.Op{leads.Update(record), customer.Activity(co, l.Customer, w.At, "lead", string(l.ID), "Mail received")}, ops...)...)
	})
}

// wrote notes that the customer has written. An open lead waits for an answer from then on; a closed one stays closed.
func (l *Lead) wrote(at, now time.Time) {
	if at.After(l.WroteAt) {
		l.WroteAt = at
	}
	l.Unanswered, l.UpdatedAt = !l.Ended(), now
}

// work is the mail's entry in the history of its lead.
func (in Inbound) work() Work {
	w := Work{ID: in.ID, Kind: Answered, At: in.At.UTC().Truncate(time.Millisecond), Subject: in.Subject, Text: in.Answer, Received: &in.Received}
	if runes := []rune(w.Text); len(runes) > maxAnswer {
		w.Text, w.Received.Cut = string(runes[:maxAnswer-1])+"…", true
	}
	return w
}

// unansweredFacet is of leads whose customer has written and not been answered since.
const unansweredFacet = "unanswered"

// unanswered is the facet of a lead, or of a filter, whose customer waits for an answer; none where nobody does.
func unanswered(is bool) []search.Facet {
	if !is {
		return nil
	}
	return []search.Facet{{Name: unansweredFacet, Value: "yes"}}
}

// isMessage reports work that is part of the conversation with the customer.
func (w Work) isMessage() bool {
	return slices.Contains([]WorkKind{Mailed, Texted, Answered}, w.Kind)
}
