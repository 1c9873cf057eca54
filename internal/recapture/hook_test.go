package recapture_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/table"
)

// overheard notes which records are read.
type overheard struct {
	table.Driver
	mu   sync.Mutex
	keys []table.Key
}

func (o *overheard) Get(ctx context.Context, key table.Key) (table.Item, error) {
	o.mu.Lock()
	o.keys = append(o.keys, key)
	o.mu.Unlock()
	return o.Driver.Get(ctx, key)
}

func (o *overheard) BatchGet(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	o.mu.Lock()
	o.keys = append(o.keys, keys...)
	o.mu.Unlock()
	return o.Driver.BatchGet(ctx, keys)
}

// T032: the store is asked for the hash of a token and never for the token, so how long the answer takes says nothing about
// how much of a guess is right: of two guesses that differ in one character nothing in common is looked up.
func TestTheStoreIsAskedForTheHashOfATokenOnly(t *testing.T) {
	spy := &overheard{}
	w := open(t, func(d table.Driver) table.Driver {
		spy.Driver = d
		return spy
	})
	good := strings.TrimPrefix(w.hook, company.HookPath)
	for _, token := range []string{good, good[:len(good)-1], good[:len(good)-1] + "_", strings.Repeat("A", 43), "x"} {
		spy.keys = nil
		status := w.call("", "POST", company.HookPath+token, `{"Event":"claim_report_generated"}`).status
		if want := map[bool]int{true: 204, false: 404}[token == good]; status != want {
			t.Errorf("%q: %d, want %d", token, status, want)
		}
		sum := sha256.Sum256([]byte(token))
		hash := hex.EncodeToString(sum[:])
		if len(spy.keys) != 1 || !strings.HasSuffix(spy.keys[0].Partition, "#"+hash) || strings.Contains(spy.keys[0].Partition+spy.keys[0].Sort, token) && len(token) > 1 {
			t.Errorf("%q: asked for %v, want the hash %s", token, spy.keys, hash)
		}
	}
}
