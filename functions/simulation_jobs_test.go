package functions_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/recapture"
	"github.com/winback-auto/winback/internal/testkit/simulation"
	"github.com/winback-auto/winback/internal/vehicle"
)

// car is one vehicle to be watched: a job of its own, and more where it is seen on sale.
type car struct {
	yard    *yard
	user    access.UserID // whose submission it is, which counts once it has arrived
	owner   access.UserID // of the lead it came from
	id      recapture.ID
	vehicle vehicle.Vehicle
	name    string // of the customer
	sold    bool
	listing []partner.Sighting // what the partner saw, in order; the last one is true in the end
}

// submission is one request of a user.
type submission struct {
	yard   *yard
	user   access.UserID
	cars   []*car
	asList bool
	leads  []lead.ID
	batch  string
}

// refused says which vehicles the partner cannot watch, whoever asks.
func refused(v partner.Vehicle) string {
	h := fnv.New32a()
	h.Write([]byte(v.ID))
	if h.Sum32()%50 == 0 {
		return "the vehicle cannot be identified"
	}
	return ""
}

// plan divides the jobs: of ten, six are vehicles, two are sightings, and the rest are the mails about those.
func (r *run) plan(t *testing.T, jobs int) {
	t.Helper()
	dice := r.Dice
	for n := range jobs * 6 / 10 {
		y := &r.yards[dice.IntN(len(r.yards))]
		c := &car{yard: y, user: y.users[dice.IntN(len(y.users))], name: fmt.Sprintf("Owner %d", n)}
		c.vehicle = vehicle.Vehicle{VIN: fmt.Sprintf("WVWZZZAWZ%08d", n), Make: "Volkswagen", Model: "Polo", Year: 2019}
		if dice.Chance(0.2) {
			c.vehicle.VIN, c.vehicle.Rego, c.vehicle.State = "", rego(y.country, n), y.state
		}
		c.id, _ = recapture.IDOf(y.company, c.vehicle)
		r.cars = append(r.cars, c)
	}
	f := founders{t, r.Oracle()}
	byUser := map[access.UserID][]*car{}
	var users []access.UserID
	for n, c := range r.cars {
		if c.yard.owner != "" && n%20 == 0 {
			c.owner = c.yard.owner
			id := lead.ID(fmt.Sprintf("lead-%d", n))
			f.addLead(*c.yard, id, c.vehicle)
			r.submissions = append(r.submissions, &submission{yard: c.yard, user: c.user, cars: []*car{c}, leads: []lead.ID{id}})
			continue
		}
		who := c.user + access.UserID("/"+c.yard.id)
		if byUser[who] == nil {
			users = append(users, who)
		}
		byUser[who] = append(byUser[who], c)
	}
	for _, who := range users {
		for rest := byUser[who]; len(rest) > 0; {
			n := min(len(rest), 1+dice.IntN(1<<(1+dice.IntN(9))))
			part := slices.Clone(rest[:n])
			rest = rest[n:]
			s := &submission{yard: part[0].yard, user: part[0].user, cars: part, asList: n > 100 || dice.IntN(2) == 0}
			if dice.IntN(3) == 0 { // some vehicles are submitted again, by themselves or with others
				r.again(s, byUser[who][0])
				r.again(s, part[dice.IntN(len(part))])
			}
			r.submissions = append(r.submissions, s)
		}
	}
	for _, n := range dice.Perm(len(r.cars))[:jobs*2/10] {
		r.cars[n].sold = true
		r.onSale = append(r.onSale, r.cars[n])
	}
}

// again submits a vehicle once more, in the same request where it fits.
func (r *run) again(s *submission, c *car) {
	if s.asList || r.Dice.IntN(2) == 0 {
		s.cars = append(s.cars, c)
		return
	}
	r.submissions = append(r.submissions, &submission{yard: s.yard, user: s.user, cars: []*car{c}})
}

func rego(country string, n int) string {
	if country == "DE" {
		return fmt.Sprintf("KI%c%c%d", 'A'+n/9000%8, 'A'+n/72000%8, 1000+n%9000)
	}
	return fmt.Sprintf("%c%c%c%03d", 'A'+n/1000%8, 'B'+n/8000%8, 'C'+n/64000%8, n%1000)
}

// submit sends a request; an impatient client sends it twice.
func (r *run) submit(n int, s *submission) {
	request := simulation.Request{User: string(s.user), Method: "POST", Headers: []string{fmt.Sprintf("Idempotency-Key: request-%d", n)}}
	switch {
	case len(s.leads) > 0:
		request.Path, request.Body = "/v1/recaptures", text(map[string]any{"leads": s.leads})
	case s.asList:
		request.Path, request.Body = "/v1/recaptures/uploads?yard="+s.yard.id, s.list()
		request.Headers = append(request.Headers, "Content-Type: text/csv")
	default:
		request.Path, request.Body = "/v1/recaptures", text(map[string]any{"yard": s.yard.id, "vehicles": s.vehicles()})
	}
	times := 1
	if r.Dice.Chance(r.Odds.Duplicate) {
		times++
	}
	for range times {
		r.Insist(request, func(status int, body string) {
			var answer struct{ Batch string }
			if status != 202 || json.Unmarshal([]byte(body), &answer) != nil || answer.Batch == "" {
				r.fail("request %d is answered %d: %s", n, status, body)
				return
			}
			if s.batch != "" && s.batch != answer.Batch {
				r.fail("request %d became two batches", n)
			}
			s.batch = answer.Batch
		})
	}
}

func text(v any) string {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// list is the submission as an uploaded file.
func (s *submission) list() string {
	var b strings.Builder
	b.WriteString("vin,rego,state,make,model,year,customer_last_name\n")
	for _, c := range s.cars {
		v := c.vehicle
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%d,%s\n", v.VIN, v.Rego, v.State, v.Make, v.Model, v.Year, c.name)
	}
	return b.String()
}

func (s *submission) vehicles() (all []map[string]any) {
	for _, c := range s.cars {
		v := map[string]any{"make": c.vehicle.Make, "model": c.vehicle.Model, "year": c.vehicle.Year, "customer": map[string]any{"last": c.name}}
		for name, value := range map[string]string{"vin": c.vehicle.VIN, "rego": c.vehicle.Rego, "state": c.vehicle.State} {
			if value != "" {
				v[name] = value
			}
		}
		all = append(all, v)
	}
	return all
}

// sell puts a car on sale once the partner watches it, lowers its price or takes it off again, and pushes each step.
func (r *run) sell(c *car, n int) {
	c.sold = true
	r.sellOnce(c, n, 0)
}

// patience is how often the partner finds a vehicle on sale before it is one that is watched, ten minutes apart.
const patience = 100

func (r *run) sellOnce(c *car, n, attempt int) {
	if refused(partner.Vehicle{ID: string(c.id)}) != "" {
		return
	}
	account := r.Partner.Accounts[c.yard.key]
	s := partner.Sighting{
		ID: fmt.Sprintf("lst-%d", n), At: r.Now().Truncate(time.Second), URL: fmt.Sprintf("https://www.cars.example/ad/%d-%s", n, c.yard.id),
		Title: "2019 Volkswagen Polo", Price: int64(5000 + n), Seller: "private", Site: "www.cars.example",
	}
	if !account.Offer(string(c.id), s) {
		if attempt < patience {
			r.After(10*time.Minute, func() { r.sellOnce(c, n, attempt+1) })
		}
		return
	}
	c.listing = append(c.listing, s)
	if r.Dice.IntN(3) == 0 {
		r.After(r.Dice.Within(3*time.Hour), func() { r.look(c) })
	}
	tell := func(event partner.Event) {
		if r.reconciles && r.Dice.Chance(0.03) {
			r.Partner.Dropped++
			return
		}
		account.Push(event, account.Refs[string(c.id)], string(c.id), c.listing[len(c.listing)-1])
	}
	tell(partner.EventNew)
	change := func(event partner.Event, edit func(*partner.Sighting)) {
		next := c.listing[len(c.listing)-1]
		edit(&next)
		account.Offer(string(c.id), next)
		c.listing = append(c.listing, next)
		tell(event)
	}
	switch r.Dice.IntN(10) {
	case 0:
		r.After(time.Minute+r.Dice.Within(2*time.Hour), func() {
			change(partner.EventDelist, func(s *partner.Sighting) { s.Delisted = true })
		})
	case 1, 2:
		for range 1 + r.Dice.IntN(2) {
			r.After(time.Minute+r.Dice.Within(2*time.Hour), func() {
				change(partner.EventPriceChange, func(s *partner.Sighting) { s.Price -= 100; s.At = r.Now().Truncate(time.Second) })
			})
		}
	}
}

// look opens a recapture, whether there is anything new about it or not yet.
func (r *run) look(c *car) {
	r.Insist(simulation.Request{User: string(c.yard.users[0]), Method: "POST", Path: "/v1/recaptures/" + string(c.id) + "/open"}, func(status int, body string) {
		if status != 200 {
			r.fail("opening %s is answered %d: %s", c.id, status, body)
		}
	})
}

// invent makes a push about what is not so: an unknown vehicle, an invented listing of a real one, a wrong address.
func (r *run) invent(n int) {
	c := r.cars[r.Dice.IntN(len(r.cars))]
	account := r.Partner.Accounts[c.yard.key]
	ref := account.Refs[string(c.id)]
	if ref == "" || n%3 == 0 {
		ref = fmt.Sprintf("cus-invented-%d", n)
	}
	listing := partner.Sighting{ID: fmt.Sprintf("invented-%d", n), At: r.Now().Truncate(time.Second), URL: "https://www.invented.example/ad", Price: 1}
	if n%3 == 1 {
		r.Ask(simulation.Request{Method: "POST", Path: "/webhooks/autograb/" + strings.Repeat("x", 43), Body: `{"event":"recapture_new","customer":{"id":"` + ref + `"}}`}, func(status int, _ string) {
			if status < 400 {
				r.fail("a push to a wrong address is answered %d", status)
			}
		})
		return
	}
	account.Push(partner.EventNew, ref, string(c.id), listing)
}
