package dms_test

import (
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/dms"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/response"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestWhatAUserHasPlannedIsNeverOverwrittenSilently(t *testing.T) {
	w := open(t)
	id := hand(t, w, row("F1", 1, nil)).Items[0].Prospect
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/prospects/"+string(id), `{"due": "2026-12-01T01:00:00Z", "notes": "prefers mornings"}`)
	if p := read(t, w, dealership.Sydney, id); len(p.Conflicts) != 0 {
		t.Errorf("before the DMS says anything: %+v", p.Conflicts)
	}
	done := hand(t, w, row("F1", 2, map[string]any{"due": "2026-11-30T01:00:00Z", "action": "Service Follow Up", "changedAt": "2026-11-22T10:00:00Z"})).Items[0]
	p := read(t, w, dealership.Sydney, id)
	if done.Result != prospect.Updated || len(done.Conflicts) != 1 || done.Conflicts[0] != "due" {
		t.Errorf("the DMS hears %+v", done)
	}
	if p.Due.Day() != 1 || p.Notes != "prefers mornings" || p.Action != "Service Follow Up" || len(p.Conflicts) != 1 {
		t.Fatalf("%+v", p)
	}
	c := p.Conflicts[0]
	if c.Field != "due" || c.Ours != "2026-12-01T01:00:00.000Z" || c.OursBy != dealership.Sydney || !c.OursAt.Equal(w.Time) || c.Theirs != "2026-11-30T01:00:00.000Z" || c.TheirsAt.Hour() != 10 || c.TheirsVer != 2 {
		t.Errorf("%+v", c)
	}
}

func TestAConflictEndsAsAUserDecides(t *testing.T) {
	for keep, day := range map[string]int{"ours": 1, "theirs": 30} {
		w := open(t)
		id := hand(t, w, row("F1", 1, nil)).Items[0].Prospect
		path := "/v1/prospects/" + string(id)
		w.Want(t, 409, dealership.Sydney, "POST", path+"/conflicts", `{"field": "due", "keep": "`+keep+`"}`)
		w.Want(t, 200, dealership.Sydney, "PATCH", path, `{"due": "2026-12-01T01:00:00Z"}`)
		hand(t, w, row("F1", 2, map[string]any{"due": "2026-11-30T01:00:00Z"}))
		_, cursor := feed(t, w, "")
		w.Want(t, 422, dealership.Sydney, "POST", path+"/conflicts", `{"field": "colour", "keep": "`+keep+`"}`)
		w.Want(t, 404, dealership.Second, "POST", path+"/conflicts", `{"field": "due", "keep": "`+keep+`"}`)
		var p prospect.Detail
		w.Want(t, 200, dealership.Sydney, "POST", path+"/conflicts", `{"field": "due", "keep": "`+keep+`"}`).Into(t, &p)
		if p.Due.Day() != day || len(p.Conflicts) != 0 {
			t.Errorf("keep %s: due %s, conflicts %+v", keep, p.Due, p.Conflicts)
		}
		told, _ := feed(t, w, cursor)
		if len(told) != 1 || told[0].Type != prospect.WasChanged || len(told[0].Fields) != 1 || told[0].Plan.Due.Day() != day {
			t.Errorf("keep %s: the DMS is told %+v", keep, told)
		}
		w.Want(t, 409, dealership.Sydney, "POST", path+"/conflicts", `{"field": "due", "keep": "`+keep+`"}`)
		hand(t, w, row("F1", 2, map[string]any{"due": "2026-11-30T01:00:00Z"}), row("F1", 1, nil))
		if p := read(t, w, dealership.Sydney, id); p.Due.Day() != day || len(p.Conflicts) != 0 {
			t.Errorf("keep %s: what was decided comes up again: %+v", keep, p)
		}
		hand(t, w, row("F1", 3, map[string]any{"due": "2026-12-24T01:00:00Z"}))
		if p := read(t, w, dealership.Sydney, id); (len(p.Conflicts) == 1) != (keep == "ours") || (p.Due.Day() == 24) != (keep == "theirs") {
			t.Errorf("keep %s: later news of the DMS: %+v", keep, p)
		}
	}
}

func TestAUserWhoSaysWhatTheDMSAdoptsHasNoConflict(t *testing.T) {
	w := open(t)
	id := hand(t, w, row("F1", 1, nil)).Items[0].Prospect
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/prospects/"+string(id), `{"due": "2026-12-01T01:00:00Z"}`)
	hand(t, w, row("F1", 2, map[string]any{"due": "2026-12-01T01:00:00Z"}))
	hand(t, w, row("F1", 3, map[string]any{"due": "2026-12-02T01:00:00Z"}))
	if p := read(t, w, dealership.Sydney, id); len(p.Conflicts) != 0 || p.Due.Day() != 2 {
		t.Errorf("%+v", p)
	}
}

func TestTheOutcomeIsOurs(t *testing.T) {
	w := open(t)
	id := hand(t, w, row("F1", 1, nil)).Items[0].Prospect
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/prospects/"+string(id)+"/complete", `{"notes": "bought elsewhere"}`)
	hand(t, w, row("F1", 2, map[string]any{"due": "2026-12-24T01:00:00Z", "user": dealership.Second}))
	p := read(t, w, dealership.Sydney, id)
	if !p.Completed || p.CompletionNotes != "bought elsewhere" || p.User != dealership.Sydney || len(p.Conflicts) != 2 || p.Conflicts[0].OursBy != dealership.Sydney {
		t.Errorf("%+v", p)
	}
	hand(t, w, row("F1", 3, map[string]any{"closed": true}))
	if p := read(t, w, dealership.Sydney, id); p.CompletedBy != dealership.Sydney || len(p.Conflicts) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestWhatTheDMSClosesIsClosedUntilItOpensIt(t *testing.T) {
	w := open(t)
	id := hand(t, w, row("F1", 1, nil)).Items[0].Prospect
	hand(t, w, row("F1", 2, map[string]any{"closed": true, "changedAt": "2026-11-22T10:00:00Z"}))
	p := read(t, w, dealership.Sydney, id)
	if !p.Completed || p.CompletedBy != "" || p.CompletedAt.Hour() != 10 {
		t.Errorf("%+v", p)
	}
	w.Want(t, 409, dealership.Sydney, "POST", "/v1/prospects/"+string(id)+"/complete", `{}`)
	hand(t, w, row("F1", 3, nil))
	if p := read(t, w, dealership.Sydney, id); p.Completed {
		t.Errorf("%+v", p)
	}
}

func TestAProspectThatWasMadeHereIsTakenOverByTheDMS(t *testing.T) {
	w := integrated(t)
	made := prospect.ID(w.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects",
		`{"customer": {"first": "Ann", "last": "Lee", "email": "ann@mail.example"}, "due": "2026-11-25T23:00:00Z", "notes": "wants a wagon", "type": "Phone Out"}`).ID(t))
	told, _ := feed(t, w, "")
	if len(told) != 1 || told[0].Type != prospect.WasCreated || told[0].Prospect != made || told[0].Person == nil || told[0].Person.Email != "ann@mail.example" || told[0].Plan.Notes != "wants a wagon" {
		t.Fatalf("told %+v", told)
	}
	taken := map[string]any{
		"prospect": made, "notes": "wants a wagon", "action": "", "type": "Phone Out", "due": "2026-11-26T23:00:00Z",
		"customer": map[string]any{"first": "Ann", "last": "Lee", "email": "ann@mail.example"},
	}
	done := hand(t, w, row("F7", 1, taken)).Items[0]
	if done.Prospect != made || done.Result != prospect.Updated || strings.Join(done.Conflicts, " ") != "due" {
		t.Errorf("taken over as %+v", done)
	}
	if again := hand(t, w, row("F7", 1, taken), row("F8", 1, taken), row("F7", 2, map[string]any{"prospect": "another"})); again.Items[0].Result != prospect.Unchanged || again.Counts.Rejected != 2 {
		t.Errorf("again: %+v", again)
	}
	hand(t, w, row("F7", 3, map[string]any{"notes": "wants a wagon", "action": "", "type": "Phone Out"}))
	if p := read(t, w, dealership.Sydney, made); p.DMS.ID != "F7" || len(p.Conflicts) != 0 {
		t.Errorf("%+v", p)
	}
	if ids, _ := w.Want(t, 200, dealership.Manager, "GET", "/v1/prospects?user=all&state=all", "").List(t); len(ids) != 1 {
		t.Errorf("there are %v", ids)
	}
}

// What was written to a customer is told as other work is, changes nothing of the plan, and stands against nothing that the DMS
// plans anew.
func TestTheDMSIsToldWhatWasWrittenToACustomer(t *testing.T) {
	w := integrated(t)
	who := map[string]any{"id": "C-1", "first": "Ruby", "last": "Quirke", "email": "ruby@mail.example", "mobile": "0491 570 156"}
	done := hand(t, w, row("F1", 1, map[string]any{"customer": who}))
	one := "/v1/prospects/" + string(done.Items[0].Prospect)
	long := strings.Repeat("ä", 1500)
	for range 2 { // a repeated request is told once
		w.Want(t, 201, dealership.Sydney, "POST", one+"/messages", `{"channel": "email", "subject": "Your car", "body": "`+long+`"}`, "Idempotency-Key: k1")
	}
	w.Want(t, 201, dealership.Sydney, "POST", one+"/messages", `{"channel": "sms", "body": "Shall we talk?"}`)
	told, _ := feed(t, w, "")
	if got := types(told); got != "1 prospect.contacted 2 prospect.contacted " {
		t.Fatalf("told %s", got)
	}
	mail, text := told[0].Message, told[1].Message
	if mail == nil || mail.Channel != response.Email || mail.Subject != "Your car" || mail.By != dealership.Sydney || !strings.Contains(mail.To, "@") || mail.Text != strings.Repeat("ä", 1000) {
		t.Errorf("told %+v", mail)
	}
	if text == nil || text.Channel != response.SMS || text.Text != "Shall we talk?" || told[1].DMS != "F1" || told[1].Plan != nil || len(told[1].Fields) != 0 {
		t.Errorf("told %+v of %+v", text, told[1])
	}
	hand(t, w, row("F1", 2, map[string]any{"customer": who, "notes": "planned anew"}))
	if p := read(t, w, dealership.Sydney, done.Items[0].Prospect); len(p.Conflicts) != 0 || p.Notes != "planned anew" {
		t.Errorf("%+v", p)
	}
}

func TestTheDMSIsToldInTheOrderInWhichThingsHappened(t *testing.T) {
	w := integrated(t)
	first := hand(t, w, row("F1", 1, nil), row("F2", 1, nil))
	one, two := "/v1/prospects/"+string(first.Items[0].Prospect), "/v1/prospects/"+string(first.Items[1].Prospect)
	if told, _ := feed(t, w, ""); len(told) != 0 {
		t.Fatalf("the DMS is told of its own: %+v", told)
	}
	w.Want(t, 201, dealership.Sydney, "POST", one+"/attempts", `{"notes": "no answer"}`)
	w.Want(t, 200, dealership.Sydney, "PATCH", one, `{"notes": "moved to Perth"}`)
	w.Want(t, 200, dealership.Sydney, "PATCH", one, `{"notes": "moved to Perth"}`) // says nothing new
	w.Want(t, 200, dealership.Sydney, "POST", one+"/complete", `{"notes": "not interested"}`)
	told, cursor := feed(t, w, "")
	if u := told[1].Users; len(u) != 1 || u[0].ID != dealership.Sydney || u[0].Email != dealership.Sydney+"@mail.example" || told[1].Yard != "Sydney" {
		t.Errorf("names %+v in %s", u, told[1].Yard)
	}
	if got := types(told); got != "1 prospect.attempted 2 prospect.changed 3 prospect.completed " {
		t.Errorf("told %s", got)
	}
	if told[0].Attempt.Notes != "no answer" || told[0].DMS != "F1" || told[0].By != dealership.Sydney || told[1].Plan.Notes != "moved to Perth" || told[1].Fields[0] != "notes" || told[2].Notes != "not interested" {
		t.Errorf("told %+v", told)
	}
	var p prospect.Detail
	w.Want(t, 200, dealership.Sydney, "POST", two+"/convert", `{}`).Into(t, &p)
	more, _ := feed(t, w, cursor)
	if len(more) != 1 || more[0].Number != 4 || more[0].Type != prospect.WasConverted || more[0].Lead != p.ConvertedLead || more[0].DMS != "F2" {
		t.Errorf("told %+v", more)
	}
	again, _ := feed(t, w, cursor)
	if len(again) != 1 || again[0].ID != more[0].ID {
		t.Errorf("the same cursor tells %+v", again)
	}
	w.Want(t, 403, dealership.Sydney, "GET", "/v1/dms/changes", "")
	w.Want(t, 400, boss, "GET", "/v1/dms/changes?cursor="+cursor[:len(cursor)-2]+"xx", "")
	w.Want(t, 400, foreign, "GET", "/v1/dms/changes?cursor="+cursor, "")
	if a := w.Want(t, 200, foreign, "GET", "/v1/dms/changes", ""); strings.Contains(a.Body, "prospect") {
		t.Errorf("another company reads %s", a.Body)
	}
}

func TestACursorThatWasLeftBehindSaysSo(t *testing.T) {
	w := integrated(t)
	id := hand(t, w, row("F1", 1, nil)).Items[0].Prospect
	path := "/v1/prospects/" + string(id)
	_, begin := feed(t, w, "")
	w.Want(t, 201, dealership.Sydney, "POST", path+"/attempts", `{}`)
	_, cursor := feed(t, w, "")
	w.Time = w.Time.Add(dms.KeepFeed / 2)
	w.Want(t, 201, dealership.Sydney, "POST", path+"/attempts", `{}`)
	if told, _ := feed(t, w, begin); len(told) != 2 {
		t.Errorf("told %+v", told)
	}
	w.Time = w.Time.Add(dms.KeepFeed/2 + 1)
	w.Want(t, 410, boss, "GET", "/v1/dms/changes?cursor="+begin, "")
	if told, _ := feed(t, w, cursor); types(told) != "2 prospect.attempted " {
		t.Errorf("told %s", types(told))
	}
	if told, _ := feed(t, w, ""); types(told) != "2 prospect.attempted " {
		t.Errorf("without a cursor: %s", types(told))
	}
	w.Time = w.Time.Add(dms.KeepFeed)
	w.Want(t, 410, boss, "GET", "/v1/dms/changes?cursor="+cursor, "")
	told, end := feed(t, w, "")
	w.Want(t, 201, dealership.Sydney, "POST", path+"/attempts", `{}`)
	if more, _ := feed(t, w, end); len(told) != 0 || types(more) != "3 prospect.attempted " {
		t.Errorf("told %+v, then %s", told, types(more))
	}
}
