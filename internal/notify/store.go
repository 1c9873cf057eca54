package notify

import (
	"fmt"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// noticeLimit has room for every text at its longest, each character at the six bytes of a JSON escape.
const noticeLimit = 32_000

// What is stored, and how it is reached:
//
//	a notice               company#notice#user   id
//	all of a user's        company#told#user     descending time#id; postings, written before their notice
//	what is gathered       company#notice-window#user
//	the unread ones        company#unread#user   the same
var notices = table.Kind[Notice]{Name: "notice", Schema: 1, Limit: noticeLimit}

func key(company ident.Company, user access.UserID, id string) table.Key {
	return table.In(company, "notice", string(user)).At(id)
}

func all(company ident.Company, user access.UserID) table.Partition {
	return table.In(company, "told", string(user))
}

func unread(company ident.Company, user access.UserID) table.Partition {
	return table.In(company, "unread", string(user))
}

// lastMillisecond is later than anything that happens: the year 2286.
const lastMillisecond = 9_999_999_999_999

// place is where a list of its user has the notice, the newest first.
func place(list table.Partition, n Notice) table.Key {
	return list.At(fmt.Sprintf("%013d", lastMillisecond-n.At.UnixMilli()), n.ID)
}

// placed is the id of the notice that stands at a place.
func placed(posting table.Item) string {
	parts := table.Split(posting.Sort)
	return parts[len(parts)-1]
}
