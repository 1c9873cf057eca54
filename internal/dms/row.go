package dms

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Row is a prospect as the DMS hands it in. Its texts are checked row by row, so that one that is wrong spoils no other.
type Row struct {
	ID        string          `json:"id" doc:"In the DMS; at most 100 characters."`
	Version   int64           `json:"version,omitempty" minimum:"0" doc:"Grows with each change in the DMS. The highest holds, whatever the order of arrival."`
	ChangedAt time.Time       `json:"changedAt,omitzero" doc:"When it was changed in the DMS; decides where versions are the same or missing."`
	Prospect  string          `json:"prospect,omitempty" doc:"Our id of a prospect that was made here and that the DMS has taken over."`
	Yard      string          `json:"yard,omitempty" doc:"Id or name; may be left out by a company with one yard."`
	User      string          `json:"user" doc:"Whose work it is: id or e-mail address of a user who manages prospects in the yard."`
	Activity  string          `json:"activity,omitempty" doc:"At most 100 characters; default: Prospect Activity. What the company does not have yet is added to its settings, as are actions and types."`
	Action    string          `json:"action,omitempty" doc:"At most 100 characters."`
	Type      string          `json:"type,omitempty" doc:"At most 100 characters."`
	Due       time.Time       `json:"due" doc:"When the follow-up is due, and shows."`
	Notes     string          `json:"notes,omitempty" doc:"At most 1,000 characters."`
	Vehicle   vehicle.Vehicle `json:"vehicle,omitzero" doc:"As far as it is known."`
	Customer  Buyer           `json:"customer"`
	Closed    bool            `json:"closed,omitempty" doc:"Completed or withdrawn in the DMS."`
}

// Buyer is a customer as the DMS knows one.
type Buyer struct {
	ID      string `json:"id,omitempty" doc:"In the DMS; tells apart those without e-mail address and number."`
	First   string `json:"first,omitempty" doc:"At most 60 characters."`
	Last    string `json:"last,omitempty" doc:"At most 60 characters."`
	Company string `json:"company,omitempty" doc:"At most 100 characters."`
	Email   string `json:"email,omitempty"`
	Mobile  string `json:"mobile,omitempty"`
	Phone   string `json:"phone,omitempty"`
}

// Bounds of a row's texts, in characters.
const (
	maxID    = 100
	maxWord  = 100
	maxNotes = 1000
	maxName  = 60
)

// trimmed is the row without blanks around its texts.
func (r Row) trimmed() Row {
	for _, text := range []*string{
		&r.ID, &r.Prospect, &r.Yard, &r.User, &r.Activity, &r.Action, &r.Type, &r.Notes,
		&r.Customer.ID, &r.Customer.First, &r.Customer.Last, &r.Customer.Company, &r.Customer.Email, &r.Customer.Mobile, &r.Customer.Phone,
	} {
		*text = strings.TrimSpace(*text)
	}
	r.Due, r.ChangedAt = r.Due.UTC().Truncate(time.Millisecond), r.ChangedAt.UTC().Truncate(time.Millisecond)
	if r.Activity == "" {
		r.Activity = prospect.ProspectActivity
	}
	return r
}

// When a due time is taken for one.
var (
	earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// problems lists the rules that a trimmed row breaks by itself.
func (r Row) problems() (broken []errs.Violation) {
	refuse := func(location, format string, args ...any) {
		broken = append(broken, errs.Violation{Location: location, Message: fmt.Sprintf(format, args...)})
	}
	if r.ID == "" {
		refuse("id", "is missing")
	}
	if r.Version == 0 && r.ChangedAt.IsZero() {
		refuse("version", "is missing, and so is changedAt: one of them is needed to tell what is newer")
	}
	if r.ChangedAt.After(latest) {
		refuse("changedAt", "is not before the year 2100")
	}
	if r.Due.Before(earliest) || !r.Due.Before(latest) {
		refuse("due", "is not between the years 2000 and 2100")
	}
	if r.User == "" {
		refuse("user", "is missing")
	}
	if c := r.Customer; c.First == "" && c.Last == "" && c.Company == "" {
		refuse("customer", "has no name: give first, last or company")
	}
	for _, text := range []struct {
		at, text string
		most     int
	}{
		{"id", r.ID, maxID},
		{"prospect", r.Prospect, maxID},
		{"activity", r.Activity, maxWord},
		{"action", r.Action, maxWord},
		{"type", r.Type, maxWord},
		{"notes", r.Notes, maxNotes},
		{"customer.id", r.Customer.ID, maxID},
		{"customer.first", r.Customer.First, maxName},
		{"customer.last", r.Customer.Last, maxName},
		{"customer.company", r.Customer.Company, maxWord},
		{"customer.email", r.Customer.Email, 254},
		{"customer.mobile", r.Customer.Mobile, 30},
		{"customer.phone", r.Customer.Phone, 30},
	} {
		switch {
		case utf8.RuneCountInString(text.text) > text.most:
			refuse(text.at, "has more than %d characters", text.most)
		case text.at != "notes" && strings.ContainsFunc(text.text, func(c rune) bool { return c < ' ' }):
			refuse(text.at, "is not one line of text")
		}
	}
	return broken
}

// revision orders the row among all that the DMS says of its prospect.
func (r Row) revision() prospect.Revision {
	return prospect.Revision{Version: r.Version, ChangedAt: r.ChangedAt, Digest: digest(r)}
}

// digest is the same for what is the same.
func digest(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data always marshals
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// customer is the person as our records have one.
func (b Buyer) customer() customer.Customer {
	return customer.Customer{First: b.First, Last: b.Last, Company: b.Company, Email: b.Email, Mobile: b.Mobile, Phone: b.Phone}
}

// intent keeps apart customers whom nothing but their id tells apart.
func (r Row) intent() string {
	if r.Customer.ID != "" {
		return ident.Of("customer of the DMS", r.Customer.ID)
	}
	return ident.Of("customer of a prospect of the DMS", r.ID)
}
