package mail

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// content is what a letter says: by far the most of it, and never changed. So it is an item beside the dispatch, and the
// steps of the ledger rewrite only the little that moves.
type content struct {
	HTML    string            `json:"html,omitempty"`
	Text    string            `json:"text,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`

	Calendar string `json:"calendar,omitempty"`
}

// contentLimit bounds a content in bytes.
const contentLimit = 60_000

// keepContent is how long after its deadline a letter can still be read, by whoever decides about a parked one. Then it
// ends by itself: to delete it would cost as much as to write it.
const keepContent = 14 * 24 * time.Hour

var contents = table.Kind[content]{Name: "mail content", Schema: 1, Limit: contentLimit}

func contentKey(company ident.Company, sendID string) table.Key {
	return table.In(company, "mail-content", sendID).At()
}

func (l Letter) content() content { return content{l.HTML, l.Text, l.Headers, l.Calendar} }

// save is the write of the content of the letter with a send id and a deadline. It may be repeated: the intent is the same.
func (c content) save(company ident.Company, sendID string, deadline time.Time) table.Op {
	return contents.Overwrite(contentKey(company, sendID), c).Until(deadline.Add(keepContent))
}

// whole is a letter of the ledger with its content.
func (l Letter) whole(ctx context.Context, t *table.Table, company ident.Company) (Letter, error) {
	record, err := contents.Get(ctx, t, contentKey(company, l.SendID))
	if err != nil {
		return l, err
	}
	l.HTML, l.Text, l.Headers, l.Calendar = record.Value.HTML, record.Value.Text, record.Value.Headers, record.Value.Calendar
	return l, nil
}
