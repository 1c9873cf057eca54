package access

import "time"

// UserID names a user within the company.
type UserID string

// User is somebody who works for a company and may sign in.
type User struct {
	ID                   UserID        `json:"id"`
	Subject              string        `json:"subject"` // what the sign-in's tokens carry in sub
	First                string        `json:"first"`
	Last                 string        `json:"last"`
	Email                string        `json:"email"`
	Mobile               string        `json:"mobile,omitempty"`
	Yards                []string      `json:"yards,omitempty"` // where the user works, the main one first
	Notify               Notify        `json:"notify"`
	DefaultProspectRange ProspectRange `json:"defaultProspectRange,omitempty"`
	Disabled             bool          `json:"disabled,omitempty"`
	Away                 Away          `json:"away,omitzero"`
}

// Away is a time in which a user gets no new work on their own. The zero Away is none.
type Away struct {
	From time.Time `json:"from" doc:"When it begins."`
	To   time.Time `json:"to" doc:"When it is over; after from."`
}

// At reports whether the user is away at an instant.
func (a Away) At(at time.Time) bool { return !at.Before(a.From) && at.Before(a.To) }

// Notify is how a user wants to be told. Somebody who wants neither mails nor a list in the application has the list (C17).
type Notify struct {
	Email bool `json:"email" doc:"By mail; what comes in bursts is gathered into digests."`
	SMS   bool `json:"sms" doc:"By text message, for events that offer it. Sightings do not: they come by mail and in the application only."`
	InApp bool `json:"inApp" doc:"In the list of notifications. Without it, who has mails sees an empty list until it is switched on again; who has none sees the list all the same."`
}

// Name is the user's full name.
func (u User) Name() string {
	if u.First == "" || u.Last == "" {
		return u.First + u.Last
	}
	return u.First + " " + u.Last
}

// ProspectRange is the range of days that a user's prospect list opens with.
type ProspectRange string

// The ranges, in the company's local days. An empty one means ThisMonth.
const (
	Today     ProspectRange = "today"
	ThisWeek  ProspectRange = "this_week"
	NextWeek  ProspectRange = "next_week"
	ThisMonth ProspectRange = "this_month"
	NextMonth ProspectRange = "next_month"
)
