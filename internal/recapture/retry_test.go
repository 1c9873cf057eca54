package recapture_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

// unlicensed is a dashboard of so many vehicles of a user that the partner has refused for lack of a licence.
func (w *world) unlicensed(user string, n int) []recaptureView {
	w.Helper()
	w.partner.failing("upload", errs.E(errs.Forbidden, "AutoGrab refuses the API key for this"))
	w.cars(user, n)
	w.run()
	all := w.list(user, "status=errored")
	if len(all) != n {
		w.Fatalf("%d errored", len(all))
	}
	return all
}

func (w *world) retry(user, id string, headers ...string) checkView {
	w.Helper()
	return want[checkView](w, 202, user, "POST", "/v1/recaptures/"+id+"/retry", "", headers...)
}

func TestAnErroredVehicleIsSubmittedAgainAndWatched(t *testing.T) {
	w := open(t)
	r := w.unlicensed(ann, 1)[0]
	w.pass(48 * time.Hour)
	answer := w.retry(ben, r.ID)
	if answer.Accepted != 1 || len(answer.Skipped) != 0 {
		t.Errorf("%+v", answer)
	}
	w.run()
	if b := w.batch(answer.Batch); b.Total != 1 || b.Active != 1 || !b.Done {
		t.Errorf("batch %+v", b)
	}
	now := w.get(ann, r.ID)
	if now.Status != "active" || now.Progress != "watched" || now.Error != "" || now.User != ann || now.Origin != r.Origin || now.Customer != r.Customer || !now.MonitorUntil.Equal(r.MonitorUntil) || now.SubmittedAt.Sub(r.SubmittedAt) < 48*time.Hour {
		t.Errorf("%+v\nbefore %+v", now, r)
	}
	if s := w.summary(ann); s.TotalCustomers != 1 || s.DistinctCustomers != 1 || s.ByStatus["active"] != 1 || s.ByStatus["errored"] != 0 {
		t.Errorf("summary %+v", s)
	}
	if len(w.list(ann, "status=errored")) != 0 || len(w.list(ann, "status=active")) != 1 {
		t.Error("the dashboard does not follow")
	}
}

func TestOnlyAnErroredVehicleOfOnesYardsIsRetried(t *testing.T) {
	w := open(t)
	r := w.unlicensed(ann, 1)[0]
	path := "/v1/recaptures/" + r.ID + "/retry"
	for user, status := range map[string]int{mel: 404, kim: 404, owner: 403, "": 401} {
		if a := w.call(user, "POST", path, ""); a.status != status {
			t.Errorf("%q: %d %s", user, a.status, a.body)
		}
	}
	w.retry(ann, r.ID)
	w.run()
	if a := w.call(ann, "POST", path, ""); a.status != 409 || !strings.Contains(a.body, "only an errored recapture can be retried; this one is active") {
		t.Errorf("active: %d %s", a.status, a.body)
	}
	w.delete(ann, r.ID)
	if a := w.call(ann, "POST", path, ""); a.status != 409 || !strings.Contains(a.body, "submit its vehicle again") {
		t.Errorf("deleted: %d %s", a.status, a.body)
	}
	w.uploadedOnce(1)
}

func TestARetryThatIsRepeatedSubmitsOnce(t *testing.T) {
	w := open(t)
	r := w.unlicensed(ann, 1)[0]
	key := "Idempotency-Key: again"
	first := w.retry(ann, r.ID, key)
	w.run()
	w.pass(25 * time.Hour) // the stored answer is forgotten by now
	if second := w.retry(ann, r.ID, key); second.Batch != first.Batch || second.Accepted != 1 {
		t.Errorf("%+v, first %+v", second, first)
	}
	w.run()
	w.uploadedOnce(1)
}

func TestTwoRetriesAtOnceSubmitOnce(t *testing.T) {
	w := open(t)
	r := w.unlicensed(ann, 1)[0]
	one, two := w.retry(ann, r.ID), w.retry(ben, r.ID)
	w.run()
	if a, b := w.batch(one.Batch), w.batch(two.Batch); a.Active+b.Active != 1 || a.Duplicates+b.Duplicates != 1 {
		t.Errorf("%+v and %+v", a, b)
	}
	w.uploadedOnce(1)
}

func TestARetryWithoutAConnectionSaysWhatIsMissing(t *testing.T) {
	w := open(t)
	r := w.unlicensed(ann, 1)[0]
	w.must(company.Disconnect(t.Context(), w.Deps, w.partner.dial, harbour, web.Precondition{}, "c-harbour"))
	for path, body := range map[string]string{"/v1/recaptures/" + r.ID + "/retry": "", "/v1/recaptures/retry": `{"recaptures":["` + r.ID + `"]}`} {
		if a := w.call(ann, "POST", path, body); a.status != 409 || !strings.Contains(a.body, "no AutoGrab connection") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	w.connect(harbour, "c-new", "sydney")
	w.retry(ann, r.ID)
	w.run()
	if r := w.get(ann, r.ID); r.Status != "active" {
		t.Errorf("%+v", r)
	}
}

func TestManyErroredVehiclesAreRetriedAtOnce(t *testing.T) {
	w := open(t)
	errored := w.unlicensed(ann, 150)
	fine := w.watched(mel, `{"vin":"`+vin(400)+`"}`)
	w.check(ann, `{"vehicles":[{"vin":"`+vin(401)+`"}]}`)
	w.run()
	active := w.list(ann, "q="+vin(401))[0].ID
	var ids []string
	for _, r := range errored {
		ids = append(ids, r.ID)
	}
	body := `{"recaptures":["` + strings.Join(append(ids, active, fine, "nothing", ids[0]), `","`) + `"]}`
	answer := want[checkView](w, 202, ann, "POST", "/v1/recaptures/retry", body)
	skipped := map[string]string{}
	for _, s := range answer.Skipped {
		skipped[s.ID] = s.Reason
	}
	if answer.Accepted != 150 || len(answer.Skipped) != 4 || !strings.Contains(skipped[active], "this one is active") || skipped[fine] != skipped["nothing"] || skipped[ids[0]] != "it is named twice" {
		t.Errorf("%+v", answer)
	}
	w.run()
	if b := w.batch(answer.Batch); b.Active != 150 || b.Total != 150 || !b.Done {
		t.Errorf("batch %+v", b)
	}
	if s := w.summary(ann); s.ByStatus["active"] != 151 || s.ByStatus["errored"] != 0 || s.TotalCustomers != 151 {
		t.Errorf("summary %+v", s)
	}
	for name, body := range map[string]string{"none": `{"recaptures":[]}`, "too many": `{"recaptures":[` + strings.TrimSuffix(strings.Repeat(`"x",`, 1001), ",") + `]}`, "no list": `{}`} {
		if a := w.call(ann, "POST", "/v1/recaptures/retry", body); a.status != 422 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// R11: a look-up is charged as the role of who retries says.
func TestTheRoleOfWhoRetriesDecidesWhetherVINsAreLookedUp(t *testing.T) {
	for user, looked := range map[string]bool{ann: true, ben: false} {
		w := open(t)
		w.partner.refused["ABC12D"] = "not valid"
		id := w.watched(ben, `{"rego":"ABC12D","state":"NSW"}`)
		delete(w.partner.refused, "ABC12D")
		w.retry(user, id)
		w.run()
		if got := w.partner.lists["receipt-2"].LookUpVIN; got != looked {
			t.Errorf("%s: %v", user, got)
		}
		if r := w.get(ann, id); r.Status != "active" {
			t.Errorf("%s: %+v", user, r)
		}
	}
}

// The later word counts: what is deleted after it was retried stays deleted.
func TestAVehicleDeletedAfterItsRetryStaysDeleted(t *testing.T) {
	w := open(t)
	r := w.unlicensed(ann, 1)[0]
	answer := w.retry(ann, r.ID)
	w.pass(time.Second)
	w.delete(ann, r.ID)
	w.run()
	if now := w.get(ann, r.ID); now.Status != "deleted" || len(w.partner.watched) != 0 {
		t.Errorf("%+v, the partner has %v", now, w.partner.watched)
	}
	if b := w.batch(answer.Batch); !b.Done {
		t.Errorf("batch %+v", b)
	}
}

// A vehicle that was known by its plate, and by now by its VIN, too, keeps its record.
func TestARetriedVehicleKeepsItsRecordWhateverWasLearned(t *testing.T) {
	w := open(t)
	w.role(harbour, access.CustomerRecapture, makes, []string{"sydney"}, ann)
	w.partner.lookedUp["ABC12D"] = polo
	id := w.watched(ann, `{"rego":"ABC12D","state":"NSW"}`)
	w.delete(ann, id)
	w.run()
	w.partner.failing("upload", errs.E(errs.Forbidden, "no licence"))
	w.check(ann, `{"vehicles":[{"rego":"ABC12D","state":"NSW"}]}`)
	w.run()
	if r := w.get(ann, id); r.Status != "errored" || r.Vehicle.VIN != polo {
		t.Fatalf("%+v", r)
	}
	w.retry(ann, id)
	w.run()
	if all := w.list(ann, ""); len(all) != 1 || all[0].ID != id || all[0].Status != "active" {
		t.Errorf("%s", fmt.Sprint(all))
	}
}
