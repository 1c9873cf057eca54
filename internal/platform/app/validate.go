package app

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/pattern"
)

// Bounds of a function, which are those of Lambda and API Gateway.
const (
	MaxTimeout     = 15 * time.Minute
	MaxHTTPTimeout = 29 * time.Second
	MinOutTimeout  = 10 * time.Second // where one call to somebody else has to fit in
	MaxBatch       = 10               // messages per invocation
	MinMemory      = 128              // MB
	MaxMemory      = 10240            // MB
)

var (
	kebab    = pattern.Of(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	schedule = pattern.Of(`^(rate\([1-9][0-9]* (minute|hour|day)s?\)|cron\([^ ()]+( [^ ()]+){5}\))$`)
)

// What the platform does with the table on a function's behalf.
const (
	asking    = Get | Query // for the caller of a guarded route
	answering = Get | Put   // for the answers of an idempotent route
	settling  = Get | Put   // for a message and, where somebody else met it, the record that has it
)

// Validate checks that functions fit together: every name, route and topic has one owner, every message that is sent is
// received, nobody sends to itself, and what each function does fits what it declares. All faults are reported at once.
func Validate(functions []Function) error {
	c := catalogue{routes: http.NewServeMux(), owner: map[string]string{}, senders: map[string][]string{}}
	for _, f := range functions {
		c.add(f)
	}
	for _, topic := range c.topics {
		switch {
		case c.owner["topic "+topic] == "":
			c.fault("topic %s is sent by %s and consumed by nobody", topic, strings.Join(c.senders[topic], ", "))
		case len(c.senders[topic]) == 0:
			c.fault("topic %s is consumed by %s and sent by nobody", topic, c.owner["topic "+topic])
		}
	}
	if writes := Writes(functions); writes > MostWrites {
		c.fault("all functions together may write %d units a second to one partition key, at most %d: lower somebody's Pace or Concurrency", writes, MostWrites)
	}
	return errors.Join(c.faults...)
}

// catalogue collects what functions claim.
type catalogue struct {
	routes  *http.ServeMux
	owner   map[string]string // of names, routes and topics
	topics  []string          // every topic that is sent or consumed
	senders map[string][]string
	faults  []error
}

func (c *catalogue) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

// claim gives a thing its one owner.
func (c *catalogue) claim(thing, name string) {
	if other, taken := c.owner[thing]; taken {
		c.fault("%s belongs to %s and to %s", thing, other, name)
		return
	}
	c.owner[thing] = name
}

func (c *catalogue) topic(name string) {
	if !kebab().MatchString(name) {
		c.fault("topic %q is not in kebab case", name)
	}
	if !slices.Contains(c.topics, name) {
		c.topics = append(c.topics, name)
	}
}

func (c *catalogue) add(f Function) {
	if !kebab().MatchString(f.Name) {
		c.fault("function %q is not in kebab case", f.Name)
	}
	c.claim("function "+f.Name, f.Name)
	if !strings.HasSuffix(f.Doc, ".") {
		c.fault("%s has no sentence for a Doc", f.Name)
	}
	c.trigger(f)
	c.limits(f)
	for _, topic := range slices.Concat(f.Uses.Sends, f.Uses.Promises) {
		c.topic(topic)
		c.senders[topic] = append(c.senders[topic], f.Name)
		if f.Consumes != nil && f.Consumes.Topic == topic {
			c.fault("%s sends to %s, which it consumes", f.Name, topic)
		}
	}
	if len(f.Uses.Sends) > 0 && !f.Uses.Table.Has(settling) {
		c.fault("%s sends, which takes a record to promise the message with: declare Table: %v", f.Name, f.Uses.Table|settling)
	}
	for _, topic := range f.Uses.Promises {
		if slices.Contains(f.Uses.Sends, topic) {
			c.fault("%s sends to %s and promises it, too; one of them is enough", f.Name, topic)
		}
	}
	if len(f.Uses.Promises) > 0 && !f.Uses.Table.Has(Put) {
		c.fault("%s promises messages, which takes a record: declare Table: %v", f.Name, f.Uses.Table|Put)
	}
	if f.Uses.SendsAll && f.Name != Sweep.Name {
		c.fault("%s sends to every topic; only %s may", f.Name, Sweep.Name)
	}
}

func (c *catalogue) trigger(f Function) {
	triggers := 0
	if f.HTTP != nil {
		triggers++
		c.http(f)
	}
	if f.Consumes != nil {
		triggers++
		c.topic(f.Consumes.Topic)
		c.claim("topic "+f.Consumes.Topic, f.Name)
		if f.Consumes.Batch < 1 || f.Consumes.Batch > MaxBatch {
			c.fault("%s consumes %d messages at once, 1 to %d are possible", f.Name, f.Consumes.Batch, MaxBatch)
		}
	}
	if f.Every != nil {
		triggers++
		if !schedule().MatchString(f.Every.Expression) {
			c.fault("%s runs at %q, which is neither rate(…) nor cron(…)", f.Name, f.Every.Expression)
		}
	}
	if f.On != nil {
		triggers++
		if f.On.Source == "" || len(f.On.DetailTypes) == 0 {
			c.fault("%s reacts to events without a source or detail types", f.Name)
		}
	}
	if triggers != 1 {
		c.fault("%s has %d triggers, needs exactly one of HTTP, Consumes, Every and On", f.Name, triggers)
	}
}

func (c *catalogue) http(f Function) {
	defer func() {
		if reason := recover(); reason != nil {
			c.fault("%s cannot register its routes: %v", f.Name, reason)
		}
	}()
	routes := Routes(f)
	if len(routes) == 0 {
		c.fault("%s registers no route", f.Name)
	}
	for _, route := range routes {
		c.claim(route.Key(), f.Name)
		c.claim("operation "+route.ID, f.Name)
		c.overlap(f.Name, route)
		if route.Guard.Permission() != "" && !f.Uses.Table.Has(asking) {
			c.fault("%s: %s asks who calls, which is in the table: declare Table: %v", f.Name, route.Key(), f.Uses.Table|asking)
		}
		if route.Idempotent && !f.Uses.Table.Has(answering) {
			c.fault("%s: %s keeps its answers in the table: declare Table: %v", f.Name, route.Key(), f.Uses.Table|answering)
		}
	}
}

// overlap lets the standard router find two patterns that match the same request with none the more specific.
func (c *catalogue) overlap(name string, route Route) {
	defer func() {
		if reason := recover(); reason != nil && !strings.Contains(fmt.Sprint(reason), "matches the same requests as") {
			c.fault("%s: %s overlaps: %v", name, route.Key(), reason)
		}
	}()
	c.routes.HandleFunc(route.Key(), http.NotFound)
}

func (c *catalogue) limits(f Function) {
	most := MaxTimeout
	if f.HTTP != nil {
		most = MaxHTTPTimeout
	}
	timeout := f.timeout()
	if timeout < time.Second || timeout > most {
		c.fault("%s may take %v, 1s to %v are possible", f.Name, timeout, most)
	}
	if out := f.Uses.Partner || f.Uses.Mail || f.Uses.Text || f.Uses.Inbox || f.Uses.Identity || f.Uses.Secrets != 0; out && timeout < MinOutTimeout {
		c.fault("%s calls out and may take only %v: one call needs up to %v", f.Name, timeout, MinOutTimeout)
	}
	if n := f.Concurrency(); f.HTTP == nil && (n < DefaultConcurrency || n > MaxConcurrency) {
		c.fault("%s runs %d times at once, %d to %d are possible", f.Name, n, DefaultConcurrency, MaxConcurrency)
	}
	if f.Uses.Pace < 0 || f.Uses.Pace > 0 && f.Pace() == 0 {
		c.fault("%s has a pace of %d; only functions that write and do not serve HTTP have one", f.Name, f.Uses.Pace)
	}
	if f.Memory != 0 && (f.Memory < MinMemory || f.Memory > MaxMemory) {
		c.fault("%s gets %d MB, %d to %d are possible", f.Name, f.Memory, MinMemory, MaxMemory)
	}
}

// timeout is how long one invocation may take.
func (f Function) timeout() time.Duration {
	if f.Timeout == 0 {
		return DefaultTimeout
	}
	return f.Timeout
}
