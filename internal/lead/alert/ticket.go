package alert

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/table"
)

// What the links of a mail are good for. A link that assigns cannot reply, and the other way round.
const (
	Assign link.Purpose = "assign lead"
	Reply  link.Purpose = "reply to lead"
)

// lifetime is how long the links of a mail work. By then a lead was worked on, or somebody was reminded of it.
const lifetime = 7 * 24 * time.Hour

// LinkPath is where the pages of links are.
const LinkPath = "/l/"

// sign makes the token of a link in the mail to a user.
func (s *story) sign(ctx context.Context, purpose link.Purpose, user access.UserID) (string, error) {
	return s.d.Links.Sign(ctx, purpose, link.Claim{
		Company: s.co, Payload: table.Join(string(s.lead.ID), string(user), s.arrival.Enquiry), Expires: s.d.Now().Add(lifetime),
	})
}

// page is the address of a link.
func (s *story) page(token string) string { return s.d.Site.BaseURL + LinkPath + token }

// ticket is what a link proves: that this user was told of this enquiry for this lead.
type ticket struct {
	purpose link.Purpose
	company ident.Company
	lead    lead.ID
	user    access.UserID
	enquiry string
	expires time.Time
}

// open reads a token. One that has expired is Gone, one that was never ours NotFound.
func open(ctx context.Context, d app.Deps, token string) (ticket, error) {
	for _, purpose := range []link.Purpose{Assign, Reply} {
		claim, err := d.Links.Open(ctx, purpose, token)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return ticket{}, err
		}
		parts := table.Split(claim.Payload)
		if len(parts) != 3 {
			break
		}
		return ticket{purpose, claim.Company, lead.ID(parts[0]), access.UserID(parts[1]), parts[2], claim.Expires}, nil
	}
	return ticket{}, errs.E(errs.NotFound, "this link is not valid")
}
