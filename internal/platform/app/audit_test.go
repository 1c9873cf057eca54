package app_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/audit"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

func (w world) audited(t *testing.T) []audit.Entry {
	t.Helper()
	entries, next, err := audit.List(t.Context(), w.Table, harbour, audit.Span{Begin: noon, End: noon.AddDate(0, 0, 1)}, 100)
	if err != nil || next != "" {
		t.Fatal(err, next)
	}
	return entries
}

// A handler writes as ever; who asked for it stands beside what was written, once.
func TestARequestThatWritesLeavesItsEntry(t *testing.T) {
	w := newWorld(t)
	handle := app.Handle(thingAPI, w.Deps)
	for _, payload := range [][]byte{
		request(t, "GET", "/v1/things", "", token),
		request(t, "POST", "/v1/echo", `{"name":"x","at":"2026-11-22T12:00:00Z"}`, token),
		request(t, "POST", "/v1/things", `{"name":""}`, token),
		request(t, "POST", "/v1/things", `{"name":"x"}`, nil),
	} {
		call(t, handle, payload)
	}
	if got := w.audited(t); len(got) != 0 {
		t.Errorf("reads and refusals left %+v", got)
	}
	create := request(t, "POST", "/v1/things", `{"name":"Kim's thing"}`, token, "Idempotency-Key", "k1")
	for range 2 {
		if got := call(t, handle, create); got.Status() != 201 {
			t.Fatalf("%d %s", got.Status(), got.Body())
		}
	}
	got := w.audited(t)
	if len(got) != 1 || got[0].Subject.ID == "" {
		t.Fatalf("entries %+v", got)
	}
	want := audit.Entry{
		At: noon, User: "u1", Operation: "addThing", Request: "JKJaXmPLvHcESHA=",
		Subject: audit.Subject{Type: "thing", ID: got[0].Subject.ID, Version: 1},
	}
	if !cmp.Equal(got[0], want) {
		t.Errorf("(- wanted, + got):\n%s", cmp.Diff(want, got[0]))
	}
}

func TestNoFunctionChangesOrRemovesEntries(t *testing.T) {
	w := newWorld(t)
	key := table.In(harbour, "audit", "2026-11-22").At("12:00:00.000000", "1")
	for name, do := range map[string]func(context.Context, app.Deps) error{
		"a write": func(ctx context.Context, d app.Deps) error { return d.Table.Write(ctx, table.Removal(key)) },
		"a load":  func(ctx context.Context, d app.Deps) error { return d.Table.Load(ctx, table.Posting(key)) },
	} {
		f := worker(nil)
		f.Uses.Table = app.ReadWrite
		f.Consumes = app.Consume(chores, func(ctx context.Context, d app.Deps, _ ident.Company, _ string) error { return do(ctx, d) }, 1)
		if again := deliver(t, t.Context(), f, w.Deps, batch("x")); len(again) != 1 || !strings.Contains(w.log.String(), "entries are added and never changed or removed") {
			t.Errorf("%s: %v\n%s", name, again, w.log)
		}
		w.log.Reset()
	}
}
