package dms

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/platform/webhook"
)

// EndpointID names an endpoint within its company.
type EndpointID string

// Endpoint is an address that each new entry of the feed is sent to, signed as Standard Webhooks demand. Entries are sent
// again for about three days until the endpoint takes them. One that takes nothing for that long, or says that it is gone, is
// disabled, and the administrators are told; what it misses is held for it.
type Endpoint struct {
	ID         EndpointID  `json:"id"`
	Name       string      `json:"name"`
	URL        string      `json:"url"`
	Secrets    []Signature `json:"secrets"` // the one that holds first
	Disabled   bool        `json:"disabled,omitempty"`
	Why        string      `json:"why,omitempty"`
	DisabledAt time.Time   `json:"disabledAt,omitzero"`
	CreatedAt  time.Time   `json:"createdAt"`
}

// Signature is a secret that messages are signed with.
type Signature struct {
	Sealed secret.Sealed `json:"sealed"`
	Last4  string        `json:"last4"`
	Until  time.Time     `json:"until,omitzero"` // of one that was replaced; zero: it holds
}

const (
	// MaxEndpoints is the most endpoints of a company.
	MaxEndpoints = 20
	// Overlap is how long a replaced secret signs beside the new one.
	Overlap = 24 * time.Hour

	secretPurpose = "dms-webhook"
)

// Hooks post to endpoints; webhook.Client does.
type Hooks interface {
	// CheckURL says what is wrong with an address; empty: nothing.
	CheckURL(address string) string
	// Post makes one attempt; an error says in words for a dealer why there was no answer.
	Post(ctx context.Context, m webhook.Message) (webhook.Answer, error)
}

var _ Hooks = (*webhook.Client)(nil)

var endpoints = table.Kind[Endpoint]{Name: "dms endpoint", Schema: 1}

func endpointPartition(company ident.Company) table.Partition {
	return table.In(company, "dms-endpoint")
}

func endpointKey(company ident.Company, id EndpointID) table.Key {
	return endpointPartition(company).At(string(id))
}

// allEndpoints are a company's endpoints, by id.
func allEndpoints(ctx context.Context, d app.Deps, company ident.Company) ([]table.Record[Endpoint], error) {
	return endpoints.All(ctx, d.Table, endpointPartition(company), 2*MaxEndpoints) // some who came at once may be too many
}

func loadEndpoint(ctx context.Context, d app.Deps, company ident.Company, id EndpointID) (table.Record[Endpoint], error) {
	record, err := endpoints.Get(ctx, d.Table, endpointKey(company, id))
	if errs.Is(err, errs.NotFound) {
		return record, errs.E(errs.NotFound, "there is no such endpoint")
	}
	return record, err
}

// problems lists the rules that an endpoint breaks.
func (e Endpoint) problems(hooks Hooks) (broken []errs.Violation) {
	if e.Name == "" || utf8.RuneCountInString(e.Name) > 100 || strings.ContainsFunc(e.Name, func(r rune) bool { return r < ' ' }) {
		broken = append(broken, errs.Violation{Location: "body.name", Message: "is empty, longer than 100 characters, or not one line of text"})
	}
	if problem := hooks.CheckURL(e.URL); problem != "" {
		broken = append(broken, errs.Violation{Location: "body.url", Message: problem})
	}
	return broken
}

func secretProblems(text string) (broken []errs.Violation) {
	if problem := webhook.CheckSecret(text); problem != "" {
		broken = append(broken, errs.Violation{Location: "body.secret", Message: problem})
	}
	return broken
}

// Open makes an endpoint under its ID, a new one where that is empty; one that is there under it already is the answer.
func Open(ctx context.Context, d app.Deps, hooks Hooks, company ident.Company, e Endpoint, plain string) (table.Record[Endpoint], error) {
	if err := errs.Violate(append(e.problems(hooks), secretProblems(plain)...)...); err != nil {
		return table.Record[Endpoint]{}, err
	}
	if e.ID == "" {
		e.ID = EndpointID(d.NewID())
	}
	all, err := allEndpoints(ctx, d, company)
	if err != nil {
		return table.Record[Endpoint]{}, err
	}
	if n := slices.IndexFunc(all, func(r table.Record[Endpoint]) bool { return r.Value.ID == e.ID }); n >= 0 {
		return all[n], nil
	}
	if len(all) >= MaxEndpoints {
		return table.Record[Endpoint]{}, errs.E(errs.Conflict, "a company has at most %d endpoints", MaxEndpoints)
	}
	if e, err = e.signedWith(ctx, d, company, plain); err != nil {
		return table.Record[Endpoint]{}, err
	}
	e.CreatedAt = d.Now().UTC()
	if err := d.Commit(ctx, endpoints.Create(endpointKey(company, e.ID), e)); err != nil && !errs.Is(err, errs.Conflict) {
		return table.Record[Endpoint]{}, err
	}
	return loadEndpoint(ctx, d, company, e.ID)
}

// signedWith is the endpoint with another secret; the one that held signs a while longer.
func (e Endpoint) signedWith(ctx context.Context, d app.Deps, company ident.Company, plain string) (Endpoint, error) {
	sealed, err := d.Secrets.Seal(ctx, company, secretPurpose, []byte(plain))
	if err != nil {
		return e, err
	}
	signatures := []Signature{{Sealed: sealed, Last4: plain[len(plain)-4:]}}
	if len(e.Secrets) > 0 {
		old := e.Secrets[0]
		old.Until = d.Now().UTC().Add(Overlap)
		signatures = append(signatures, old)
	}
	e.Secrets = signatures
	return e, nil
}

// secrets are those that sign now, in plain.
func (e Endpoint) secrets(ctx context.Context, d app.Deps, company ident.Company) (all []string, err error) {
	for _, s := range e.Secrets {
		if !s.Until.IsZero() && !d.Now().Before(s.Until) {
			continue
		}
		plain, err := d.Secrets.Open(ctx, company, secretPurpose, s.Sealed)
		if err != nil {
			return nil, errs.E(errs.Internal, "dms: a secret of endpoint %s does not open: %w", e.ID, err)
		}
		all = append(all, string(plain))
	}
	return all, nil
}

// alter changes an endpoint, on what somebody else left where they were quicker; unless match names another version.
func alter(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, id EndpointID, edit func(*Endpoint) error) (table.Record[Endpoint], error) {
	const attempts = 5
	var lost error
	for range attempts {
		record, err := loadEndpoint(ctx, d, company, id)
		if err != nil {
			return record, err
		}
		if err := match.Match(record.Version()); err != nil {
			return record, err
		}
		if err := edit(&record.Value); err != nil {
			return record, err
		}
		if lost = d.Commit(ctx, endpoints.Update(record)); !errs.Is(lost, errs.Conflict) {
			if lost != nil {
				return record, lost
			}
			return loadEndpoint(ctx, d, company, id)
		}
	}
	return table.Record[Endpoint]{}, match.Stale(lost)
}
