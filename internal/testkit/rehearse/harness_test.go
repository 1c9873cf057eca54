package rehearse

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// prepared is what all stands of this process are made of.
var prepared = sync.OnceValues(func() (Options, error) {
	ctx := context.Background()
	root, err := Root(ctx)
	if err != nil {
		return Options{}, err
	}
	templates, missing := Synthesize(ctx, root, *environment)
	programs, err := Programs(ctx, root)
	return Options{Environment: *environment, Templates: templates, Programs: programs}, errors.Join(missing, err)
})

// prepare is options for a stand; programs and templates are made where they are missing or old.
func prepare(t testing.TB) Options {
	t.Helper()
	if raceDetector {
		t.Skip("the programs are not built with the race detector; the rehearsal runs without it")
	}
	options, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	return options
}

// stand opens a stand that ends with the test. Whatever went wrong between its services, was refused, or led nowhere is a
// failure, but for what the options expect.
func stand(t testing.TB, options Options) *Stand {
	t.Helper()
	s, err := Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if !t.Failed() {
			for _, fault := range s.Faults() {
				t.Error(fault)
			}
		}
	})
	return s
}
