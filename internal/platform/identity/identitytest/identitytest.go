// Package identitytest is the contract of identity.Directory. Every driver passes it.
package identitytest

import (
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/identity"
)

// Driver is a directory with the one question that the port does not ask.
type Driver struct {
	identity.Directory
	// MaySignIn reports whether the provider would give the subject a token now.
	MaySignIn func(t *testing.T, subject string) bool
}

var ada = identity.Person{Email: "ada@harbour.example", First: "Ada", Last: "Lovelace"}

// Run runs the contract. Fresh yields a driver without any sign-in.
func Run(t *testing.T, fresh func(*testing.T) Driver) {
	for name, test := range map[string]func(*testing.T, Driver){
		"AnInvitedPersonMaySignIn":            anInvitedPersonMaySignIn,
		"InvitingAgainReturnsTheSameSubject":  invitingAgain,
		"TwoPeopleHaveTwoSubjects":            twoPeople,
		"ManyInvitationsAtOnceMakeOneSignIn":  manyAtOnce,
		"WhatIsNoAddressIsInvalid":            noAddress,
		"ANameMayBeMissing":                   noName,
		"DisablingEndsSignInAndEnablingMends": disableAndEnable,
		"InvitingDoesNotEnable":               invitingDoesNotEnable,
		"AnUnknownSubjectIsNotFound":          unknownSubject,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

func invite(t *testing.T, d Driver, person identity.Person) string {
	t.Helper()
	subject, err := d.Invite(t.Context(), person)
	if err != nil || subject == "" {
		t.Fatalf("invite: subject %q, %v", subject, err)
	}
	return subject
}

func anInvitedPersonMaySignIn(t *testing.T, d Driver) {
	if subject := invite(t, d, ada); !d.MaySignIn(t, subject) {
		t.Error("the invited person may not sign in")
	}
}

func invitingAgain(t *testing.T, d Driver) {
	first := invite(t, d, ada)
	for _, email := range []string{ada.Email, "Ada@Harbour.Example", " ADA@HARBOUR.EXAMPLE "} {
		if again := invite(t, d, identity.Person{Email: email, First: "A.", Last: "L."}); again != first {
			t.Errorf("%q has the subject %q, want %q", email, again, first)
		}
	}
}

func twoPeople(t *testing.T, d Driver) {
	if a, b := invite(t, d, ada), invite(t, d, identity.Person{Email: "grace@harbour.example"}); a == b {
		t.Errorf("both have the subject %q", a)
	}
}

func manyAtOnce(t *testing.T, d Driver) {
	subjects := make([]string, 8)
	var wait sync.WaitGroup
	for i := range subjects {
		wait.Go(func() {
			var err error
			if subjects[i], err = d.Invite(t.Context(), ada); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, subject := range subjects {
		if subject != subjects[0] {
			t.Errorf("subjects %q and %q", subject, subjects[0])
		}
	}
}

func noAddress(t *testing.T, d Driver) {
	for _, email := range []string{"", "ada", "Ada <ada@harbour.example>", "ada@harbour.example,grace@harbour.example"} {
		if subject, err := d.Invite(t.Context(), identity.Person{Email: email}); !errs.Is(err, errs.Invalid) || subject != "" {
			t.Errorf("%q: subject %q, %v; want invalid", email, subject, err)
		}
	}
}

func noName(t *testing.T, d Driver) {
	invite(t, d, identity.Person{Email: "workshop@harbour.example"})
}

func disableAndEnable(t *testing.T, d Driver) {
	subject, colleague := invite(t, d, ada), invite(t, d, identity.Person{Email: "grace@harbour.example"})
	for range 2 { // each step twice, for each may be repeated
		if err := d.Disable(t.Context(), subject); err != nil {
			t.Fatal(err)
		}
	}
	if d.MaySignIn(t, subject) || !d.MaySignIn(t, colleague) {
		t.Error("disabling one person must shut out that person and nobody else")
	}
	for range 2 {
		if err := d.Enable(t.Context(), subject); err != nil {
			t.Fatal(err)
		}
	}
	if !d.MaySignIn(t, subject) {
		t.Error("an enabled person may not sign in")
	}
}

func invitingDoesNotEnable(t *testing.T, d Driver) {
	subject := invite(t, d, ada)
	if err := d.Disable(t.Context(), subject); err != nil {
		t.Fatal(err)
	}
	if again := invite(t, d, ada); again != subject || d.MaySignIn(t, subject) {
		t.Errorf("subject %q of %q may sign in after an invitation", again, subject)
	}
}

func unknownSubject(t *testing.T, d Driver) {
	invite(t, d, ada)
	for _, subject := range []string{"", "nobody", "7b2f6d0e-0000-4000-8000-000000000000"} {
		if err := d.Disable(t.Context(), subject); !errs.Is(err, errs.NotFound) {
			t.Errorf("disable %q: %v, want not found", subject, err)
		}
		if err := d.Enable(t.Context(), subject); !errs.Is(err, errs.NotFound) {
			t.Errorf("enable %q: %v, want not found", subject, err)
		}
	}
}
