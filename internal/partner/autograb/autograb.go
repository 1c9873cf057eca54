// Package autograb is the client of AutoGrab's API: it gives AutoGrab lists of vehicles that a dealer once sold, asks what
// became of them, reads the pushes that AutoGrab sends when one is for sale again, and asks what cars are worth.
//
// It implements the ports of package partner. One call is one HTTP request: nothing is retried here, because only the
// caller knows whether a second attempt does harm. No redirect is followed, every call ends in time, every answer is
// bounded, and every failure is classified (package errs) with a text for a dealer that holds neither key nor address.
// Upload and Register are not safe to repeat: where such a call may have reached the partner but its answer was lost, the
// error wraps partner.ErrAmbiguous.
//
// The API's public documents leave gaps. All that is believed about its wire is in mapping.go, each line with its mark, and
// the files in testdata/wire hold it down byte by byte; the simulator beside this package (autograbsim) passes the same files
// without sharing a line of code.
package autograb

import (
	"net/http"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/partner"
)

// Options of the connection to AutoGrab. The zero value talks to the real partner.
type Options struct {
	BaseURL   string           // where the API is, without /v2; empty: https://api.autograb.com.au
	Client    *http.Client     // its Transport is used, its redirects are not; nil: one with its own connections
	UserAgent string           // empty: winback
	Timeout   time.Duration    // of one call with its answer; 0: 20 seconds
	Now       func() time.Time // against which a Retry-After date is measured; nil: the wall clock
}

// account is a dealer's side of the connection; it implements partner.Watcher and partner.Valuer.
type account struct {
	client    *http.Client
	base      string
	userAgent string
	timeout   time.Duration
	now       func() time.Time

	key     string
	country string
	region  string
}

// Dial returns a partner.Dial whose accounts share their connections.
func Dial(options Options) partner.Dial {
	open := accounts(options)
	return func(dealer partner.Account) partner.Watcher { return open(dealer) }
}

// DialValuer returns a partner.DialValuer whose accounts share their connections.
func DialValuer(options Options) partner.DialValuer {
	open := accounts(options)
	return func(dealer partner.Account) partner.Valuer { return open(dealer) }
}

// accounts opens accounts that share their connections.
func accounts(options Options) func(partner.Account) *account {
	base := strings.TrimRight(options.BaseURL, "/")
	if base == "" {
		base = defaultBase
	}
	client := http.Client{}
	if options.Client != nil {
		client = *options.Client
	}
	if client.Transport == nil {
		client.Transport = transport()
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	shared := account{client: &client, base: base, userAgent: options.UserAgent, timeout: options.Timeout, now: options.Now}
	if shared.userAgent == "" {
		shared.userAgent = "winback"
	}
	if shared.timeout <= 0 {
		shared.timeout = 20 * time.Second
	}
	if shared.now == nil {
		shared.now = time.Now
	}
	return func(dealer partner.Account) *account {
		a := shared
		a.key, a.country, a.region = dealer.Key, dealer.Country, region(dealer.Country)
		return &a
	}
}

func transport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	own := standard.Clone()
	own.MaxIdleConnsPerHost = 16
	own.MaxResponseHeaderBytes = 64 << 10
	return own
}
