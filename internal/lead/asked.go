package lead

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead/enquiry"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Asked is an enquiry as it came in for a lead.
type Asked struct {
	Lead ID `json:"lead,omitempty" doc:"The lead that it came in for, where that was merged into this one."`

	At time.Time `json:"at" doc:"When it came in."`
	enquiry.Enquiry
}

// receipt remembers what became of an enquiry, so that it has one effect however often it is sent. Versions are the digests
// of what was said under the key.
type receipt struct {
	Lead     ID        `json:"lead"`
	At       time.Time `json:"at"`
	Versions []string  `json:"versions"`
}

// turn is what enquiries of one customer change one after the other.
type turn struct {
	At time.Time `json:"at"` // of the last
}

var (
	turns    = table.Kind[turn]{Name: "enquiry turn", Schema: 1}
	receipts = table.Kind[receipt]{Name: "enquiry receipt", Schema: 1}
	enquired = table.Kind[Asked]{Name: "enquiry", Schema: 1, Limit: 96 << 10} // 8,000 characters of comments, and what else is bounded
)

// How long an enquiry is known. One that its provider names is the same for ever, as far as a dealer is concerned; the same
// words without a name may be meant anew after a month.
const (
	keepNamed   = 400 * 24 * time.Hour
	keepUnnamed = 30 * 24 * time.Hour
	// maxVersions bounds the versions of an enquiry that are told apart; a further one is another enquiry.
	maxVersions = 30
)

func receiptKey(company ident.Company, key string) table.Key {
	return table.In(company, "enquiry", key).At()
}

func turnKey(company ident.Company, who customer.ID) table.Key {
	return table.In(company, "enquiry-turn", string(who)).At()
}

func enquiryPartition(company ident.Company, id ID) table.Partition {
	return table.In(company, "lead-enquiry", string(id))
}

// expiry is when an enquiry that came in at an instant is no longer known.
func expiry(e enquiry.Enquiry, at time.Time) time.Time {
	if e.ID != "" {
		return at.Add(keepNamed)
	}
	return at.Add(keepUnnamed)
}

// instant sorts as time does.
const instant = "2006-01-02T15:04:05.000Z"

// maxAsked is the most enquiries that a lead shows.
const maxAsked = 20

// Enquiries are those of a lead, the last first, at most 20.
func Enquiries(ctx context.Context, d app.Deps, company ident.Company, l Lead) ([]Asked, error) {
	if l.Enquiries == 0 {
		return []Asked{}, nil
	}
	records, _, err := enquired.Query(ctx, d.Table, table.Query{Partition: string(enquiryPartition(company, l.ID)), Limit: maxAsked, Descending: true})
	return table.Values(records), err
}

// known reports whether the version was received.
func (r receipt) known(version string) bool { return slices.Contains(r.Versions, version) }
