package event

import (
	"encoding/json"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Bridge is an event of the EventBridge bus.
type Bridge struct {
	ID         string          `json:"id"`
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Time       time.Time       `json:"time"`
	Detail     json.RawMessage `json:"detail"`
}

// bridgeEvent is a Bridge with what every event carries and nobody reads.
type bridgeEvent struct {
	Version string `json:"version"`
	Bridge
	Account   string   `json:"account"`
	Region    string   `json:"region"`
	Resources []string `json:"resources"`
}

// DecodeBridge reads an event of the bus or a tick of a schedule.
func DecodeBridge(payload []byte) (Bridge, error) {
	var e bridgeEvent
	if err := decode(payload, &e, "an EventBridge event"); err != nil {
		return Bridge{}, err
	}
	if e.Source == "" || e.DetailType == "" {
		return Bridge{}, errs.E(errs.Invalid, "an EventBridge event without a source or a detail type")
	}
	return e.Bridge, nil
}

// EncodeBridge makes the payload of an event.
func EncodeBridge(e Bridge) ([]byte, error) {
	if len(e.Detail) == 0 {
		e.Detail = json.RawMessage("{}")
	}
	return encode(bridgeEvent{Version: "0", Bridge: e, Account: localAccount, Region: localRegion, Resources: []string{}}, "the event")
}

// Tick is the event that a schedule fires at an instant.
func Tick(id string, at time.Time) Bridge {
	return Bridge{ID: id, Source: "aws.scheduler", DetailType: "Scheduled Event", Time: at.UTC().Truncate(time.Second)}
}
