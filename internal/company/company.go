// Package company is the dealership as its administrators set it up: the company with its yards, its people with their
// roles, and its connection to the partner that watches vehicles.
//
// A company is created once, with its first administrator (Create). From then on administrators change it through the
// settings routes. All changes of one company's settings take turns (change), so rules that span records always hold: the
// last administrator stays, a yard that something names is not deleted, a yard has one connection, an e-mail address one
// user. A changed or disabled user or role takes effect within seconds everywhere (package access).
//
// A connection holds the dealer's partner key, sealed, and is never shown again but for its last four characters. Creating
// one makes the partner push to a secret address of ours; see Registration for how that survives lost answers and crashes.
//
// Feature recapture asks which connection watches for a yard (ConnectionForYard), opens the account behind it (Watcher),
// and finds the company behind a push (ByHook). Recapture and lead read the profile with its own-stock rules (Load).
package company

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are needed where the system has none

	"golang.org/x/text/language"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Company is a dealership as a whole.
type Company struct {
	Name     string   `json:"name" minLength:"1" maxLength:"100"`
	Country  string   `json:"country" maxLength:"2" doc:"ISO 3166-1 alpha-2; decides which rules of vehicles and of the law apply." example:"AU"`
	TimeZone string   `json:"timezone" maxLength:"64" doc:"IANA name; the company's days begin and end in it." example:"Australia/Sydney"`
	Language string   `json:"language" maxLength:"35" doc:"BCP 47; of mails to customers where nothing better is known." example:"en-AU"`
	Features Features `json:"features,omitzero"`
	OwnStock OwnStock `json:"ownStock,omitzero"`
}

// Features are parts of the product that a company switches on or off.
type Features struct {
	Prospects bool `json:"prospects" required:"false"`
	DMS       bool `json:"dms,omitempty" doc:"Prospects are exchanged with the dealer's management system: those that are made here are told to it, too."`
}

// Location is the company's time zone; UTC where the zone's name is not known any more.
func (c Company) Location() *time.Location {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// normalised is the stored form.
func (c Company) normalised() Company {
	c.Name = strings.TrimSpace(c.Name)
	c.Country = strings.ToUpper(c.Country)
	c.OwnStock.VINs = mapped(c.OwnStock.VINs, vehicle.NormaliseVIN)
	c.OwnStock.Sellers = mapped(c.OwnStock.Sellers, strings.TrimSpace)
	return c
}

// problems lists the rules that a normalised company breaks.
func (c Company) problems() (broken violations) {
	if c.Name == "" {
		broken.add("name", "is empty")
	}
	if !knownCountry(c.Country) {
		broken.add("country", "is not a country's two letters, such as AU")
	}
	if !knownZone(c.TimeZone) {
		broken.add("timezone", "is not the name of a time zone, such as Australia/Sydney")
	}
	if _, err := language.Parse(c.Language); err != nil {
		broken.add("language", "is not the tag of a language, such as en-AU")
	}
	for i, vin := range c.OwnStock.VINs {
		if !vehicle.ValidVIN(vin) {
			broken.add(fmt.Sprintf("ownStock.vins[%d]", i), "is not a VIN: 17 letters and digits without I, O and Q")
		}
	}
	for i, seller := range c.OwnStock.Sellers {
		if seller == "" || len(seller) > maxSeller {
			broken.add(fmt.Sprintf("ownStock.sellers[%d]", i), fmt.Sprintf("is empty or longer than %d bytes", maxSeller))
		}
	}
	return broken
}

func knownCountry(code string) bool {
	region, err := language.ParseRegion(code)
	return err == nil && region.IsCountry() && region.Canonicalize().String() == code
}

// knownZone refuses the empty name and Local, which time.LoadLocation takes for UTC and for this machine's zone.
func knownZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "" && name != "Local"
}

// violations are the broken rules of one input, found in its fields.
type violations []errs.Violation

func (v *violations) add(location, message string) {
	*v = append(*v, errs.Violation{Location: "body." + location, Message: message})
}

// mapped is each text brought into its stored form, each once.
func mapped(texts []string, normalise func(string) string) []string {
	var all []string
	for _, text := range texts {
		if stored := normalise(text); !slices.Contains(all, stored) {
			all = append(all, stored)
		}
	}
	return all
}
