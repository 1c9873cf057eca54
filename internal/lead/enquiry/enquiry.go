// Package enquiry reads electronic leads: what lead providers, web sites and people send when somebody asks about a car.
//
// They come in three forms. ADF, an XML of 2000 that hardly anybody writes as it is defined (adf.go); our own JSON
// (json.go); and mails, with an ADF document inside, or with lines such as "Name: Ann Lee" (mail.go). Each becomes the same
// Enquiry, in the words of ADF and STAR. The package does no I/O; it decides neither who the customer is nor whose lead it
// becomes. Package lead does (capture.go).
//
// Two rules hold for every form. Nothing is guessed: a full name is taken apart only where it has one possible reading, a
// number is a telephone number only if a numbering plan says so, a layout that is not known is not read as if it were. And
// nothing is lost: what no field can hold in a valid form stays as text under Further, with a Warning that says so. A
// document is refused only when it cannot be read or names nobody who could be answered; JSON, which is ours, is as strict as
// the rest of the interface.
//
// Whatever a document holds, time and memory are proportional to its size, and its size, depth, elements and attributes are
// bounded before anything is made of them. Document types, entities and links are never resolved.
package enquiry

import (
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Enquiry is one electronic lead: somebody asks a dealer about a vehicle. Empty means: not said.
type Enquiry struct {
	ID            string    `json:"id,omitempty" maxLength:"100" doc:"What the provider calls this enquiry. Sent again under it, the enquiry is the same." example:"CS-20261122-0042"`
	Provider      Provider  `json:"provider,omitzero" doc:"Who sends it; default: the connection's name."`
	RequestDate   time.Time `json:"requestDate,omitzero" doc:"When the customer asked."`
	Customer      Customer  `json:"customer"`
	Timeframe     string    `json:"timeframe,omitempty" maxLength:"200" doc:"When the customer wants to buy."`
	Comments      string    `json:"comments,omitempty" maxLength:"8000" doc:"What the customer wrote."`
	Vehicle       *Vehicle  `json:"vehicle,omitempty" doc:"The vehicle that the customer asks about."`
	OtherVehicles []Vehicle `json:"otherVehicles,omitempty" maxItems:"10" doc:"Further vehicles that the customer asks about."`
	TradeIn       *Vehicle  `json:"tradeIn,omitempty" doc:"The customer's own car."`
	Vendor        Vendor    `json:"vendor,omitzero" doc:"The dealer that is asked, as the provider knows them; a yard's name leads to the yard."`
	Further       []string  `json:"further,omitempty" maxItems:"60" maxLength:"400" doc:"Whatever else was said, a line each."`
	Warnings      []string  `json:"warnings,omitempty" readOnly:"true" doc:"What was read differently than its sender may expect."`
}

// Provider is who sends an enquiry: a marketplace, a manufacturer, the dealer's own site.
type Provider struct {
	Name    string `json:"name,omitempty" maxLength:"100" example:"Carsales"`
	Service string `json:"service,omitempty" maxLength:"100"`
	URL     string `json:"url,omitempty" maxLength:"500" doc:"A page about the enquiry."`
}

// Customer is who asks.
type Customer struct {
	Name             Name    `json:"name,omitzero"`
	Company          string  `json:"company,omitempty" maxLength:"100"`
	Email            string  `json:"email,omitempty" maxLength:"254" example:"kim.nguyen@mail.example"`
	Phones           []Phone `json:"phones,omitempty" maxItems:"5"`
	PreferredContact string  `json:"preferredContact,omitempty" enum:"email,phone"`
	Address          Address `json:"address,omitzero"`
}

// Name is a person's name, in parts where these are certain, else in full.
type Name struct {
	First  string `json:"first,omitempty" maxLength:"60"`
	Middle string `json:"middle,omitempty" maxLength:"60"`
	Last   string `json:"last,omitempty" maxLength:"60"`
	Full   string `json:"full,omitempty" maxLength:"120" doc:"Where the parts are not known."`
}

// String is the whole name.
func (n Name) String() string {
	if n.Full != "" {
		return n.Full
	}
	return strings.Join(strings.Fields(n.First+" "+n.Middle+" "+n.Last), " ")
}

// Phone is a telephone number: E.164 where it is one of a numbering plan, else as it was written.
type Phone struct {
	Number string `json:"number" minLength:"4" maxLength:"40" example:"+61 400 000 000"`
	Type   string `json:"type,omitempty" enum:"voice,cellphone,fax,pager"`
	Time   string `json:"time,omitempty" enum:"morning,afternoon,evening,day,nopreference" doc:"When to call."`
}

// Address is where the customer lives or works.
type Address struct {
	Street     string `json:"street,omitempty" maxLength:"100"`
	City       string `json:"city,omitempty" maxLength:"100"`
	RegionCode string `json:"regionCode,omitempty" maxLength:"40" doc:"State or province."`
	PostalCode string `json:"postalCode,omitempty" maxLength:"12"`
	Country    string `json:"country,omitempty" maxLength:"2" doc:"ISO 3166-1 alpha-2."`
}

// Interest is what the customer wants with a vehicle.
type Interest string

// The interests.
const (
	Buy       Interest = "buy"
	Lease     Interest = "lease"
	Sell      Interest = "sell"
	TradeIn   Interest = "trade-in"
	TestDrive Interest = "test-drive"
)

// Vehicle is a car that an enquiry speaks of, as far as it says which.
type Vehicle struct {
	vehicle.Vehicle
	Interest     Interest    `json:"interest,omitempty" enum:"buy,lease,sell,trade-in,test-drive" doc:"Default: buy."`
	Status       string      `json:"status,omitempty" enum:"new,used"`
	Trim         string      `json:"trim,omitempty" maxLength:"200"`
	Stock        string      `json:"stock,omitempty" maxLength:"60" doc:"The dealer's stock number."`
	Doors        string      `json:"doors,omitempty" maxLength:"20"`
	BodyStyle    string      `json:"bodyStyle,omitempty" maxLength:"60"`
	Transmission string      `json:"transmission,omitempty" maxLength:"60"`
	Exterior     string      `json:"exteriorColor,omitempty" maxLength:"60"`
	Interior     string      `json:"interiorColor,omitempty" maxLength:"60"`
	Odometer     *Odometer   `json:"odometer,omitempty"`
	Price        money.Money `json:"price,omitzero"`
	PriceType    string      `json:"priceType,omitempty" enum:"quote,offer,msrp,invoice,call,appraisal,asking"`
	Options      []string    `json:"options,omitempty" maxItems:"30"`
	Finance      *Finance    `json:"finance,omitempty"`
	URL          string      `json:"url,omitempty" maxLength:"500" doc:"The advertisement."`
	Comments     string      `json:"comments,omitempty" maxLength:"1000"`
}

// Odometer is a reading with its unit.
type Odometer struct {
	Value  int    `json:"value" minimum:"0" maximum:"9999999"`
	Unit   string `json:"unit" enum:"km,mi"`
	Status string `json:"status,omitempty" enum:"unknown,rolledover,replaced,original"`
}

// Finance is how the customer would pay.
type Finance struct {
	Method      string      `json:"method,omitempty" maxLength:"60" doc:"cash, finance, lease …"`
	DownPayment money.Money `json:"downPayment,omitzero"`
	Monthly     money.Money `json:"monthly,omitzero"`
	Total       money.Money `json:"total,omitzero"`
	Balance     money.Money `json:"balance,omitzero" doc:"What is still owed on the customer's own car."`
}

// Vendor is the dealer that an enquiry is meant for.
type Vendor struct {
	ID   string `json:"id,omitempty" maxLength:"60"`
	Name string `json:"name,omitempty" maxLength:"100"`
}

// Options say for whom an enquiry is read, and from whom.
type Options struct {
	Country  string         // of the company, ISO 3166-1 alpha-2: its numbering plan, currency and plates
	State    string         // of a rego without one, where the country registers by state: the yard's
	Zone     *time.Location // of times without one; nil: UTC
	Provider string         // who sends where the document does not say
	Now      time.Time      // a request date after it is a mistake; zero: unchecked
}

// Document is what became of a document: one that holds several prospects may have good and bad ones.
type Document struct {
	Enquiries []Enquiry
	Refused   []Refusal
}

// Refusal says why one prospect of a document is no enquiry. It never repeats what the document says.
type Refusal struct {
	Prospect int    `json:"prospect"` // from 1
	Reason   string `json:"reason"`
}

// Bounds of what is read. Bytes are those of the document as it arrives.
const (
	MaxBytes     = 256 << 10 // of a document
	MaxMail      = 4_500_000 // of a mail with its attachments, which are skipped
	MaxProspects = 50
	maxComments  = 8000 // characters
	maxFurther   = 60   // lines
	maxLine      = 400  // characters of a further line
	maxOthers    = 10   // vehicles
	maxPhones    = 5
	maxOptions   = 30
)
