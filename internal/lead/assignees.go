package lead

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Assignee is a user to whom a lead can be allocated.
type Assignee struct {
	ID      access.UserID `json:"id"`
	First   string        `json:"first,omitempty"`
	Last    string        `json:"last,omitempty"`
	Manager bool          `json:"manager,omitempty" doc:"Manages leads in the yard."`
	Owner   bool          `json:"owner,omitempty" doc:"The lead is theirs."`
}

// Assignees are the users who work on leads in a yard (L10): who may allocate there shares the role with them. They come by
// last and first name.
func Assignees(ctx context.Context, d app.Deps, company ident.Company, yard string) ([]Assignee, error) {
	team, err := d.Access.Team(ctx, company, access.ManageLeads, yard)
	if err != nil {
		return nil, err
	}
	users, err := d.Access.Users(ctx, company)
	if err != nil {
		return nil, err
	}
	managers, all := team.Managers(), []Assignee{}
	for _, u := range users {
		if !u.Disabled && team.Has(u.ID) {
			all = append(all, Assignee{ID: u.ID, First: u.First, Last: u.Last, Manager: slices.Contains(managers, u.ID)})
		}
	}
	slices.SortFunc(all, func(a, b Assignee) int { return cmp.Compare(a.place(), b.place()) })
	return all, nil
}

// place is where the user stands in the list.
func (a Assignee) place() string {
	return table.Join(strings.Join(search.Letters(a.Last), " "), strings.Join(search.Letters(a.First), " "), string(a.ID))
}

// Called reports whether each word is the beginning of a word of the user's first or last name (L22).
func (a Assignee) Called(words []string) bool {
	names := search.Letters(a.First, a.Last)
	return !slices.ContainsFunc(words, func(word string) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, word) })
	})
}

// assignees is a page of those to whom the caller can allocate a lead, as far as they are called so.
func assignees(ctx context.Context, d app.Deps, caller access.Caller, id ID, text string, page web.Paging) ([]Assignee, string, error) {
	record, err := visible(ctx, d, caller, id, access.LeadAllocate)
	if err != nil {
		return nil, "", err
	}
	words := search.Letters(text)
	query := table.Join("assignees", string(id), strings.Join(words, " "))
	after := ""
	if page.Cursor != "" {
		position, err := d.Links.OpenCursor(ctx, caller.Company, query, page.Cursor)
		if err != nil {
			return nil, "", err
		}
		after = string(position)
	}
	all, err := Assignees(ctx, d, caller.Company, record.Value.Yard)
	if err != nil {
		return nil, "", err
	}
	found := slices.DeleteFunc(all, func(a Assignee) bool { return !a.Called(words) || after != "" && a.place() <= after })
	for i := range found {
		found[i].Owner = found[i].ID == record.Value.User
	}
	if len(found) <= page.Limit {
		return found, "", nil
	}
	found = found[:page.Limit]
	next, err := d.Links.SealCursor(ctx, caller.Company, query, []byte(found[page.Limit-1].place()))
	return found, next, err
}
