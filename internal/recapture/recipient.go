package recapture

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// maxStandIns is the most users who are told in the place of one who is gone. They are told in the transaction of the
// sighting, which is bounded.
const maxStandIns = 20

// recipients are the users who are told of a sighting (R12–R14, C1), each once. The role of who submitted the vehicle decides
// between that user and the owner of the lead or appraisal. Who is disabled or gone is replaced, so that somebody always
// hears: an owner by the submitter, a submitter by those who manage the role in the yard or, where nobody does, who has it.
func recipients(ctx context.Context, d app.Deps, co ident.Company, r Recapture) ([]access.UserID, error) {
	team, err := d.Access.Team(ctx, co, access.CustomerRecapture, r.Yard)
	if err != nil {
		return nil, err
	}
	settings, has := team.Attributes(r.User)
	if !has {
		settings, _ = team.Attributes("")
	}
	told := settings.Told()
	var users []access.UserID
	if told != access.RecaptureUser {
		if users, err = ownerOf(ctx, d, co, r); err != nil {
			return nil, err
		}
	}
	if told != access.LeadOwner || len(users) == 0 {
		others, err := submitterOf(ctx, d, co, r, team)
		if err != nil {
			return nil, err
		}
		users = append(users, others...)
	}
	if len(users) == 0 && told == access.RecaptureUser {
		if users, err = ownerOf(ctx, d, co, r); err != nil {
			return nil, err
		}
	}
	if len(users) == 0 {
		d.Log.WarnContext(ctx, "nobody is left to be told of a sighting", "company", co.ID(), "recapture", string(r.ID))
	}
	slices.Sort(users)
	return slices.Compact(users), nil
}

// ownerOf is who owns the lead or appraisal that the watch came from, as it is now: a lead may have been allocated to
// somebody else since. It is nobody where that user is not active any more.
func ownerOf(ctx context.Context, d app.Deps, co ident.Company, r Recapture) ([]access.UserID, error) {
	user := r.Owner
	switch {
	case len(r.Leads) > 0 && r.Origin != FromAppraisal:
		record, err := lead.Load(ctx, d, co, r.Leads[0])
		if err == nil {
			user = record.Value.User
		} else if !errs.Is(err, errs.NotFound) {
			return nil, err
		}
	case len(r.Appraisals) > 0:
		record, err := appraisal.Load(ctx, d, co, r.Appraisals[0])
		if err == nil {
			user = record.Value.User
		} else if !errs.Is(err, errs.NotFound) {
			return nil, err
		}
	}
	return active(ctx, d, co, user)
}

// submitterOf is who submitted the vehicle, or who stands in: to somebody who has left the role its sightings are of no use.
func submitterOf(ctx context.Context, d app.Deps, co ident.Company, r Recapture, team access.Team) ([]access.UserID, error) {
	if team.Has(r.User) {
		if users, err := active(ctx, d, co, r.User); err != nil || len(users) > 0 {
			return users, err
		}
	}
	managers, err := active(ctx, d, co, team.Managers()...)
	if err != nil || len(managers) > 0 {
		return managers, err
	}
	return active(ctx, d, co, team.Users()...)
}

// active are those of the users who are neither disabled nor gone, maxStandIns at most.
func active(ctx context.Context, d app.Deps, co ident.Company, users ...access.UserID) ([]access.UserID, error) {
	var found []access.UserID
	for _, id := range users {
		if id == "" || len(found) == maxStandIns {
			continue
		}
		user, err := d.Access.User(ctx, co, id)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
		if err == nil && !user.Disabled {
			found = append(found, id)
		}
	}
	return found, nil
}
