package listbench

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// PageOf is how many records a page of these measurements has.
const PageOf = 50

// Page is an answer of the list, with what it cost.
type Page struct {
	Items []json.RawMessage `json:"items"`
	Next  string            `json:"next"` // cursor; empty on the last page
	Took  time.Duration     `json:"-"`    // from the event of the gateway to its answer
	Usage table.Usage       `json:"-"`
}

// Ask reads a page of the list as the manager. The query is written as in a URL, without limit.
func (d *Dealer) Ask(query string) (page Page) {
	d.Helper()
	r := httptest.NewRequest("GET", fmt.Sprintf("%s?limit=%d&%s", d.path, PageOf, query), nil)
	payload, err := event.EncodeRequest(r, event.Call{
		RequestID: "r1", RouteKey: "$default", Time: Noon,
		Claims: map[string]string{"sub": mailbox, "token_use": "access", "scope": web.Scope},
	})
	d.Must(err)
	var meter table.Meter
	begun := time.Now()
	out, err := d.serve(table.WithMeter(d.Context(), &meter), payload)
	page.Took, page.Usage = time.Since(begun), meter.Usage()
	d.Must(err)
	response, err := event.DecodeResponse(out)
	d.Must(err)
	if response.Status() != 200 {
		d.Fatalf("%s: %d %s", query, response.Status(), response.Body())
	}
	d.Must(json.Unmarshal(response.Body(), &page))
	return page
}
