package autograb

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/winback-auto/winback/internal/partner"
)

// pageSize is the number of vehicles asked for at once. An answer may have maxAnswer bytes: 40 kB for each of them, which
// are about a hundred listings.
const pageSize = 200

// List is a page of the account's vehicles. One vehicle that cannot be read does not spoil its page: it is there without
// its sightings, and Vehicle says what is wrong with it.
func (a *account) List(ctx context.Context, cursor string) ([]partner.Watched, string, error) {
	query := url.Values{queryLimit: {strconv.Itoa(pageSize)}}
	if cursor != "" {
		query.Set(queryCursor, cursor)
	}
	var answer customersAnswer
	err := a.do(ctx, call{
		route: routeCustomers, query: query, repeatable: true,
		out: &answer, check: func() bool {
			return answer.Customers != nil && len(answer.Customers) <= partner.MaxListed &&
				(answer.NextCursor == "" || string(answer.NextCursor) != cursor)
		},
	})
	if err != nil {
		return nil, "", err
	}
	page := make([]partner.Watched, 0, len(answer.Customers))
	for _, raw := range answer.Customers {
		if vehicle, ok := listed(raw); ok {
			page = append(page, vehicle)
		}
	}
	return page, string(answer.NextCursor), nil
}

// listed reads one vehicle of a page, as far as it can be read; one without an id is none.
func listed(raw json.RawMessage) (partner.Watched, bool) {
	var answer customerAnswer
	if err := json.Unmarshal(raw, &answer); err == nil {
		if vehicle, err := watched(answer); err == nil {
			return vehicle, vehicle.Ref != ""
		}
	}
	var name struct {
		ID         text `json:"id"`
		ExternalID text `json:"external_id"`
	}
	if err := json.Unmarshal(raw, &name); err != nil || name.ID == "" {
		return partner.Watched{}, false
	}
	return partner.Watched{Ref: string(name.ID), ID: string(name.ExternalID)}, true
}
