package lead

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// selection are leads to be allocated together.
type selection struct {
	Leads []ID `json:"leads" minItems:"1" maxItems:"100" doc:"Each counts once."`
	Handover
}

// allotment is what became of one of several leads.
type allotment struct {
	Lead    ID     `json:"lead"`
	Outcome string `json:"outcome" enum:"allocated,refused,failed" doc:"failed: for the moment; the same request again completes it."`
	Reason  string `json:"reason,omitempty"`
}

// allotments are what became of all of them.
type allotments struct {
	Allocated int         `json:"allocated" doc:"How many are the user's now."`
	Items     []allotment `json:"items" doc:"Every lead that was asked for, in that order."`
}

// allotTogether is how many leads of a selection are allocated at the same time.
const allotTogether = 8

// allocateMany allocates each lead by itself, so that one that cannot be does not keep the others from it, and says of each
// what became of it. The new owner gets one mail about all of them.
func allocateMany(ctx context.Context, d app.Deps, caller access.Caller, in selection) (allotments, error) {
	if err := assignableSomewhere(ctx, d, caller, in.User); err != nil {
		return allotments{}, err
	}
	var ids []ID
	for _, id := range in.Leads {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	together := len(ids) > 1 && in.User != caller.User // who takes leads themself need not be told
	if together {
		var err error
		if in.batch, err = (batch{caller.User, in.User, strings.TrimSpace(in.Notes), ids}).begin(ctx, d, caller.Company); err != nil {
			return allotments{}, err
		}
	}
	done := allotments{Items: make([]allotment, len(ids))}
	var group errgroup.Group
	group.SetLimit(allotTogether)
	for i, id := range ids {
		group.Go(func() error {
			done.Items[i] = allot(ctx, d, caller, id, in.Handover)
			return nil
		})
	}
	_ = group.Wait() // each outcome is an item
	for _, item := range done.Items {
		if item.Outcome == "allocated" {
			done.Allocated++
		}
	}
	if together {
		if err := sumUp(ctx, d, caller.Company, in.batch); err != nil {
			d.Log.WarnContext(ctx, "leads not summed up yet", "batch", in.batch, "error", err)
		}
	}
	return done, nil
}

func allot(ctx context.Context, d app.Deps, caller access.Caller, id ID, to Handover) allotment {
	_, _, err := Allocate(ctx, d, caller, id, to, Seen{})
	switch errs.KindOf(err) {
	case errs.Invalid, errs.NotFound, errs.Conflict, errs.Forbidden:
		return allotment{id, "refused", reason(err)}
	}
	if err != nil {
		d.Log.WarnContext(ctx, "lead not allocated", "lead", id, "error", err)
		return allotment{id, "failed", "not possible for the moment; send it again"}
	}
	return allotment{Lead: id, Outcome: "allocated"}
}

// reason is a refusal in words.
func reason(err error) string {
	if broken := errs.ViolationsOf(err); len(broken) > 0 {
		return "the user " + broken[0].Message
	}
	return errs.Text(err)
}

// assignableSomewhere refuses a user to whom the caller cannot allocate any lead at all.
func assignableSomewhere(ctx context.Context, d app.Deps, caller access.Caller, user access.UserID) error {
	for _, yard := range caller.Yards(access.LeadAllocate) {
		works, err := d.Access.Works(ctx, caller.Company, user, access.ManageLeads, yard)
		if works || err != nil {
			return err
		}
	}
	return errs.Violate(errs.Violation{Location: "body.user", Message: "is not a user with the role " + string(access.ManageLeads) + " in a yard of yours"})
}
