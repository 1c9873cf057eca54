package lead

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

// floor is a dealer with leads in twenty yards and a manager who sees all of them.
type floor struct {
	*listbench.Dealer
	all []Lead
}

// openFloor has n leads: of busy and idle users, over some years, most of them closed.
func openFloor(tb testing.TB, n int) *floor {
	tb.Helper()
	o := &floor{listbench.Open(tb, API(nil), "/v1/leads", access.ManageLeads), workload(n)}
	listbench.Fill(o.Dealer, board, o.all, func(l Lead) string { return string(l.ID) })
	return o
}

// workload is n leads, the newest first.
func workload(n int) []Lead {
	random := rand.New(rand.NewPCG(9, 9))
	all := make([]Lead, 0, n)
	sources := []string{"Website", "Carfinder", "Walk-in", "Phone", "Newspaper"}
	types := []string{"used", "used", "used", "new", "service", "test-drive"}
	for i, car := range fleet.Generate(2027, n) {
		l := Lead{
			ID: ID(fmt.Sprintf("p%06d", i)), Customer: customer.ID("c" + strconv.Itoa(i)), CustomerName: car.First + " " + car.Last, Vehicle: car.Vehicle,
			Yard: listbench.Yards[random.IntN(len(listbench.Yards))], User: access.UserID(fmt.Sprintf("user%02d", int(random.ExpFloat64()*4))),
			Source: sources[min(int(random.ExpFloat64()*2), len(sources)-1)], Type: types[random.IntN(len(types))],
			Status: []Status{Lost, Lost, Lost, Lost, Won, Won}[random.IntN(6)], CreatedAt: listbench.Noon.Add(-time.Duration(i) * 7 * time.Minute),
		}
		if i < n/20 || random.IntN(200) == 0 {
			l.Status = []Status{New, Open, Open}[random.IntN(3)]
		}
		if random.IntN(300) == 0 {
			l.User = ""
		}
		all = append(all, l)
	}
	return all
}

// views are each filter with a value that many have and one that few have, and words likewise.
func (o *floor) views() []listbench.View {
	rare := o.all[len(o.all)/2]
	day := func(at time.Time) string { return at.Format(time.RFC3339) }
	return []listbench.View{
		{Kind: "", Name: "no filter", Query: ""},
		{Kind: "status", Name: "lost", Query: "status=lost"},
		{Kind: "status", Name: "new", Query: "status=new"},
		{Kind: "user", Name: "one's own", Query: "user=user00"},
		{Kind: "user", Name: "an idle user's", Query: "user=user20"},
		{Kind: "user", Name: "nobody's", Query: "user=none"},
		{Kind: "yard", Name: "one", Query: "yard=yard03"},
		{Kind: "source", Name: "most", Query: "source=Website"},
		{Kind: "source", Name: "few", Query: "source=Newspaper"},
		{Kind: "source", Name: "no such", Query: "source=Radio"},
		{Kind: "type", Name: "most", Query: "type=used"},
		{Kind: "type", Name: "few", Query: "type=test-drive"},
		{Kind: "from", Name: "this week", Query: "from=" + day(listbench.Noon.AddDate(0, 0, -6))},
		{Kind: "to", Name: "long ago", Query: "to=" + day(rare.CreatedAt)},
		{Kind: "q", Name: "a word of many", Query: "q=toyota"},
		{Kind: "q", Name: "a family name", Query: "q=" + url.QueryEscape(lastWord(rare.CustomerName)), Blocks: true},
		{Kind: "q", Name: "a VIN", Query: "q=" + rare.Vehicle.VIN},
		{Kind: "q", Name: "the beginning of many VINs", Query: "q=" + rare.Vehicle.VIN[:3]},
		{Kind: "q", Name: "a word of nobody", Query: "q=nobodyatall"},
	}
}

// pairs are the views of two filters.
func (o *floor) pairs() []listbench.View {
	rare := o.all[len(o.all)/2]
	return listbench.Pairs(
		listbench.Filter{Kind: "status", Choices: []string{"status=lost", "status=open"}},
		listbench.Filter{Kind: "user", Choices: []string{"user=user00", "user=user20", "user=none"}},
		listbench.Filter{Kind: "yard", Choices: []string{"yard=yard03"}},
		listbench.Filter{Kind: "source", Choices: []string{"source=Website", "source=Newspaper"}},
		listbench.Filter{Kind: "type", Choices: []string{"type=used", "type=test-drive"}},
		listbench.Filter{Kind: "from", Choices: []string{"from=" + listbench.Noon.AddDate(0, 0, -30).Format(time.RFC3339)}},
		listbench.Filter{Kind: "to", Choices: []string{"to=" + listbench.Noon.AddDate(0, 0, -10).Format(time.RFC3339)}},
		listbench.Filter{Kind: "q", Choices: []string{"q=toyota", "q=" + rare.Vehicle.VIN, "q=" + url.QueryEscape(lastWord(rare.CustomerName))}, Blocks: true},
	)
}

func lastWord(name string) string { return name[strings.LastIndexByte(name, ' ')+1:] }

// The figure: four items read for each of the page at most, for one filter or word, in twenty yards.
func TestAPageOfLeadsReadsAtMostFourTimesItself(t *testing.T) {
	for _, n := range []int{1_000, 10_000} {
		o := openFloor(t, n)
		if err := o.Within(4*listbench.PageOf, 5, o.views()...); err != nil {
			t.Errorf("of %d leads: %v", n, err)
		}
	}
}

// BenchmarkLeads reads pages of 50 of as many leads as there are operations, in 20 yards: with each filter, with
// words, and with any two of them (make bench: 100000x).
func BenchmarkLeads(b *testing.B) {
	o := openFloor(b, b.N)
	o.Report(b, o.views(), o.pairs())
}
