package mail

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// suppression bars an address of a company from mails. The address itself is not in it, so that it outlives an erasure.
type suppression struct {
	Reason string    `json:"reason"` // bounced or complained
	At     time.Time `json:"at"`
	SendID string    `json:"sendId"` // the mail that caused it
}

var suppressions = table.Kind[suppression]{Name: "suppressed address", Schema: 1}

// suppressionKey names an address by its hash. Addresses that reach the same mailbox in practice are the same.
func suppressionKey(company ident.Company, address string) table.Key {
	if parsed, err := mail.ParseAddress(address); err == nil {
		address = parsed.Address
	}
	return table.In(company, "suppressed", ident.Of("suppressed", company.ID(), strings.ToLower(address))).At()
}

func isSuppressed(ctx context.Context, t *table.Table, company ident.Company, address string) (bool, error) {
	_, err := suppressions.Get(ctx, t, suppressionKey(company, address))
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}
