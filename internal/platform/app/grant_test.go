package app_test

import (
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
)

func TestAFunctionMayDoWhatItDeclaresAndNothingElse(t *testing.T) {
	key := table.In(harbour, "thing", "t").At()
	put := func(d app.Deps) error { return d.Commit(t.Context(), things.Overwrite(key, thing{"t", "x"})) }
	send := func(d app.Deps) error {
		return d.Commit(t.Context(), things.Create(key, thing{"t", "x"}).Emit(notify.Message(harbour, "t")))
	}
	read := func(d app.Deps) error {
		_, err := things.Get(t.Context(), d.Table, key)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		return err
	}
	absent := table.Op{Action: table.Check, Item: table.Item{Key: key}, If: table.Condition{Test: table.Absent}}
	written := things.Create(key, thing{"t", "x"})
	one := func(op table.Op) func(app.Deps) error {
		return func(d app.Deps) error { return d.Table.Write(t.Context(), op) }
	}
	beside := func(op table.Op) func(app.Deps) error {
		return func(d app.Deps) error {
			return d.Table.Write(t.Context(), things.Create(table.In(harbour, "thing", "u").At(), thing{"u", "x"}), op)
		}
	}
	for _, test := range []struct {
		name string
		uses app.Uses
		do   func(app.Deps) error
		want string // part of the refusal; empty: allowed
	}{
		{"gets with Get", app.Uses{Table: app.Get}, read, ""},
		{"gets without", app.Uses{Table: app.ReadWrite &^ app.Get}, read, "f uses the table with app.Get without declaring it: add Table: app.Get | app.BatchGet"},
		{"gets many with BatchGet", app.Uses{Table: app.BatchGet}, many(t), ""},
		{"gets many without", app.Uses{Table: app.ReadWrite &^ app.BatchGet}, many(t), "with app.BatchGet"},
		{"queries with Query", app.Uses{Table: app.Query}, query(t, false), ""},
		{"queries without", app.Uses{Table: app.ReadWrite &^ app.Query}, query(t, false), "with app.Query"},
		{"looks for what is due", app.Uses{Table: app.ReadWrite}, query(t, true), "f looks for what is due without declaring it: add SendsAll: true"},
		{"looks for what is due as the sweeper", app.Uses{Table: app.Get, SendsAll: true}, query(t, true), ""},
		{"puts with Put", app.Uses{Table: app.Put}, one(written), ""},
		{"puts without", app.Uses{Table: app.ReadWrite &^ app.Put}, one(written), "with app.Put"},
		{"deletes with Delete", app.Uses{Table: app.Delete}, one(table.Removal(key)), ""},
		{"deletes without", app.Uses{Table: app.ReadWrite &^ app.Delete}, one(table.Removal(key)), "with app.Delete"},
		{"adds with Add", app.Uses{Table: app.Put | app.Add}, beside(table.Count(key, map[string]int64{"n": 1})), ""},
		{"adds without", app.Uses{Table: app.ReadWrite &^ app.Add}, beside(table.Count(key, map[string]int64{"n": 1})), "with app.Add"},
		{"checks with Check", app.Uses{Table: app.Put | app.Check}, beside(absent), ""},
		{"checks without", app.Uses{Table: app.ReadWrite &^ app.Check}, beside(absent), "with app.Check"},
		{"checks one thing, which is a read", app.Uses{Table: app.Get}, one(absent), ""},
		{"checks one thing without Get", app.Uses{Table: app.ReadWrite &^ app.Get}, one(absent), "with app.Get"},
		{"loads with Load", app.Uses{Table: app.Load}, load(t, key), ""},
		{"loads without", app.Uses{Table: app.ReadWrite &^ app.Load}, load(t, key), "with app.Load"},
		{"settles with Put", app.Uses{Table: app.Put, SendsAll: true}, send, ""},
		{"asks who calls", app.Uses{Table: app.Put}, who(t), "with app.Get"},
		{"signs with Links", app.Uses{Links: true}, sign(t), ""},
		{"signs without", app.Uses{Table: app.ReadWrite}, sign(t), "f signs or opens links without declaring it: add Links: true"},
		{"reads with Read", app.Uses{Table: app.Read}, read, ""},
		{"reads with nothing", app.Uses{}, read, "f uses the table with app.Get without declaring it: add Table: app.Get to its Uses"},
		{"writes with ReadWrite", app.Uses{Table: app.ReadWrite}, put, ""},
		{"writes with Read", app.Uses{Table: app.Read}, put, "f uses the table with app.Put without declaring it: add Table: app.Get | app.BatchGet | app.Query | app.Put to its Uses"},
		{"sends what it declares", app.Uses{Table: app.ReadWrite, Sends: app.Topics(notify)}, send, ""},
		{"promises what it declares", app.Uses{Table: app.ReadWrite, Promises: app.Topics(notify)}, send, ""},
		{"sends past the table what it only promises", app.Uses{Promises: app.Topics(notify)}, func(d app.Deps) error {
			return d.Queue.Send(t.Context(), []queue.Outgoing{{ID: "m", Topic: "notify-send"}})
		}, "the sweeper sends to notify-send"},
		{"sends to all", app.Uses{Table: app.ReadWrite, SendsAll: true}, send, ""},
		{"sends something else", app.Uses{Table: app.ReadWrite, Sends: app.Topics(chores)}, send, "f sends to notify-send"},
		{"sends past the table", app.Uses{}, func(d app.Deps) error {
			return d.Queue.Send(t.Context(), []queue.Outgoing{{Topic: "notify-send"}})
		}, "f sends to notify-send"},
		{"hands back", app.Uses{}, func(d app.Deps) error { return d.Queue.Delay(t.Context(), "x", "r", 1) }, "return queue.Delay"},
		{"mails", app.Uses{}, func(d app.Deps) error { _, err := d.Mail.Send(t.Context(), mail.Message{}); return err }, "Mail: true"},
		{"mails that came in", app.Uses{}, func(d app.Deps) error { _, err := d.Inbox.Read(t.Context(), "key", 1); return err }, "Inbox: true"},
		{"texts", app.Uses{}, func(d app.Deps) error { _, err := d.Text.Send(t.Context(), text.Message{}); return err }, "Text: true"},
		{"invites", app.Uses{}, func(d app.Deps) error {
			_, err := d.Identity.Invite(t.Context(), identity.Person{})
			return err
		}, "Identity: true"},
		{"seals with Open", app.Uses{Secrets: app.Open}, func(d app.Deps) error {
			_, err := d.Secrets.Seal(t.Context(), harbour, "p", nil)
			return err
		}, "Secrets: app.Seal"},
		{"opens with Seal", app.Uses{Secrets: app.Seal}, func(d app.Deps) error {
			_, err := d.Secrets.Open(t.Context(), harbour, "p", "")
			return err
		}, "Secrets: app.Open"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			err := test.do(app.Grant(w.Deps, app.Function{Name: "f", Uses: test.uses}))
			switch {
			case test.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestARefusedMessageLeavesNothingBehind(t *testing.T) {
	w := newWorld(t)
	key := table.In(harbour, "thing", "t").At()
	d := app.Grant(w.Deps, app.Function{Name: "f", Uses: app.Uses{Table: app.ReadWrite}})
	if err := d.Commit(t.Context(), things.Create(key, thing{"t", "x"}).Emit(notify.Message(harbour, "t"))); err == nil {
		t.Fatal("an undeclared topic must be refused")
	}
	if _, err := w.Table.Get(t.Context(), key); !errs.Is(err, errs.NotFound) {
		t.Errorf("the record was written: %v", err)
	}
}

func TestAnotherFunctionsPendingMessageIsNoObstacle(t *testing.T) {
	w := newWorld(t)
	key := table.In(harbour, "thing", "t").At()
	if err := w.Table.Write(t.Context(), things.Create(key, thing{"t", "x"}).Emit(notify.Message(harbour, "t"))); err != nil {
		t.Fatal(err)
	}
	d := app.Grant(w.Deps, app.Function{Name: "f", Uses: app.Uses{Table: app.ReadWrite}})
	record, err := things.Get(t.Context(), d.Table, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Commit(t.Context(), things.Update(record)); err != nil {
		t.Errorf("the update is refused: %v", err)
	}
	if len(w.outbox.sent) != 0 {
		t.Errorf("sent %v without a grant", w.outbox.sent)
	}
}

func TestWhatIsOnlyPromisedIsLeftToTheSweeperEvenWhenItIsDue(t *testing.T) {
	w := newWorld(t)
	key := table.In(harbour, "thing", "t").At()
	d := app.Grant(w.Deps, app.Function{Name: "f", Uses: app.Uses{Table: app.ReadWrite, Promises: app.Topics(notify)}})
	if err := d.Commit(t.Context(), things.Create(key, thing{"t", "x"}).Emit(notify.At(noon, harbour, "t"))); err != nil {
		t.Fatal(err)
	}
	if len(w.outbox.sent) != 0 {
		t.Errorf("sent %v", w.outbox.sent)
	}
	if err := app.Sweep.Every.Handle(t.Context(), app.Grant(w.Deps, app.Sweep)); err != nil {
		t.Fatal(err)
	}
	if len(w.outbox.sent) != 1 {
		t.Errorf("the sweeper sent %v", w.outbox.sent)
	}
}

func TestTheSweeperPublishesWhatWasLeftBehind(t *testing.T) {
	w := newWorld(t)
	key := table.In(harbour, "thing", "t").At()
	promised := things.Create(key, thing{"t", "x"}).Emit(notify.At(noon, harbour, "t"))
	if err := w.Table.Write(t.Context(), promised); err != nil {
		t.Fatal(err)
	}
	if err := app.Sweep.Every.Handle(t.Context(), app.Grant(w.Deps, app.Sweep)); err != nil {
		t.Fatal(err)
	}
	if len(w.outbox.sent) != 1 || w.outbox.sent[0].Topic != notify.Name {
		t.Errorf("sent %v", w.outbox.sent)
	}
}

func many(t *testing.T) func(app.Deps) error {
	return func(d app.Deps) error {
		_, err := d.Table.BatchGet(t.Context(), []table.Key{table.In(harbour, "thing", "t").At()})
		return err
	}
}

func query(t *testing.T, due bool) func(app.Deps) error {
	return func(d app.Deps) error {
		partition := table.In(harbour, "thing")
		if due {
			partition = table.DuePartition(noon, 0)
		}
		_, err := d.Table.Query(t.Context(), table.Query{Partition: string(partition), DueIndex: due, Limit: 1})
		return err
	}
}

func load(t *testing.T, key table.Key) func(app.Deps) error {
	return func(d app.Deps) error { return d.Table.Load(t.Context(), table.Posting(key)) }
}

func who(t *testing.T) func(app.Deps) error {
	return func(d app.Deps) error {
		_, err := d.Access.Caller(t.Context(), "nobody has met")
		return err
	}
}

func sign(t *testing.T) func(app.Deps) error {
	return func(d app.Deps) error {
		_, err := d.Links.Sign(t.Context(), "test", link.Claim{Company: harbour})
		return err
	}
}

func TestAUseIsNamedAsItIsDeclared(t *testing.T) {
	for use, want := range map[app.TableUse]string{
		app.NoTable:                              "app.NoTable",
		app.Get | app.Load:                       "app.Get | app.Load",
		app.Read:                                 "app.Get | app.BatchGet | app.Query",
		app.ReadWrite &^ (app.Read | app.Delete): "app.Put | app.Add | app.Check | app.Load",
	} {
		if got := use.String(); got != want {
			t.Errorf("%d is %s, want %s", use, got, want)
		}
	}
	if app.Read.Writes() || !app.Check.Writes() || app.Get.Has(app.Read) || !app.ReadWrite.Has(app.Read) {
		t.Error("Read writes, a check does not, or a part has the whole")
	}
}
