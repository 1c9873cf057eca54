// Package group is lists of customers that a dealership keeps to talk to them later: interested in an electric car, bought
// in spring, comes to the open day.
//
// Administrators make groups; whoever works leads or prospects adds customers and takes them out again, by hand or while
// completing a prospect (Join). A customer is in a group once, whatever the number of times they were added. Groups are
// who a campaign can be sent to; being in one is no permission to be written to.
package group

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// ID names a group within its company.
type ID string

// Group is a list of customers.
type Group struct {
	ID          ID        `json:"id" readOnly:"true"`
	Name        string    `json:"name" maxLength:"100" example:"Open day 2027"`
	Description string    `json:"description,omitempty" maxLength:"500"`
	CreatedAt   time.Time `json:"createdAt" readOnly:"true"`
}

// Member is a customer in a group.
type Member struct {
	Customer customer.ID   `json:"customer"`
	At       time.Time     `json:"at" doc:"Since when."`
	By       access.UserID `json:"by" doc:"Who added them."`
}

// MaxGroups is how many groups a company may have.
const MaxGroups = 200

func (g Group) normalised() Group {
	g.Name = strings.TrimSpace(g.Name)
	g.Description = strings.TrimSpace(g.Description)
	return g
}

// problems lists the rules that a normalised group breaks by itself.
func (g Group) problems() (broken []errs.Violation) {
	if g.Name == "" || strings.ContainsFunc(g.Name, func(r rune) bool { return r < ' ' || r == utf8.RuneError }) {
		broken = append(broken, errs.Violation{Location: "body.name", Message: "is empty or not one line of text"})
	}
	return broken
}
