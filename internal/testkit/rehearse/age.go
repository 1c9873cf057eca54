package rehearse

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/table"
)

// Age lets time pass without waiting: the programs live on the wall clock, so instead of that everything that is stored
// becomes older, messages that wait for their instant and the end of leases included, and what is hidden in a queue is seen
// again. Records that people find by their time keep their place and what is past, and only what they still wait for comes
// closer. Nothing may be under way; see Drain.
func (s *Stand) Age(by time.Duration) error {
	s.aging.Lock() // what grows old enough to be due is not swept before everything is older
	defer s.aging.Unlock()
	now := time.Now()
	err := s.cloud.store.Rewrite(s.table, func(raw []byte) ([]byte, error) { return older(raw, by, now) })
	s.Skip(min(by, visible))
	return err
}

// visible is longer than any message is hidden, and far shorter than a queue keeps it.
const visible = time.Hour

// settled are the kinds of records that have their place in lists by an instant, or that messages on their way name by one,
// with whether they wait for one, too.
var settled = map[string]bool{
	"activity": false, "appraisal": false, "customer": false, "lead": false, "lead letter": false, "lead work": false, "notice": false, "prospect": false, "prospect attempt": false,
	"recapture": true, "recapture batch": false, "recapture chunk": true, "sighting": true,
}

// instants are those of Go's JSON, in attributes and within the bodies of messages.
var instants = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// older is an item on the wire as it would be had it been written earlier; nil: it stays.
func older(raw []byte, by time.Duration, now time.Time) ([]byte, error) {
	var item map[string]json.RawMessage
	if err := json.Unmarshal(raw, &item); err != nil {
		return nil, fmt.Errorf("rehearse: %w", err)
	}
	waits, inLists := settled[text(item["_kind"])]
	if inLists && !waits {
		return nil, nil
	}
	changed := item["due_pk"] != nil
	for name, value := range item {
		switch name {
		case "pk", "sk", "due_pk", "due_sk":
			continue
		case "_expires":
			seconds, err := strconv.ParseInt(number(value), 10, 64)
			if err != nil {
				return nil, fmt.Errorf("rehearse: %s: %w", name, err)
			}
			expires := seconds - int64(by/time.Second)
			if item["due_pk"] != nil { // what it promises would have been kept before it expires
				expires = max(expires, now.Add(visible).Unix())
			}
			item[name] = json.RawMessage(fmt.Sprintf(`{"N":"%d"}`, expires))
			changed = true
			continue
		}
		item[name] = instants.ReplaceAllFunc(value, func(match []byte) []byte {
			at, err := time.Parse(time.RFC3339Nano, string(match))
			if err != nil || inLists && at.Before(now) {
				return match
			}
			changed = true
			return at.Add(-by).AppendFormat(nil, time.RFC3339Nano)
		})
	}
	if item["due_pk"] != nil {
		if err := dueEarlier(item, by, now); err != nil {
			return nil, err
		}
	}
	if !changed {
		return nil, nil
	}
	return json.Marshal(item)
}

// dueEarlier moves an item within the due index, but not into the past: there the sweeper would have found it long ago.
func dueEarlier(item map[string]json.RawMessage, by time.Duration, now time.Time) error {
	sort, partition := text(item["due_sk"]), table.Split(text(item["due_pk"]))
	at, err := table.DueAt(table.IndexKey{Sort: sort})
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	shard, err := strconv.Atoi(partition[len(partition)-1])
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	before := table.Split(sort)[0]
	if at = at.Add(-by); at.Before(now) {
		at = now
	}
	after := at.UTC().Format("2006-01-02T15:04:05.000Z")
	if len(before) != len(after) || !strings.HasPrefix(sort, before) {
		return fmt.Errorf("rehearse: the place %q in the due index does not begin with an instant", sort)
	}
	for name, value := range map[string]string{"due_sk": after + sort[len(before):], "due_pk": string(table.DuePartition(at, shard))} {
		wire, err := json.Marshal(map[string]string{"S": value})
		if err != nil {
			return fmt.Errorf("rehearse: %w", err)
		}
		item[name] = wire
	}
	return nil
}

// text is an attribute of type S; empty where it is none.
func text(raw json.RawMessage) string {
	var attribute struct{ S string }
	_ = json.Unmarshal(raw, &attribute) // what is no text is none
	return attribute.S
}

// number is an attribute of type N; empty where it is none.
func number(raw json.RawMessage) string {
	var attribute struct{ N string }
	_ = json.Unmarshal(raw, &attribute) // what is no number is none
	return attribute.N
}
