package app_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var (
	noon    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	harbour = ident.Trusted("harbour")
)

// outbox remembers what was sent and handed back.
type outbox struct {
	sent    []queue.Outgoing
	delayed map[string]time.Duration // by receipt
}

func (o *outbox) Send(_ context.Context, messages []queue.Outgoing) error {
	o.sent = append(o.sent, messages...)
	return nil
}

func (o *outbox) Delay(_ context.Context, _, receipt string, wait time.Duration) error {
	if o.delayed == nil {
		o.delayed = map[string]time.Duration{}
	}
	o.delayed[receipt] = wait
	return nil
}

// world is everything a host has: a table with one signed-in user, queues, a log.
type world struct {
	app.Deps
	outbox *outbox
	log    *bytes.Buffer
}

func newWorld(tb testing.TB) world {
	tb.Helper()
	now := func() time.Time { return noon }
	var mu sync.Mutex
	next := 0
	newID := func() string {
		mu.Lock()
		defer mu.Unlock()
		next++
		return strconv.Itoa(next)
	}
	w := world{outbox: new(outbox), log: new(bytes.Buffer)}
	store := memtable.New(tb, now, newID)
	ring, err := link.NewKeyring(link.Key{ID: "k", Secret: bytes.Repeat([]byte("k"), 32)})
	if err != nil {
		tb.Fatal(err)
	}
	w.Deps = app.Deps{
		Table: store, Queue: w.outbox, Access: access.NewDirectory(store, now), Links: link.New(link.Fixed(ring), now), Now: now, NewID: newID,
		Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	err = store.Write(tb.Context(),
		access.Users.Overwrite(access.UserKey(harbour, "u1"), access.User{ID: "u1", Subject: "s1", First: "Ann", Last: "Lee"}),
		access.Subjects.Overwrite(access.SubjectKey("s1"), access.Subject{Company: "harbour", User: "u1"}),
		access.RoleRecords.Overwrite(access.RoleKey(harbour, "r1"), access.RoleRecord{
			ID: "r1", Role: access.ManageLeads, Members: []access.Member{{User: "u1"}}, Yards: []string{"sydney"},
		}))
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// thing is what the functions of these tests keep.
type thing struct {
	ID   string `json:"id"`
	Name string `json:"name" minLength:"1" maxLength:"80"`
}

type echo struct {
	Name string    `json:"name" minLength:"1" maxLength:"80"`
	Note string    `json:"note,omitempty" maxLength:"500"`
	Tags []string  `json:"tags,omitempty" maxItems:"10"`
	At   time.Time `json:"at"`
}

var (
	things = table.Kind[thing]{Name: "thing", Schema: 1}
	notify = queue.Topic[string]{Name: "notify-send"}
	chores = queue.Topic[string]{Name: "chores-do"}
)

type thingInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"80"`
	}
}

func thingRoutes(api huma.API, d app.Deps) {
	web.Get(api, "/v1/things", web.Can(access.LeadRead), web.Route{ID: "listThings", Tag: "Things", Summary: "List things."},
		func(context.Context, *web.Paging) (*web.ListReply[thing], error) {
			return web.Page([]thing{{"1", "a"}, {"2", "b"}}, ""), nil
		})
	web.Post(api, "/v1/things", web.Can(access.LeadWrite), web.Route{ID: "addThing", Tag: "Things", Summary: "Add a thing.", Status: 201, Idempotent: true},
		func(ctx context.Context, in *thingInput) (*web.Reply[thing], error) {
			id := web.IdempotencyKey(ctx)
			if id == "" {
				id = d.NewID()
			}
			added := thing{id, in.Body.Name}
			op := things.Create(table.In(access.From(ctx).Company, "thing", id).At(), added)
			if err := d.Commit(ctx, op.Emit(notify.Message(access.From(ctx).Company, id))); err != nil {
				return nil, err
			}
			return web.OK(added), nil
		})
	web.Post(api, "/v1/echo", web.Can(access.LeadWrite), web.Route{ID: "echoThing", Tag: "Things"},
		func(_ context.Context, in *struct{ Body echo }) (*web.Reply[echo], error) {
			return web.OK(in.Body), nil
		})
	web.Get(api, "/v1/settings", web.Can(access.SettingsRead), web.Route{ID: "readSettings", Tag: "Settings"},
		func(context.Context, *struct{}) (*web.Reply[thing], error) { return web.OK(thing{}), nil })
	web.Get(api, "/v1/large", web.Public("a test"), web.Route{ID: "large", Tag: "Things"},
		func(context.Context, *struct{}) (*web.Reply[string], error) {
			return web.OK(strings.Repeat("x", event.MaxEvent)), nil
		})
}

var thingAPI = app.Function{
	Name: "thing-api", Doc: "Things.", HTTP: thingRoutes,
	Uses: app.Uses{Table: app.ReadWrite, Sends: app.Topics(notify)},
}

var token = map[string]string{
	"sub": "s1", "iss": "https://cognito-idp.ap-southeast-2.amazonaws.com/ap-southeast-2_abcdefghi", "client_id": "1h57kf5cpq17m0eml12EXAMPLE",
	"token_use": "access", "scope": "openid winback/api", "exp": "1795348800", "iat": "1795345200", "jti": "7f1c", "username": "s1",
}

// request is the event of a request, with headers as a browser behind the gateway sends them.
func request(tb testing.TB, method, path, body string, claims map[string]string, headers ...string) []byte {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, "https://api.winback.example"+path, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	for name, value := range map[string]string{
		"Accept": "application/json", "Accept-Encoding": "gzip, deflate, br", "Accept-Language": "en-AU,en;q=0.9",
		"Authorization": "Bearer " + strings.Repeat("eyJraWQiOiJ", 80), "Origin": "https://app.winback.example",
		"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-site",
		"User-Agent":      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
		"X-Amzn-Trace-Id": "Root=1-67891233-abcdef012345678912345678", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Port": "443", "X-Forwarded-Proto": "https",
	} {
		r.Header.Set(name, value)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	payload, err := event.EncodeRequest(r, event.Call{
		RequestID: "JKJaXmPLvHcESHA=", RouteKey: method + " " + r.URL.Path, SourceIP: "203.0.113.7", Time: noon, Claims: claims,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return payload
}

// call sends a request through the handler and decodes its answer.
func call(tb testing.TB, handle app.Handler, payload []byte) *event.Response {
	tb.Helper()
	answer, err := handle(tb.Context(), payload)
	if err != nil {
		tb.Fatal(err)
	}
	response, err := event.DecodeResponse(answer)
	if err != nil {
		tb.Fatal(err)
	}
	return response
}
