// Package rule says who is told of a new electronic lead, and who gets it: the settings that dealers know as lead management.
//
// A rule has conditions on the lead's yard, make, source and type; one that is not set holds for all. Of the active rules whose
// conditions all hold, the most specific decides alone (match.go). Its recipients are told. Where its mode says so, one of
// them gets the lead as well: the first who can take it, or the next in turn (choose.go). Whoever is away, has as many open
// leads as the rule lets them have, or does not manage leads in the yard any more is passed over; outside of the rule's
// working hours nobody is chosen, and the lead waits for somebody to take it.
//
// Package lead asks the rules about each electronic lead and keeps their answer with it.
package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// ID names a rule within its company.
type ID string

// Rule is one line of lead management.
type Rule struct {
	ID         ID              `json:"id" readOnly:"true"`
	Name       string          `json:"name" minLength:"1" maxLength:"100" example:"Toyotas in Sydney"`
	Active     *bool           `json:"active,omitempty" doc:"An inactive rule is ignored; default: active."`
	Conditions Conditions      `json:"conditions,omitzero" doc:"All that are set must hold; one that is not set always does."`
	Recipients []access.UserID `json:"recipients" minItems:"1" maxItems:"50" doc:"Users with the role manage_leads in the rule's yard, or, without a yard, in any. They are told, in no order; where one gets the lead, this is the order in which they come."`
	Mode       Mode            `json:"mode,omitempty" enum:"notify_only,assign_single,round_robin" doc:"Whether a recipient gets the lead: nobody (default), the first who can take it, or the next in turn who can."`
	Channels   []Channel       `json:"channels,omitempty" maxItems:"3" enum:"email,sms,inApp" doc:"How recipients and owners may be told of these leads. Default: email and inApp. inApp always stays; a user's own settings may only switch one off."`
	Hours      []Hours         `json:"workingHours,omitempty" maxItems:"21" doc:"When leads are given to somebody, on the clock of the lead's yard. Outside of them a lead stays nobody's, the recipients are told, and it is handed out when they begin, the oldest first. Default: always."`
	Capacity   int             `json:"capacity,omitempty" minimum:"0" maximum:"200" doc:"A user with this many open leads gets none by this rule; where nobody has room, leads wait until somebody has. 0: any number."`
}

// Conditions are what a rule asks of a lead. Make, source and type are compared without regard to case.
type Conditions struct {
	Yard   string `json:"yard,omitempty" maxLength:"64" doc:"Id of a yard."`
	Make   string `json:"make,omitempty" maxLength:"60" example:"Toyota"`
	Source string `json:"source,omitempty" maxLength:"100" example:"Carfinder"`
	Type   string `json:"type,omitempty" maxLength:"100" doc:"As leads have it: new, used, sell, trade-in …"`
}

// Mode says whether a recipient gets the lead (C16).
type Mode string

// The modes.
const (
	NotifyOnly   Mode = "notify_only"
	AssignSingle Mode = "assign_single" // the first who can take it
	RoundRobin   Mode = "round_robin"   // the next in turn who can
)

// Channel is a way to tell a user, as users name them in their own settings.
type Channel string

// The channels.
const (
	Email Channel = "email"
	SMS   Channel = "sms"
	InApp Channel = "inApp"
)

// MaxRules is the most rules of a company.
const MaxRules = 200

// Live reports whether the rule is active.
func (r Rule) Live() bool { return r.Active == nil || *r.Active }

// Allows reports whether users may be told by the channel (C17).
func (r Rule) Allows(c Channel) bool { return c == InApp || slices.Contains(r.channels(), c) }

// channels are the rule's, or the default.
func (r Rule) channels() []Channel {
	if len(r.Channels) == 0 {
		return []Channel{Email, InApp}
	}
	return r.Channels
}

// normalised is the stored form, in which every default is written out.
func (r Rule) normalised() Rule {
	r.Name = strings.TrimSpace(r.Name)
	c := &r.Conditions
	for _, text := range []*string{&c.Make, &c.Source, &c.Type} {
		*text = strings.Join(strings.Fields(*text), " ")
	}
	if r.Active == nil {
		yes := true
		r.Active = &yes
	}
	if r.Mode == "" {
		r.Mode = NotifyOnly
	}
	r.Channels = slices.Clone(r.channels())
	if !slices.Contains(r.Channels, InApp) {
		r.Channels = append(r.Channels, InApp)
	}
	slices.Sort(r.Channels)
	r.Channels = slices.Compact(r.Channels)
	return r
}

// problems lists the rules that a normalised rule breaks by itself.
func (r Rule) problems() (broken []errs.Violation) {
	add := func(field, format string, args ...any) {
		broken = append(broken, errs.Violation{Location: "body." + field, Message: fmt.Sprintf(format, args...)})
	}
	if r.Name == "" {
		add("name", "is empty")
	}
	if len(r.Recipients) == 0 {
		add("recipients", "is empty: somebody must be told")
	}
	for i, user := range r.Recipients {
		if slices.Contains(r.Recipients[:i], user) {
			add(fmt.Sprintf("recipients[%d]", i), "is named twice")
		}
	}
	for i, h := range r.Hours {
		for field, message := range h.problems() {
			add(fmt.Sprintf("workingHours[%d].%s", i, field), "%s", message)
		}
	}
	if r.Mode == NotifyOnly {
		if len(r.Hours) > 0 {
			add("workingHours", "says when a lead is given to somebody, which the mode notify_only never does")
		}
		if r.Capacity > 0 {
			add("capacity", "says who can be given a lead, which the mode notify_only never does")
		}
	}
	return broken
}
