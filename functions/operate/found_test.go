package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
)

var harbour = []string{"found", "-env", "prod", "-company", "Harbour Motors", "-name", "Ada Byron King", "-email", "Ada@Harbour.example"}

func with(args []string, more ...string) []string {
	return append(append([]string{}, args...), more...)
}

// deps are the table and sign-ins of the account.
func deps(t *testing.T) app.Deps {
	t.Helper()
	return depsAt(t, nil)
}

func depsAt(t *testing.T, now func() time.Time) app.Deps {
	t.Helper()
	at, err := deployment.Open(t.Context(), deployment.Where{Environment: "prod", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	d, err := at.Deps(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAFounderMaySignInAndAdministrate(t *testing.T) {
	a := newAccount(t)
	says(t, "Harbour Motors was created as harbour-motors, prod in ap-southeast-2. A temporary password is on its way to ada@harbour.example.\nSign in at https://sign-in.winback.example", harbour...)

	users := a.people.Users()
	if len(users) != 1 || users[0].Email != "ada@harbour.example" || users[0].Invitations != 1 {
		t.Fatalf("sign-ins %+v", users)
	}
	d := deps(t)
	caller, err := d.Access.Caller(t.Context(), users[0].Subject)
	if err != nil || caller.Company.ID() != "harbour-motors" || !caller.Can(access.SettingsWrite) {
		t.Errorf("%+v, %v", caller, err)
	}
	user, err := d.Access.User(t.Context(), caller.Company, caller.User)
	if err != nil || user.First != "Ada Byron" || user.Last != "King" {
		t.Errorf("%+v, %v", user, err)
	}
	profile, err := company.Load(t.Context(), d, ident.Trusted("harbour-motors"))
	if err != nil || profile.Country != "AU" || profile.TimeZone != "Australia/Sydney" || profile.Language != "en-AU" || !profile.Features.Prospects {
		t.Errorf("%+v, %v", profile, err)
	}
}

func TestFoundingAgainChangesNothing(t *testing.T) {
	a := newAccount(t)
	says(t, "was created", harbour...)
	says(t, "is there already", with(harbour, "-country", "NZ", "-timezone", "Pacific/Auckland")...)
	if users := a.people.Users(); len(users) != 1 || users[0].Invitations != 1 {
		t.Errorf("sign-ins %+v", users)
	}
	profile, err := company.Load(t.Context(), deps(t), ident.Trusted("harbour-motors"))
	if err != nil || profile.Country != "AU" {
		t.Errorf("%+v, %v", profile, err)
	}
}

// A founder whose invitation went out and whose company was never written, because the machine went off, is completed.
func TestAFoundingThatWasInterruptedGoesOn(t *testing.T) {
	a := newAccount(t)
	a.refuse = "DynamoDB_20120810.TransactWriteItems"
	fails(t, "the store refuses: AccessDeniedException", harbour...)
	if users := a.people.Users(); len(users) != 1 {
		t.Fatalf("sign-ins %+v", users)
	}
	a.refuse = ""
	says(t, "was created", harbour...)
	if users := a.people.Users(); len(users) != 1 || users[0].Invitations != 1 {
		t.Errorf("sign-ins %+v", users)
	}
}

func TestNobodyTakesOverACompanyOrASignIn(t *testing.T) {
	a := newAccount(t)
	says(t, "was created", harbour...)
	fails(t, "the company harbour-motors exists (Harbour Motors) and was founded by somebody else", with(harbour, "-email", "eve@elsewhere.example")...)
	fails(t, "already signs somebody in: one address signs in to one company", with(harbour, "-company", "Second Motors")...)
	says(t, "was created as harbour-motors-2", with(harbour, "-id", "harbour-motors-2", "-email", "bob@harbour.example")...)
	if users := a.people.Users(); len(users) != 2 {
		t.Errorf("sign-ins %+v", users)
	}
}

func TestWhatIsWrongIsSaidBeforeAnythingIsCreated(t *testing.T) {
	a := newAccount(t)
	for _, test := range []struct {
		want string
		args []string
	}{
		{"missing: ENV (-env), COMPANY (-company), NAME (-name), EMAIL (-email)", []string{"found"}},
		{"missing: EMAIL (-email)", harbour[:7]},
		{"EMAIL (-email) is not an e-mail address", with(harbour, "-email", "ada at harbour")},
		{"COUNTRY (-country) is not a country's two letters, such as AU", with(harbour, "-country", "Australia")},
		{"TIMEZONE (-timezone) is not the name of a time zone, such as Australia/Sydney\nLANGUAGE (-language) is not", with(harbour, "-timezone", "Sydney", "-language", "?")},
		{`ID (-id) "Harbour" is no id`, with(harbour, "-id", "Harbour")},
		{`ID (-id) "" is no id`, with(harbour, "-company", "汽车")},
		{`"prod" is no flag`, with(harbour, "prod")},
		{"flag provided but not defined: -mail; operate found -h lists the flags", with(harbour, "-mail", "x")},
		{"name a command: found, queues, redrive, receive or parked", []string{"create"}},
		{"name a command", nil},
		{"there is no stack winback-staging-data in ap-southeast-2: deploy it with make deploy ENV=staging", with(harbour, "-env", "staging")},
		{`"../prod" is no environment`, with(harbour, "-env", "../prod")},
	} {
		fails(t, test.want, test.args...)
	}
	if users := a.people.Users(); len(users) != 0 {
		t.Errorf("sign-ins %+v", users)
	}
}

func TestAMachineWithoutCredentialsOrRegionIsToldWhatToSet(t *testing.T) {
	newAccount(t)
	t.Setenv("AWS_REGION", "")
	fails(t, "no AWS region is set: say -region, or set AWS_REGION", harbour...)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	fails(t, "no AWS credentials are found: set AWS_PROFILE", with(harbour, "-region", "ap-southeast-2")...)
}

func TestAnInstallationWithoutStacksIsNamedByHand(t *testing.T) {
	a := newAccount(t)
	delete(a.data, "SignInURL")
	table := a.data["TableName"]
	delete(a.data, "TableName")
	fails(t, "the stack winback-prod-data has no output TableName", harbour...)
	says(t, "was created", with(harbour, "-table", table, "-user-pool", pool)...)
}

func TestHelpListsTheFlags(t *testing.T) {
	for _, command := range []string{"found", "queues", "redrive", "parked"} {
		out, err := operate(t, command, "-h")
		if err != nil || !strings.Contains(out, "Flags of "+command) || !strings.Contains(out, "-env") {
			t.Errorf("%s: %q, %v", command, out, err)
		}
	}
}

func TestAnIDIsMadeOfTheNamesLettersAndDigits(t *testing.T) {
	for name, want := range map[string]string{
		"Harbour Motors": "harbour-motors", "  Müller & Söhne, Straße 7 ": "muller-sohne-strasse-7", "AUTO—HAUS": "auto-haus",
		strings.Repeat("lang ", 20): "lang-lang-lang-lang-lang-lang-lang-lang-lang-lan", "汽车": "",
	} {
		if got := slug(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
