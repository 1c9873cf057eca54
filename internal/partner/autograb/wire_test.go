package autograb_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/errs"
)

const (
	goldenKey = "sec_golden"
	polo      = "WVWZZZAWZKU065305"
	poloID    = "cc69a29478651fe13219" // the partner's
	advert    = "https://www.cars.example/ad/77?a=1&b=2"
)

var list = partner.Upload{
	Name: "chunk-1", LookUpVIN: true,
	Vehicles: []partner.Vehicle{
		{ID: "watch-1", VIN: polo, SoldOn: "2023-05-17", MonitorUntil: time.Date(2027, 5, 17, 10, 0, 0, 0, time.UTC)},
		{ID: "watch-2", Rego: "ABC12D", State: "NSW"},
		{ID: "watch-3", Rego: "XYZ99Z"},
	},
}

func sighted(at time.Time, price int64, sold bool) partner.Sighting {
	var gone time.Time
	if sold {
		gone = time.Date(2026, 11, 22, 9, 3, 0, 150_000_000, time.UTC)
	}
	return partner.Sighting{
		ID: "lst_83c14b379155c3460e47", At: at, URL: advert, Title: "2019 Volkswagen Polo", Price: price,
		Seller: "dealer", SellerName: "Coast Cars Pty Ltd", Stock: "P-77", Site: "cars.example", Delisted: sold, DelistedAt: gone, Sold: sold,
	}
}

func watchedPolo(s partner.Sighting) partner.Watched {
	return partner.Watched{Ref: "id-3", ID: "watch-1", VIN: polo, Title: "2019 Volkswagen Polo", Sightings: []partner.Sighting{s}}
}

var watchedPlate = partner.Watched{Ref: "id-4", ID: "watch-2", Rego: "ABC12D", State: "NSW"}

// valuer is the same account as one that values cars.
func valuer(w partner.Watcher) partner.Valuer { return w.(partner.Valuer) }

// listPage is what List answers.
type listPage struct {
	all  []partner.Watched
	next string
}

func page(all []partner.Watched, next string, err error) (listPage, error) {
	return listPage{all, next}, err
}

var (
	yesterday = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	today     = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
)

// TestRequestsAndAnswersAreThoseOfTheWireFiles holds the adapter to the files that hold the simulator, too: every request
// to the byte, and what is understood of every answer.
func TestRequestsAndAnswersAreThoseOfTheWireFiles(t *testing.T) {
	calls := map[string]struct {
		key     string
		country string
		call    func(context.Context, partner.Watcher) (any, error)
		want    any
		kind    errs.Kind
	}{
		"webhook_create": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) {
				return w.Register(ctx, "Harbour Motors", "https://winback.example/webhooks/autograb/token-1")
			},
			want: "id-1",
		},
		"upload": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return w.Upload(ctx, list) },
			want: "id-2",
		},
		"upload_queued": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return w.Progress(ctx, "id-2") },
			want: partner.Progress{Total: 3, Outcomes: []partner.Outcome{}},
		},
		"upload_processed": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return w.Progress(ctx, "id-2") },
			want: partner.Progress{Done: true, Total: 3, Processed: 3, Outcomes: []partner.Outcome{
				{ID: "watch-1", Ref: "id-3", VIN: polo},
				{ID: "watch-2", Ref: "id-4"},
				{ID: "watch-3", Error: "state is required with a rego"},
			}},
		},
		"upload_find": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return w.Find(ctx, "chunk-1") },
			want: "id-2",
		},
		"upload_find_none": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return w.Find(ctx, "chunk & co") },
			kind: errs.NotFound,
		},
		"upload_empty": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) {
				return w.Upload(ctx, partner.Upload{Name: "chunk-2"})
			},
			kind: errs.Invalid,
		},
		"customer": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return w.Vehicle(ctx, "id-3") },
			want: watchedPolo(sighted(yesterday, 23990, false)),
		},
		"customer_delisted": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return w.Vehicle(ctx, "id-3") },
			want: watchedPolo(sighted(today, 22490, true)),
		},
		"customers": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return page(w.List(ctx, "")) },
			want: listPage{all: []partner.Watched{watchedPolo(sighted(yesterday, 23990, false)), watchedPlate}},
		},
		"customers_next": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return page(w.List(ctx, "id-3")) },
			want: listPage{all: []partner.Watched{watchedPlate}},
		},
		"customers_none": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return page(w.List(ctx, "id-4")) },
			want: listPage{all: []partner.Watched{}},
		},
		"customer_unknown": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return w.Vehicle(ctx, "id-3") },
			kind: errs.NotFound,
		},
		"customer_delete": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return nil, w.Remove(ctx, "id-3") },
		},
		"webhook_ping": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return nil, w.Ping(ctx, "id-1") },
		},
		"webhook_delete": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return nil, w.Unregister(ctx, "id-1") },
		},
		"webhook_foreign": {
			key:  "sec_another",
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return nil, w.Unregister(ctx, "id-1") },
			kind: errs.Forbidden,
		},
		"webhook_region": {
			country: "NZ",
			call:    func(ctx context.Context, w partner.Watcher) (any, error) { return nil, w.Unregister(ctx, "id-1") },
			kind:    errs.Invalid,
		},
		"vehicle_vin": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) {
				return valuer(w).Identify(ctx, partner.Vehicle{VIN: polo, Rego: "ABC12D", State: "NSW"})
			},
			want: poloID,
		},
		"vehicle_plate": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) {
				return valuer(w).Identify(ctx, partner.Vehicle{Rego: "REG4SUCCESS", State: "NSW"})
			},
			want: "3f1f2bca6a7d50a121cd",
		},
		"vehicle_unknown": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) {
				return valuer(w).Identify(ctx, partner.Vehicle{Rego: "XYZ99Z", State: "NSW"})
			},
			kind: errs.NotFound,
		},
		"valuation": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) {
				return valuer(w).Value(ctx, partner.Valuation{Ref: poloID, OdometerKm: 84_000, Condition: 3})
			},
			want: partner.Estimate{Retail: 26640, Trade: 22644, Score: 0.82},
		},
		"valuation_condition": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) {
				return valuer(w).Value(ctx, partner.Valuation{Ref: poloID, OdometerKm: 84_000, Condition: 6})
			},
			kind: errs.Invalid,
		},
		"valuation_unknown": {
			call: func(ctx context.Context, w partner.Watcher) (any, error) {
				return valuer(w).Value(ctx, partner.Valuation{Ref: "nobody", OdometerKm: 84_000, Condition: 3})
			},
			kind: errs.NotFound,
		},
		"valuation_unlicensed": {
			key: "sec_nolicence_1",
			call: func(ctx context.Context, w partner.Watcher) (any, error) {
				return valuer(w).Value(ctx, partner.Valuation{Ref: poloID, OdometerKm: 84_000, Condition: 3})
			},
			kind: errs.Forbidden,
		},
		"key_unknown": {
			key:  "sec_revoked_1",
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return w.Vehicle(ctx, "id-3") },
			kind: errs.Forbidden,
		},
		"key_unlicensed": {
			key:  "sec_nolicence_1",
			call: func(ctx context.Context, w partner.Watcher) (any, error) { return w.Vehicle(ctx, "id-3") },
			kind: errs.Forbidden,
		},
	}
	files, err := filepath.Glob("testdata/wire/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".txtar"))
	}
	if known := slices.Sorted(maps.Keys(calls)); !slices.Equal(names, known) {
		t.Fatalf("wire files %v, calls %v", names, known)
	}
	for name, c := range calls {
		t.Run(name, func(t *testing.T) {
			request, answer := wireFile(t, name)
			var got string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = dump(t, r)
				answer(w)
			}))
			defer server.Close()
			account := partner.Account{Key: goldenKey, Country: "AU"}
			if c.key != "" {
				account.Key = c.key
			}
			if c.country != "" {
				account.Country = c.country
			}
			value, err := c.call(t.Context(), autograb.Dial(autograb.Options{BaseURL: server.URL})(account))
			if got != request {
				t.Errorf("the request is\n%s\nwant\n%s", got, request)
			}
			if c.kind != errs.Internal {
				if !errs.Is(err, c.kind) {
					t.Errorf("error %v, want kind %v", err, c.kind)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(value, c.want) {
				t.Errorf("understood %+v\nwant %+v", value, c.want)
			}
		})
	}
}

// wireFile is the request of a file as text, and a function that gives the answer.
func wireFile(t *testing.T, name string) (request string, answer func(http.ResponseWriter)) {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata/wire", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) != 2 {
		t.Fatalf("%s has %d sections, want request and response", name, len(archive.Files))
	}
	response := strings.TrimSuffix(string(archive.Files[1].Data), "\n")
	head, body, _ := strings.Cut(response, "\n\n")
	line, contentType, _ := strings.Cut(head, "\nContent-Type: ")
	status, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(archive.Files[0].Data), "\n"), func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// dump writes a request as the wire files do: its line, every header but those of the transport, its body.
func dump(t *testing.T, r *http.Request) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.RequestURI)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if name == "Accept-Encoding" || name == "Content-Length" {
			continue
		}
		shown := name
		if name == "Apikey" { // the server makes the name canonical
			shown = "ApiKey"
		}
		fmt.Fprintf(&b, "%s: %s\n", shown, strings.Join(r.Header[name], ", "))
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	if len(body) == 0 {
		return b.String()
	}
	return b.String() + "\n" + string(body)
}

func TestPushesAreReadAsTheWireFilesSay(t *testing.T) {
	for name, want := range map[string]partner.Push{
		"push_ping": {Event: partner.EventPing},
		"push_new": {
			Event: partner.EventNew, Ref: "id-3", ID: "watch-1",
			Sightings: []partner.Sighting{sighted(yesterday, 23990, false)},
		},
		"push_price_change": {
			Event: partner.EventPriceChange, Ref: "id-3", ID: "watch-1",
			Sightings: []partner.Sighting{sighted(today, 22490, false)},
		},
		"push_delist": {
			Event: partner.EventDelist, Ref: "id-3", ID: "watch-1",
			Sightings: []partner.Sighting{sighted(today, 22490, true)},
		},
	} {
		body, err := os.ReadFile(filepath.Join("testdata/wire", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := autograb.ParsePush(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v\nwant %+v", name, got, want)
		}
	}
}

func TestNoNameOrNumberOfAPersonCanTravel(t *testing.T) {
	request, _ := wireFile(t, "upload")
	for _, member := range []string{"client_name", "mobile_number", "email"} {
		if strings.Contains(request, member) {
			t.Errorf("the upload has %s", member)
		}
	}
}
