package event

import (
	"encoding/json"
	"time"
)

// Bridge is an event of the EventBridge bus.
type Bridge struct {
	ID         string          `json:"id"`
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Time       time.Time       `json:"time"`
	Detail     json.RawMessage `json:"detail"`
}
