package functions_test

import (
	"strings"
	"testing"
	"testing/cryptotest"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// inSydney is the rule about leads of Sydney.
const inSydney = rule.ID("01KANN7G4L8P2R6V0X3A7D1RUL")

// desk opens a leads connection, and says who is told. Its address is random, and the same in every world.
func (w *world) desk(t *testing.T) {
	t.Helper()
	cryptotest.SetGlobalRandom(t, 100)
	desk := company.Connection{ID: "desk", Name: "Lead desk", Yards: []string{"sydney", "melbourne"}}
	must[company.Saved[company.Connection]](t)(company.Admit(t.Context(), w.Deps, dealership.Harbour, desk))
	_, address, err := company.NewAddress(t.Context(), w.Deps, dealership.Harbour, desk.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.leads = strings.TrimPrefix(address, w.Site.BaseURL)
	for _, r := range []rule.Rule{
		{ID: inSydney, Name: "Sydney in turn", Conditions: rule.Conditions{Yard: "sydney"}, Mode: rule.RoundRobin, Recipients: []access.UserID{dealership.Sydney, "busy"}, Capacity: 20},
		{ID: "everything", Name: "Everything", Recipients: []access.UserID{dealership.Manager}},
	} {
		if _, _, err := rule.Add(t.Context(), w.Deps, dealership.Harbour, r); err != nil {
			t.Fatal(err)
		}
	}
}
