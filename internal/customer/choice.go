package customer

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Choice is the customer that a request for a lead, an appraisal or a prospect is about: the id of one who is known, or
// the particulars of a new one, who is made in the same transaction.
type Choice struct {
	ID  ID
	New *Newcomer
}

// Newcomer is what is asked of a customer who is made in passing.
type Newcomer struct {
	First  string `json:"first,omitempty" maxLength:"60"`
	Last   string `json:"last,omitempty" maxLength:"60"`
	Email  string `json:"email,omitempty" maxLength:"254"`
	Mobile string `json:"mobile,omitempty" maxLength:"30"`
}

// UnmarshalJSON reads the text of an id or the object of a newcomer.
func (c *Choice) UnmarshalJSON(data []byte) error {
	if strings.HasPrefix(string(data), `"`) {
		return json.Unmarshal(data, &c.ID)
	}
	c.New = new(Newcomer)
	return json.Unmarshal(data, c.New)
}

// Schema describes the two forms.
func (Choice) Schema(r huma.Registry) *huma.Schema {
	longest := 64
	return &huma.Schema{
		Description: "The id of a customer, or the particulars of a new one.",
		OneOf:       []*huma.Schema{{Type: huma.TypeString, MaxLength: &longest}, r.Schema(reflect.TypeFor[Newcomer](), true, "Newcomer")},
	}
}

// Chosen is the customer of a choice, who may still have to be made.
type Chosen struct {
	Customer
	isNew     bool
	completed *table.Record[Customer] // the record, where Customer knows more than it
}

// Find is the customer of a choice; a new one is to be made under the id, an empty id being a new one. What is wrong with
// the choice is told at its location in the input.
func (c Choice) Find(ctx context.Context, d app.Deps, co ident.Company, id ID, at string) (Chosen, []errs.Violation, error) {
	if c.New == nil {
		record, err := Load(ctx, d, co, c.ID)
		if errs.Is(err, errs.NotFound) {
			return Chosen{}, []errs.Violation{{Location: at, Message: "is no customer of yours"}}, nil
		}
		return Chosen{Customer: record.Value}, nil, err
	}
	if id == "" {
		id = ID(d.NewID())
	}
	made := Customer{ID: id, First: c.New.First, Last: c.New.Last, Email: c.New.Email, Mobile: c.New.Mobile}.normalised()
	broken := made.problems()
	for i := range broken {
		broken[i].Location = at + strings.TrimPrefix(broken[i].Location, "body")
	}
	return Chosen{Customer: made, isNew: true}, broken, nil
}

// Commit writes ops in one transaction with the customer, where that is new or has learned something. What the user made
// comes first: the audit goes by it.
func (c Chosen) Commit(d app.Deps, co ident.Company) func(ctx context.Context, ops ...table.Op) error {
	if c.completed != nil {
		return func(ctx context.Context, ops ...table.Op) error {
			record := *c.completed
			before := record.Value
			record.Value = c.Customer
			return list.Write(ctx, d.Table, co, &before, &c.Customer, func(ctx context.Context) error {
				return d.Commit(ctx, append(ops, customers.Update(record))...)
			})
		}
	}
	if !c.isNew {
		return d.Commit
	}
	return func(ctx context.Context, ops ...table.Op) error {
		_, err := Add(ctx, d, co, c.Customer, func(ctx context.Context, more ...table.Op) error {
			return d.Commit(ctx, append(ops[:len(ops):len(ops)], more...)...)
		})
		return err
	}
}
