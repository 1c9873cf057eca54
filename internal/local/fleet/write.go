package fleet

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// WriteList writes the cars as the CSV file that a dealer uploads.
func WriteList(w io.Writer, cars []Car) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := make([][]string, 0, len(cars)+1)
	rows = append(rows, []string{
		"vin", "rego", "state", "make", "model", "year",
		"customer_first_name", "customer_last_name", "customer_email", "customer_mobile", "sold_on", "reference",
	})
	for _, c := range cars {
		rows = append(rows, []string{
			c.VIN, c.Rego, c.State, c.Make, c.Model, strconv.Itoa(c.Year),
			c.First, c.Last, c.Email, c.Mobile, c.SoldOn.Format(time.DateOnly), c.Reference,
		})
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	return nil
}

// WriteListings writes a share (0 to 1, rounded to whole cars) of the cars as a feed of listings: each once, for sale
// again some time after it was sold, which may be to come: such a listing appears when its feed is read. The seed chooses
// which.
func WriteListings(w io.Writer, cars []Car, share float64, seed uint64) error {
	if !(share >= 0 && share <= 1) {
		return fmt.Errorf("write listings: a share of %v is not between 0 and 1", share)
	}
	random := rand.New(rand.NewPCG(seed, 2))
	chosen := random.Perm(len(cars))[:int(share*float64(len(cars))+0.5)]
	out := csv.NewWriter(w)
	rows := make([][]string, 0, len(chosen)+1)
	rows = append(rows, []string{"vin", "price", "url", "date", "make", "model", "year", "rego", "state", "seller"})
	for _, i := range chosen {
		c, site := cars[i], sites[random.IntN(len(sites))]
		listed := c.SoldOn.AddDate(0, 0, 30+random.IntN(700))
		price := c.Price * (85 + random.IntN(25)) / 100
		rows = append(rows, []string{
			c.VIN, strconv.Itoa(price), listingURL(site.host, c, i), listed.Format(time.DateOnly),
			c.Make, c.Model, strconv.Itoa(c.Year), c.Rego, c.State, site.seller,
		})
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write listings: %w", err)
	}
	return nil
}

// sites are where invented cars are listed, and who sells there.
var sites = []struct{ host, seller string }{
	{"www.carsquare.example", "dealer"},
	{"www.carsquare.example", "private"},
	{"www.wheelmarket.example", "dealer"},
	{"www.ute-and-van.example", "dealer"},
	{"www.neighbour-ads.example", "private"},
}

func listingURL(host string, c Car, number int) string {
	words := strings.Fields(fmt.Sprintf("%d %s %s %d", c.Year, c.Make, c.Model, 100_000+number))
	slug := strings.ToLower(strings.Join(words, "-"))
	return (&url.URL{Scheme: "https", Host: host, Path: "/cars/" + slug}).String()
}
