package functions_test

import (
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/audit"
)

// unrecorded are the routes that change something, or look as if they did, and leave no audit entry.
var unrecorded = map[string]string{
	"POST /v1/notifications/{id}/read":         "one's own list, which nobody else sees",
	"POST /v1/connections/{id}/test":           "it asks the partner and changes nothing here",
	"POST /v1/recaptures/{id}/dismiss":         "the recapture of the row is not new, so there is nothing to dismiss",
	"DELETE /v1/recaptures/{id}/not-our-car":   "the row takes back what nobody has said",
	"DELETE /v1/leads/{id}/merge":              "the lead of the row is merged into none",
	"DELETE /v1/customers/{id}/merge":          "the customer of the row is merged into nobody",
	"POST /v1/templates/preview":               "it shows a text and keeps nothing",
	"POST /v1/leads/{id}/reply/preview":        "it shows a text and keeps nothing",
	"POST /v1/prospects/{id}/messages/preview": "it shows a text and keeps nothing",
	"POST /v1/dms/endpoints/{id}/redeliver":    "the endpoint of the row has missed nothing",
}

// operationIDs are the ids of all operations, by route.
func operationIDs(t *testing.T) map[string]string {
	t.Helper()
	ids := map[string]string{}
	for _, f := range all() {
		for _, route := range app.Routes(f) {
			ids[route.Key()] = route.ID
		}
	}
	return ids
}

// audit are the entries of a dealer, oldest first.
func (s *stage) audit(t *testing.T, d *dealer) []audit.Entry {
	t.Helper()
	var entries []audit.Entry
	now := s.host.Deps().Now()
	span := audit.Span{Begin: now.Add(-time.Hour), End: now.Add(time.Second)}
	for {
		page, next, err := audit.List(t.Context(), s.host.Deps().Table, d.co, span, 1000)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, page...)
		if next == "" {
			slices.Reverse(entries)
			return entries
		}
		span.After = next
	}
}

// entered checks the entries that a request has left: one where it succeeded and wrote, by its caller, about its operation;
// none where it was refused, or read. It returns how many.
func (s *stage) entered(t *testing.T, route, operation string, who *person, a reply, entries []audit.Entry) int {
	t.Helper()
	_, silent := unrecorded[route]
	want := 0
	if a.status < 300 && a.wrote && !silent {
		want = 1
	}
	if len(entries) != want {
		t.Errorf("%s as %v, %d: %d audit entries, want %d: %+v", route, who, a.status, len(entries), want, entries)
	}
	for _, e := range entries {
		if e.Operation != operation || e.User != who.id || e.Subject.Type == "" || e.Request == "" {
			t.Errorf("%s as %v: entry %+v", route, who, e)
		}
		s.watch.personal("an audit entry", e.User+" "+e.Operation+" "+e.Subject.Type+" "+e.Subject.ID)
	}
	return len(entries)
}
