package prospect

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/listbench"
)

// office is a dealer with prospects in twenty yards and a manager who sees all of them.
type office struct {
	*listbench.Dealer
	all []Prospect
}

// openOffice has n prospects: of busy and idle users, due over some years, most of them completed.
func openOffice(tb testing.TB, n int) *office {
	tb.Helper()
	o := &office{listbench.Open(tb, API(nil), "/v1/prospects", access.ManageProspects), workload(n)}
	listbench.Fill(o.Dealer, board, o.all, func(p Prospect) string { return string(p.ID) })
	return o
}

// workload is n prospects, the latest due first.
func workload(n int) []Prospect {
	random := rand.New(rand.NewPCG(9, 9))
	all := make([]Prospect, 0, n)
	words := []string{"End Of Finance Follow Up", "12 Month Follow Up", "Service Follow Up", "Won Lead Follow Up", "Lost Lead Follow Up"}
	kinds := []string{"Phone Out", "Phone Out", "Phone Out", "Email Out", "SMS Out", "Visit"}
	for i, car := range fleet.Generate(2027, n) {
		p := Prospect{
			ID: ID(fmt.Sprintf("p%06d", i)), Customer: customer.ID("c" + strconv.Itoa(i)), CustomerName: car.First + " " + car.Last, Vehicle: car.Vehicle,
			Yard: listbench.Yards[random.IntN(len(listbench.Yards))], User: access.UserID(fmt.Sprintf("user%02d", int(random.ExpFloat64()*4))),
			Activity: []string{CRMFollowUp, CRMFollowUp, CRMFollowUp, ProspectActivity, "Marketing"}[random.IntN(5)],
			Action:   words[min(int(random.ExpFloat64()*2), len(words)-1)], Type: kinds[random.IntN(len(kinds))],
			Due: listbench.Noon.AddDate(0, 1, 0).Add(-time.Duration(i) * 10 * time.Minute),
		}
		p.Completed = p.Due.Before(listbench.Noon) && random.IntN(20) > 0
		all = append(all, p)
	}
	return all
}

// always is the range in which everything is due.
const always = "from=2000-01-01T00:00:00Z"

// views are each filter with a value that many have and one that few have, and words likewise; everybody's in every state, or
// as the list opens.
func (o *office) views() []listbench.View {
	rare := o.all[len(o.all)/2]
	day := func(at time.Time) string { return at.Format(time.RFC3339) }
	return []listbench.View{
		{Kind: "open", Name: "as it opens", Query: ""},
		{Kind: "open", Name: "everybody's as it opens", Query: "user=all"},
		{Kind: "", Name: "no filter", Query: always + "&user=all&state=all"},
		{Kind: "state", Name: "pending", Query: always + "&user=all"},
		{Kind: "state", Name: "completed", Query: always + "&user=all&state=completed"},
		{Kind: "user", Name: "one's own", Query: always + "&state=all"},
		{Kind: "user", Name: "an idle user's", Query: always + "&state=all&user=user20"},
		{Kind: "activity", Name: "most", Query: always + "&user=all&state=all&activity=CRM+Follow+Up"},
		{Kind: "activity", Name: "no such", Query: always + "&user=all&state=all&activity=Dance"},
		{Kind: "action", Name: "many", Query: always + "&user=all&state=all&action=End+Of+Finance+Follow+Up"},
		{Kind: "action", Name: "few", Query: always + "&user=all&state=all&action=Lost+Lead+Follow+Up"},
		{Kind: "type", Name: "most", Query: always + "&user=all&state=all&type=Phone+Out"},
		{Kind: "type", Name: "few", Query: always + "&user=all&state=all&type=Visit"},
		{Kind: "due", Name: "this week", Query: "user=all&state=all&from=" + day(listbench.Noon.AddDate(0, 0, -6)) + "&to=" + day(listbench.Noon.AddDate(0, 0, 1))},
		{Kind: "due", Name: "long ago", Query: "user=all&state=all&to=" + day(rare.Due)},
		{Kind: "q", Name: "a word of many", Query: always + "&user=all&state=all&q=toyota"},
		{Kind: "q", Name: "a family name", Query: always + "&user=all&state=all&q=" + url.QueryEscape(lastWord(rare.CustomerName)), Blocks: true},
		{Kind: "q", Name: "a VIN", Query: always + "&user=all&state=all&q=" + rare.Vehicle.VIN},
		{Kind: "q", Name: "the beginning of many VINs", Query: always + "&user=all&state=all&q=" + rare.Vehicle.VIN[:3]},
		{Kind: "q", Name: "a word of nobody", Query: always + "&user=all&state=all&q=nobodyatall"},
	}
}

// pairs are the views of two filters, in the words of users.
func (o *office) pairs() []listbench.View {
	rare := o.all[len(o.all)/2]
	pairs := listbench.Pairs(
		listbench.Filter{Kind: "state", Choices: []string{"state=pending", "state=completed"}},
		listbench.Filter{Kind: "user", Choices: []string{"user=user00", "user=user20"}},
		listbench.Filter{Kind: "activity", Choices: []string{"activity=CRM+Follow+Up", "activity=Marketing"}},
		listbench.Filter{Kind: "action", Choices: []string{"action=End+Of+Finance+Follow+Up", "action=Lost+Lead+Follow+Up"}},
		listbench.Filter{Kind: "type", Choices: []string{"type=Phone+Out", "type=Visit"}},
		listbench.Filter{Kind: "q", Choices: []string{"q=toyota", "q=" + rare.Vehicle.VIN, "q=" + url.QueryEscape(lastWord(rare.CustomerName))}, Blocks: true},
	)
	for i := range pairs { // where the list would open with a choice of its own, everything
		p := &pairs[i]
		if !strings.Contains(p.Kind, "user") {
			p.Query += "&user=all"
		}
		if !strings.Contains(p.Kind, "state") {
			p.Query += "&state=all"
		}
		p.Query = always + "&" + p.Query
	}
	return pairs
}

func lastWord(name string) string { return name[strings.LastIndexByte(name, ' ')+1:] }

// The figure: four items read for each of the page at most, for one filter or word, in twenty yards; likewise the list as it
// opens, which has three.
func TestAPageOfProspectsReadsAtMostFourTimesItself(t *testing.T) {
	for _, n := range []int{1_000, 10_000} {
		o := openOffice(t, n)
		if err := o.Within(4*listbench.PageOf, 5, o.views()...); err != nil {
			t.Errorf("of %d prospects: %v", n, err)
		}
	}
}

// BenchmarkProspects reads pages of 50 of as many prospects as there are operations, in 20 yards: with each filter, with
// words, and with any two of them (make bench: 100000x).
func BenchmarkProspects(b *testing.B) {
	o := openOffice(b, b.N)
	o.Report(b, o.views(), o.pairs())
}
