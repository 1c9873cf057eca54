package autograbsim_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner/autograbsim"
)

// seen reads the one sighting of a watched Polo after a feed was loaded.
func (w *world) seen(feed io.Reader) map[string]any {
	w.t.Helper()
	id := w.upload(`{"external_id":"a","vin":"`+polo+`"}`, `{"external_id":"b","rego":"ABC12D","state":"NSW"}`)
	w.work(time.Second)
	if _, err := w.sim.LoadListings(w.t.Context(), feed, ""); err != nil {
		w.t.Fatal(err)
	}
	for _, result := range w.results(id) {
		customer := w.must("GET", "/v2/recapture/customers/"+result["id"].(string)+"?region=au", "")
		if sightings := customer["sightings"].([]any); len(sightings) == 1 {
			seen := sightings[0].(map[string]any)
			seen["vehicle_title"] = customer["vehicle_title"]
			return seen
		}
	}
	w.t.Fatal("nothing was seen")
	return nil
}

func packed(t *testing.T, text string) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestAFeedIsReadHoweverItIsSpelled(t *testing.T) {
	const synthetic = "https://listings.example/"
	for name, c := range map[string]struct {
		feed  io.Reader
		price any
		at    string
		url   string
		title any
		kind  any
	}{
		"plain": {
			strings.NewReader("vin,price,url,date,make,model,year,dealer\n" + polo + ",20000,https://cars.example/1,2026-11-20,VW,Polo,2019,City Cars\n"),
			20000.0, "2026-11-20T00:00:00Z", "https://cars.example/1", "2019 VW Polo", "dealer",
		},
		"spelled otherwise": {
			strings.NewReader("\ufeffStock#,V I N, PRICE ,Listing_URL,Seller Type\r\n7," + strings.ToLower(polo) + ",\"$20,000.40\",https://cars.example/1,Private Seller\r\n"),
			20000.0, "2026-11-22T09:00:01Z", "https://cars.example/1", nil, "private",
		},
		"by rego":             {strings.NewReader("Rego,State\nabc 12d,nsw"), nil, "2026-11-22T09:00:01Z", synthetic, nil, nil},
		"without a price":     {strings.NewReader("vin,price\n" + polo + ",Not Priced"), nil, "2026-11-22T09:00:01Z", synthetic, nil, nil},
		"with a time of day":  {strings.NewReader("vin,date\n" + polo + ",2026-11-20 10:11:12"), nil, "2026-11-20T10:11:12Z", synthetic, nil, nil},
		"with a useless date": {strings.NewReader("vin,date\n" + polo + ",20/11/26"), nil, "2026-11-22T09:00:01Z", synthetic, nil, nil},
		"with a date to come": {strings.NewReader("vin,date\n" + polo + ",2027-01-01"), nil, "2026-11-22T09:00:01Z", synthetic, nil, nil},
		"ragged and quoted":   {strings.NewReader("vin,make,price\n" + polo + ",\"V\"\"W, the \" one\",5,6,7\n"), 5.0, "2026-11-22T09:00:01Z", synthetic, nil, nil},
		"gzip":                {packed(t, "vin,price\n"+polo+",20000"), 20000.0, "2026-11-22T09:00:01Z", synthetic, nil, nil},
		"JSON": {
			strings.NewReader("\n [{\"VIN\":\"" + polo + "\",\"price\":20000.4,\"year\":2019,\"make\":\"VW\",\"photos\":[1],\"date\":\"2026-11-20T10:00:00+10:00\"}]"),
			20000.0, "2026-11-20T00:00:00Z", synthetic, "2019 VW", nil,
		},
		"JSON in gzip": {packed(t, `[{"rego":"ABC12D","state":"NSW","price":"1"}]`), 1.0, "2026-11-22T09:00:01Z", synthetic, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			seen := newWorld(t, "").seen(c.feed)
			if seen["listing_price"] != c.price || seen["at"] != c.at || !strings.HasPrefix(seen["listing_url"].(string), c.url) {
				t.Errorf("seen %v", seen)
			}
			if c.title != nil && (seen["listing_title"] != c.title || seen["vehicle_title"] != c.title) {
				t.Errorf("seen %v, want title %v", seen, c.title)
			}
			if seen["seller_type"] != c.kind {
				t.Errorf("seen %v, want seller %v", seen, c.kind)
			}
		})
	}
}

func TestTheSameListingHasTheSameIdInEveryWorld(t *testing.T) {
	var ids [2]any
	for i := range ids {
		ids[i] = newWorld(t, "").seen(strings.NewReader("vin,price\n" + polo + ",20000"))["lead_id"]
	}
	if ids[0] != ids[1] {
		t.Errorf("%v and %v", ids[0], ids[1])
	}
}

func TestANamedFeedIsAppliedOnceHoweverOftenItIsLoaded(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/hook")
	w.watch(`{"external_id":"a","vin":"` + polo + `"}`)
	feed := "vin,price\n" + polo + ",3\n" + polo + ",2\n"
	load := func(more string) autograbsim.Loaded {
		loaded, err := w.sim.LoadListings(t.Context(), strings.NewReader(feed+more), "cars.csv")
		if err != nil {
			t.Fatal(err)
		}
		return loaded
	}
	if loaded := load(""); loaded != (autograbsim.Loaded{Rows: 2, New: 1, Prices: 1}) {
		t.Errorf("first: %+v", loaded)
	}
	w.expect("first", "new a 3", "price_change a 2")
	w.work(time.Hour)
	if loaded := load(""); loaded != (autograbsim.Loaded{Rows: 2, Known: 2}) {
		t.Errorf("again: %+v", loaded)
	}
	if loaded := load(polo + ",1\n"); loaded != (autograbsim.Loaded{Rows: 3, Known: 2, Prices: 1}) {
		t.Errorf("longer: %+v", loaded)
	}
	w.expect("longer", "price_change a 1")
}

func TestABrokenFeedSaysSoAndKeepsWhatCameBefore(t *testing.T) {
	half := packed(t, "vin\n"+strings.Repeat(polo+"\n", 20000)).Bytes()
	for name, feed := range map[string]io.Reader{
		"a JSON array that stops":  strings.NewReader(`[{"vin":"` + polo + `"},`),
		"a JSON array of numbers":  strings.NewReader(`[{"vin":"` + polo + `"},1]`),
		"gzip that stops":          bytes.NewReader(half[:len(half)-20]),
		"an endless quotation":     io.MultiReader(strings.NewReader("vin,make\n"+polo+",VW\nx,\""), strings.NewReader(strings.Repeat("x\n", 4<<20))),
		"an endless JSON element":  io.MultiReader(strings.NewReader(`[{"vin":"`+polo+`"},{"x":"`), strings.NewReader(strings.Repeat("x", 8<<20))),
		"a reader that breaks off": io.MultiReader(strings.NewReader("vin\n"+polo+"\n"), brokenReader{}),
	} {
		w := newWorld(t, "")
		if loaded, err := w.sim.LoadListings(t.Context(), feed, ""); err == nil || loaded.New != 1 {
			t.Errorf("%s: %+v, %v", name, loaded, err)
		}
	}
	w := newWorld(t, "")
	if _, err := w.sim.LoadListings(t.Context(), strings.NewReader("\x1f\x8bnot gzip"), ""); err == nil {
		t.Error("what only begins like gzip is taken")
	}
	if loaded, err := w.sim.LoadListings(t.Context(), strings.NewReader(""), ""); err != nil || loaded.Rows != 0 {
		t.Errorf("nothing: %+v, %v", loaded, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.sim.LoadListings(ctx, strings.NewReader("vin\n"+polo), ""); !errors.Is(err, context.Canceled) {
		t.Errorf("a load that was given up: %v", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// TestRealFeedsLoad tries the feeds of a folder that is not part of the repository.
func TestRealFeedsLoad(t *testing.T) {
	data := os.Getenv("WINBACK_DATA")
	if data == "" {
		t.Skip("WINBACK_DATA is not set: real listing feeds are not tried (put the folder with listings/*.csv.gz there)")
	}
	files, err := filepath.Glob(filepath.Join(data, "listings", "*.csv.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no feeds in %s: %v", data, err)
	}
	for _, name := range files {
		w := newWorld(t, t.TempDir())
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		loaded, err := w.sim.LoadListings(t.Context(), file, filepath.Base(name))
		if err != nil || loaded.New == 0 || loaded.Rows != loaded.Skipped+loaded.Known+loaded.Unchanged+loaded.New+loaded.Prices+loaded.Removed {
			t.Errorf("%s: %+v, %v", filepath.Base(name), loaded, err)
		}
		t.Logf("%s: %+v", filepath.Base(name), loaded)
	}
}

func FuzzLoadListings(f *testing.F) {
	for _, seed := range []string{
		"vin,price,url,date\n" + polo + ",\"$20,000\",https://cars.example/1,2026-11-20\n", "rego,state\nABC12D,NSW",
		`[{"vin":"` + polo + `","price":1e3,"removed":true}]`, "vin\n\"", "[", "\x1f\x8b\x08", "\ufeffvin;price",
	} {
		f.Add([]byte(seed))
	}
	sim, err := autograbsim.Open(autograbsim.Options{Now: func() time.Time { return start }, NewID: func() string { return "id" }})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { sim.Close() })
	f.Fuzz(func(t *testing.T, feed []byte) {
		loaded, err := sim.LoadListings(t.Context(), bytes.NewReader(feed), "")
		if sum := loaded.Skipped + loaded.Known + loaded.Unchanged + loaded.New + loaded.Prices + loaded.Removed; sum != loaded.Rows {
			t.Errorf("%+v does not add up (%v)", loaded, err)
		}
	})
}
