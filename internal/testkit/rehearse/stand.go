package rehearse

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/lambdaruntime"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// Where the rehearsal takes place.
const (
	Account = "123456789012"
	Region  = "ap-southeast-2"
)

// Options of a Stand.
type Options struct {
	Environment string // dev or prod, as the templates were made for
	Templates   string // folder of a cloud assembly, see Synthesize
	Programs    string // folder of what runs, see Programs
	DynamoDB    string // endpoint of DynamoDB Local; empty: the table is in this process
	Queues      awssim.SQSOptions
	Disorder    bool // what happened to mails and text messages is told twice, and the latest first
	Fault       func(awssim.Incoming) awssim.Fault
	Expected    []string // parts of what Faults would list
	Taken       func(awssim.AccountCall)
	AsyncRetry  func(attempt int) time.Duration // nil: 200 ms, where Lambda waits for minutes
	Log         func(lambdaruntime.Line)
	Down        func() bool                     // schedules find no Lambda; nil: they always do
	Partner     func(http.Handler) http.Handler // stands before the partner; nil: nobody does

	QueueNow func() time.Time // set by Open
}

// Stand is a deployment of the template on this machine: the account, the functions' processes, and what connects them.
type Stand struct {
	Plan *Plan

	options Options
	folder  string
	cloud   *cloud
	lambda  *lambda
	bus     *bus
	pollers []*poller
	gateway *gateway
	issuer  *issuer
	partner *partnerStand
	table   string // its name
	aging   sync.RWMutex
	server  *http.Server
	url     string // of the gateway on loopback, without TLS

	ahead   atomic.Int64 // by which the clock of the account runs ahead of the wall
	stop    context.CancelFunc
	running sync.WaitGroup
	records *records

	telemetry []*telemetry
	flushing  sync.Mutex
}

// Open deploys the template. Nothing runs yet but what reads queues: processes start with the invocations that need them.
func Open(ctx context.Context, options Options) (*Stand, error) {
	app, err := template.Read(options.Templates)
	if err != nil {
		return nil, err
	}
	resolver := app.For(Account, Region)
	plan, err := NewPlan(resolver)
	if err != nil {
		return nil, err
	}
	if len(plan.APIs) != 1 {
		return nil, fmt.Errorf("rehearse: %d APIs, want one", len(plan.APIs))
	}
	folder, err := os.MkdirTemp("", "rehearsal-")
	if err != nil {
		return nil, fmt.Errorf("rehearse: %w", err)
	}
	s := &Stand{Plan: plan, folder: folder, records: newRecords()}
	options.QueueNow = s.now
	if options.AsyncRetry == nil {
		options.AsyncRetry = func(int) time.Duration { return 200 * time.Millisecond }
	}
	s.options = options
	if err := s.open(ctx, resolver); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Stand) open(ctx context.Context, resolver *template.Resolver) (err error) {
	if s.cloud, err = newCloud(ctx, resolver, s.Plan, s.options, s.folder); err != nil {
		return err
	}
	tables := resolver.App.Of("AWS::DynamoDB::Table")
	if len(tables) != 1 {
		return fmt.Errorf("rehearse: %d tables, want one", len(tables))
	}
	if s.table, err = attribute(resolver, tables[0], "Ref"); err != nil {
		return err
	}
	sampling, err := newSampling(resolver)
	if err != nil {
		return err
	}
	if err := s.start(sampling); err != nil {
		return err
	}
	if err := s.openFront(resolver); err != nil {
		return err
	}
	if err := s.openOperations(ctx, resolver); err != nil {
		return err
	}
	if s.partner, err = openPartner(ctx, s.cloud, s.options.Partner); err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	for _, m := range s.Plan.Mappings {
		f := s.Plan.Function(m.Function)
		p := &poller{Mapping: m, lambda: s.lambda, role: s.cloud.as(f.Role, f.Name), region: Region, deployer: s.cloud.deployer(), report: s.records.trouble}
		s.pollers = append(s.pollers, p)
		s.running.Go(func() { p.run(running) })
	}
	s.running.Go(func() { s.deliverEvents(running) })
	s.running.Go(func() { s.sweep(running) })
	s.running.Go(func() { s.write(running) })
	return nil
}

// now is the clock of the account: the wall's, but for what Skip has added.
func (s *Stand) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// Skip lets time pass for the account, so that what is hidden in a queue is visible again. Processes live on the wall's
// clock and do not notice.
func (s *Stand) Skip(d time.Duration) { s.ahead.Add(int64(d)) }

// start makes a runtime for each function.
func (s *Stand) start(sampling sampling) error {
	s.lambda = &lambda{plan: s.Plan, runtimes: map[string]*lambdaruntime.Runtime{}, account: s.cloud, now: time.Now, retry: s.options.AsyncRetry, activity: new(activity), closing: make(chan struct{})}
	s.bus = &bus{plan: s.Plan, lambda: s.lambda, account: s.cloud, now: time.Now, newID: rand.Text, report: s.records.trouble, down: s.options.Down}
	for _, f := range s.Plan.Functions {
		name := program(f.Name)
		t := &telemetry{function: f, calls: s.cloud.as(f.Role, f.Name), report: s.records.trouble, sampling: sampling, streams: map[string][]logEvent{}, made: map[string]bool{}}
		s.telemetry = append(s.telemetry, t)
		runtime, err := lambdaruntime.New(lambdaruntime.Function{
			Name: f.Name, ARN: f.ARN, Region: Region, Command: []string{filepath.Join(s.options.Programs, name, "bootstrap")}, Variables: f.Variables, Timeout: f.Timeout,
			Memory: f.Memory, LogGroup: f.LogGroup, Concurrency: f.Concurrency,
		}, lambdaruntime.Options{
			Network: func(environment string) map[string]string {
				variables, err := s.cloud.environment(f, environment)
				if err != nil {
					s.records.trouble(err)
				}
				return variables
			},
			Log: func(line lambdaruntime.Line) {
				t.line(line)
				if s.options.Log != nil {
					s.options.Log(line)
				}
			},
			Done: func(a lambdaruntime.Answer) {
				s.records.invoked(f.Name, a)
				t.done(a)
			},
			Sampled: t.sampled,
		})
		if err != nil {
			return err
		}
		s.lambda.runtimes[f.ARN] = runtime
	}
	return nil
}

// program is the function of the catalogue that a deployed one runs: winback-dev-lead-api is lead-api.
func program(deployed string) string {
	if parts := strings.SplitN(deployed, "-", 3); len(parts) == 3 {
		return parts[2]
	}
	return deployed
}

// openFront opens the gateway, at its own address in the network and without TLS on loopback.
func (s *Stand) openFront(resolver *template.Resolver) error {
	api := s.Plan.APIs[0]
	client, err := one(resolver, "AWS::Cognito::UserPoolClient", s.audience(api))
	if err != nil {
		return err
	}
	if err := s.openIssuer(api, client); err != nil {
		return err
	}
	fetch, err := s.cloud.client("apigateway")
	if err != nil {
		return err
	}
	if s.gateway, err = newGateway(api, door{s}, &keys{client: fetch, now: time.Now}, time.Now, Account, Region); err != nil {
		return err
	}
	address, err := url.Parse(api.Endpoint)
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	s.cloud.network.Serve(address.Host, s.gateway)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	s.server = &http.Server{Handler: s.local(), ReadHeaderTimeout: time.Minute}
	go s.server.Serve(listener)
	return nil
}

// audience is the client that the routes' authorizers ask for.
func (s *Stand) audience(api API) string {
	for _, route := range api.Routes {
		if route.Authorizer != nil {
			return route.Authorizer.Audience[0]
		}
	}
	return ""
}

// openIssuer signs tokens as the user pool does that the authorizers name. The pool's host has calls and keys.
func (s *Stand) openIssuer(api API, client *properties) (err error) {
	for _, route := range api.Routes {
		if route.Authorizer == nil {
			continue
		}
		if s.issuer, err = newIssuer(route.Authorizer.Issuer, route.Authorizer.Audience[0], time.Now); err != nil {
			return err
		}
		break
	}
	if s.issuer == nil {
		return errors.New("rehearse: no route has an authorizer")
	}
	if !slices.Contains(client.list("AllowedOAuthScopes"), scope) {
		return fmt.Errorf("rehearse: the app client is not allowed the scope %s", scope)
	}
	address, err := url.Parse(s.issuer.url)
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	s.cloud.network.Serve(address.Host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			s.issuer.ServeHTTP(w, r)
			return
		}
		s.cloud.account.ServeHTTP(w, r)
	}))
	return nil
}

// scope is the one of access tokens for us.
const scope = "winback/api"

// door is what the gateway invokes through: permissions first.
type door struct{ stand *Stand }

func (d door) invoke(ctx context.Context, function, service, source string, payload []byte) (lambdaruntime.Answer, error) {
	if err := d.stand.cloud.may("", service, source, function); err != nil {
		return lambdaruntime.Answer{}, fmt.Errorf("%w: %v", errForbidden, err)
	}
	return d.stand.lambda.invoke(ctx, function, payload)
}

// deliverEvents carries what happened to mails and text messages, and which mails came in, to the bus. The provider of the latter asks no configuration
// set whether to publish.
func (s *Stand) deliverEvents(ctx context.Context) {
	timer := time.NewTicker(glance)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		events := slices.Concat(s.cloud.ses.TakeEvents(), s.cloud.sms.TakeEvents(), s.cloud.s3.TakeEvents())
		if s.options.Disorder {
			events = slices.Concat(events, events)
			slices.Reverse(events)
		}
		for _, raw := range events {
			var event map[string]any
			err := json.Unmarshal(raw, &event)
			if err == nil && (event["source"] != "aws.ses" || s.cloud.publishes(event)) {
				err = s.bus.put(event)
			}
			if err != nil {
				s.records.trouble(err)
			}
		}
	}
}

// Close ends everything.
func (s *Stand) Close() error {
	var all []error
	if s.server != nil {
		s.server.Close()
	}
	if s.stop != nil {
		s.stop()
		s.running.Wait()
	}
	if s.lambda != nil {
		all = append(all, s.lambda.close())
		s.flush(context.Background())
	}
	if s.partner != nil {
		all = append(all, s.partner.close())
	}
	if s.cloud != nil {
		s.cloud.close()
	}
	return errors.Join(append(all, os.RemoveAll(s.folder))...)
}
