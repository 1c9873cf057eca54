package recapture_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Who else works for harbour in these tests.
const (
	zoe = "zoe" // recapture in sydney; submits
	max = "max" // manages recapture in sydney
	mia = "mia" // manages recapture in melbourne
	lee = "lee" // leads in sydney
)

// told is who has a notice, in alphabetical order.
func (w *world) told() string {
	w.Helper()
	var told []string
	for _, user := range []string{ann, ben, lee, max, mel, mia, owner, zoe} {
		sightings := slices.DeleteFunc(w.notices(user), func(title string) bool { return !strings.HasPrefix(title, "Seen online") })
		switch n := len(sightings); {
		case n == 1:
			told = append(told, user)
		case n > 1:
			w.Errorf("%s was told %d times", user, n)
		}
	}
	return strings.Join(told, " ")
}

// manage gives a user a recapture role in a yard as its manager.
func (w *world) manage(user access.UserID, yard string) {
	w.Helper()
	w.role(harbour, access.CustomerRecapture, makes, []string{yard}, user)
	w.eachRole(func(r *access.RoleRecord) {
		for i, m := range r.Members {
			r.Members[i].Manager = m.Manager || m.User == user
		}
	})
}

// eachRole changes harbour's roles.
func (w *world) eachRole(change func(*access.RoleRecord)) {
	w.Helper()
	roles, err := w.Access.Roles(w.Context(), harbour)
	w.must(err)
	var ops []table.Op
	for _, r := range roles {
		change(&r)
		ops = append(ops, access.RoleRecords.Overwrite(access.RoleKey(harbour, r.ID), r))
	}
	w.must(w.Table.Write(w.Context(), ops...))
	w.Access.Forget(harbour)
}

// leave takes users out of the recapture role.
func (w *world) leave(users ...access.UserID) {
	w.Helper()
	w.eachRole(func(r *access.RoleRecord) {
		if r.Role == access.CustomerRecapture {
			r.Members = slices.DeleteFunc(r.Members, func(m access.Member) bool { return slices.Contains(users, m.User) })
		}
	})
}

// disable keeps users from signing in.
func (w *world) disable(users ...access.UserID) {
	w.Helper()
	for _, id := range users {
		user, err := w.Access.User(w.Context(), harbour, id)
		w.must(err)
		user.Disabled = true
		w.must(w.Table.Write(w.Context(), access.Users.Overwrite(access.UserKey(harbour, id), user)))
	}
	w.Access.Forget(harbour)
}

// rehire lets a user sign in, whoever that was.
func (w *world) rehire(user access.UserID) {
	w.Helper()
	w.role(harbour, access.ManageLeads, access.Attributes{}, []string{"sydney"}, user)
}

// dismiss removes a user for good.
func (w *world) dismiss(user access.UserID) {
	w.Helper()
	w.must(w.Table.Write(w.Context(), table.Removal(access.UserKey(harbour, user))))
	w.Access.Forget(harbour)
}

func TestWhoIsToldOfASighting(t *testing.T) {
	fromLead := func(w *world) { w.check(zoe, `{"leads":["`+w.lead(polo)+`"]}`) }
	fromAppraisal := func(w *world) { w.check(zoe, `{"appraisals":["`+w.appraise(polo)+`"]}`) }
	fromList := func(w *world) { w.check(zoe, `{"vehicles":[{"vin":"`+polo+`"}]}`) }
	ownLead := func(w *world) {
		w.role(harbour, access.ManageLeads, access.Attributes{}, []string{"sydney"}, zoe)
		id := want[leadView](w, 201, zoe, "POST", "/v1/leads", `{"customer":{"last":"Old"},"vehicle":{"vin":"`+polo+`"},"yard":"sydney"}`).ID
		w.check(zoe, `{"leads":["`+id+`"]}`)
	}
	reallocate := func(w *world) {
		w.role(harbour, access.ManageLeads, access.Attributes{}, []string{"sydney"}, lee)
		id := w.get(ann, w.list(ann, "")[0].ID).SourceLeads[0]
		want[leadView](w, 200, owner, "PATCH", "/v1/leads/"+id, `{"user":"lee"}`)
	}
	nothing := func(*world) {}
	for name, c := range map[string]struct {
		setting access.Recipient
		submit  func(*world)
		then    func(*world)
		want    string
	}{
		"R13, R55: by default the submitter, not the owner":   {"", fromLead, nothing, "zoe"},
		"R12: the owner of the lead alone":                    {access.LeadOwner, fromLead, nothing, "owner"},
		"R12: the owner of the appraisal alone":               {access.LeadOwner, fromAppraisal, nothing, "owner"},
		"R13: the submitter of an appraisal alone":            {access.RecaptureUser, fromAppraisal, nothing, "zoe"},
		"R14: both of a lead":                                 {access.Both, fromLead, nothing, "owner zoe"},
		"R14: both of an appraisal":                           {access.Both, fromAppraisal, nothing, "owner zoe"},
		"R14: both are one, who is told once":                 {access.Both, ownLead, nothing, "zoe"},
		"C1: a row of a list has no owner":                    {access.LeadOwner, fromList, nothing, "zoe"},
		"both of a row of a list":                             {access.Both, fromList, nothing, "zoe"},
		"a lead that somebody else works on by now":           {access.LeadOwner, fromLead, reallocate, "lee"},
		"the owner is disabled":                               {access.LeadOwner, fromLead, func(w *world) { w.disable(owner) }, "zoe"},
		"the owner of the appraisal is disabled":              {access.LeadOwner, fromAppraisal, func(w *world) { w.disable(owner) }, "zoe"},
		"the owner is gone":                                   {access.LeadOwner, fromLead, func(w *world) { w.dismiss(owner) }, "zoe"},
		"of both, the owner is disabled":                      {access.Both, fromLead, func(w *world) { w.disable(owner) }, "zoe"},
		"the submitter is disabled":                           {"", fromLead, func(w *world) { w.disable(zoe) }, "max"},
		"the submitter is gone":                               {"", fromLead, func(w *world) { w.dismiss(zoe) }, "max"},
		"the submitter has left the role":                     {"", fromLead, func(w *world) { w.leave(zoe) }, "max"},
		"of both, the submitter is disabled":                  {access.Both, fromLead, func(w *world) { w.disable(zoe) }, "max owner"},
		"owner and submitter are disabled":                    {access.LeadOwner, fromLead, func(w *world) { w.disable(owner, zoe) }, "max"},
		"the managers are disabled, too: whoever works there": {"", fromLead, func(w *world) { w.disable(zoe, max) }, "ann ben"},
		"nobody else is left in the yard: the owner":          {"", fromLead, func(w *world) { w.disable(zoe, max, ann, ben) }, "owner"},
		"nobody at all is left":                               {"", fromLead, func(w *world) { w.disable(zoe, max, ann, ben, owner) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			w.role(harbour, access.CustomerRecapture, access.Attributes{Notify: c.setting}, []string{"sydney"}, zoe)
			w.manage(max, "sydney")
			w.manage(mia, "melbourne")
			c.submit(w)
			w.run()
			id := w.list(ann, "")[0].ID
			c.then(w)
			w.sight(id, w.onSale(0, 9000))
			for _, user := range []access.UserID{zoe, max, ann, ben, owner, lee} { // so that everybody can look
				w.rehire(user)
			}
			if got := w.told(); got != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
			if kims := w.notices(kim); len(kims) > 0 {
				t.Errorf("another company was told %q", kims)
			}
			if r := w.get(ann, id); r.Status != "new_sighting" {
				t.Errorf("%+v", r)
			}
		})
	}
}
