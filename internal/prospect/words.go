package prospect

import (
	"context"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// spellType is spell for prospects that Winback makes: activity and action are its own words, the type is a user's.
func spellType(ctx context.Context, d app.Deps, co ident.Company, p *Prospect) ([]errs.Violation, error) {
	if p.Type == "" {
		return nil, nil
	}
	settings, err := company.LoadProspectSettings(ctx, d, co)
	if err != nil {
		return nil, err
	}
	return spelling{"type", "", &p.Type, settings.Value.Types}.check(), nil
}

// spelling is a word of a prospect before and now, and those that there are.
type spelling struct {
	field   string
	earlier string
	now     *string
	choices []company.Choice
}

// check writes a word that is new as the company does; one that it does not have is a violation.
func (s spelling) check() []errs.Violation {
	if *s.now == s.earlier {
		return nil
	}
	spelt, ok := company.Spelt(s.choices, *s.now)
	if !ok {
		return []errs.Violation{{Location: "body." + s.field, Message: "is none of your company's: " + company.Names(s.choices)}}
	}
	*s.now = spelt
	return nil
}

// spell writes words that are new in a prospect as the company does, and lists those that it does not have (P12–P14).
func spell(ctx context.Context, d app.Deps, caller access.Caller, before Prospect, p *Prospect) (broken []errs.Violation, err error) {
	settings, err := company.LoadProspectSettings(ctx, d, caller.Company)
	if err != nil {
		return nil, err
	}
	for _, word := range []spelling{
		{"activity", before.Activity, &p.Activity, settings.Value.ActivityChoices()},
		{"action", before.Action, &p.Action, settings.Value.Actions},
		{"type", before.Type, &p.Type, settings.Value.Types},
	} {
		broken = append(broken, word.check()...)
	}
	return broken, nil
}
