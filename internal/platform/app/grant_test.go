package app_test

import (
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
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
	for _, test := range []struct {
		name string
		uses app.Uses
		do   func(app.Deps) error
		want string // part of the refusal; empty: allowed
	}{
		{"reads with Read", app.Uses{Table: app.Read}, read, ""},
		{"reads with nothing", app.Uses{}, read, "f uses the table without declaring it: add Table: app.Read to its Uses"},
		{"writes with ReadWrite", app.Uses{Table: app.ReadWrite}, put, ""},
		{"writes with Read", app.Uses{Table: app.Read}, put, "f writes to the table without declaring it: add Table: app.ReadWrite"},
		{"loads with Read", app.Uses{Table: app.Read}, func(d app.Deps) error { return d.Table.Load(t.Context(), table.Posting(key)) }, "app.ReadWrite"},
		{"sends what it declares", app.Uses{Table: app.ReadWrite, Sends: app.Topics(notify)}, send, ""},
		{"sends to all", app.Uses{Table: app.ReadWrite, SendsAll: true}, send, ""},
		{"sends something else", app.Uses{Table: app.ReadWrite, Sends: app.Topics(chores)}, send, "f sends to notify-send"},
		{"sends past the table", app.Uses{}, func(d app.Deps) error {
			return d.Queue.Send(t.Context(), []queue.Outgoing{{Topic: "notify-send"}})
		}, "f sends to notify-send"},
		{"hands back", app.Uses{}, func(d app.Deps) error { return d.Queue.Delay(t.Context(), "x", "r", 1) }, "return queue.Delay"},
		{"mails", app.Uses{}, func(d app.Deps) error { _, err := d.Mail.Send(t.Context(), mail.Message{}); return err }, "Mail: true"},
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
