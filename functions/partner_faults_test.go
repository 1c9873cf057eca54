package functions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/local/keyfile"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/partner/autograbsim"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// partnerPatience is how long the adapter waits for an answer here, on the wall clock.
const partnerPatience = 500 * time.Millisecond

// badLine is a dealer with the real adapter, the real workers and the partner's simulator, and a line between them that
// treats some calls badly.
type badLine struct {
	*dealership.World
	functions map[string]app.Function
	queue     *outgoing
	sim       *autograbsim.Simulator

	mu     sync.Mutex     // also held while the partner works, and while time goes by
	treat  fault          // nil: the line is good
	most   int            // calls of each route that it befalls
	befell map[string]int // by method and path, without ids
	dialed map[string]bool
}

// fault answers in place of the partner. It may let the partner do what it was asked first.
type fault func(w http.ResponseWriter, r *http.Request, effect func() (status int, body []byte))

// looker submits vehicles and has their VINs looked up (R11); dealership.Watcher does without.
const looker = access.UserID("looker")

func newBadLine(t *testing.T) *badLine {
	t.Helper()
	e := &effects{}
	b := &badLine{World: dealership.New(t), functions: map[string]app.Function{}, queue: &outgoing{effects: e}, befell: map[string]int{}, dialed: map[string]bool{}}
	var err error
	b.sim, err = autograbsim.Open(autograbsim.Options{Now: b.Now, NewID: b.NewID, Processing: -1})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(b.between))
	t.Cleanup(func() {
		server.Close()
		if err := b.sim.Close(); err != nil {
			t.Error(err)
		}
	})
	keys, err := keyfile.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b.Deps.Queue, b.Secrets = b.queue, keys.Sealer()
	b.Site = app.Site{BaseURL: "https://api.winback.example"}
	var dialer net.Dialer
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		b.mu.Lock()
		b.dialed[address] = true
		b.mu.Unlock()
		return dialer.DialContext(ctx, network, address)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	options := autograb.Options{BaseURL: server.URL, Client: &http.Client{Transport: transport}, Timeout: partnerPatience, Now: b.Now}
	dial := autograb.Dial(options)
	for _, f := range functions.All(dial, autograb.DialValuer(options), autograb.ParsePush) {
		b.functions[f.Name] = f
	}
	b.Serve(b.functions["recapture-api"])
	role := access.RoleRecord{ID: "r-looker", Role: access.CustomerRecapture, Yards: []string{"sydney"}, Members: []access.Member{{User: looker}}, Attributes: access.Attributes{LookUpVIN: true}}
	b.Fill(t, dealership.Harbour, access.ManageLeads, []string{"sydney"}, access.Member{User: looker})
	if err := b.Table.Write(t.Context(), access.RoleRecords.Overwrite(access.RoleKey(dealership.Harbour, role.ID), role)); err != nil {
		t.Fatal(err)
	}
	b.Access.Forget(dealership.Harbour)
	connection := company.Connection{ID: "c1", Name: "AutoGrab", API: company.AutoGrab, Yards: []string{"sydney"}}
	if _, err := company.Connect(t.Context(), b.Deps, dial, dealership.Harbour, connection, "sec_harbour_0123456789"); err != nil {
		t.Fatal(err)
	}
	return b
}

// between is the line.
func (b *badLine) between(w http.ResponseWriter, r *http.Request) {
	effect := func() (int, []byte) {
		b.mu.Lock()
		defer b.mu.Unlock()
		recorded := httptest.NewRecorder()
		b.sim.Handler().ServeHTTP(recorded, r)
		return recorded.Code, recorded.Body.Bytes()
	}
	path := r.URL.Path
	if parts := strings.Split(path, "/"); len(parts) > 4 {
		path = strings.Join(parts[:4], "/") + "/{id}"
	}
	b.mu.Lock()
	treat := b.treat
	if treat != nil && b.befell[r.Method+" "+path] < b.most {
		b.befell[r.Method+" "+path]++
	} else {
		treat = nil
	}
	b.mu.Unlock()
	if treat != nil {
		treat(w, r, effect)
		return
	}
	status, body := effect()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// bad makes the line treat so many calls of each route badly from now on.
func (b *badLine) bad(most int, treat fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.treat, b.most = treat, most
	clear(b.befell)
}

// work lets workers work, each message twice, until nothing is left to do or the time is over.
func (b *badLine) work(t *testing.T, most time.Duration) {
	t.Helper()
	for end := b.Time.Add(most); ; {
		busy := false
		for _, name := range []string{"recapture-submit", "recapture-poll"} {
			f := b.functions[name]
			for _, m := range b.queue.take(f.Consumes.Topic) {
				busy = true
				for range 2 {
					if err := f.Consumes.Handle(t.Context(), app.Grant(b.Deps, f), m.Body); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
			}
		}
		if err := b.sim.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		if busy {
			continue
		}
		due, waits, err := b.Outbox().NextDue(t.Context(), 24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if !waits || due.After(end) {
			return
		}
		if due.After(b.Time) {
			b.mu.Lock()
			b.Time = due
			b.mu.Unlock()
		}
		if _, err := b.Outbox().Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// submit submits vehicles, given as JSON, and returns the batch.
func (b *badLine) submit(t *testing.T, user access.UserID, vehicles ...string) string {
	t.Helper()
	var answer struct{ Batch string }
	b.read(t, b.Want(t, 202, string(user), "POST", "/v1/recaptures", `{"vehicles":[`+strings.Join(vehicles, ",")+`]}`).Body, &answer)
	return answer.Batch
}

func (b *badLine) read(t *testing.T, body string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
}

// progress is how far a batch is.
func (b *badLine) progress(t *testing.T, batch string) (p struct {
	Total, Queued, Submitted, Active, Errored, Duplicates int
	Problem                                               string
},
) {
	t.Helper()
	b.read(t, b.Want(t, 200, string(looker), "GET", "/v1/recapture-batches/"+batch, "").Body, &p)
	return p
}

// books is what the partner has counted.
type books struct{ Customers, Duplicates, Charges, Uploads int }

func (b *badLine) books(t *testing.T) (counted books) {
	t.Helper()
	w := httptest.NewRecorder()
	b.sim.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/_sim/calls", nil))
	b.read(t, w.Body.String(), &counted)
	return counted
}

const (
	threeVINs = `{"vin":"` + polo + `"},{"vin":"` + golf + `"},{"vin":"` + octavia + `"}`
	twoPlates = `{"rego":"ABC12D","state":"NSW"},{"rego":"XYZ98K","state":"NSW"}`
)

// answer replaces the partner's answer, after its effect or without.
func answer(took bool, status int, body string, headers ...string) fault {
	return func(w http.ResponseWriter, _ *http.Request, effect func() (int, []byte)) {
		if took {
			effect()
		}
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// broken ends the connection in a way of its own, after the effect or without.
func broken(took bool, end func(w http.ResponseWriter, r *http.Request)) fault {
	return func(w http.ResponseWriter, r *http.Request, effect func() (int, []byte)) {
		if took {
			effect()
		}
		_, _ = io.Copy(io.Discard, r.Body)
		end(w, r)
	}
}

// partnerFaults are the ways in which a partner fails (T036).
func partnerFaults() map[string]func(took bool) fault {
	const page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
	refusal := func(status int, headers ...string) func(bool) fault {
		return func(bool) fault { return answer(false, status, `{"message":"no"}`, headers...) }
	}
	return map[string]func(bool) fault{
		"429":               refusal(429),
		"429 in seconds":    refusal(429, "Retry-After", "7"),
		"429 until a date":  refusal(429, "Retry-After", dealership.Noon.Add(2*time.Minute).Format(http.TimeFormat)),
		"429 absurd":        refusal(429, "Retry-After", "1000000000"),
		"429 negative":      refusal(429, "Retry-After", "-5"),
		"500":               func(took bool) fault { return answer(took, 500, `{"message":"oops"}`) },
		"503 with a page":   func(took bool) fault { return answer(took, 503, page, "Retry-After", "30") },
		"200 with a page":   func(took bool) fault { return answer(took, 200, page) },
		"200 with an error": func(took bool) fault { return answer(took, 200, `{"message":"Internal Error"}`) },
		"wrong JSON":        func(took bool) fault { return answer(took, 200, `{"id":{"a":1},"customers":"none","uploads":7}`) },
		"half a JSON":       func(took bool) fault { return answer(took, 200, `{"id":"x","customers":[{"id":`) },
		"redirect to the metadata": func(took bool) fault {
			return answer(took, 302, "", "Location", "http://169.254.169.254/latest/meta-data")
		},
		"redirect that keeps going": func(took bool) fault { return answer(took, 307, "", "Location", "http://169.254.169.254/") },
		"slow": func(took bool) fault {
			return broken(took, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		},
		"one byte and no more": func(took bool) fault {
			return broken(took, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", "1000000")
				_, _ = io.WriteString(w, "{")
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			})
		},
		"connection cut": func(took bool) fault {
			return broken(took, func(w http.ResponseWriter, _ *http.Request) {
				if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
					_ = connection.Close()
				}
			})
		},
	}
}

// T036, T038, R11: whatever the partner answers, once it has recovered every vehicle is watched; it was uploaded once, and
// its VIN was looked up, and paid for, once, for those alone whose submitter has it so.
func TestWhateverThePartnerAnswersVehiclesAreWatchedOnceAndPaidOnce(t *testing.T) {
	for name, of := range partnerFaults() {
		for _, took := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, it took effect %v", name, took), func(t *testing.T) {
				t.Parallel()
				b := newBadLine(t)
				b.bad(2, of(took))
				plain := b.submit(t, dealership.Watcher, threeVINs, `{"rego":"NOL00K","state":"NSW"}`)
				looked := b.submit(t, looker, twoPlates, `{"vin":"`+clio+`"}`)
				b.work(t, 12*time.Hour)
				if p := b.progress(t, plain); p.Active != 4 || p.Problem != "" {
					t.Errorf("plain: %+v", p)
				}
				if p := b.progress(t, looked); p.Active != 3 || p.Problem != "" {
					t.Errorf("looked up: %+v", p)
				}
				if got, want := b.books(t), (books{Customers: 7, Duplicates: 0, Charges: 2, Uploads: 2}); got != want {
					t.Errorf("the partner has counted %+v, want %+v", got, want)
				}
				again := b.submit(t, looker, threeVINs, twoPlates)
				b.work(t, 12*time.Hour)
				if p := b.progress(t, again); p.Duplicates != 5 {
					t.Errorf("a second check: %+v", p)
				}
				if got, want := b.books(t), (books{Customers: 7, Duplicates: 0, Charges: 2, Uploads: 2}); got != want {
					t.Errorf("after a second check the partner has counted %+v, want %+v", got, want)
				}
				if b.befell["POST /v2/recapture/upload"] != 2 {
					t.Errorf("the fault befell %v", b.befell)
				}
				for address := range b.dialed {
					if !strings.HasPrefix(address, "127.0.0.1:") {
						t.Errorf("called %s", address)
					}
				}
			})
		}
	}
}

// T038, T039: vehicles that a refused key has left out are submitted again once it is mended, and paid once.
func TestVehiclesLeftOutByARefusalArePaidOnceWhenTheyAreSubmittedAgain(t *testing.T) {
	for _, status := range []int{401, 403, 400, 422} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			b := newBadLine(t)
			b.bad(1, answer(false, status, `{"message":"no"}`))
			first := b.submit(t, looker, threeVINs, twoPlates)
			b.work(t, time.Hour)
			if p := b.progress(t, first); p.Errored != 5 {
				t.Errorf("refused: %+v", p)
			}
			again := b.submit(t, looker, threeVINs, twoPlates)
			b.work(t, 12*time.Hour)
			if p := b.progress(t, again); p.Active != 5 {
				t.Errorf("again: %+v", p)
			}
			if got, want := b.books(t), (books{Customers: 5, Charges: 2, Uploads: 1}); got != want {
				t.Errorf("the partner has counted %+v, want %+v", got, want)
			}
		})
	}
}

// A partner that cannot be asked for lists by name never makes us upload one on suspicion.
func TestAPartnerThatCannotBeAskedForAListGetsItOnce(t *testing.T) {
	for _, status := range []int{404, 405, 501} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			b := newBadLine(t)
			b.bad(1000, func(w http.ResponseWriter, r *http.Request, effect func() (int, []byte)) {
				effectStatus, body := effect()
				switch {
				case r.Method == "POST":
					w.WriteHeader(500)
				case r.Method == "GET" && strings.HasSuffix(r.URL.Path, "/upload"):
					w.WriteHeader(status)
					_, _ = io.WriteString(w, `{"message":"Not Found"}`)
				default:
					w.WriteHeader(effectStatus)
					_, _ = w.Write(body)
				}
			})
			batch := b.submit(t, looker, threeVINs, twoPlates)
			b.work(t, 20*time.Hour)
			if p := b.progress(t, batch); p.Queued != 5 || p.Problem == "" {
				t.Errorf("on the first day: %+v", p)
			}
			b.work(t, 10*time.Hour)
			if p := b.progress(t, batch); p.Errored != 5 {
				t.Errorf("on the second day: %+v", p)
			}
			if list := b.Want(t, 200, string(looker), "GET", "/v1/recaptures?status=errored", "").Body; strings.Count(list, "ask the partner before you submit it again") != 5 {
				t.Error(list)
			}
			if got, want := b.books(t), (books{Customers: 5, Charges: 2, Uploads: 1}); got != want {
				t.Errorf("the partner has counted %+v, want %+v", got, want)
			}
		})
	}
}
