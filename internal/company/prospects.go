package company

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/web"
)

// ProspectSettings are the words that a company's prospects are described with (P12–P14). A word that prospects may bear
// never goes away: one that is left out of a change is retired, so that lists still offer it and new prospects do not.
type ProspectSettings struct {
	Activities []Activity `json:"activities" maxItems:"200" doc:"What follow-ups belong to. Leads that are closed to a prospect are filed under Prospect Activity and CRM Follow Up, which therefore stay."`
	Actions    []Choice   `json:"actions" maxItems:"200" doc:"What is to be done."`
	Types      []Choice   `json:"types" maxItems:"200" doc:"How it is done."`
}

// Choice is a word that users choose.
type Choice struct {
	Name    string `json:"name" maxLength:"100" example:"12 Month Follow Up"`
	Retired bool   `json:"retired,omitempty" doc:"Not for new prospects. Those that have it keep it."`
}

// Activity is a Choice with the source that leads get which are made of its prospects (P37, C20).
type Activity struct {
	Choice
	Source string `json:"source,omitempty" maxLength:"100" doc:"Source of the leads that its prospects become; without it Prospecting." example:"CRM"`
}

// Activities that Winback itself files prospects under.
const (
	ProspectActivity = "Prospect Activity"
	CRMFollowUp      = "CRM Follow Up" // after a sale
)

// Prospecting is the source of leads that were prospects, unless their activity has another.
const Prospecting = "Prospecting"

// maxChoices bounds the words of one sort, retired ones included.
const maxChoices = 200

// usualProspects are the words of a company that has set none.
func usualProspects() ProspectSettings {
	s := ProspectSettings{
		Activities: []Activity{
			{Choice: Choice{Name: CRMFollowUp}}, {Choice: Choice{Name: "Marketing"}}, {Choice: Choice{Name: "Pre-existing CRM"}}, {Choice: Choice{Name: ProspectActivity}},
		},
	}
	for _, name := range []string{"12 Month Follow Up", "End Of Finance Follow Up", "Customer Recapture", "Lost Lead Follow Up", "Service Follow Up", "Won Lead Follow Up"} {
		s.Actions = append(s.Actions, Choice{Name: name})
	}
	for _, name := range []string{"Email Out", "Phone Out", "SMS Out", "Visit"} {
		s.Types = append(s.Types, Choice{Name: name})
	}
	return s
}

// LoadProspectSettings are the company's words, the usual ones where it has set none.
func LoadProspectSettings(ctx context.Context, d app.Deps, company ident.Company) (Saved[ProspectSettings], error) {
	record, err := prospectSettings.Get(ctx, d.Table, prospectSettingsKey(company))
	if errs.Is(err, errs.NotFound) {
		return Saved[ProspectSettings]{Value: usualProspects()}, nil
	}
	return saved(record), err
}

// ChangeProspectSettings replaces the company's words. Those that were there and are left out are retired.
func ChangeProspectSettings(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, next ProspectSettings) (Saved[ProspectSettings], error) {
	return editProspects(ctx, d, company, match, func(before ProspectSettings) (ProspectSettings, error) {
		next := next.normalised().keeping(before)
		return next, errs.Violate(next.problems()...)
	})
}

// LearnProspectWords adds words that the system of record uses and that the company does not have yet (P8). A sort that is
// full stays as it is: the prospect has its word all the same.
func LearnProspectWords(ctx context.Context, d app.Deps, company ident.Company, activity, action, kind string) error {
	_, err := editProspects(ctx, d, company, web.Precondition{}, func(s ProspectSettings) (ProspectSettings, error) {
		if activity != "" && len(s.Activities) < maxChoices && !has(s.activities(), activity) {
			s.Activities = append(slices.Clip(s.Activities), Activity{Choice: Choice{Name: activity}})
		}
		s.Actions, s.Types = learned(s.Actions, action), learned(s.Types, kind)
		return s, nil
	})
	return err
}

func learned(all []Choice, name string) []Choice {
	if name == "" || len(all) >= maxChoices || has(all, name) {
		return all
	}
	return append(slices.Clip(all), Choice{Name: name})
}

// editProspects applies an edit to the words as they are; what changes nothing is not written.
func editProspects(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, edit func(ProspectSettings) (ProspectSettings, error)) (Saved[ProspectSettings], error) {
	const attempts = 5
	var lost error
	for range attempts {
		record, err := prospectSettings.Get(ctx, d.Table, prospectSettingsKey(company))
		if err != nil && !errs.Is(err, errs.NotFound) {
			return Saved[ProspectSettings]{}, err
		}
		if err != nil {
			record.Value = usualProspects()
		}
		if err := match.Match(record.Version()); err != nil {
			return Saved[ProspectSettings]{}, err
		}
		next, err := edit(record.Value)
		if err != nil {
			return Saved[ProspectSettings]{}, err
		}
		if next.equal(record.Value) {
			return saved(record), nil
		}
		record.Value = next
		lost = d.Commit(ctx, prospectSettings.Save(prospectSettingsKey(company), record))
		if !errs.Is(lost, errs.Conflict) {
			return Saved[ProspectSettings]{next, record.Version() + 1}, lost
		}
	}
	return Saved[ProspectSettings]{}, match.Stale(lost)
}

func (s ProspectSettings) equal(other ProspectSettings) bool {
	return slices.Equal(s.Activities, other.Activities) && slices.Equal(s.Actions, other.Actions) && slices.Equal(s.Types, other.Types)
}

// SourceOf is the source of leads that prospects of the activity become (C20).
func (s ProspectSettings) SourceOf(activity string) string {
	for _, a := range s.Activities {
		if strings.EqualFold(a.Name, activity) && a.Source != "" {
			return a.Source
		}
	}
	return Prospecting
}

// Spelt is a word that new prospects may have as the company spells it; false where it has no such word. An empty word stands for none.
func Spelt(all []Choice, name string) (string, bool) {
	if name == "" {
		return "", true
	}
	for _, c := range all {
		if strings.EqualFold(c.Name, name) && !c.Retired {
			return c.Name, true
		}
	}
	return "", false
}

// Names are the words that new prospects may have, for whoever chose another.
func Names(all []Choice) string {
	var names []string
	for _, c := range all {
		if !c.Retired {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, ", ")
}

// ActivityChoices are the activities without their sources.
func (s ProspectSettings) ActivityChoices() []Choice { return s.activities() }

func (s ProspectSettings) activities() []Choice {
	all := make([]Choice, len(s.Activities))
	for i, a := range s.Activities {
		all[i] = a.Choice
	}
	return all
}

func has(all []Choice, name string) bool {
	return slices.ContainsFunc(all, func(c Choice) bool { return strings.EqualFold(c.Name, name) })
}

func (s ProspectSettings) normalised() ProspectSettings {
	trimmed := func(c Choice) Choice { c.Name = strings.TrimSpace(c.Name); return c }
	return ProspectSettings{
		Activities: each(s.Activities, func(a Activity) Activity { return Activity{trimmed(a.Choice), strings.TrimSpace(a.Source)} }),
		Actions:    each(s.Actions, trimmed),
		Types:      each(s.Types, trimmed),
	}
}

// keeping adds what was there before and is left out, as retired.
func (s ProspectSettings) keeping(before ProspectSettings) ProspectSettings {
	for _, a := range before.Activities {
		if !has(s.activities(), a.Name) {
			a.Retired = true
			s.Activities = append(s.Activities, a)
		}
	}
	kept := func(now, before []Choice) []Choice {
		for _, c := range before {
			if !has(now, c.Name) {
				now = append(now, Choice{c.Name, true})
			}
		}
		return now
	}
	s.Actions, s.Types = kept(s.Actions, before.Actions), kept(s.Types, before.Types)
	return s
}

// problems lists the rules that normalised words break.
func (s ProspectSettings) problems() (broken violations) {
	for _, sort := range []struct {
		field string
		words []Choice
	}{{"activities", s.activities()}, {"actions", s.Actions}, {"types", s.Types}} {
		if len(sort.words) > maxChoices {
			broken.add(sort.field, fmt.Sprintf("would be more than %d, retired ones included; use some of the retired ones again", maxChoices))
		}
		for i, c := range sort.words {
			switch {
			case c.Name == "" || utf8.RuneCountInString(c.Name) > 100 || strings.ContainsFunc(c.Name, func(r rune) bool { return r < ' ' }):
				broken.add(fmt.Sprintf("%s[%d].name", sort.field, i), "is empty, longer than 100 characters, or not one line of text")
			case has(sort.words[:i], c.Name):
				broken.add(fmt.Sprintf("%s[%d].name", sort.field, i), "is there twice")
			}
		}
	}
	for i, a := range s.Activities {
		if strings.ContainsFunc(a.Source, func(r rune) bool { return r < ' ' }) {
			broken.add(fmt.Sprintf("activities[%d].source", i), "is not one line of text")
		}
	}
	for _, own := range []string{ProspectActivity, CRMFollowUp} {
		if _, ok := Spelt(s.activities(), own); !ok {
			broken.add("activities", "leave out "+own+", which closed leads are filed under")
		}
	}
	return broken
}
