package notify_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/notify"
)

func ids(items []notify.Notification) []string {
	var all []string
	for _, item := range items {
		all = append(all, item.About.ID)
	}
	return all
}

func TestNoticesAreListedNewestFirstInPages(t *testing.T) {
	w := newWorld(t)
	for _, n := range []int{2, 5, 1, 4, 3} {
		w.mustTell(harbour, sighting("anna", n))
	}
	w.mustTell(harbour, sighting("ben", 9))
	w.mustTell(nordlicht, sighting("anna", 8))
	var all []string
	cursor := ""
	for range 5 {
		page := w.list("anna", "?limit=2&cursor="+url.QueryEscape(cursor))
		if len(page.Items) > 2 {
			t.Errorf("a page of %d", len(page.Items))
		}
		all = append(all, ids(page.Items)...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if want := []string{"rec-5", "rec-4", "rec-3", "rec-2", "rec-1"}; !slices.Equal(all, want) || cursor != "" {
		t.Errorf("%v, want %v", all, want)
	}
}

func TestReadingANoticeTakesItOutOfTheUnreadOnes(t *testing.T) {
	w := newWorld(t)
	for n := range 4 {
		w.mustTell(harbour, sighting("anna", n))
	}
	id := w.list("anna", "").Items[1].ID
	for range 2 {
		if status, body := w.call("anna", http.MethodPost, "/v1/notifications/"+id+"/read"); status != http.StatusNoContent {
			t.Fatalf("%d %s", status, body)
		}
	}
	if got, want := ids(w.list("anna", "?unread=true").Items), []string{"rec-3", "rec-1", "rec-0"}; !slices.Equal(got, want) {
		t.Errorf("unread: %v, want %v", got, want)
	}
	all := w.list("anna", "").Items
	if len(all) != 4 || all[1].Read == nil || !all[1].Read.Equal(noon) || all[0].Read != nil {
		t.Errorf("all: %+v", all)
	}
	if page := w.list("anna", "?unread=true&limit=1"); len(page.Items) != 1 || page.Next == "" {
		t.Errorf("%+v", page)
	}
	if got := len(w.list("ben", "?unread=true").Items); got != 0 {
		t.Errorf("%d of another user", got)
	}
}

func TestSomebodyElsesNoticeIsAnUnknownOne(t *testing.T) {
	w := newWorld(t)
	w.mustTell(harbour, sighting("anna", 1))
	w.mustTell(nordlicht, sighting("anke", 1))
	unknown := sighting("anna", 7).ID
	want := ""
	for name, id := range map[string]string{
		"unknown": unknown, "a colleague's": w.list("anna", "").Items[0].ID, "another company's": w.list("anke", "").Items[0].ID, "nonsense": "x%23y",
	} {
		status, body := w.call("ben", http.MethodPost, "/v1/notifications/"+id+"/read")
		if want == "" {
			want = body
		}
		if status != http.StatusNotFound || body != want {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if w.list("anna", "").Items[0].Read != nil {
		t.Error("it was marked all the same")
	}
}

func TestACursorIsGoodForItsUserAndItsListOnly(t *testing.T) {
	w := newWorld(t)
	for n := range 3 {
		w.mustTell(harbour, sighting("anna", n))
		w.mustTell(harbour, sighting("ben", n))
		w.mustTell(nordlicht, sighting("anke", n))
	}
	cursor := url.QueryEscape(w.list("anna", "?limit=1").Next)
	for name, c := range map[string]struct{ user, query string }{
		"a colleague":     {"ben", "?limit=1&cursor=" + cursor},
		"another company": {"anke", "?limit=1&cursor=" + cursor},
		"another list":    {"anna", "?unread=true&limit=1&cursor=" + cursor},
		"a changed one":   {"anna", "?limit=1&cursor=A" + cursor},
	} {
		if status, body := w.call(c.user, http.MethodGet, "/v1/notifications"+c.query); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

func TestOnlySignedInUsersHaveNotifications(t *testing.T) {
	w := newWorld(t)
	if status, body := w.call("", http.MethodGet, "/v1/notifications"); status != http.StatusUnauthorized {
		t.Errorf("%d %s", status, body)
	}
	if status, body := w.call("", http.MethodPost, "/v1/notifications/x/read"); status != http.StatusUnauthorized {
		t.Errorf("%d %s", status, body)
	}
	if l := w.list("ben", ""); l.Items == nil || len(l.Items) != 0 || l.Next != "" {
		t.Errorf("%+v", l)
	}
}

// A place is written before its notice, so it may be there without it: for a while, or for good where the write of the notice
// failed and was made again with another date.
func TestAPlaceWithoutItsNoticeIsNotListed(t *testing.T) {
	w := newWorld(t)
	for n := range 5 {
		w.mustTell(harbour, sighting("anna", n))
		failed := sighting("anna", n)
		failed.At = failed.At.Add(30 * time.Second)
		never := sighting("anna", 100+n)
		never.At = failed.At
		for _, lost := range []notify.Notice{failed, never} {
			places, _ := notify.Tell(harbour, lost)
			if err := w.Table.Load(t.Context(), places...); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, filter := range []string{"", "unread=true&"} {
		for limit := 1; limit <= 15; limit++ {
			var all []string
			for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
				page := w.list("anna", fmt.Sprintf("?%slimit=%d&cursor=%s", filter, limit, url.QueryEscape(cursor)))
				all = append(all, ids(page.Items)...)
				cursor = page.Next
			}
			if want := []string{"rec-4", "rec-3", "rec-2", "rec-1", "rec-0"}; !slices.Equal(all, want) {
				t.Errorf("%sin pages of %d: %v", filter, limit, all)
			}
		}
	}
}
