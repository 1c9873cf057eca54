package money_test

import (
	"math"
	"testing"

	"github.com/winback-auto/winback/internal/money"
)

func TestAPriceIsInTheCurrencyOfItsCountry(t *testing.T) {
	for _, c := range []struct {
		country string
		whole   int64
		want    money.Money
		text    string
	}{
		{"AU", 13500, money.Money{Amount: 1350000, Currency: "AUD"}, "AUD 13,500"},
		{"DE", 999, money.Money{Amount: 99900, Currency: "EUR"}, "EUR 999"},
		{"JP", 1200000, money.Money{Amount: 1200000, Currency: "JPY"}, "JPY 1,200,000"},
		{"GB", -5, money.Money{Amount: -500, Currency: "GBP"}, "-GBP 5"},
	} {
		got, ok := money.In(c.country, c.whole)
		if !ok || got != c.want || got.String() != c.text {
			t.Errorf("In(%s, %d) = %v %q, want %v %q", c.country, c.whole, got, got, c.want, c.text)
		}
	}
}

func TestMinorUnitsShowWhereThereAreAny(t *testing.T) {
	if got := (money.Money{Amount: 105, Currency: "AUD"}).String(); got != "AUD 1.05" {
		t.Errorf("got %q", got)
	}
}

func TestAnAbsurdPriceIsCutAndNoCountryHasNoPrice(t *testing.T) {
	if got, ok := money.In("AU", math.MaxInt64); !ok || got.Amount <= 0 {
		t.Errorf("got %v", got)
	}
	if _, ok := money.In("nowhere", 1); ok {
		t.Error("a price without a currency")
	}
}

func TestADecimalIsForPrograms(t *testing.T) {
	for want, m := range map[string]money.Money{
		"13500.00": {Amount: 1_350_000, Currency: "AUD"},
		"-0.07":    {Amount: -7, Currency: "EUR"},
		"1350":     {Amount: 1350, Currency: "JPY"},
		"":         {Amount: 1, Currency: "no"},
	} {
		if got := m.Decimal(); got != want {
			t.Errorf("%+v is %q, want %q", m, got, want)
		}
	}
}
