package customer

import (
	"net/mail"
	"strings"
)

// Listed is the customer that a line of somebody's list becomes. Nothing of the line is lost, but an e-mail address or a
// number that breaks the rules becomes a note, because nobody could use it; and somebody without a name is Unknown.
func Listed(id ID, first, last, email, mobile string) Customer {
	c := Customer{ID: id, First: first, Last: last, Email: email, Mobile: mobile}.normalised()
	var notes []string
	if address, err := mail.ParseAddress(c.Email); c.Email != "" && (err != nil || address.Address != c.Email || len(c.Email) > maxEmail) {
		notes, c.Email = append(notes, "E-mail as listed: "+c.Email), ""
	}
	if c.Mobile != "" && !phonePattern.MatchString(c.Mobile) {
		notes, c.Mobile = append(notes, "Mobile as listed: "+c.Mobile), ""
	}
	if c.Name() == "" && c.Email == "" && c.Mobile == "" {
		c.Last = "Unknown"
	}
	c.Notes = strings.Join(notes, "\n")
	return c
}
