package rule

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// What is stored, and how it is reached:
//
//	a rule, all of them   company#lead-rule        id
//	whose turn it was     company#lead-rule-turn   rule
var (
	rules = table.Kind[Saved]{Name: "lead rule", Schema: 1, Limit: 12 << 10} // 50 recipients, and hours of 21 sorts
	turns = table.Kind[Turn]{Name: "lead rule turn", Schema: 1}
)

// slack lets creations that race exceed MaxRules without making the list unreadable.
const slack = 50

func partition(c ident.Company) table.Partition { return table.In(c, "lead-rule") }
func key(c ident.Company, id ID) table.Key      { return partition(c).At(string(id)) }
func turnKey(c ident.Company, id ID) table.Key  { return table.In(c, "lead-rule-turn").At(string(id)) }

// All lists the company's rules by id.
func All(ctx context.Context, d app.Deps, company ident.Company) ([]Saved, error) {
	records, err := rules.All(ctx, d.Table, partition(company), MaxRules+slack)
	return table.Values(records), err
}

// For is the rule that decides about a lead; false where none matches.
func For(ctx context.Context, d app.Deps, company ident.Company, f Facts) (Rule, bool, error) {
	all, err := All(ctx, d, company)
	if err != nil {
		return Rule{}, false, err
	}
	best, found := Best(all, f)
	return best, found, nil
}

// Load is a rule of the company, or a NotFound error.
func Load(ctx context.Context, d app.Deps, company ident.Company, id ID) (table.Record[Saved], error) {
	record, err := rules.Get(ctx, d.Table, key(company, id))
	if errs.Is(err, errs.NotFound) {
		return record, errs.E(errs.NotFound, "there is no such rule")
	}
	return record, err
}

// LoadTurn is whose turn it was last in a rule; the zero record where nobody's was.
func LoadTurn(ctx context.Context, d app.Deps, company ident.Company, id ID) (table.Record[Turn], error) {
	record, err := turns.Get(ctx, d.Table, turnKey(company, id))
	if errs.Is(err, errs.NotFound) {
		return table.Record[Turn]{}, nil
	}
	return record, err
}

// Took makes the write that moves a turn on to a user. It conflicts where another lead has moved it since.
func Took(company ident.Company, id ID, turn table.Record[Turn], user access.UserID) table.Op {
	turn.Value = Turn{user, turn.Value.Number + 1}
	return turns.Save(turnKey(company, id), turn)
}
