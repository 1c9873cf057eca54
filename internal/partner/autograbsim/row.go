package autograbsim

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"
)

// row is one line of a listing feed. Its columns are found by name, without regard to case, spaces, underscores and hyphens;
// other columns are passed over.
type row struct {
	VIN, Rego, State  string
	URL               string
	Make, Model, Year string
	Price             int64
	Seller            string // dealer or private
	SellerName        string // a name of its own, not dealer or private
	Stock             string
	At                time.Time
	Removed           bool
	Sold              bool // and therefore removed
}

// set puts one field of a feed where it belongs.
func (r *row) set(column, value string) {
	value = strings.TrimSpace(value)
	if value == "" {
		return
	}
	switch column {
	case "vin":
		r.VIN = plain(value)
	case "rego":
		r.Rego = plain(value)
	case "state":
		r.State = plain(value)
	case "url", "listingurl":
		r.URL = value
	case "make":
		r.Make = value
	case "model":
		r.Model = value
	case "year":
		r.Year = value
	case "price", "primaryprice":
		r.Price = wholeUnits(value)
	case "sellertype":
		r.Seller = kindOfSeller(value)
	case "seller", "sellername", "dealer":
		if r.Seller == "" {
			r.Seller = kindOfSeller(value)
		}
		if name := nameOfSeller(value); name != "" {
			r.SellerName = name
		}
	case "stock", "stock#", "stockno", "stocknumber":
		r.Stock = value
	case "date", "firstseen":
		r.At = instant(value)
	case "removed":
		r.Removed, _ = strconv.ParseBool(strings.ToLower(value))
	case "sold":
		r.Sold, _ = strconv.ParseBool(strings.ToLower(value))
	}
}

// digest tells rows of a feed apart by what they say, not by when they are read.
func (r row) digest() string {
	return digest(r.VIN, r.Rego, r.State, r.URL, r.Make, r.Model, r.Year, strconv.FormatInt(r.Price, 10), r.Seller,
		r.SellerName, r.Stock, r.At.Format(time.RFC3339Nano), strconv.FormatBool(r.Removed), strconv.FormatBool(r.Sold))
}

func column(header string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "", "\ufeff", "").Replace(header))
}

// wholeUnits reads a price as people write it ($39,998.00); 0 when it is none.
func wholeUnits(text string) int64 {
	number := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return -1
	}, text)
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || value < 0 || value > 1e9 {
		return 0
	}
	return int64(math.Round(value))
}

// kindOfSeller is what the partner says about a seller: a name of a business is a dealer.
func kindOfSeller(text string) string {
	if strings.Contains(strings.ToLower(text), "private") {
		return "private"
	}
	return "dealer"
}

// nameOfSeller is the name in a seller's column, empty where it only says which kind the seller is of.
func nameOfSeller(text string) string {
	switch strings.ToLower(text) {
	case "dealer", "trade", "private", "private seller", "private sale":
		return ""
	}
	return text
}

// instant reads a date, with or without a time of day, in UTC; the zero time when it is none.
func instant(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, time.DateTime} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// listing is the advertisement that a row tells of. Without an address of its own a vehicle has one listing.
func (r row) listing(now time.Time) listing {
	l := listing{
		ID: "lst_" + digest(r.VIN, r.Rego, r.State, r.URL), VIN: r.VIN, Rego: r.Rego, State: r.State, URL: r.URL,
		Title: strings.Join(strings.Fields(r.Year+" "+r.Make+" "+r.Model), " "), Make: r.Make, Model: r.Model, Year: r.Year,
		Price: r.Price, Seller: r.Seller, SellerName: r.SellerName, Stock: r.Stock, At: r.At, Removed: r.Removed || r.Sold, Sold: r.Sold,
	}
	if l.At.IsZero() || l.At.After(now) {
		l.At = now // nobody sees a listing before it is online
	}
	l.URL = cmp.Or(l.URL, "https://listings.example/"+l.ID)
	return l
}

// digestBytes is how much of a digest is kept.
const digestBytes = 10

// digest names what these parts say, the same in every process.
func digest(parts ...string) string {
	sum := sha256.Sum256(key(parts...))
	return hex.EncodeToString(sum[:digestBytes])
}
