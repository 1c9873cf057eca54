package autograbsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/cockroachdb/pebble/v2"
)

// Bounds of a page of customers. The partner's are not public: assumed.
const (
	standardPage = 100
	longestPage  = 500
)

// listCustomers is a page of the account's customers by id. The cursor is the last id of the page before.
func (s *Simulator) listCustomers(who caller, r *http.Request) (int, any, error) {
	limit := standardPage
	if text := r.URL.Query().Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > longestPage {
			return http.StatusBadRequest, refusal(fmt.Sprintf("limit must be 1 to %d", longestPage)), nil //nolint:nilerr // the refusal is the answer
		}
	}
	page, err := pageOf(s.db, who, r.URL.Query().Get("cursor"), limit)
	return http.StatusOK, page, err
}

// pageOf reads the customers of an account behind an id. Those of all accounts lie together, so it steps over the others'.
func pageOf(r pebble.Reader, who caller, behind string, limit int) (page customersObject, err error) {
	page.Customers = []customerObject{}
	prefix := key(keyCustomer)
	from := prefix
	if behind != "" {
		from = after(key(keyCustomer, behind))
	}
	iter, err := r.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: after(prefix)})
	if err != nil {
		return page, err
	}
	defer iter.Close()
	for iter.First(); iter.Valid(); iter.Next() {
		var watched customer
		if err := json.Unmarshal(iter.Value(), &watched); err != nil {
			return page, fmt.Errorf("%q in the partner simulator's folder: %w", iter.Key(), err)
		}
		if watched.Account != who.account || watched.Region != who.region {
			continue
		}
		if len(page.Customers) == limit {
			page.NextCursor = maybe(page.Customers[limit-1].ID)
			break
		}
		page.Customers = append(page.Customers, watched.object())
	}
	return page, iter.Error()
}
