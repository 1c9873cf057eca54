package autograbsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// What is kept, by the first part of its key. Values are JSON; an index holds a list of ids.
const (
	keyUpload       = "upload"            // id -> upload
	keyUploadItems  = "upload-items"      // id -> the customers of a list that waits
	keyUploadResult = "upload-results"    // id -> what became of them
	keyUploadName   = "upload-name"       // account, region, name -> ids of lists, oldest first
	keyUploadDue    = "upload-due"        // id -> when it is processed
	keyCustomer     = "customer"          // id -> customer
	keyByVIN        = "customer-vin"      // VIN -> ids of customers
	keyByRego       = "customer-rego"     // rego, state -> ids of customers
	keyByExternal   = "customer-external" // external id, account, region -> ids of customers
	keyListing      = "listing"           // id -> listing
	keyListingVIN   = "listing-vin"       // VIN -> ids of listings
	keyListingRego  = "listing-rego"      // rego, state -> ids of listings
	keyFeedRow      = "feed-row"          // feed, digest of a row -> that it was applied
	keyWebhook      = "webhook"           // id -> webhook
	keyWebhooks     = "webhooks"          // account, region -> ids of webhooks
	keyPush         = "push"              // id -> push
	keyPushDue      = "push-due"          // id -> when it is sent
	keyFaults       = "faults"            // the fault switches
	keyTotals       = "totals"            // the counts that survive
)

func openStore(dir string) (*pebble.DB, error) {
	options := &pebble.Options{Logger: quiet{}, CacheSize: 32 << 20}
	options.Levels[0].FilterPolicy = bloom.FilterPolicy(10)
	if dir == "" {
		dir, options.FS = "memory", vfs.NewMem()
	}
	db, err := pebble.Open(dir, options)
	if err != nil {
		return nil, fmt.Errorf("open the partner simulator's folder: %w", err)
	}
	return db, nil
}

// quiet drops Pebble's diary of flushes and compactions; what matters comes back as an error.
type quiet struct{}

func (quiet) Infof(string, ...any)              {}
func (quiet) Errorf(string, ...any)             {}
func (quiet) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// key joins parts so that no two lists of parts have the same key, whatever the parts contain.
func key(parts ...string) []byte {
	var b strings.Builder
	for _, part := range parts {
		b.WriteString(strings.ReplaceAll(part, "\x00", "\x00\xff"))
		b.WriteString("\x00\x01")
	}
	return []byte(b.String())
}

// after is the first key behind all that begin with prefix, a result of key.
func after(prefix []byte) []byte {
	end := slices.Clone(prefix)
	end[len(end)-1]++
	return end
}

func get[T any](r pebble.Reader, k []byte) (value T, found bool, err error) {
	raw, closer, err := r.Get(k)
	if errors.Is(err, pebble.ErrNotFound) {
		return value, false, nil
	}
	if err != nil {
		return value, false, err
	}
	defer closer.Close()
	if err := json.Unmarshal(raw, &value); err != nil {
		return value, false, fmt.Errorf("%q in the partner simulator's folder: %w", k, err)
	}
	return value, true, nil
}

func put(w pebble.Writer, k []byte, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return w.Set(k, raw, nil)
}

// scan visits all values whose key begins with prefix, a result of key.
func scan[T any](r pebble.Reader, prefix []byte, visit func(T) error) error {
	iter, err := r.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return err
	}
	defer iter.Close()
	for iter.First(); iter.Valid(); iter.Next() {
		var value T
		if err := json.Unmarshal(iter.Value(), &value); err != nil {
			return fmt.Errorf("%q in the partner simulator's folder: %w", iter.Key(), err)
		}
		if err := visit(value); err != nil {
			return err
		}
	}
	return iter.Error()
}

// enlist adds an id to the end of an index entry, once; the batch must be indexed.
func enlist(b *pebble.Batch, k []byte, id string) error {
	ids, _, err := get[[]string](b, k)
	if err != nil || slices.Contains(ids, id) {
		return err
	}
	return put(b, k, append(ids, id))
}

// delist takes an id out of an index entry.
func delist(b *pebble.Batch, k []byte, id string) error {
	ids, _, err := get[[]string](b, k)
	if err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(other string) bool { return other == id })
	if len(ids) == 0 {
		return b.Delete(k, nil)
	}
	return put(b, k, ids)
}

// totals are the counts that survive a restart.
type totals struct {
	Uploads    int64 `json:"uploads"`    // lists processed
	Customers  int64 `json:"customers"`  // watched now
	Duplicates int64 `json:"duplicates"` // customers taken although their external id was watched already
	Errors     int64 `json:"errors"`     // customers of lists that were not taken
	Charges    int64 `json:"charges"`    // VIN look-ups by rego
	Listings   int64 `json:"listings"`   // known, ended ones included
	Sightings  int64 `json:"sightings"`  // meetings of a customer and a listing
	Sent       int64 `json:"sent"`       // pushes that were answered with a success
	Failed     int64 `json:"failed"`     // attempts that were not
	Abandoned  int64 `json:"abandoned"`  // pushes given up after the last attempt
	Dropped    int64 `json:"dropped"`    // pushes that the fault switch swallowed
}
