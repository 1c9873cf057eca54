package money_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/money"
)

func TestAmountsAsPeopleWriteThem(t *testing.T) {
	for _, test := range []struct {
		text, country string
		want          money.Money
	}{
		{"24995", "AU", money.Money{Amount: 2499500, Currency: "AUD"}},
		{"$21,995", "AU", money.Money{Amount: 2199500, Currency: "AUD"}},
		{"$21,995.50", "CA", money.Money{Amount: 2199550, Currency: "CAD"}},
		{"21.995,00 €", "DE", money.Money{Amount: 2199500, Currency: "EUR"}},
		{"21.995 €", "AU", money.Money{Amount: 2199500, Currency: "EUR"}},
		{"21.995,-", "DE", money.Money{Amount: 2199500, Currency: "EUR"}},
		{"24 995 eur", "DE", money.Money{Amount: 2499500, Currency: "EUR"}},
		{"CAD 24995", "AU", money.Money{Amount: 2499500, Currency: "CAD"}},
		{"US$ 1,234,567.8", "AU", money.Money{Amount: 123456780, Currency: "USD"}},
		{"24’995 CHF", "CH", money.Money{Amount: 2499500, Currency: "CHF"}},
		{"£9,995", "AU", money.Money{Amount: 999500, Currency: "GBP"}},
		{"1.5", "AU", money.Money{Amount: 150, Currency: "AUD"}},
		{"1,500", "JP", money.Money{Amount: 1500, Currency: "JPY"}},
		{" 0 ", "AU", money.Money{Currency: "AUD"}},
	} {
		if m, ok := money.Parse(test.text, test.country); !ok || m != test.want {
			t.Errorf("%q in %s: %+v, %v; want %+v", test.text, test.country, m, ok, test.want)
		}
	}
}

func TestWhatIsNoCertainAmountIsNone(t *testing.T) {
	for _, test := range []struct{ text, country string }{
		{"", "AU"},
		{"POA", "AU"},
		{"-5", "AU"},
		{"$21,995 plus on-road costs", "AU"},
		{"20-25k", "AU"},
		{"$21,995", "DE"},   // whose dollar?
		{"24995", "XX"},     // what currency?
		{"24995 XYZ", "AU"}, // none
		{"¥5000", "AU"},     // two countries'
		{"$24995 AUD", "AU"},
		{"1,234,56", "AU"},
		{"12,34,567", "AU"},
		{"1,,234", "AU"},
		{"1,234.567.890", "AU"},
		{"1.2345", "AU"},
		{"1234,567", "AU"},
		{"1.05", "JP"},
		{"9999999999999", "AU"},
		{"١٢٣", "AU"},
		{"1 . 2", "AU"},
	} {
		if m, ok := money.Parse(test.text, test.country); ok || !m.IsZero() {
			t.Errorf("%q in %s is read as %+v", test.text, test.country, m)
		}
	}
}

func TestAnAmountIsReadBackFromItsOwnText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := money.Money{
			Amount:   rapid.Int64Range(0, 99_999_999_999).Draw(t, "amount"),
			Currency: rapid.SampledFrom([]string{"AUD", "EUR", "USD", "JPY"}).Draw(t, "currency"),
		}
		for _, text := range []string{m.String(), m.Decimal() + " " + m.Currency} {
			if got, ok := money.Parse(text, "DE"); !ok || got != m {
				t.Fatalf("%+v written as %q is read as %+v, %v", m, text, got, ok)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"$21,995", "21.995,00 €", "1,,2", ",", "$", "EUR", "\xff", "1\u00a0000"} {
		f.Add(seed, "AU")
	}
	f.Fuzz(func(t *testing.T, text, country string) {
		m, ok := money.Parse(text, country)
		if !ok {
			return
		}
		if again, ok := money.Parse(m.String(), "AU"); m.Amount < 0 || !ok || again != m {
			t.Fatalf("%q: %+v, read back as %+v", text, m, again)
		}
	})
}
