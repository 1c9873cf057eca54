package queue

import (
	"context"
	"time"
)

// Bounds of every driver.
const (
	MaxDelay      = 15 * time.Minute // longest delay of a message or of a verdict; longer waits are table.Message.At
	MaxBody       = 256 << 10        // bytes
	MaxReceives   = 6                // a message received this often without success goes to the dead letters
	MaxBatchWrite = 10               // outgoing messages per call; drivers split longer lists
)

// Outgoing is a message on its way into a queue.
type Outgoing struct {
	ID    string // for tracing and for naming refused messages; not a promise of uniqueness
	Topic string
	Group string // messages of one group are served fairly beside those of others; the company's id
	Body  []byte
	Delay time.Duration // 0 to MaxDelay
}

// Sender puts messages into queues. An error of Send names the messages that may not be in; the others are durable.
type Sender interface {
	Send(ctx context.Context, messages []Outgoing) error
	// Delay hides a received message for another while, at most MaxDelay; the receipt is the one it was received with.
	Delay(ctx context.Context, topic, receipt string, wait time.Duration) error
}

// Received is a message as a consumer's host gets it.
type Received struct {
	ID        string
	Topic     string
	Body      []byte
	Receipt   string    // proves this receive; void once the message is visible again
	Receives  int       // 1 at the first receive
	Sent      time.Time // original, kept in the dead letters
	FirstSeen time.Time
	Group     string
}

// Counts are the messages of a topic.
type Counts struct {
	Ready    int // visible now
	InFlight int // received, neither deleted nor visible again
	Delayed  int // not visible yet
	Dead     int // in the dead letters
}

// Source takes messages out of queues: what AWS does for a Lambda, and what localhost does itself.
type Source interface {
	// Receive returns up to limit visible messages and hides them for the visibility. A message that was received
	// MaxReceives times already goes to the dead letters instead.
	Receive(ctx context.Context, topic string, limit int, visibility time.Duration) ([]Received, error)
	// Delete ends messages by receipt. A void receipt is ignored: the message was handed to somebody else.
	Delete(ctx context.Context, topic string, receipts []string) error
	// Count counts.
	Count(ctx context.Context, topic string) (Counts, error)
	// Redrive moves up to limit dead letters back with their counter at zero, and returns how many.
	Redrive(ctx context.Context, topic string, limit int) (int, error)
}
