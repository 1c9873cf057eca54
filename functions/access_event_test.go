package functions_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/web"
)

// badClaims are what a gateway may hand on that has verified a token and let it in: API Gateway cannot tell ID tokens from
// access tokens, knows no users, and a route may lack its scope. A nil map stands for a route without an authorizer.
var badClaims = map[string]func(subject string) map[string]string{
	"none":     func(string) map[string]string { return nil },
	"no names": func(string) map[string]string { return map[string]string{} },
	"no subject": func(string) map[string]string {
		return map[string]string{"token_use": "access", "scope": web.Scope}
	},
	"an ID token": func(subject string) map[string]string {
		return map[string]string{"sub": subject, "token_use": "id", "scope": web.Scope}
	},
	"no use": func(subject string) map[string]string {
		return map[string]string{"sub": subject, "scope": web.Scope}
	},
	"no scope": func(subject string) map[string]string {
		return map[string]string{"sub": subject, "token_use": "access"}
	},
	"another scope": func(subject string) map[string]string {
		return map[string]string{"sub": subject, "token_use": "access", "scope": "openid " + web.Scope + ".read"}
	},
	"a list of scopes": func(subject string) map[string]string {
		return map[string]string{"sub": subject, "token_use": "access", "scope": "[" + web.Scope + "]"}
	},
	"a subject made up": func(string) map[string]string {
		return map[string]string{"sub": unknownID, "token_use": "access", "scope": web.Scope}
	},
	"names of a company and a group": func(string) map[string]string {
		return map[string]string{"sub": unknownID, "token_use": "access", "scope": web.Scope, "custom:tenant_id": "first-cars", "cognito:groups": "[admin]"}
	},
}

// everyEvent delivers every row straight to its function, as an event whose claims should not have come this far: the
// function itself lets nobody in.
func (s *stage) everyEvent(t *testing.T) {
	first := s.dealers[0]
	handlers := map[string]app.Handler{}
	for _, f := range s.overheard(functions.All(s.partner.dial, s.partner.value, autograb.ParsePush, s.hooked())) {
		handle := app.Handle(f, s.host.Deps())
		for _, route := range app.Routes(f) {
			handlers[route.Key()] = handle
		}
	}
	for _, row := range accessRows {
		who := first.people[row.roles()[0]]
		subject, err := s.host.Deps().Access.User(t.Context(), first.co, access.UserID(who.id))
		if err != nil {
			t.Fatal(err)
		}
		path, body := s.fill(t, who, row.path, nil, true), s.fill(t, who, row.body, nil, true)
		for why, claims := range badClaims {
			a := s.deliver(t, handlers[row.route], row, path, body, claims(subject.Subject))
			s.tried("claims in an event")
			if a.status != 401 || a.wrote {
				t.Errorf("%s with claims that are wrong (%s): %d, wrote %t: %s", row.route, why, a.status, a.wrote, a.body)
			}
		}
		if row.method() != "GET" {
			continue
		}
		good := map[string]string{"sub": subject.Subject, "token_use": "access", "scope": "openid " + web.Scope}
		if a := s.deliver(t, handlers[row.route], row, path, body, good); a.status != row.status {
			t.Errorf("%s with good claims: %d, so the others prove nothing: %s", row.route, a.status, a.body)
		}
	}
}

// deliver hands a request to a function as API Gateway does.
func (s *stage) deliver(t *testing.T, handle app.Handler, row accessRow, path, body string, claims map[string]string) reply {
	t.Helper()
	r := httptest.NewRequest(row.method(), path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	before := s.host.Deps().Table.Usage().WriteUnits
	payload, err := event.EncodeRequest(r, event.Call{RequestID: "r1", RouteKey: row.route, Time: s.wall.Now(), Claims: claims})
	if err != nil {
		t.Fatal(err)
	}
	out, err := handle(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	response, err := event.DecodeResponse(out)
	if err != nil {
		t.Fatal(err)
	}
	a := reply{status: response.Status(), body: string(response.Body()), wrote: s.host.Deps().Table.Usage().WriteUnits != before}
	if a.status == 401 {
		s.watch.foreign("", "the answer to an event for "+row.route, a.body, "")
	}
	return a
}
