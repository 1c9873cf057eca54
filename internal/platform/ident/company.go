package ident

// Company is the tenant. It is a type and not a string, so that no request field, header or message body can be used as
// one by mistake: every key, posting, cursor, link, message and encryption context begins with it.
//
// A Company comes from one of five doors only: the signed-in user's own record, the record behind a webhook token or behind a
// lead's address, a verified link, a trusted queue record, and the sweeper. They call Trusted; testkit/arch lists them and
// refuses others.
type Company struct{ id string }

// Trusted makes a Company of an id that the caller has proven. See Company for who may call it.
func Trusted(id string) Company { return Company{id} }

// ID is the company's id, for keys, contexts and logs.
func (c Company) ID() string { return c.id }

// IsZero reports whether this is no company at all.
func (c Company) IsZero() bool { return c.id == "" }

// String is the id, so that a Company can be logged.
func (c Company) String() string { return c.id }
