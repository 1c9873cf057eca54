package recapture

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/vehicle"
)

// related is what the popup of the banner lists beside the watched vehicle (R59–R62), as far as the viewer may see it.
type related struct {
	SourceLeads      []relatedView `json:"sourceLeads"`
	SourceAppraisals []relatedView `json:"sourceAppraisals"`
	CreatedLeads     []relatedView `json:"createdLeads"`
	CreatedProspects []relatedView `json:"createdProspects"`
}

// relatedView is a lead, appraisal or prospect in one line.
type relatedView struct {
	ID       string        `json:"id"`
	Name     string        `json:"name" doc:"The customer's."`
	Vehicle  string        `json:"vehicle,omitempty" doc:"Year, make and model, else VIN or rego."`
	Status   string        `json:"status"`
	Yard     string        `json:"yard"`
	User     access.UserID `json:"user" doc:"Whose work it is."`
	UserName string        `json:"userName,omitempty"`
	At       time.Time     `json:"at" doc:"When it was created."`
}

// relate reads what belongs to a recapture. What the caller may not see by its own route is left out here, too; only who
// made a prospect sees it without the prospects' role.
func relate(ctx context.Context, d app.Deps, caller access.Caller, r Recapture) (related, error) {
	leads, err := lead.LoadAll(ctx, d, caller.Company, append(append([]lead.ID{}, r.Leads...), r.NewLeads...))
	if err != nil {
		return related{}, err
	}
	appraisals, err := appraisal.LoadAll(ctx, d, caller.Company, r.Appraisals)
	if err != nil {
		return related{}, err
	}
	prospects, err := prospect.LoadAll(ctx, d, caller.Company, r.NewProspects)
	if err != nil {
		return related{}, err
	}
	byLead := map[lead.ID]relatedView{}
	for _, record := range leads {
		if l := record.Value; caller.In(l.Yard, access.LeadRead) {
			byLead[l.ID] = relatedView{string(l.ID), l.CustomerName, title(l.Vehicle), string(l.Status), l.Yard, l.User, "", l.CreatedAt}
		}
	}
	all := related{
		SourceLeads: ofLeads(byLead, r.Leads), SourceAppraisals: []relatedView{}, CreatedLeads: ofLeads(byLead, r.NewLeads), CreatedProspects: []relatedView{},
	}
	for _, record := range appraisals {
		if a := record.Value; caller.In(a.Yard, access.AppraisalRead) {
			all.SourceAppraisals = append(all.SourceAppraisals, relatedView{string(a.ID), a.CustomerName, title(a.Vehicle), string(a.Status), a.Yard, a.User, "", a.CreatedAt})
		}
	}
	for _, record := range prospects {
		if p := record.Value; p.VisibleTo(caller, access.ProspectRead) || p.CreatedBy == caller.User {
			all.CreatedProspects = append(all.CreatedProspects, relatedView{string(p.ID), p.CustomerName, title(p.Vehicle), string(p.State()), p.Yard, p.User, "", p.CreatedAt})
		}
	}
	return all, all.nameUsers(ctx, d, caller)
}

func ofLeads(leads map[lead.ID]relatedView, ids []lead.ID) []relatedView {
	views := make([]relatedView, 0, len(ids))
	for _, id := range ids {
		if view, seen := leads[id]; seen {
			views = append(views, view)
		}
	}
	return views
}

// nameUsers fills in the names of users.
func (r related) nameUsers(ctx context.Context, d app.Deps, caller access.Caller) error {
	parts := [][]relatedView{r.SourceLeads, r.SourceAppraisals, r.CreatedLeads, r.CreatedProspects}
	names := map[access.UserID]string{}
	var keys []table.Key
	for _, views := range parts {
		for _, view := range views {
			if _, known := names[view.User]; !known && view.User != "" {
				names[view.User] = ""
				keys = append(keys, access.UserKey(caller.Company, view.User))
			}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	users, err := access.Users.GetAll(ctx, d.Table, keys)
	if err != nil {
		return err
	}
	for _, user := range users {
		names[user.Value.ID] = cmp.Or(user.Value.Name(), user.Value.Email)
	}
	for _, views := range parts {
		for i := range views {
			views[i].UserName = names[views[i].User]
		}
	}
	return nil
}

// title is what to call a vehicle in one line.
func title(v vehicle.Vehicle) string {
	year := ""
	if v.Year != 0 {
		year = strconv.Itoa(v.Year)
	}
	return cmp.Or(strings.Join(strings.Fields(year+" "+v.Make+" "+v.Model), " "), v.VIN, v.Rego)
}
