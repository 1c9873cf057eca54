package autograb_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// about is a push about one vehicle with one sighting that has this member.
func about(member string) string {
	return `{"event":"recapture_new","customer":{"id":"c1","external_id":"w1","sightings":[{"lead_id":"l1",` + member + `}]}}`
}

func TestAPushThatCannotBeReadIsInvalid(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":                "",
		"not JSON":               "event=ping",
		"half":                   `{"event":"ping"`,
		"two":                    `{"event":"ping"}{"event":"ping"}`,
		"an array":               `[{"event":"ping"}]`,
		"null":                   `null`,
		"no event":               `{"customer":{"id":"c1"}}`,
		"an event with a line":   `{"event":"ping\nlevel=error"}`,
		"an endless event":       `{"event":"` + strings.Repeat("x", 65) + `"}`,
		"an event of no type":    `{"event":7}`,
		"no vehicle":             `{"event":"recapture_new"}`,
		"an id of no type":       `{"event":"recapture_new","customer":{"id":{"$ne":null}}}`,
		"an endless id":          `{"event":"recapture_new","customer":{"id":"` + strings.Repeat("x", 129) + `"}}`,
		"an id with a NUL":       `{"event":"recapture_new","customer":{"id":"c\u0000"}}`,
		"a fraction for an id":   `{"event":"recapture_new","customer":{"id":1.5}}`,
		"a price in words":       about(`"listing_price":"cheap"`),
		"a negative price":       about(`"listing_price":-1`),
		"a price for a planet":   about(`"listing_price":1e12`),
		"a price not a number":   about(`"listing_price":"NaN"`),
		"a time of no type":      about(`"at":1700000000`),
		"a time in words":        about(`"at":"yesterday"`),
		"a time of last century": about(`"at":"1970-01-01T00:00:00Z"`),
		"a time of the next":     about(`"at":"2100-01-01T00:00:00Z"`),
		"too long":               `{"event":"ping","x":"` + strings.Repeat("x", autograb.MaxPush) + `"}`,
		"too many sightings":     `{"event":"recapture_new","customer":{"id":"c1","sightings":[` + strings.Repeat("{},", 1000) + `{}]}}`,
		"too deep":               `{"event":"ping","x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`,
	} {
		if push, err := autograb.ParsePush([]byte(body)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %+v, %v", name, push, err)
		}
	}
}

func TestAPushMayDifferInWhatDoesNotMatter(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want partner.Sighting
	}{
		"a price in quotes":    {about(`"listing_price":"13500"`), partner.Sighting{ID: "l1", Price: 13500}},
		"a price with cents":   {about(`"listing_price":13499.5`), partner.Sighting{ID: "l1", Price: 13500}},
		"no price":             {about(`"listing_price":null`), partner.Sighting{ID: "l1"}},
		"a number for an id":   {about(`"lead_id":12345678901`), partner.Sighting{ID: "12345678901"}},
		"a date":               {about(`"at":"2026-11-21"`), partner.Sighting{ID: "l1", At: yesterday}},
		"a zone":               {about(`"at":"2026-11-21T11:00:00+11:00"`), partner.Sighting{ID: "l1", At: yesterday}},
		"an unknown member":    {about(`"dealer_rating":5`), partner.Sighting{ID: "l1"}},
		"an address of no web": {about(`"listing_url":"javascript:alert(1)"`), partner.Sighting{ID: "l1"}},
		"an address with user": {about(`"listing_url":"https://bank.example@evil.example/"`), partner.Sighting{ID: "l1"}},
		"an endless address":   {about(`"listing_url":"https://a.example/` + strings.Repeat("x", 2048) + `"`), partner.Sighting{ID: "l1"}},
		"a site in capitals":   {about(`"listing_url":"HTTPS://WWW.Cars.Example/1"`), partner.Sighting{ID: "l1", URL: "https://WWW.Cars.Example/1", Site: "cars.example"}},
		"a title in two lines": {about(`"listing_title":" 2019\r\nPolo\u202e "`), partner.Sighting{ID: "l1", Title: "2019  Polo"}},
	} {
		push, err := autograb.ParsePush([]byte(c.body))
		if err != nil || len(push.Sightings) != 1 {
			t.Errorf("%s: %+v, %v", name, push, err)
			continue
		}
		if push.Sightings[0] != c.want {
			t.Errorf("%s: %+v, want %+v", name, push.Sightings[0], c.want)
		}
	}
}

func TestAnUnknownEventIsKeptAsItIs(t *testing.T) {
	push, err := autograb.ParsePush([]byte(`{"event":"claim_report_generated","report":{"id":1}}`))
	if err != nil || push.Event != "claim_report_generated" {
		t.Errorf("%+v, %v", push, err)
	}
}

func FuzzParsePush(f *testing.F) {
	files, err := filepath.Glob("testdata/wire/push_*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		seed, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	for _, member := range []string{`"listing_price":"1e9"`, `"at":"2026-11-21"`, `"listing_url":"https://[::1]:80/\u0000"`, `"listing_url":"https://www."`, `"lead_id":-0`} {
		f.Add([]byte(about(member)))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		push, err := autograb.ParsePush(body)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Fatalf("kind %v: %v", errs.KindOf(err), err)
			}
			return
		}
		if push.Event == "" || len(push.Sightings) > 1000 || len(push.Ref) > 128 || len(push.ID) > 128 {
			t.Fatalf("out of bounds: %+v", push)
		}
		for _, s := range push.Sightings {
			if err := within(s); err != nil {
				t.Fatalf("%v: %+v", err, s)
			}
		}
	})
}

// within says which bound a sighting breaks.
func within(s partner.Sighting) error {
	if s.Price < 0 || s.Price > 1e9 {
		return fmt.Errorf("price %d", s.Price)
	}
	if !s.At.IsZero() && (s.At.Year() < 2000 || s.At.Year() > 2100 || s.At.Location() != time.UTC) {
		return fmt.Errorf("time %v", s.At)
	}
	if !utf8.ValidString(s.Title) || utf8.RuneCountInString(s.Title) > 200 || strings.ContainsAny(s.Title, "\r\n\x00") {
		return fmt.Errorf("title %q", s.Title)
	}
	if s.URL != "" {
		u, err := url.Parse(s.URL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || s.Site == "" {
			return fmt.Errorf("address %q: %w", s.URL, err)
		}
	}
	return nil
}
