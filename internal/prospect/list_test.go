package prospect_test

import (
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestFiltersNarrowTheListDownTogether(t *testing.T) {
	w := open(t)
	mine := enter(t, w, dealership.Sydney, `{`+ann+`, "due": "2026-11-23T09:00:00Z", "activity": "Marketing", "action": "12 Month Follow Up", "type": "Email Out"}`)
	done := enter(t, w, dealership.Sydney, `{`+ann+`, "due": "2026-11-24T09:00:00Z"}`)
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/prospects/"+done+"/complete", `{}`)
	later := enter(t, w, dealership.Sydney, `{"customer": {"last": "Brown"}, "due": "2026-12-24T09:00:00Z"}`)
	other := enter(t, w, dealership.Second, `{`+ann+`, "due": "2026-11-25T09:00:00Z"}`)
	away := enter(t, w, dealership.Melbourne, `{`+ann+`, "due": "2026-11-26T09:00:00Z"}`)
	managers := enter(t, w, dealership.Manager, `{`+ann+`, "yard": "sydney", "due": "2026-11-20T09:00:00Z"}`)
	for _, test := range []struct {
		user, query string
		want        []string // latest due first
	}{
		{dealership.Sydney, "", []string{mine}},
		{dealership.Sydney, "?state=completed", []string{done}},
		{dealership.Sydney, "?state=all", []string{done, mine}},
		{dealership.Sydney, "?from=2026-11-01T00:00:00Z", []string{later, mine}},
		{dealership.Sydney, "?to=2026-11-23T09:00:00Z", []string{}},
		{dealership.Sydney, "?from=2026-11-23T09:00:00Z&to=2026-11-23T09:00:01Z", []string{mine}},
		{dealership.Sydney, "?activity=marketing", []string{mine}},
		{dealership.Sydney, "?action=12+Month+Follow+Up&type=Email+Out", []string{mine}},
		{dealership.Sydney, "?type=Phone+Out", []string{}},
		{dealership.Sydney, "?state=all&q=brown&from=2026-01-01T00:00:00Z", []string{later}},
		{dealership.Sydney, "?user=" + dealership.Second, []string{}},
		{dealership.Sydney, "?user=all", []string{mine}},
		{dealership.Melbourne, "?user=all", []string{away}},
		{dealership.Manager, "", []string{managers}},
		{dealership.Manager, "?user=" + dealership.Second, []string{other}},
		{dealership.Manager, "?user=all", []string{away, other, mine, managers}},
		{dealership.Manager, "?user=all&state=all", []string{away, other, done, mine, managers}},
		{dealership.Kiel, "?user=all&state=all", []string{}},
	} {
		if got, _ := w.Want(t, 200, test.user, "GET", "/v1/prospects"+test.query, "").List(t); !slices.Equal(got, test.want) {
			t.Errorf("%s %s lists %v, want %v", test.user, test.query, got, test.want)
		}
	}
	w.Want(t, 422, dealership.Sydney, "GET", "/v1/prospects?state=lost", "")
}

func TestTheListOpensWithTheUsersOwnRangeInTheCompanysDays(t *testing.T) {
	w := open(t) // Sunday 23:00 in Sydney
	tonight := enter(t, w, dealership.Sydney, `{`+ann+`, "due": "2026-11-22T12:59:00Z"}`)
	tomorrow := enter(t, w, dealership.Sydney, `{`+ann+`, "due": "2026-11-22T13:00:00Z"}`)
	for preset, want := range map[access.ProspectRange][]string{
		access.Today: {tonight}, access.ThisWeek: {tonight}, access.NextWeek: {tomorrow}, access.ThisMonth: {tomorrow, tonight}, access.NextMonth: {},
	} {
		user, err := access.Users.Get(t.Context(), w.Table, access.UserKey(dealership.Harbour, dealership.Sydney))
		if err != nil {
			t.Fatal(err)
		}
		user.Value.DefaultProspectRange = preset
		if err := w.Table.Write(t.Context(), access.Users.Overwrite(user.Key(), user.Value)); err != nil {
			t.Fatal(err)
		}
		if got, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects", "").List(t); !slices.Equal(got, want) {
			t.Errorf("%s lists %v, want %v", preset, got, want)
		}
	}
}

func TestPagesFollowEachOtherWithoutGaps(t *testing.T) {
	w := open(t)
	var want, got []string
	for range 5 {
		w.Time = w.Time.Add(1e9)
		want = append([]string{enter(t, w, dealership.Sydney, `{`+ann+`}`)}, want...)
	}
	path := "/v1/prospects?limit=2"
	for next := "-"; next != ""; path = "/v1/prospects?limit=2&cursor=" + next {
		var ids []string
		ids, next = w.Want(t, 200, dealership.Sydney, "GET", path, "").List(t)
		got = append(got, ids...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("pages list %v, want %v", got, want)
	}
	w.Want(t, 400, dealership.Sydney, "GET", "/v1/prospects?cursor=x", "")
}
