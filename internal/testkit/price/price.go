// Package price turns what a rehearsal has counted into dollars, by the list prices in prices.json, which is dated and names
// the source of each.
package price

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

//go:embed prices.json
var prices []byte

// What is used beside the names of package awssim.
const (
	LambdaRequests  = "lambda:Requests"
	LambdaGBSeconds = "lambda:GBSeconds" // configured memory × time, rounded up to the millisecond
	HTTPRequests    = "apigateway:Requests"
	Schedules       = "scheduler:Invocations"
	Events          = "events:Delivered"
	MailsIn         = "ses:Received"       // that came in
	MailChunksIn    = "ses:ReceivedChunks" // whole 256 kB of them
	KMSRequests     = "kms:Requests"
	SecretRequests  = "secretsmanager:Requests"
	SignInCalls     = "cognito:Calls"
)

// Price is what one thing costs.
type Price struct {
	Name string  `json:"name"`
	USD  float64 `json:"usd"`
	Per  float64 `json:"per"` // of Unit
	Unit string  `json:"unit"`
	// Unknown says that nobody has found the price: what is used of it is listed beside the bill.
	Unknown bool   `json:"unknown"`
	Region  string `json:"region"` // where the price was found to hold
	Source  string `json:"source"`
}

// List is a dated list of prices.
type List struct {
	Dated    string  `json:"dated"` // 2026-11-22
	Currency string  `json:"currency"`
	Note     string  `json:"note"`
	Prices   []Price `json:"prices"`
}

// Current is the list in this package.
func Current() (List, error) {
	var list List
	if err := json.Unmarshal(prices, &list); err != nil {
		return list, fmt.Errorf("price: %w", err)
	}
	return list, nil
}

// Usage are amounts by their names.
type Usage map[string]float64

// Add counts an amount.
func (u Usage) Add(name string, amount float64) { u[name] += amount }

// Of is what a tally of an account comes to. A service that nobody has priced is an error.
func Of(tally awssim.Tally) (Usage, error) {
	usage := Usage{}
	for name, n := range tally.Calls {
		switch service, _, _ := strings.Cut(name, ":"); service {
		case "kms":
			usage.Add(KMSRequests, float64(n))
		case "secretsmanager":
			usage.Add(SecretRequests, float64(n))
		case "cognito":
			usage.Add(SignInCalls, float64(n))
		case "dynamodb", "sqs", "ses", "logs", "xray", "lambda", "sms-voice", "s3": // by what they spend, and not by calls
		default:
			return nil, fmt.Errorf("price: nobody knows what %s costs", name)
		}
	}
	for name, amount := range tally.Spent {
		usage.Add(name, amount)
	}
	return usage, nil
}

// Line is the cost of one thing.
type Line struct {
	Price
	Amount float64
	Cost   float64 // in dollars
}

// Bill is what a usage costs, the dearest first.
type Bill struct {
	Lines    []Line
	Total    float64 // in dollars
	Unpriced []Line  // used, and of unknown price
}

// Bill prices a usage. What is not in the list is an error: nothing is free by accident.
func (l List) Bill(usage Usage) (Bill, error) {
	var bill Bill
	for _, name := range slices.Sorted(maps.Keys(usage)) {
		i := slices.IndexFunc(l.Prices, func(p Price) bool { return p.Name == name })
		if i < 0 {
			return bill, fmt.Errorf("price: the list of %s has no price for %s", l.Dated, name)
		}
		line := Line{Price: l.Prices[i], Amount: usage[name]}
		if line.Unknown {
			bill.Unpriced = append(bill.Unpriced, line)
			continue
		}
		line.Cost = line.Amount * line.USD / line.Per
		bill.Lines = append(bill.Lines, line)
		bill.Total += line.Cost
	}
	slices.SortStableFunc(bill.Lines, func(a, b Line) int {
		switch {
		case a.Cost > b.Cost:
			return -1
		case a.Cost < b.Cost:
			return 1
		}
		return 0
	})
	return bill, nil
}

// Outcome is what a piece of work has left behind, and what came in for it.
type Outcome struct {
	WriteUnits float64 // of each stored item once; see dynamosim.Snapshot.Least
	Mails      int     // to one recipient each
	Requests   int     // over HTTPS, pushes included
}

// Least is the usage that no design goes below for an outcome: every item is written once and never read, every mail is handed
// over once, every request invokes a function that takes no time. Queues, keys, logs and traces are not needed for it.
func (o Outcome) Least() Usage {
	return Usage{
		awssim.WriteUnits: o.WriteUnits, awssim.Mails: float64(o.Mails),
		HTTPRequests: float64(o.Requests), LambdaRequests: float64(o.Requests),
	}
}
