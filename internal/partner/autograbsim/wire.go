package autograbsim

import (
	"bytes"
	"encoding/json"
	"time"
)

// The partner's JSON, spelled here a second time on purpose: see the package comment.

// maybe is a text of an answer that is null when there is none.
type maybe string

func (m maybe) MarshalJSON() ([]byte, error) {
	if m == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(m))
}

// uploadBody is what a client sends to have vehicles watched. A null is the same as nothing.
type uploadBody struct {
	Name       string         `json:"name"`
	Lookups    bool           `json:"enable_rego_lookups"`
	MonitorEnd string         `json:"monitor_end_date"` // for customers that have none
	Customers  []customerItem `json:"customers"`
}

// customerItem is one vehicle of a list.
type customerItem struct {
	ExternalID string `json:"external_id,omitempty"`
	Rego       string `json:"rego,omitempty"`
	State      string `json:"state,omitempty"`
	VIN        string `json:"vin,omitempty"`
	SaleDate   string `json:"sale_date,omitempty"`
	MonitorEnd string `json:"monitor_end_date,omitempty"`
}

// uploadObject describes a list; results are there once it is processed.
type uploadObject struct {
	ID             string         `json:"id"`
	Name           string         `json:"name"`
	Status         string         `json:"status"`
	Lookups        bool           `json:"enable_rego_lookups"`
	TotalUploaded  int            `json:"total_uploaded"`
	TotalProcessed int            `json:"total_processed"`
	TotalErrors    int            `json:"total_errors"`
	Customers      []uploadResult `json:"customers,omitempty"`
}

// uploadResult is what became of one customer of a list.
type uploadResult struct {
	ID         maybe `json:"id"`
	ExternalID maybe `json:"external_id"`
	VIN        maybe `json:"vin"`
	Error      maybe `json:"error"`
}

type uploadsObject struct {
	Uploads []uploadObject `json:"uploads"`
}

// customerObject is a watched vehicle.
type customerObject struct {
	ID               string            `json:"id"`
	LastUpdated      time.Time         `json:"last_updated"`
	Rego             maybe             `json:"rego"`
	State            maybe             `json:"state"`
	VIN              maybe             `json:"vin"`
	ExternalID       maybe             `json:"external_id"`
	SaleDate         maybe             `json:"sale_date"`
	MonitorStart     maybe             `json:"monitor_start_date"`
	MonitorEnd       maybe             `json:"monitor_end_date"`
	VehicleTitle     maybe             `json:"vehicle_title"`
	AdditionalFields map[string]string `json:"additional_fields"`
	Sightings        []sightingObject  `json:"sightings"`
}

// sightingObject is one listing in which the vehicle was seen.
type sightingObject struct {
	At         time.Time  `json:"at"`
	LeadID     string     `json:"lead_id"`
	URL        string     `json:"listing_url"`
	Title      maybe      `json:"listing_title"`
	Price      *int64     `json:"listing_price"`
	SellerType maybe      `json:"seller_type"`
	SellerName maybe      `json:"seller_name"`
	Stock      maybe      `json:"stock_number"`
	DelistedAt *time.Time `json:"delisted_at"`
	Sold       bool       `json:"sold"`
}

// customersObject is a page of customers.
type customersObject struct {
	Customers  []customerObject `json:"customers"`
	NextCursor maybe            `json:"next_cursor"`
}

// webhookObject is a webhook's configuration, in requests without the id.
type webhookObject struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Region   string   `json:"region"`
	Format   string   `json:"format"`
	Endpoint string   `json:"endpoint"`
	Events   []string `json:"events"`
}

// pushObject is what a webhook receives.
type pushObject struct {
	Event    string          `json:"event"`
	Region   string          `json:"region"`
	SentAt   time.Time       `json:"sent_at"`
	Customer *customerObject `json:"customer,omitempty"`
}

// vehicleObject is the answer to a look-up by plate or VIN.
type vehicleObject struct {
	VIN     maybe       `json:"vin"`
	Colour  maybe       `json:"colour"`
	Vehicle vehicleInfo `json:"vehicle"`
}

type vehicleInfo struct {
	ID    string `json:"id"`
	Title maybe  `json:"title"`
	Make  maybe  `json:"make"`
	Model maybe  `json:"model"`
	Year  maybe  `json:"year"`
}

// valuationBody is what a client asks for an estimate by.
type valuationBody struct {
	Region    string `json:"region"`
	VehicleID string `json:"vehicle_id"`
	Kms       *int64 `json:"kms"`
	Condition int    `json:"condition_score"`
}

// valuationObject is an estimate.
type valuationObject struct {
	Prediction predictionObject `json:"prediction"`
}

type predictionObject struct {
	Price int64   `json:"price"`
	Trade int64   `json:"trade_price"`
	Score float64 `json:"score"`
	Kms   int64   `json:"kms"`
}

type messageObject struct {
	Message string `json:"message"`
}

func refusal(text string) messageObject { return messageObject{Message: text} }

// encode is JSON as the partner writes it: web addresses stay readable.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
