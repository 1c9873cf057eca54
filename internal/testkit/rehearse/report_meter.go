package rehearse

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/dynamosim"
	"github.com/winback-auto/winback/internal/testkit/price"
)

// Meter is what a stand has used up to an instant.
type Meter struct {
	roles    map[string]awssim.Tally
	lambda   map[string]price.Usage // by role
	requests int                    // to the HTTP API
	ticks    int
	events   int
	mails    int
	received int // mails that came in
	chunks   int // that they were made of
	table    dynamosim.Snapshot
}

// Meter reads what was used so far.
func (s *Stand) Meter() (Meter, error) {
	s.flush(context.Background())
	ledger := s.cloud.account.Ledger()
	m := Meter{
		roles: map[string]awssim.Tally{}, lambda: map[string]price.Usage{}, requests: int(s.gateway.asked.Load()), ticks: int(s.bus.ticks.Load()), events: int(s.bus.delivered.Load()),
		mails: len(s.cloud.ses.Mails()),
	}
	m.received, m.chunks = s.cloud.ses.Received()
	for _, role := range ledger.Principals() {
		m.roles[role] = ledger.Tally(role)
	}
	for _, f := range s.Plan.Functions {
		usage := price.Usage{}
		for _, i := range s.records.of(f.Name) {
			usage.Add(price.LambdaRequests, 1)
			usage.Add(price.LambdaGBSeconds, billed(i.init+i.took)*float64(f.Memory)/1024)
		}
		m.lambda[f.Role] = usage
	}
	if s.cloud.dynamo == nil {
		return m, nil // what is stored is in another process
	}
	var err error
	m.table, err = s.cloud.dynamo.Snapshot(s.table)
	return m, err
}

// billed is a duration in seconds, rounded up to the millisecond. Lambda bills starts, too.
func billed(d time.Duration) float64 { return math.Ceil(float64(d)/float64(time.Millisecond)) / 1000 }

// usage is what roles have used since an earlier reading.
func (m Meter) usage(since Meter, of func(role string) bool) (price.Usage, error) {
	tally := awssim.Tally{Calls: map[string]int{}, Failed: map[string]int{}, Spent: map[string]float64{}}
	usage := price.Usage{}
	for role, now := range m.roles {
		if of(role) {
			tally.Add(now.Sub(since.roles[role]))
		}
	}
	priced, err := price.Of(tally)
	if err != nil {
		return nil, err
	}
	for name, amount := range priced {
		usage.Add(name, amount)
	}
	for role, now := range m.lambda {
		if !of(role) {
			continue
		}
		for name, amount := range now {
			usage.Add(name, amount-since.lambda[role][name])
		}
	}
	return usage, nil
}

// everybody is all roles, the services on account of our resources included.
func everybody(string) bool { return true }

// all is everything that was used since an earlier reading.
func (m Meter) all(since Meter) (price.Usage, error) {
	usage, err := m.usage(since, everybody)
	if err != nil {
		return nil, err
	}
	m.front(since, usage)
	return usage, nil
}

// front adds what no role uses: the HTTP API, schedules and rules.
func (m Meter) front(since Meter, usage price.Usage) {
	usage.Add(price.HTTPRequests, float64(m.requests-since.requests))
	usage.Add(price.Schedules, float64(m.ticks-since.ticks))
	usage.Add(price.Events, float64(m.events-since.events))
	usage.Add(price.MailsIn, float64(m.received-since.received))
	usage.Add(price.MailChunksIn, float64(m.chunks-since.chunks))
}

// isMail tells the records that mails leave behind.
func isMail(kind string) bool { return strings.HasPrefix(kind, "mail") }

func isNoMail(kind string) bool { return !isMail(kind) }

// mailers are the functions that hand mails over and hear what became of them.
func (s *Stand) mailers() func(role string) bool {
	return func(role string) bool { return strings.HasPrefix(s.owner(role), "mail-") }
}
