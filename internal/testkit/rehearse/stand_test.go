package rehearse

import (
	"net/http"
	"strings"
	"testing"
)

// The thread: a request with a signed token goes through the template's routes and authorizer to the real program, which
// asks the table with its role's credentials, over TLS and under DynamoDB's own name.
func TestARequestReachesTheRealProgramAndTheTable(t *testing.T) {
	s := stand(t, prepare(t))
	if err := dealers[0].found(t.Context(), s, "dev"); err != nil {
		t.Fatal(err)
	}
	admin, err := client{base: s.url}.signIn(t.Context(), "admin@harbour.example")
	if err != nil {
		t.Fatal(err)
	}
	var me struct {
		Email   string
		Company struct{ Name string }
	}
	if err := admin.get(t.Context(), "/v1/me", &me); err != nil {
		t.Fatal(err)
	}
	if me.Email != "admin@harbour.example" || me.Company.Name != "Harbour Motors" {
		t.Errorf("%+v", me)
	}
	f := s.Plan.Function("winback-dev-company-api")
	if calls := s.cloud.account.Ledger().Tally(f.Role).Calls; calls["dynamodb:GetItem"] == 0 {
		t.Errorf("the function has called %v", calls)
	}
	if err := (client{base: s.url}).get(t.Context(), "/v1/me", nil); err == nil || !strings.Contains(err.Error(), `401 {"message":"Unauthorized"}`) {
		t.Errorf("without a token: %v", err)
	}
	answer, err := http.Get(s.url + "/docs")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("the public reference: %s", answer.Status)
	}
}
