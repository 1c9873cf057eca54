package queue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Topic is a command to one consumer, carried out with a T. Its name is that of the queue: imperative, in kebab case.
type Topic[T any] struct{ Name string }

// envelope is the body of every message.
type envelope struct {
	Company string          `json:"company"`
	Data    json.RawMessage `json:"data"`
}

// Message makes a message to be promised with a write. Its id is given by the table, one per write.
func (t Topic[T]) Message(company ident.Company, data T) table.Message {
	return t.At(time.Time{}, company, data)
}

// At makes a message that is not published before an instant. Up to a minute later is normal: the sweeper does it.
func (t Topic[T]) At(at time.Time, company ident.Company, data T) table.Message {
	inner, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("queue: %s: a command must be plain data: %v", t.Name, err))
	}
	body, err := json.Marshal(envelope{company.ID(), inner})
	if err != nil {
		panic(err) // a string and valid JSON always marshal
	}
	return table.Message{Topic: t.Name, Body: escapeNoncharacters(body), At: at}
}

// escapeNoncharacters writes the two characters that JSON allows and SQS does not as escapes. They can only stand inside
// of texts.
func escapeNoncharacters(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte("\uFFFE"), []byte(`\ufffe`))
	return bytes.ReplaceAll(body, []byte("\uFFFF"), []byte(`\uffff`))
}

// Read reads the body of a message that a host received from this topic's own queue, which only functions with a grant
// may send to: the fourth door to a company. A body that cannot be read is Invalid and will never be readable.
func (t Topic[T]) Read(body []byte) (ident.Company, T, error) {
	var e envelope
	var data T
	if err := json.Unmarshal(body, &e); err != nil {
		return ident.Company{}, data, errs.E(errs.Invalid, "not a message of %s: %w", t.Name, err)
	}
	if e.Company == "" {
		return ident.Company{}, data, errs.E(errs.Invalid, "a message of %s without a company", t.Name)
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return ident.Company{}, data, errs.E(errs.Invalid, "not a message of %s: %w", t.Name, err)
	}
	return ident.Trusted(e.Company), data, nil
}

// TopicName is the topic's name, whatever its type.
func (t Topic[T]) TopicName() string { return t.Name }
