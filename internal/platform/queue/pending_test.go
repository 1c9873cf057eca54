package queue_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/platform/table"
)

func TestAPendingMessageSurvivesAnUpdateOfItsRecordAndIsTheSweepers(t *testing.T) {
	o := newOffice(t)
	if err := o.Table.Write(t.Context(), orders.Create(orderKey("1"), order{"new"}).Emit(hello("a"))); err != nil {
		t.Fatal(err)
	}
	record, err := orders.Get(t.Context(), o.Table, orderKey("1"))
	if err != nil {
		t.Fatal(err)
	}
	record.Value.State = "open"
	if err := o.Commit(t.Context(), orders.Update(record).Emit(hello("b"))); err != nil {
		t.Fatal(err)
	}
	o.sent(t, "b")
	o.at = o.at.Add(2 * table.Grace)
	o.sweep(t, 1)
	o.sent(t, "b", "a")
}
