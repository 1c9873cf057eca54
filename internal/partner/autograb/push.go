package autograb

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// MaxPush is the size in bytes of the largest push that ParsePush reads.
const MaxPush = 256 << 10

// maxEvent bounds the name of an event.
const maxEvent = 64

var _ partner.Parse = ParsePush

// ParsePush reads the body of a push; it is a partner.Parse. Anybody may have written the body: it is bounded (MaxPush
// bytes, 1,000 sightings, prices, times and texts), an address that is not http or https is dropped, and every refusal is an
// Invalid error. Members we do not know are passed over, because the partner may add some.
func ParsePush(body []byte) (partner.Push, error) {
	if len(body) > MaxPush {
		return partner.Push{}, errs.E(errs.Invalid, "the push has more than %d bytes", MaxPush)
	}
	var message pushBody
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&message); err != nil {
		return partner.Push{}, errs.E(errs.Invalid, "the push is not the JSON we expect")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return partner.Push{}, errs.E(errs.Invalid, "the push has something behind its JSON")
	}
	name := message.Event
	if name == "" || name != tidy(name, maxEvent) {
		return partner.Push{}, errs.E(errs.Invalid, "the push does not say what happened")
	}
	event, aboutVehicle := eventOf(name)
	if aboutVehicle && message.Customer.ID == "" {
		return partner.Push{}, errs.E(errs.Invalid, "the push does not say which vehicle it is about")
	}
	seen, err := sightings(message.Customer.Sightings)
	if err == nil {
		err = flawed(message.Customer.Sightings)
	}
	if err != nil {
		return partner.Push{}, errs.E(errs.Invalid, "the push has %s", err.Error())
	}
	return partner.Push{
		Event:     event,
		Ref:       string(message.Customer.ID),
		ID:        string(message.Customer.ExternalID),
		Sightings: seen,
	}, nil
}

// eventOf translates the partner's name of an event and says whether it must name a vehicle; an event that we do not know
// stays as it is.
func eventOf(name string) (event partner.Event, aboutVehicle bool) {
	switch name {
	case eventPing:
		return partner.EventPing, false
	case eventNew:
		return partner.EventNew, true
	case eventPriceChange:
		return partner.EventPriceChange, true
	case eventDelist:
		return partner.EventDelist, true
	}
	return partner.Event(name), false
}
