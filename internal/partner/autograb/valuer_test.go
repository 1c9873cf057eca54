package autograb_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// valuing is a partner that gives one answer to everything.
func valuing(t *testing.T, status int, body string) partner.Valuer {
	t.Helper()
	server := httptest.NewServer(answers(status, body))
	t.Cleanup(server.Close)
	return autograb.DialValuer(autograb.Options{BaseURL: server.URL})(partner.Account{Key: secret, Country: "AU"})
}

func TestAnEstimateIsReadByEitherName(t *testing.T) {
	for body, want := range map[string]partner.Estimate{
		`{"prediction":{"price":26640,"trade_price":22644,"score":0.82}}`:    {Retail: 26640, Trade: 22644, Score: 0.82},
		`{"prediction":{"retail_price":"26640.4","trade_price":"22644.6"}}`:  {Retail: 26640, Trade: 22645},
		`{"prediction":{"retail_price":30000,"price":1,"trade_price":null}}`: {Retail: 30000},
		`{"prediction":{"trade_price":9000,"score":7}}`:                      {Trade: 9000},
		`{"prediction":{"price":26640,"score":"sure"}}`:                      {Retail: 26640},
	} {
		got, err := valuing(t, 200, body).Value(t.Context(), partner.Valuation{Ref: "car"})
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v, want %+v", body, got, err, want)
		}
	}
}

func TestAnEstimateWithoutAnAmountIsNone(t *testing.T) {
	for _, body := range []string{
		`{}`, `{"prediction":null}`, `{"prediction":{}}`, `{"prediction":{"price":0,"trade_price":0}}`, `{"prediction":{"price":-5,"trade_price":4000}}`,
		`{"prediction":{"price":"a lot"}}`, `{"prediction":{"price":1e18,"trade_price":4000}}`, `{"prediction":[1]}`, `[]`,
	} {
		_, err := valuing(t, 200, body).Value(t.Context(), partner.Valuation{Ref: "car"})
		check(t, err, errs.Unavailable, false)
	}
}

func TestACarThatThePartnerDoesNotKnowIsNotFound(t *testing.T) {
	for body, kind := range map[string]errs.Kind{
		`{"vehicle":null}`: errs.NotFound, `{}`: errs.NotFound, `{"vehicle":{"id":null}}`: errs.Unavailable, `{"vehicle":{"id":{}}}`: errs.Unavailable,
	} {
		_, err := valuing(t, 200, body).Identify(t.Context(), partner.Vehicle{Rego: "ABC12D", State: "NSW"})
		check(t, err, kind, false)
	}
	_, err := valuing(t, 404, `{"message":"Vehicle not found"}`).Identify(t.Context(), partner.Vehicle{VIN: polo})
	check(t, err, errs.NotFound, false)
	_, err = valuing(t, 200, `{"vehicle":{"id":7}}`).Identify(t.Context(), partner.Vehicle{})
	check(t, err, errs.NotFound, false)
}

func TestARefusedValuationDoesNotNameTheProductOfAnotherUse(t *testing.T) {
	_, err := valuing(t, 403, `{"message":"no licence"}`).Value(t.Context(), partner.Valuation{Ref: "car"})
	check(t, err, errs.Forbidden, false)
	if text := errs.Text(err); !strings.Contains(text, "valuations") || strings.Contains(text, "CustomerRecapture") {
		t.Errorf("a dealer reads %q", text)
	}
}
