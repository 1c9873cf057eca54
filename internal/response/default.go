package response

import (
	"context"
	"maps"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// choice is which templates a user takes unless another is named: at most one for each channel.
type choice struct {
	Templates map[Channel]ID `json:"templates"`
}

// defaults are a user's, by channel. Some may name templates that are gone.
func defaults(ctx context.Context, d app.Deps, company ident.Company, user access.UserID) (table.Record[choice], error) {
	record, err := choices.Get(ctx, d.Table, choiceKey(company, user))
	if errs.Is(err, errs.NotFound) {
		return table.Record[choice]{}, nil
	}
	return record, err
}

// Preferred are a user's defaults, by channel. Some may name templates that are gone.
func Preferred(ctx context.Context, d app.Deps, company ident.Company, user access.UserID) (map[Channel]ID, error) {
	record, err := defaults(ctx, d, company, user)
	return record.Value.Templates, err
}

// Default is the user's default for a channel; false where there is none.
func Default(ctx context.Context, d app.Deps, company ident.Company, user access.UserID, channel Channel) (Template, bool, error) {
	chosen, err := defaults(ctx, d, company, user)
	if err != nil || chosen.Value.Templates[channel] == "" {
		return Template{}, false, err
	}
	record, err := Load(ctx, d, company, chosen.Value.Templates[channel])
	if errs.Is(err, errs.NotFound) || err == nil && record.Value.Channel != channel {
		return Template{}, false, nil
	}
	return record.Value, err == nil, err
}

// prefer makes a template the caller's default for its channel, or, where it is, no longer.
func prefer(ctx context.Context, d app.Deps, caller access.Caller, id ID, wanted bool) (Template, error) {
	const attempts = 5
	var lost error
	for range attempts {
		template, err := Load(ctx, d, caller.Company, id)
		if err != nil {
			return Template{}, err
		}
		record, err := defaults(ctx, d, caller.Company, caller.User)
		if err != nil {
			return Template{}, err
		}
		channel := template.Value.Channel
		if is := record.Value.Templates[channel] == id; is == wanted {
			return template.Value, nil
		}
		chosen := maps.Clone(record.Value.Templates)
		if chosen == nil {
			chosen = map[Channel]ID{}
		}
		if wanted {
			chosen[channel] = id
		} else {
			delete(chosen, channel)
		}
		record.Value.Templates = chosen
		if lost = d.Commit(ctx, choices.Save(choiceKey(caller.Company, caller.User), record)); !errs.Is(lost, errs.Conflict) {
			return template.Value, lost
		}
	}
	return Template{}, lost
}
