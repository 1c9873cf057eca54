package autograb_test

import (
	"fmt"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/errs"
)

func TestAVehicleThatCannotBeReadDoesNotSpoilItsPage(t *testing.T) {
	good := `{"id":"c1","external_id":"w1","vin":"` + polo + `"}`
	for name, c := range map[string]struct {
		customer string
		want     []partner.Watched
	}{
		"a VIN of no type":   {`{"id":"c2","external_id":"w2","vin":7}`, []partner.Watched{{Ref: "c2", ID: "w2"}}},
		"too many sightings": {`{"id":2,"external_id":"w2","sightings":[` + strings.Repeat("{},", 1000) + `{}]}`, []partner.Watched{{Ref: "2", ID: "w2"}}},
		"no id":              {`{"external_id":"w2"}`, nil},
		"an id of no type":   {`{"id":[]}`, nil},
		"null":               {`null`, nil},
		"a text":             {`"c2"`, nil},
	} {
		server := httptest.NewServer(answers(200, `{"customers":[`+c.customer+`,`+good+`],"next_cursor":12}`))
		got, next, err := dial(autograb.Options{BaseURL: server.URL}).List(t.Context(), "11")
		server.Close()
		if want := append(c.want, partner.Watched{Ref: "c1", ID: "w1", VIN: polo}); err != nil || next != "12" || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %q, %v", name, got, next, err)
		}
	}
}

func TestAPageThatIsNoneIsUnavailable(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":                   ``,
		"another object":            `{"id":"c1"}`,
		"an array":                  `[]`,
		"a cursor of no type":       `{"customers":[],"next_cursor":{}}`,
		"the cursor that was given": `{"customers":[],"next_cursor":"here"}`,
		"more than a page":          `{"customers":[` + strings.Repeat(`{},`, partner.MaxListed) + `{}]}`,
		"endless":                   `{"customers":[{"id":"` + strings.Repeat("x", 9<<20) + `"}]}`,
	} {
		server := httptest.NewServer(answers(200, body))
		page, _, err := dial(autograb.Options{BaseURL: server.URL}).List(t.Context(), "here")
		server.Close()
		if !errs.Is(err, errs.Unavailable) || page != nil {
			t.Errorf("%s: %v, %v", name, page, err)
		}
	}
}

// Whatever a listing says, the others of the vehicle are seen, and no figure leaves its bounds.
func TestASlipInOneListingHidesNoOther(t *testing.T) {
	for _, price := range []string{`1e18`, `1e400`, `-1`, `"NaN"`, `"Inf"`, `"cheap"`, `{}`, `[1]`, `true`, `9223372036854775808`, `"0x10"`} {
		body := fmt.Sprintf(`{"id":"c1","sightings":[{"lead_id":"l1","listing_price":%s,"at":"never","stock_number":{}},{"lead_id":"l2","listing_price":13500,"at":"2026-11-21","stock_number":7,"sold":true}]}`, price)
		server := httptest.NewServer(answers(200, body))
		got, err := dial(autograb.Options{BaseURL: server.URL}).Vehicle(t.Context(), "c1")
		server.Close()
		if err != nil || len(got.Sightings) != 2 {
			t.Errorf("%s: %+v, %v", price, got, err)
			continue
		}
		if want := (partner.Sighting{ID: "l1"}); got.Sightings[0] != want {
			t.Errorf("%s: %+v", price, got.Sightings[0])
		}
		if want := (partner.Sighting{ID: "l2", Price: 13500, At: yesterday, Stock: "7", Delisted: true, Sold: true}); got.Sightings[1] != want {
			t.Errorf("%s: %+v", price, got.Sightings[1])
		}
	}
}
