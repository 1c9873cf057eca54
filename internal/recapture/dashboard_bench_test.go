package recapture

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/listbench"
)

// showroom is a dealer with recaptures in twenty yards and a manager who sees all of them.
type showroom struct {
	*listbench.Dealer
	cars []Recapture
}

// openShowroom has n recaptures: of few and of many users, makes and customers, some of them sighted, errored and deleted.
func openShowroom(tb testing.TB, n int) *showroom {
	tb.Helper()
	s := &showroom{listbench.Open(tb, API, "/v1/recaptures", access.CustomerRecapture), stock(n)}
	listbench.Fill(s.Dealer, dashboard, s.cars, func(r Recapture) string { return string(r.ID) })
	return s
}

// stock is n recaptures, the newest first.
func stock(n int) []Recapture {
	random := rand.New(rand.NewPCG(9, 9))
	all := make([]Recapture, 0, n)
	for i, car := range fleet.Generate(2027, n) {
		at := listbench.Noon.Add(-time.Duration(i) * 10 * time.Minute)
		r := Recapture{
			Vehicle: car.Vehicle, Yard: listbench.Yards[random.IntN(len(listbench.Yards))], Connection: "c1", Batch: "b1", Origin: FromCSV, Status: Active, Progress: Watched,
			User: access.UserID(fmt.Sprintf("user%02d", int(random.ExpFloat64()*4))), Reference: car.Reference, SubmittedAt: at, MonitorUntil: at.Add(MonitorFor),
			Customer: Customer{First: car.First, Last: car.Last, Email: car.Email, Mobile: car.Mobile},
		}
		r.ID, _ = IDOf(listbench.Harbour, r.Vehicle)
		switch random.IntN(25) {
		case 0, 1, 2:
			r.Origin = FromLead
		case 3, 4:
			r.Origin = FromAppraisal
		case 5:
			r.Origin = FromAPI
		}
		switch random.IntN(50) {
		case 0:
			r.Status, r.Progress, r.Error = Errored, "", "not known to the partner"
		case 1:
			r.Status = Deleted
		case 2, 3, 4, 5, 6, 7:
			r.LastSighting = &Sighting{Listing: "l" + strconv.Itoa(i), At: at.Add(time.Hour), Price: money.Money{Amount: 900_000, Currency: "AUD"}, Site: "cars.example"}
			if random.IntN(3) == 0 {
				r.Status = NewSighting
			}
		}
		all = append(all, r)
	}
	return all
}

// views are each filter with a value that many have and one that few have, and words likewise.
func (s *showroom) views() []listbench.View {
	rare := s.cars[len(s.cars)/2]
	day := func(ago time.Duration) string { return listbench.Noon.Add(-ago).Format(time.RFC3339) }
	return []listbench.View{
		{Kind: "", Name: "no filter", Query: ""},
		{Kind: "make", Name: "a common make", Query: "make=toyota"},
		{Kind: "make", Name: "another make", Query: "make=" + url.QueryEscape(rare.Vehicle.Make)},
		{Kind: "make", Name: "no such make", Query: "make=lada"},
		{Kind: "model", Name: "a model", Query: "model=" + url.QueryEscape(rare.Vehicle.Model)},
		{Kind: "origin", Name: "most", Query: "origin=csv"},
		{Kind: "origin", Name: "few", Query: "origin=api"},
		{Kind: "user", Name: "a busy user", Query: "user=user00"},
		{Kind: "user", Name: "a rare user", Query: "user=user20"},
		{Kind: "status", Name: "active", Query: "status=active"},
		{Kind: "status", Name: "new sightings", Query: "status=new_sighting"},
		{Kind: "status", Name: "errored", Query: "status=errored"},
		{Kind: "sighted", Name: "since a week", Query: "sightedFrom=" + day(7*24*time.Hour)},
		{Kind: "sighted", Name: "before a while", Query: "sightedTo=" + day(time.Duration(len(s.cars)/2)*10*time.Minute)},
		{Kind: "q", Name: "a word of many", Query: "q=toyota"},
		{Kind: "q", Name: "a family name", Query: "q=" + url.QueryEscape(rare.Customer.Last), Blocks: true},
		{Kind: "q", Name: "a VIN", Query: "q=" + rare.Vehicle.VIN},
		{Kind: "q", Name: "the beginning of many VINs", Query: "q=" + rare.Vehicle.VIN[:3]},
		{Kind: "q", Name: "a word of nobody", Query: "q=nobodyatall"},
	}
}

// pairs are any two of them that filter by different things.
func (s *showroom) pairs() (pairs []listbench.View) {
	views := s.views()
	for i, a := range views {
		for _, b := range views[i+1:] {
			if a.Kind != "" && a.Kind != b.Kind {
				pairs = append(pairs, listbench.View{Kind: a.Kind + "+" + b.Kind, Name: a.Name + ", " + b.Name, Query: a.Query + "&" + b.Query})
			}
		}
	}
	return pairs
}

// The figure: four items read for each of the page at most, for one filter or word, in twenty yards.
func TestAPageOfTheDashboardReadsAtMostFourTimesItself(t *testing.T) {
	for _, n := range []int{1_000, 10_000} {
		s := openShowroom(t, n)
		if err := s.Within(4*listbench.PageOf, 5, s.views()...); err != nil {
			t.Errorf("of %d recaptures: %v", n, err)
		}
	}
}

// BenchmarkDashboard reads pages of 50 of a dashboard with as many recaptures as there are operations, in 20 yards: with each
// filter, with words, and with any two of them (make bench: 100000x). It tells, too, what words that go on from a name read
// behind the name's own pages.
func BenchmarkDashboard(b *testing.B) {
	s := openShowroom(b, b.N)
	one, _ := s.Report(b, s.views(), s.pairs())
	b.ReportMetric(float64(one.Deep), "deep-items/page")
}
