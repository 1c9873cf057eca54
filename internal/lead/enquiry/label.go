package enquiry

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
)

// label is what a line of a mail is about.
type label int

const (
	unlabelled label = iota
	firstName
	lastName
	fullName
	companyName
	emailAddress
	phoneNumber
	mobileNumber
	street
	city
	state
	postcode
	countryName
	preferredContact
	wrote
	carText
	carYear
	carMake
	carModel
	carTrim
	carVIN
	carRego
	carStock
	carOdometer
	carPrice
	carCondition
	carColour
	carTransmission
	carBody
	carURL
	source
	providerID
	requested
	page
	dealer
	timeframe
	tradeInWanted
	heading // of the mail itself; says nothing new
)

// labels are those that are known, in English and German, by their letters and digits alone.
var labels = index(map[label]string{
	firstName:        "First Name, Firstname, Given Name, Vorname, Customer First Name",
	lastName:         "Last Name, Lastname, Surname, Family Name, Nachname, Customer Last Name",
	fullName:         "Name, Full Name, Your Name, Customer, Customer Name, Contact Name, Buyer Name, Kunde, Kundenname, Ihr Name",
	companyName:      "Company, Company Name, Business Name, Firma",
	emailAddress:     "Email, E-Mail, Email Address, E-Mail Address, Your Email, Customer Email, Contact Email, E-Mail-Adresse, Mail, Buyer Email",
	phoneNumber:      "Phone, Phone Number, Telephone, Tel, Telephone Number, Contact Number, Customer Phone, Daytime Phone, Home Phone, Work Phone, Telefon, Telefonnummer, Rufnummer, Your Phone, Phone No",
	mobileNumber:     "Mobile, Mobile Number, Mobile Phone, Cell, Cell Phone, Cellphone, Handy, Handynummer, Mobil, Mobilnummer, Mobiltelefon",
	street:           "Address, Street, Street Address, Adresse, Straße, Strasse",
	city:             "City, Suburb, Town, Ort, Stadt",
	state:            "State, Province, Region, Bundesland",
	postcode:         "Postcode, Postal Code, Zip, Zip Code, PLZ, Postleitzahl",
	countryName:      "Country, Land",
	preferredContact: "Preferred Contact, Preferred Contact Method, Contact Preference, Preferred Method of Contact, Bevorzugter Kontakt",
	wrote:            "Comments, Comment, Message, Enquiry, Inquiry, Description, Questions, Question, Customer Comments, Additional Comments, Your Message, Nachricht, Anfrage, Bemerkung, Bemerkungen, Kommentar",
	carText:          "Vehicle, Car, Vehicle of Interest, Fahrzeug, Vehicle Name, Listing Title",
	carYear:          "Year, Model Year, Baujahr, Modelljahr",
	carMake:          "Make, Marke, Hersteller",
	carModel:         "Model, Modell",
	carTrim:          "Trim, Variant, Series, Badge, Ausstattung",
	carVIN:           "VIN, VIN Number, Chassis, Chassis Number, FIN, Fahrgestellnummer, Fahrzeugidentnummer",
	carRego:          "Rego, Registration, Registration Number, Plate, License Plate, Licence Plate, Kennzeichen",
	carStock:         "Stock, Stock Number, Stock No, Stock Id, Stock #, Fahrzeugnummer, Bestandsnummer",
	carOdometer:      "Odometer, Mileage, Kilometres, Kilometers, Kms, Kilometerstand, Laufleistung",
	carPrice:         "Price, Listed Price, Asking Price, Advertised Price, Preis, Dealer Price",
	carCondition:     "Condition, Vehicle Condition, Zustand",
	carColour:        "Colour, Color, Exterior Colour, Exterior Color, Farbe",
	carTransmission:  "Transmission, Gearbox, Getriebe",
	carBody:          "Body, Body Style, Body Type, Karosserie",
	carURL:           "Listing URL, Vehicle URL, Ad URL, Link, Source Url, Ad Link, Listing Link",
	source:           "Source, Lead Source, Quelle",
	providerID:       "Lead Id, Lead Number, Lead Reference, Enquiry Id, Inquiry Id, Reference, Reference Number, Anfragenummer",
	requested:        "Submission Date, Date, Request Date, Submitted, Date Submitted, Lead Date, Datum",
	page:             "This form submitted at, This form was submitted at, Submitted from, Page, Page URL",
	dealer:           "Dealer, Dealership, Dealer Name, Location, Händler, Standort",
	timeframe:        "Timeframe, Purchase Timeframe, When, Zeitraum",
	tradeInWanted:    "Trade In, Trade-In, Trade In Vehicle, Inzahlungnahme",
	heading:          "Subject, From, To, Cc, Sent, Betreff, Von, An, Gesendet",
})

// part is a part of a mail under a heading.
type part int

const (
	aboutCustomer part = iota
	aboutVehicle
	aboutTradeIn
	aboutDealer
)

// parts are the headings that are known.
var parts = index(map[part]string{
	aboutCustomer: "Contact, Contact Information, Contact Details, Customer Information, Customer Details, Customer Info, Your Details, Buyer, Buyer Details, Kontakt, Kontaktdaten, Kundendaten",
	aboutVehicle:  "Listing, Listing Details, Vehicle Information, Vehicle Details, Vehicle Info, Vehicle of Interest, Ad Details, Fahrzeugdaten, Inserat",
	aboutTradeIn:  "Trade In Information, Trade In Details, Trade-In Vehicle, Inzahlungnahme Fahrzeug",
	aboutDealer:   "Dealer Information, Dealer Details, Dealership Information, Händlerdaten",
})

// headings are the texts of parts, the longest first.
var headings = sync.OnceValue(func() []string {
	return slices.SortedFunc(maps.Keys(parts()), func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
})

// index finds values by their bare names, once it is first asked.
func index[T comparable](names map[T]string) func() map[string]T {
	return sync.OnceValue(func() map[string]T {
		all := map[string]T{}
		for value, list := range names {
			for name := range strings.SplitSeq(list, ", ") {
				all[bare(name)] = value
			}
		}
		return all
	})
}

// bare is a label by its letters and digits, in lower case: Trade-In? is tradein.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r > 0x7f:
			return r
		}
		return -1
	}, text)
}

// maxLabel is the longest label, in bytes.
const maxLabel = 60

// labelled is a line taken apart: what it is about, the part of the mail that it opens, and its value. A line without a
// known label is unlabelled.
func labelled(text string) (about label, opens part, opening bool, value string) {
	at := strings.IndexAny(text, ":\t")
	if at < 0 {
		opens, opening = parts()[bare(text)]
	}
	if at < 0 || at > maxLabel {
		return unlabelled, opens, opening && len(text) <= maxLabel, ""
	}
	value = strings.TrimSpace(strings.TrimLeft(text[at:], ": \t"))
	name := bare(text[:at])
	if opens, opening = parts()[name]; opening && value == "" {
		return unlabelled, opens, true, ""
	}
	if about = labels()[name]; about != unlabelled {
		return about, 0, false, value
	}
	for _, heading := range headings() { // Ad Details Dealer: …
		if rest, found := strings.CutPrefix(name, heading); found && labels()[rest] != unlabelled {
			return labels()[rest], parts()[heading], true, value
		}
	}
	return unlabelled, 0, false, ""
}
