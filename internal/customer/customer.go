// Package customer is the people that a company knows: who bought from it, asked it, or had it value a car.
package customer

// ID names a customer within its company.
type ID string

// Customer is one person.
type Customer struct {
	ID     ID     `json:"id"`
	First  string `json:"first,omitempty"`
	Last   string `json:"last,omitempty"`
	Email  string `json:"email,omitempty"`
	Mobile string `json:"mobile,omitempty"`
}

// Name is first and last name.
func (c Customer) Name() string {
	switch {
	case c.First == "":
		return c.Last
	case c.Last == "":
		return c.First
	}
	return c.First + " " + c.Last
}
