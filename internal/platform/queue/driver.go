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

// Sender puts messages into queues.
type Sender interface {
	// Send makes the messages durable. An error is an *UnsentError and names the messages that may not be in; the others
	// are durable. What breaks the bounds of Outgoing is refused as Invalid.
	Send(ctx context.Context, messages []Outgoing) error
	// Delay hides a received message from now on for another while, 0 to MaxDelay; the receipt is the one it was received
	// with and stays good for as long. A void receipt is ignored, as by Source.Delete.
	Delay(ctx context.Context, topic, receipt string, wait time.Duration) error
}

// Received is a message as a consumer's host gets it.
type Received struct {
	ID        string // given by the queue, unique in it
	Topic     string
	Body      []byte
	Receipt   string    // proves this receive; void once the message is received again, or already when it is visible again
	Receives  int       // 1 at the first receive
	Sent      time.Time // kept in the dead letters; a redrive may count as sending again
	FirstSeen time.Time // first receive
	Group     string
}

// Counts are the messages of a topic, at about this moment. One that was handed back with a wait is in flight or delayed,
// as the driver sees it.
type Counts struct {
	Ready    int // visible now
	InFlight int // received, neither deleted nor visible again
	Delayed  int // not visible yet
	Dead     int // in the dead letters
}

// Source takes messages out of queues: what AWS does for a Lambda, and what localhost does itself.
type Source interface {
	// Receive returns up to limit visible messages and hides them for the visibility. It waits no longer than a second
	// for the first. A message that was received MaxReceives times already goes to the dead letters instead.
	Receive(ctx context.Context, topic string, limit int, visibility time.Duration) ([]Received, error)
	// Delete ends messages by receipt. A void receipt is ignored: the message was handed to somebody else. What was never a
	// receipt is Invalid.
	Delete(ctx context.Context, topic string, receipts []string) error
	// Count counts.
	Count(ctx context.Context, topic string) (Counts, error)
	// Redrive moves up to limit dead letters back with their counter at zero, and returns how many.
	Redrive(ctx context.Context, topic string, limit int) (int, error)
}
