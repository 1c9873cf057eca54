package company_test

import (
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// visits are the connections that schedules come round to.
func (w *world) visits(t *testing.T) (all []string) {
	t.Helper()
	for visit, err := range company.Round(t.Context(), w.Deps) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, visit.Company.ID()+" "+string(visit.Connection))
	}
	return all
}

func TestSchedulesComeRoundToEveryConnectionThereIs(t *testing.T) {
	w, _, id := connected(t)
	other := ident.Trusted("other")
	w.found(t, other, company.Company{Name: "Other", Country: "NZ", TimeZone: "Pacific/Auckland", Language: "en-NZ"}, "admin@other.example")
	for _, yard := range []string{"south", "north"} {
		if _, err := company.AddYard(t.Context(), w.Deps, other, company.Yard{ID: yard, Name: yard}); err != nil {
			t.Fatal(err)
		}
	}
	connection := company.Connection{ID: "c-other", Name: "Other", API: company.AutoGrab, Yards: []string{"south"}}
	if _, err := company.Connect(t.Context(), w.Deps, w.partner.dial, other, connection, "good-other-1234"); err != nil {
		t.Fatal(err)
	}
	both := []string{"harbour " + id, "other c-other"}
	if got := w.visits(t); !slices.Equal(got, both) {
		t.Errorf("%v, want %v", got, both)
	}

	// One that the partner refuses leaves nothing behind, nor does one that is removed.
	connection.ID, connection.Yards = "c-refused", []string{"north"}
	if _, err := company.Connect(t.Context(), w.Deps, w.partner.dial, other, connection, "refused-key-1234"); err == nil {
		t.Fatal("the key is taken")
	}
	w.admin(t, 204, "DELETE", "/v1/connections/"+id, "")
	if got := w.visits(t); !slices.Equal(got, both[1:]) {
		t.Errorf("%v, want %v", got, both[1:])
	}
}

// Connections of a build that had no rounds are visited once they are enrolled, or registered anew.
func TestAConnectionThatIsOlderThanTheRoundsIsVisited(t *testing.T) {
	w, _, id := connected(t)
	want := []string{"harbour " + id}
	forget := func() {
		t.Helper()
		key := table.Global(table.Rounds, "connections").At("harbour", id)
		if err := w.Table.Write(t.Context(), table.Removal(key)); err != nil {
			t.Fatal(err)
		}
		if got := w.visits(t); len(got) != 0 {
			t.Fatalf("%v", got)
		}
	}
	forget()
	for range 2 {
		if err := company.Enrol(t.Context(), w.Deps, harbour); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.visits(t); !slices.Equal(got, want) {
		t.Errorf("enrolled: %v", got)
	}
	forget()
	w.admin(t, 200, "POST", "/v1/connections/"+id+"/rotate-webhook", "")
	if got := w.visits(t); !slices.Equal(got, want) {
		t.Errorf("registered anew: %v", got)
	}
	if err := company.Unvisit(t.Context(), w.Deps, harbour, company.ConnectionID(id)); err != nil {
		t.Fatal(err)
	}
	if got := w.visits(t); !slices.Equal(got, want) {
		t.Errorf("one that exists is not visited any more: %v", got)
	}
	if err := company.Enrol(t.Context(), w.Deps, ident.Trusted("nobody")); err != nil {
		t.Error(err)
	}
}
