package dms_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/dms"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// Who exchanges.
const (
	boss    = "ada@harbour.example"
	machine = "autoline" // in the role dms alone
	foreign = "ada@nordlicht.example"
)

func open(t *testing.T) *dealership.World {
	t.Helper()
	w := dealership.New(t).Serve(dms.API(new(system))).Serve(prospect.API(lead.OfProspect, lead.CareTopic)).Serve(customer.API).Serve(lead.API(nil)).Serve(company.API(nil))
	w.Fill(t, dealership.Harbour, access.DMS, nil, access.Member{User: machine})
	return w
}

// integrated is a world whose Harbour works with a DMS.
func integrated(t *testing.T) *dealership.World {
	t.Helper()
	w := open(t)
	w.Want(t, 200, boss, "PUT", "/v1/company", `{"name": "Harbour Motors", "country": "AU", "timezone": "Australia/Sydney", "language": "en-AU", "features": {"prospects": true, "dms": true}}`)
	return w
}

// row is a row of an import; more replaces or adds members.
func row(id string, version int, more map[string]any) string {
	r := map[string]any{
		"id": id, "version": version, "yard": "Sydney", "user": dealership.Sydney + "@mail.example", "due": "2026-11-25T23:00:00Z",
		"action": "End Of Finance Follow Up", "type": "Phone Out", "notes": "finance ends in January",
		"customer": map[string]any{"id": "C-" + id, "first": "Kim", "last": "Nguyen", "email": id + "@mail.example"},
	}
	for name, value := range more {
		r[name] = value
	}
	text, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// hand hands rows in and returns what became of them.
func hand(t *testing.T, w *dealership.World, rows ...string) dms.Import {
	t.Helper()
	var done dms.Import
	body := ""
	for i, r := range rows {
		if i > 0 {
			body += ","
		}
		body += r
	}
	w.Want(t, 200, boss, "POST", "/v1/dms/prospects", `{"prospects": [`+body+`]}`).Into(t, &done)
	return done
}

// read is a prospect as its user sees it.
func read(t *testing.T, w *dealership.World, user string, id prospect.ID) prospect.Detail {
	t.Helper()
	var p prospect.Detail
	w.Want(t, 200, user, "GET", "/v1/prospects/"+string(id), "").Into(t, &p)
	return p
}

// feed is all of the feed behind a cursor, and the cursor to go on with.
func feed(t *testing.T, w *dealership.World, cursor string) ([]dms.Entry, string) {
	t.Helper()
	w.Work(t, dms.Publisher)
	var all []dms.Entry
	for {
		var page struct {
			Items []dms.Entry
			Next  string
		}
		w.Want(t, 200, boss, "GET", "/v1/dms/changes?limit=7&cursor="+cursor, "").Into(t, &page)
		if page.Next == "" {
			t.Fatal("the feed names no next")
		}
		cursor = page.Next
		if len(page.Items) == 0 {
			return all, cursor
		}
		all = append(all, page.Items...)
	}
}

// types are the types of entries, in their order.
func types(entries []dms.Entry) string {
	text := ""
	for _, e := range entries {
		text += fmt.Sprintf("%d %s ", e.Number, e.Type)
	}
	return text
}
