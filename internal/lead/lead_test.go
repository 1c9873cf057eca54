package lead_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/errs"
)

func TestALeadIsClosedOnceAsWonOrLost(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		from, outcome lead.Status
		want          errs.Kind
		won           bool
	}{
		{lead.New, lead.Won, 0, true},
		{lead.New, lead.Lost, 0, false},
		{lead.Open, lead.Won, 0, true},
		{lead.Open, lead.Lost, 0, false},
		{lead.New, lead.Open, errs.Invalid, false},
		{lead.Open, lead.New, errs.Invalid, false},
		{lead.Open, "", errs.Invalid, false},
		{lead.Won, lead.Won, errs.Conflict, true},
		{lead.Won, lead.Lost, errs.Conflict, true},
		{lead.Lost, lead.Won, errs.Conflict, false},
	} {
		l := lead.Lead{Status: test.from}
		err := l.Close(test.outcome, " price ", "u1", at)
		if errs.KindOf(err) != test.want || l.Won() != test.won {
			t.Errorf("%s closed as %q: %v, won: %t", test.from, test.outcome, err, l.Won())
		}
		if err != nil && !reflect.DeepEqual(l, lead.Lead{Status: test.from}) {
			t.Errorf("%s refused to be closed and changed to %+v", test.from, l)
		}
		if err == nil && (l.Status != test.outcome || l.CloseReason != "price" || l.ClosedBy != "u1" || !l.ClosedAt.Equal(at)) {
			t.Errorf("%s closed to %+v", test.from, l)
		}
	}
}
