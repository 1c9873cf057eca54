package autograb

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// This file is all that we believe about AutoGrab's wire: paths, names, spellings. No other file of the package spells
// one of them. Each carries a mark that says how much it is worth, so that a line can be corrected when a real key shows
// otherwise, and the golden files in testdata/wire with it:
//
//	confirmed    in AutoGrab's own documents
//	second-hand  in the code or notes of somebody else who uses the API
//	assumed      our guess, by the habits of the rest of the API

// defaultBase serves every region, the UK included. Confirmed.
const defaultBase = "https://api.autograb.com.au"

// Headers. The key's is confirmed with this spelling; that a 429 names its wait in Retry-After is assumed (the documents
// speak of "additional headers").
const (
	headerKey        = "ApiKey"
	headerRetryAfter = "Retry-After"
)

// Query members. The region is confirmed, and so is the state of a plate; that lists can be asked for by name, and how to ask for
// pages, is assumed.
const (
	queryRegion = "region"
	queryState  = "state"
	queryName   = "name"
	queryLimit  = "limit"
	queryCursor = "cursor"
)

// product is the entitlement that a key needs to have cars watched. Confirmed. What the one for valuations is called is not
// public.
const product = "CustomerRecapture"

// route is a method and a path; {id} stands for one of the partner's ids.
type route string

const (
	routeUpload         route = "POST /v2/recapture/upload"           // confirmed
	routeUploadFind     route = "GET /v2/recapture/upload"            // assumed
	routeUploadStatus   route = "GET /v2/recapture/upload/{id}"       // exists; path assumed
	routeCustomers      route = "GET /v2/recapture/customers"         // assumed
	routeCustomer       route = "GET /v2/recapture/customers/{id}"    // exists; path assumed
	routeCustomerDelete route = "DELETE /v2/recapture/customers/{id}" // exists; path assumed
	routeWebhookCreate  route = "POST /v2/webhooks"                   // route confirmed, method assumed
	routeWebhookDelete  route = "DELETE /v2/webhooks/{id}"            // confirmed
	routeWebhookPing    route = "POST /v2/webhooks/{id}/ping"         // confirmed
	routeVIN            route = "GET /v2/vehicles/vins/{id}"          // second-hand
	routePlate          route = "GET /v2/vehicles/registrations/{id}" // confirmed
	routeValuation      route = "POST /v2/valuations/predict"         // second-hand
)

// needs says which product a key lacks that is refused for a route.
func (r route) needs() string {
	switch r {
	case routeVIN, routePlate, routeValuation:
		return "a product for valuations"
	}
	return `the product "` + product + `"`
}

func (r route) method() string { method, _, _ := strings.Cut(string(r), " "); return method }

func (r route) path(id string) string {
	_, path, _ := strings.Cut(string(r), " ")
	return strings.Replace(path, "{id}", url.PathEscape(id), 1)
}

// region is AutoGrab's name of a country's market, or empty where it has none. au, nz, uk and my are confirmed; de is ours
// alone: the simulator serves it for the German demonstration company, the partner does not.
func region(country string) string {
	switch strings.ToUpper(country) {
	case "AU":
		return "au"
	case "NZ":
		return "nz"
	case "GB", "UK":
		return "uk"
	case "MY":
		return "my"
	case "DE":
		return "de"
	}
	return ""
}

// dateLayout is how days travel. Assumed: the documents show dates without a time of day.
const dateLayout = time.DateOnly

// uploadRequest is the body of routeUpload. The members are confirmed.
type uploadRequest struct {
	Name          string          `json:"name"`
	EnableLookups bool            `json:"enable_rego_lookups"`
	Customers     []customerInput `json:"customers"`
}

// customerInput is one vehicle of a list. The partner's documents of some regions also take a name and a mobile number;
// they are not needed to find a vehicle, so no member for them exists here.
type customerInput struct {
	ExternalID   string `json:"external_id"`                // second-hand
	Rego         string `json:"rego,omitempty"`             // confirmed
	State        string `json:"state,omitempty"`            // confirmed
	VIN          string `json:"vin,omitempty"`              // confirmed
	SaleDate     string `json:"sale_date,omitempty"`        // confirmed
	MonitorUntil string `json:"monitor_end_date,omitempty"` // confirmed in the newest documents
}

// uploadAnswer is the upload object: the answer to routeUpload and routeUploadStatus. That it has a name, the look-up
// switch and totals is second-hand; every spelling, the status words and the per-customer results are assumed.
type uploadAnswer struct {
	ID             text           `json:"id"`
	Name           string         `json:"name"`
	Status         string         `json:"status"`
	TotalUploaded  int            `json:"total_uploaded"`
	TotalProcessed int            `json:"total_processed"`
	Customers      []uploadResult `json:"customers"`
}

// uploadResult is what became of one customer of a list. Assumed.
type uploadResult struct {
	ID         text   `json:"id"`
	ExternalID text   `json:"external_id"`
	VIN        string `json:"vin"`
	Error      string `json:"error"`
}

// finished says whether a list will not change any more. The words are assumed.
func (a uploadAnswer) finished() bool {
	switch a.Status {
	case "processed", "completed", "cancelled":
		return true
	}
	return false
}

// uploadsAnswer is the answer to routeUploadFind. Assumed.
type uploadsAnswer struct {
	Uploads []uploadAnswer `json:"uploads"`
}

// customerAnswer is the customer object, in answers and in pushes. Second-hand, by one who read it verbatim.
type customerAnswer struct {
	ID         text             `json:"id"`
	ExternalID text             `json:"external_id"`
	VIN        string           `json:"vin"`
	Rego       string           `json:"rego"`
	State      string           `json:"state"`
	Title      string           `json:"vehicle_title"`
	Sightings  []sightingAnswer `json:"sightings"`
}

// customersAnswer is the answer to routeCustomers; a null or missing cursor says that there is no further page. Assumed.
type customersAnswer struct {
	Customers  []json.RawMessage `json:"customers"` // each a customerAnswer
	NextCursor text              `json:"next_cursor"`
}

// sightingAnswer is one listing in which the partner saw the vehicle. Second-hand, except what is marked.
type sightingAnswer struct {
	At         instant `json:"at"`
	LeadID     text    `json:"lead_id"`
	URL        string  `json:"listing_url"`
	Title      string  `json:"listing_title"`
	Price      amount  `json:"listing_price"`
	SellerType string  `json:"seller_type"`
	SellerName label   `json:"seller_name"`  // assumed
	Stock      label   `json:"stock_number"` // assumed
	DelistedAt instant `json:"delisted_at"`  // assumed
	Sold       bool    `json:"sold"`         // assumed: why a listing is gone
}

// webhookRequest is the body of routeWebhookCreate. Confirmed, except the name of the list of events: assumed.
type webhookRequest struct {
	Name     string   `json:"name"`
	Region   string   `json:"region"`
	Format   string   `json:"format"`
	Endpoint string   `json:"endpoint"`
	Events   []string `json:"events"`
}

// webhookFormat is the only one there is. Confirmed.
const webhookFormat = "json"

// The names of events. Confirmed; the port uses the same words, which is its choice and not a law.
const (
	eventPing        = "ping"
	eventNew         = "recapture_new"
	eventPriceChange = "recapture_price_change"
	eventDelist      = "recapture_delist"
)

// webhookAnswer is the configuration of a webhook. Assumed, as far as its id goes.
type webhookAnswer struct {
	ID text `json:"id"`
}

// errorAnswer is the body of a refusal. Second-hand.
type errorAnswer struct {
	Message string `json:"message"`
}

// pushBody is what AutoGrab sends to a webhook. Assumed: the partner's example is not public.
type pushBody struct {
	Event    string         `json:"event"`
	Customer customerAnswer `json:"customer"`
}

// vehicleAnswer is the answer to routeVIN and routePlate. The members are confirmed; a plate that the partner does not know
// may have a null vehicle.
type vehicleAnswer struct {
	Vehicle *struct {
		ID text `json:"id"`
	} `json:"vehicle"`
}

// valuationRequest is the body of routeValuation. Second-hand.
type valuationRequest struct {
	Region    string `json:"region"`
	VehicleID string `json:"vehicle_id"`
	Kms       int    `json:"kms"`
	Condition int    `json:"condition_score"` // from 1 to 5
}

// valuationAnswer is the answer to routeValuation. Second-hand: the retail price was met under both names.
type valuationAnswer struct {
	Prediction *struct {
		Price  amount `json:"price"`
		Retail amount `json:"retail_price"`
		Trade  amount `json:"trade_price"`
		Score  share  `json:"score"`
	} `json:"prediction"`
}
