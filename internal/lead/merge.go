package lead

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// A lead that was merged into another is an alias of that one: it is on no list and in no figures, nobody is reminded of it,
// and it cannot be worked on. Read by its id, the other one is shown, and with that what happened for both; see fold.go.

// maxMerged is the most leads that one may stand for, and how far it is at most from an alias to it.
const maxMerged = 20

// Ended reports whether there is nothing to do about the lead: it is closed, or another one stands for it.
func (l Lead) Ended() bool { return l.Status.Closed() || l.MergedInto != "" }

// standing is the lead that stands for another; that itself, unless it is an alias.
func standing(ctx context.Context, d app.Deps, co ident.Company, record table.Record[Lead]) (table.Record[Lead], error) {
	for range maxMerged {
		if record.Value.MergedInto == "" {
			return record, nil
		}
		var err error
		if record, err = Load(ctx, d, co, record.Value.MergedInto); err != nil {
			return record, err
		}
	}
	return record, errs.E(errs.Internal, "lead: the aliases of %s lead nowhere", record.Value.ID)
}

// merge makes a lead an alias of another one of the same customer. Said again it changes nothing; of two people who merge the
// two into each other at once one wins, and the other is answered as if that had been said.
func merge(ctx context.Context, d app.Deps, caller access.Caller, id, into ID) (table.Record[Lead], error) {
	const attempts = 5
	var lost error
	for range attempts {
		alias, err := visible(ctx, d, caller, id, access.LeadWrite)
		if err != nil {
			return alias, err
		}
		target, err := visible(ctx, d, caller, into, access.LeadWrite)
		switch {
		case errs.Is(err, errs.NotFound):
			return target, violation("is no lead of yours")
		case err != nil:
			return target, err
		case id == into:
			return target, violation("is the lead itself")
		}
		if target, err = standing(ctx, d, caller.Company, target); err != nil {
			return target, err
		}
		if same, err := standing(ctx, d, caller.Company, alias); err != nil || same.Value.ID == target.Value.ID {
			return target, err
		}
		if err := mergeable(ctx, d, caller, alias.Value, target.Value); err != nil {
			return target, err
		}
		before := []Lead{alias.Value, target.Value}
		now := d.Now().UTC().Truncate(time.Millisecond)
		alias.Value.MergedInto, alias.Value.MergedAt, alias.Value.UpdatedAt = target.Value.ID, now, now
		if alias.Value.WroteAt.After(target.Value.WroteAt) {
			target.Value.WroteAt = alias.Value.WroteAt
		}
		target.Value.Unanswered = target.Value.Unanswered || alias.Value.Unanswered
		target.Value.Merged, target.Value.UpdatedAt = slices.Concat(target.Value.Merged, []ID{id}, alias.Value.Merged), now
		lost = board.WriteAll(ctx, d.Table, caller.Company, before, []Lead{alias.Value, target.Value}, func(ctx context.Context) error {
			ops := []table.Op{
				followed(caller.Company, before[0], alias.Value, leads.Update(alias)), leads.Update(target),
				customer.Activity(caller.Company, alias.Value.Customer, now, "lead", string(id), "Lead merged into another"),
			}
			return d.Commit(ctx, append(ops, recorded(caller.Company, &before[0], alias.Value)...)...)
		})
		if lost == nil {
			return Load(ctx, d, caller.Company, target.Value.ID)
		}
		if !errs.Is(lost, errs.Conflict) {
			break
		}
	}
	return table.Record[Lead]{}, lost
}

func violation(message string) error {
	return errs.Violate(errs.Violation{Location: "body.into", Message: message})
}

// mergeable refuses what is no merge of two leads that somebody works on.
func mergeable(ctx context.Context, d app.Deps, caller access.Caller, alias, target Lead) error {
	if !caller.In(target.Yard, access.LeadWrite) {
		return violation("is no lead of yours")
	}
	for _, l := range []Lead{alias, target} {
		if err := l.changeable(); err != nil {
			return err
		}
	}
	everyone, err := customer.Everyone(ctx, d, caller.Company, alias.Customer)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	switch {
	case target.Customer != alias.Customer && !slices.Contains(everyone, target.Customer):
		return errs.E(errs.Conflict, "these are leads of two customers; if those are one person, merge the customers first")
	case len(target.Merged)+1+len(alias.Merged) > maxMerged:
		return errs.E(errs.Conflict, "no lead can stand for more than %d others", maxMerged)
	}
	return nil
}

// part takes a merge back, as long as that of customers can be: the lead stands alone again, as it was. One that is merged into
// none stays as it is.
func part(ctx context.Context, d app.Deps, caller access.Caller, id ID) (table.Record[Lead], error) {
	const attempts = 5
	var lost error
	for range attempts {
		alias, err := visible(ctx, d, caller, id, access.LeadWrite)
		if err != nil || alias.Value.MergedInto == "" {
			return alias, err
		}
		now := d.Now().UTC().Truncate(time.Millisecond)
		if now.Sub(alias.Value.MergedAt) > customer.UndoWithin {
			return alias, errs.E(errs.Conflict, "this lead was merged more than %d days ago, which stays so", int(customer.UndoWithin.Hours()/24))
		}
		gone := append([]ID{id}, alias.Value.Merged...)
		before := alias.Value
		var above []table.Op
		for next := before.MergedInto; next != ""; {
			record, err := Load(ctx, d, caller.Company, next)
			if err != nil {
				return alias, err
			}
			record.Value.Merged = slices.DeleteFunc(slices.Clone(record.Value.Merged), func(id ID) bool { return slices.Contains(gone, id) })
			above, next = append(above, leads.Update(record)), record.Value.MergedInto
		}
		alias.Value.MergedInto, alias.Value.MergedAt, alias.Value.UpdatedAt = "", time.Time{}, now
		lost = board.Write(ctx, d.Table, caller.Company, &before, &alias.Value, func(ctx context.Context) error {
			ops := append(alias.Value.rejoined(caller.Company, watched(caller.Company, alias.Value, leads.Update(alias))), above...)
			ops = append(ops, customer.Activity(caller.Company, alias.Value.Customer, now, "lead", string(id), "Lead no longer merged into another"))
			return d.Commit(ctx, append(ops, recorded(caller.Company, &before, alias.Value)...)...)
		})
		if lost == nil {
			return Load(ctx, d, caller.Company, id)
		}
		if !errs.Is(lost, errs.Conflict) {
			break
		}
	}
	return table.Record[Lead]{}, lost
}

type mergeInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body struct {
		Into ID `json:"into" minLength:"1" maxLength:"64" doc:"The lead that stands for both from then on."`
	}
}

// joinRoutes are those about two leads that are one.
func (a api) joinRoutes(h huma.API) {
	shown := func(ctx context.Context, record table.Record[Lead], err error) (*tagged, error) {
		if err != nil {
			return nil, err
		}
		return a.show(ctx, record.Value, record.Version(), nil)
	}
	web.Post(h, "/v1/leads/{id}/merge", web.Can(access.LeadWrite), web.Route{
		ID: "mergeLead", Tag: tag, Status: http.StatusOK, Summary: "Say that a lead is the same as another one of its customer.",
		Description: "The other one stands for both: this one is on no list any more, and its id leads there. It can be taken back for 30 days.",
	}, func(ctx context.Context, in *mergeInput) (*tagged, error) {
		record, err := merge(ctx, a.Deps, access.From(ctx), in.ID, in.Body.Into)
		return shown(ctx, record, err)
	})
	web.Delete(h, "/v1/leads/{id}/merge", web.Can(access.LeadWrite), web.Route{
		ID: "unmergeLead", Tag: tag, Summary: "Take back that a lead is the same as another one.", Description: "409 later than 30 days after it was said.",
	}, func(ctx context.Context, in *idInput) (*tagged, error) {
		record, err := part(ctx, a.Deps, access.From(ctx), in.ID)
		return shown(ctx, record, err)
	})
}
