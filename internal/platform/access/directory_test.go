package access_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

// world is a table with one company, and a directory over it.
type world struct {
	now       time.Time
	table     *table.Table
	directory *access.Directory
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	next := 0
	w.table = memtable.New(t, clock, func() string { next++; return strconv.Itoa(next) })
	w.directory = access.NewDirectory(w.table, clock)
	return w
}

func (w *world) write(t *testing.T, ops ...table.Op) {
	t.Helper()
	if err := w.table.Write(t.Context(), ops...); err != nil {
		t.Fatal(err)
	}
}

func user(company ident.Company, u access.User) []table.Op {
	return []table.Op{
		access.Users.Overwrite(access.UserKey(company, u.ID), u),
		access.Subjects.Overwrite(access.SubjectKey(u.Subject), access.Subject{Company: company.ID(), User: u.ID}),
	}
}

func role(company ident.Company, r access.RoleRecord) table.Op {
	return access.RoleRecords.Overwrite(access.RoleKey(company, r.ID), r)
}

func TestACallerIsTheUserWithTheRolesOfTheOwnCompany(t *testing.T) {
	w := newWorld(t)
	nordlicht := ident.Trusted("nordlicht")
	w.write(t, user(harbour, access.User{ID: "u1", Subject: "s1", First: "Ann", Last: "Lee", Yards: []string{"sydney"}})...)
	w.write(t, role(harbour, access.RoleRecord{ID: "r1", Role: access.ManageLeads, Members: []access.Member{{User: "u1", Manager: true}}, Yards: []string{"melbourne"}}))
	w.write(t, role(harbour, access.RoleRecord{ID: "r2", Role: access.Admin, Members: []access.Member{{User: "u2"}}}))
	w.write(t, role(harbour, access.RoleRecord{ID: "r3", Role: access.CloseToProspects}))
	w.write(t, role(nordlicht, access.RoleRecord{ID: "r4", Role: access.Admin, Members: []access.Member{{User: "u1"}}}))

	caller, err := w.directory.Caller(t.Context(), "s1")
	if err != nil {
		t.Fatal(err)
	}
	if caller.Company != harbour || caller.User != "u1" || caller.Name != "Ann Lee" || !slices.Equal(caller.Home, []string{"sydney"}) {
		t.Errorf("caller is %+v", caller)
	}
	if !caller.In("melbourne", access.LeadAllocate) || !caller.ManagesIn(access.ManageLeads, "melbourne") {
		t.Error("the role that names the user counts")
	}
	if caller.Can(access.SettingsRead) {
		t.Error("neither another user's role nor another company's counts")
	}
	if !caller.CompanyAllows(access.CloseToProspects) {
		t.Error("a role of the whole company counts for everybody in it")
	}
}

func TestWhoIsNoActiveUserIsNobody(t *testing.T) {
	w := newWorld(t)
	w.write(t, user(harbour, access.User{ID: "off", Subject: "disabled", Disabled: true})...)
	w.write(t, user(harbour, access.User{ID: "moved", Subject: "new"})...)
	w.write(t, access.Subjects.Overwrite(access.SubjectKey("old"), access.Subject{Company: "harbour", User: "moved"}))
	w.write(t, access.Subjects.Overwrite(access.SubjectKey("dangling"), access.Subject{Company: "harbour", User: "gone"}))
	var texts []string
	for _, subject := range []string{"", "unknown", "disabled", "old", "dangling", "unknown#x"} {
		_, err := w.directory.Caller(t.Context(), subject)
		if !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("%q: %v, want Unauthenticated", subject, err)
			continue
		}
		texts = append(texts, err.Error())
	}
	if slices.Sort(texts); len(slices.Compact(texts)) != 1 {
		t.Errorf("the answers tell them apart: %v", texts)
	}
}

func TestAChangeTakesEffectWithinSecondsAndAtOnceWhereItIsForgotten(t *testing.T) {
	w := newWorld(t)
	ann := access.User{ID: "u1", Subject: "s1", First: "Ann"}
	w.write(t, user(harbour, ann)...)
	call := func() error { _, err := w.directory.Caller(t.Context(), "s1"); return err }
	if err := call(); err != nil {
		t.Fatal(err)
	}

	ann.Disabled = true
	w.write(t, user(harbour, ann)...)
	before := w.table.Usage()
	w.now = w.now.Add(access.CacheFor - time.Millisecond)
	if err := call(); err != nil {
		t.Fatalf("answered from memory: %v", err)
	}
	if used := w.table.Usage().Sub(before); used.Calls != 0 {
		t.Errorf("an answer from memory made %d calls", used.Calls)
	}
	w.now = w.now.Add(time.Millisecond)
	if err := call(); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("after %v: %v, want Unauthenticated", access.CacheFor, err)
	}

	ann.Disabled = false
	w.write(t, user(harbour, ann)...)
	if err := call(); err != nil {
		t.Errorf("a refusal is not remembered: %v", err)
	}
	ann.Disabled = true
	w.write(t, user(harbour, ann)...)
	w.directory.Forget(ident.Trusted("nordlicht"))
	if err := call(); err != nil {
		t.Errorf("another company's change: %v", err)
	}
	w.directory.Forget(harbour)
	if err := call(); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("after Forget: %v, want Unauthenticated", err)
	}
}

func TestManyCallersAtOnceSeeThemselves(t *testing.T) {
	w := newWorld(t)
	const users = 8
	for i := range users {
		id := strconv.Itoa(i)
		w.write(t, user(harbour, access.User{ID: access.UserID(id), Subject: "s" + id})...)
	}
	var group sync.WaitGroup
	for worker := range users {
		group.Go(func() {
			for i := range 200 {
				id := strconv.Itoa((worker + i) % users)
				caller, err := w.directory.Caller(context.Background(), "s"+id)
				if err != nil || caller.User != access.UserID(id) {
					t.Errorf("%s: %v %v", id, caller.User, err)
				}
				if i%50 == 0 {
					w.directory.Forget(harbour)
				}
			}
		})
	}
	group.Wait()
}

func TestACallerFromMemoryCostsNoAllocation(t *testing.T) {
	w := newWorld(t)
	w.write(t, user(harbour, access.User{ID: "u1", Subject: "s1"})...)
	w.write(t, role(harbour, access.RoleRecord{ID: "r1", Role: access.ManageLeads, Members: []access.Member{{User: "u1"}}}))
	ctx := t.Context()
	if allocs := testing.AllocsPerRun(100, func() {
		caller, err := w.directory.Caller(ctx, "s1")
		if err != nil || !caller.Can(access.LeadRead) {
			t.Fatal("no caller", err)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestUsersOfRolesAreListedOnceAndWithoutTheDisabled(t *testing.T) {
	w := newWorld(t)
	for _, u := range []access.User{{ID: "a", Subject: "sa"}, {ID: "b", Subject: "sb"}, {ID: "c", Subject: "sc", Disabled: true}, {ID: "d", Subject: "sd"}} {
		w.write(t, user(harbour, u)...)
	}
	w.write(t, role(harbour, access.RoleRecord{ID: "r1", Role: access.ManageLeads, Members: []access.Member{{User: "b"}, {User: "c"}}}))
	w.write(t, role(harbour, access.RoleRecord{ID: "r2", Role: access.CustomerRecapture, Members: []access.Member{{User: "b"}, {User: "a"}}}))
	w.write(t, role(harbour, access.RoleRecord{ID: "r3", Role: access.Admin, Members: []access.Member{{User: "d"}}}))

	users, err := w.directory.UsersIn(t.Context(), harbour, access.ManageLeads, access.CustomerRecapture)
	if err != nil {
		t.Fatal(err)
	}
	var ids []access.UserID
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	if want := []access.UserID{"a", "b"}; !slices.Equal(ids, want) {
		t.Errorf("users %v, want %v", ids, want)
	}
	if _, err := w.directory.User(t.Context(), ident.Trusted("nordlicht"), "a"); !errs.Is(err, errs.NotFound) {
		t.Errorf("another company's user: %v, want NotFound", err)
	}
}
