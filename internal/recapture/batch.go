package recapture

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// BatchID names a batch.
type BatchID string

// Batch is one submission: all its rows are durable before the user gets an answer.
type Batch struct {
	ID         BatchID       `json:"id"`
	Origin     Origin        `json:"origin"`
	User       access.UserID `json:"user"`
	At         time.Time     `json:"at"`
	Yards      []string      `json:"yards,omitempty"`  // of its vehicles; see seenBy
	Chunks     []int         `json:"chunks,omitempty"` // vehicles of each chunk, by number
	Duplicates int           `json:"duplicates"`       // seen at submission: repeated rows, and vehicles watched already
	Rejected   int           `json:"rejected"`
}

// seenBy reports whether somebody may look at the submission: whoever sent it, and whoever may submit for all its yards.
func (b Batch) seenBy(caller access.Caller) bool {
	if b.User == caller.User {
		return true
	}
	elsewhere := func(yard string) bool { return !caller.In(yard, access.RecaptureCheck) }
	return len(b.Yards) > 0 && !slices.ContainsFunc(b.Yards, elsewhere)
}

// ChunkSize is the most vehicles of a chunk: what one message stands for and one upload to the partner carries.
const ChunkSize = 200

// Stage is how far a chunk is.
type Stage string

// The stages. A chunk without a record is queued.
const (
	Uploading Stage = "uploading" // its list may be with the partner
	Uploaded  Stage = "submitted" // it is, under Receipt
	Finished  Stage = "done"      // every vehicle is watched, errored or a duplicate
)

// Chunk is the state of a part of a batch. Its counts overwrite each other, so that a repeated step cannot inflate them.
type Chunk struct {
	Batch      BatchID              `json:"batch"`
	Number     int                  `json:"number"`
	Connection company.ConnectionID `json:"connection"`
	Stage      Stage                `json:"stage"`
	Owner      string               `json:"owner,omitempty"` // the attempt that holds it
	Lease      time.Time            `json:"lease,omitzero"`  // until when, on the application clock
	Receipt    string               `json:"receipt,omitempty"`
	Attempts   int                  `json:"attempts,omitempty"` // steps put off since the last stage
	Missed     int                  `json:"missed,omitempty"`   // polls in a row that the partner did not know the list
	Since      time.Time            `json:"since,omitzero"`     // since when it waits for the partner
	Problem    string               `json:"problem,omitempty"`  // what it waits for, for whoever submitted it
	Counts     Counts               `json:"counts"`
	Ends       time.Time            `json:"ends,omitzero"` // when it is finished: the first end of a period of its vehicles
}

// How long a chunk waits for the partner before its vehicles say why they are not watched: until it is submitted, and until
// the partner has told what became of it. By then the partner may watch them, and submitting them again may cost.
const (
	submitWithin = 24 * time.Hour
	pollWithin   = 7 * 24 * time.Hour
)

// maxProblem bounds the problem of a chunk, in bytes.
const maxProblem = 600

// troubled records why a step is put off, and returns for how long that has been going on.
func (c *Chunk) troubled(cause error, now time.Time) time.Duration {
	if c.Since.IsZero() {
		c.Since = now.UTC()
	}
	c.Problem = ""
	if text := errs.Text(cause); cause != nil {
		c.Problem = strings.ToValidUTF8(text[:min(len(text), maxProblem)], "")
	}
	return now.Sub(c.Since)
}

// untroubled ends the waiting: the chunk has got on.
func (c *Chunk) untroubled() { c.Attempts, c.Missed, c.Since, c.Problem = 0, 0, time.Time{}, "" }

// Counts says what became of vehicles; their sum is all of them.
type Counts struct {
	Queued     int `json:"queued"`
	Submitted  int `json:"submitted"`
	Active     int `json:"active"`
	Errored    int `json:"errored"`
	Duplicates int `json:"duplicates"`
	Deleted    int `json:"deleted,omitempty" doc:"Deleted before the partner said anything about them."`
}

func (c *Counts) add(other Counts) {
	c.Queued += other.Queued
	c.Submitted += other.Submitted
	c.Active += other.Active
	c.Errored += other.Errored
	c.Duplicates += other.Duplicates
	c.Deleted += other.Deleted
}

// total is the number of vehicles counted.
func (c Counts) total() int {
	return c.Queued + c.Submitted + c.Active + c.Errored + c.Duplicates + c.Deleted
}

// chunkRef names a chunk and is the command about it. Attempt counts the steps that the chunk has put off: a message of an
// earlier one that comes again has nothing to do.
type chunkRef struct {
	Batch   BatchID `json:"batch"`
	Chunk   int     `json:"chunk"`
	Attempt int     `json:"attempt,omitempty"`
}

// attempt is the command for a later step.
func (c chunkRef) attempt(n int) chunkRef {
	c.Attempt = n
	return c
}

// The topics of the feature.
var (
	SubmitTopic = queue.Topic[chunkRef]{Name: "recapture-submit"}
	PollTopic   = queue.Topic[chunkRef]{Name: "recapture-poll"}
	VerifyTopic = queue.Topic[pushRef]{Name: "sighting-verify"}
)

// Waits before another attempt at a partner that refused or did not answer for now.
const (
	firstRetry   = 5 * time.Second // doubles
	longestRetry = 15 * time.Minute
)

// retryIn is the wait after the n-th attempt, from 0: what the partner asked for, if that is longer than our own back-off.
func retryIn(cause error, n int) time.Duration {
	return min(max(errs.RetryAfter(cause), backOff(firstRetry, longestRetry, n)), longestRetry)
}

// spread adds up to an eighth to a wait, a different part for each chunk or push: what was put off together does not come
// back together. No wait gets longer than longestRetry by it.
func spread(wait time.Duration, of any) time.Duration {
	digest := fnv.New32a()
	_, _ = fmt.Fprint(digest, of) // a hash takes all
	part := (wait / 8 * time.Duration(digest.Sum32()%1024) / 1024).Truncate(time.Millisecond)
	return max(wait, min(wait+part, longestRetry))
}

// backOff is the wait before the n-th repetition, from 0: it doubles from the first to the longest.
func backOff(first, longest time.Duration, n int) time.Duration {
	wait := first << min(max(n, 0), 20)
	if wait <= 0 || wait > longest {
		return longest
	}
	return wait
}
