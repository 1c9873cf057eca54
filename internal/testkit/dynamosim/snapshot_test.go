package dynamosim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/dynamosim"
)

func TestTheLeastThatAChangeCostsIsEachChangedItemOnce(t *testing.T) {
	d := dynamosim.New(dynamosim.Options{})
	account := awssim.NewAccount(awssim.AccountOptions{Now: now}, d)
	do := func(s step) {
		t.Helper()
		if err := account.Deployer().Call(t.Context(), "dynamodb", s.action, json.RawMessage(s.body), nil); err != nil {
			t.Fatal(err)
		}
	}
	snapshot := func() dynamosim.Snapshot {
		t.Helper()
		s, err := d.Snapshot("tbl")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	do(step{"CreateTable", `{` + schema + `}`, ""})
	empty := snapshot()
	do(put("p", "1", "", ""))
	do(put("p", "2", "", ""))
	first := snapshot()
	do(put("p", "2", `,"text":{"S":"`+strings.Repeat("x", 2000)+`"}`, ""))
	do(put("p", "3", `,"due":{"N":"1"}`, ""))
	do(put("p", "4", "", ""))
	do(step{"DeleteItem", `{"TableName":"tbl","Key":` + thing("p", "4", "") + `}`, ""})
	do(put("p", "1", "", ""))
	last := snapshot()
	if got := first.Least(empty); got != 2 || first.Items() != 2 {
		t.Errorf("%v units, want 2", got)
	}
	if got := last.Least(first); got != 3 {
		t.Errorf("%v units, want 2 for the larger one and 1 for the new one", got)
	}
	if got := last.Least(last); got != 0 {
		t.Errorf("%v units, want none", got)
	}
	do(put("p", "5", `,"_kind":{"S":"mail"}`, ""))
	do(put("p", "6", `,"_kind":{"S":"lead"}`, ""))
	mails := func(kind string) bool { return kind == "mail" }
	if s := snapshot(); s.Of(mails).Items() != 1 || s.Of(mails).Least(last.Of(mails)) != 1 || s.Least(last) != 2 {
		t.Errorf("of mails %d items, %v units", s.Of(mails).Items(), s.Of(mails).Least(last.Of(mails)))
	}
	if _, err := d.Snapshot("none"); err == nil {
		t.Error("a snapshot of no table")
	}
}
