package company

import (
	"context"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Yard is a place where the company works. Records name it by its ID, which package access hands out as plain text.
type Yard struct {
	ID       string  `json:"id" readOnly:"true"`
	Name     string  `json:"name" minLength:"1" maxLength:"100"`
	State    string  `json:"state,omitempty" maxLength:"40" doc:"Stands in for the state of a rego that comes without one." example:"NSW"`
	TimeZone string  `json:"timezone,omitempty" maxLength:"64" doc:"IANA name; empty: the company's."`
	Address  Address `json:"address,omitzero"`
}

// Address is where a yard is.
type Address struct {
	Street   string `json:"street,omitempty" maxLength:"100"`
	City     string `json:"city,omitempty" maxLength:"100"`
	Postcode string `json:"postcode,omitempty" maxLength:"12"`
}

func (y Yard) normalised() Yard {
	y.Name = strings.TrimSpace(y.Name)
	y.State = vehicle.NormaliseState(y.State)
	return y
}

// problems lists the rules that a normalised yard breaks by itself.
func (y Yard) problems() (broken violations) {
	if y.Name == "" {
		broken.add("name", "is empty")
	}
	if y.TimeZone != "" && !knownZone(y.TimeZone) {
		broken.add("timezone", "is not the name of a time zone, such as Australia/Perth")
	}
	return broken
}

// problemsIn lists the rules that it breaks as a yard of the company.
func (y Yard) problemsIn(s settings) violations {
	broken := y.problems()
	for _, other := range s.yards {
		if other.Value.ID != y.ID && strings.EqualFold(other.Value.Name, y.Name) {
			broken.add("name", "is the name of another yard")
		}
	}
	if y.State != "" && s.profile.Value.Country == vehicle.Australia && !slices.Contains(vehicle.States(), y.State) {
		broken.add("state", "is not an Australian state: "+strings.Join(vehicle.States(), ", "))
	}
	return broken
}

// Yards lists the company's yards by id.
func Yards(ctx context.Context, d app.Deps, company ident.Company) ([]Yard, error) {
	records, err := yards.All(ctx, d.Table, yardPartition(company), access.MaxYards)
	return table.Values(records), err
}

// LoadYard is one yard, or a NotFound error.
func LoadYard(ctx context.Context, d app.Deps, company ident.Company, id string) (Saved[Yard], error) {
	record, err := yards.Get(ctx, d.Table, yardKey(company, id))
	return saved(record), named(err, "yard")
}

// AddYard opens a yard under its ID, a new one where that is empty. A yard
// that is there under the ID already is the answer, unchanged.
func AddYard(ctx context.Context, d app.Deps, company ident.Company, yard Yard) (added Saved[Yard], err error) {
	if yard.ID == "" {
		yard.ID = d.NewID()
	}
	yard = yard.normalised()
	err = change(ctx, d, company, func(s settings) ([]table.Op, error) {
		if there, err := s.yard(yard.ID); err == nil {
			added = saved(there)
			return nil, nil
		}
		if err := errs.Violate(yard.problemsIn(s)...); err != nil {
			return nil, err
		}
		if len(s.yards) >= access.MaxYards {
			return nil, full("yards", access.MaxYards)
		}
		added = Saved[Yard]{yard, 1}
		return []table.Op{yards.Create(yardKey(company, yard.ID), yard)}, nil
	})
	return added, err
}

// ChangeYard replaces a yard's particulars.
func ChangeYard(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, yard Yard) (changed Saved[Yard], err error) {
	yard = yard.normalised()
	err = change(ctx, d, company, func(s settings) ([]table.Op, error) {
		record, err := s.yard(yard.ID)
		if err != nil {
			return nil, err
		}
		if err := match.Match(record.Version()); err != nil {
			return nil, err
		}
		if err := errs.Violate(yard.problemsIn(s)...); err != nil {
			return nil, err
		}
		changed = Saved[Yard]{yard, record.Version() + 1}
		record.Value = yard
		return []table.Op{yards.Update(record)}, nil
	})
	return changed, err
}

// RemoveYard closes a yard that no user, role or connection names any more.
func RemoveYard(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, id string) error {
	return change(ctx, d, company, func(s settings) ([]table.Op, error) {
		record, err := s.yard(id)
		if err != nil {
			return nil, err
		}
		if err := match.Match(record.Version()); err != nil {
			return nil, err
		}
		if by := s.usesOf(id); by != "" {
			return nil, errs.E(errs.Conflict, "%s still names this yard; take it out there first", by)
		}
		return []table.Op{yards.Remove(record)}, nil
	})
}

// usesOf says what names a yard, empty for nothing.
func (s settings) usesOf(yard string) string {
	for _, user := range s.users {
		if slices.Contains(user.Value.Yards, yard) {
			return "a user"
		}
	}
	for _, role := range s.roles {
		if slices.Contains(role.Value.Yards, yard) {
			return "the role " + string(role.Value.Role)
		}
	}
	for _, connection := range s.connections {
		if slices.Contains(connection.Value.Yards, yard) {
			return "a connection"
		}
	}
	return ""
}
