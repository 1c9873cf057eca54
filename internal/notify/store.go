package notify

import (
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// noticeLimit has room for every text at its longest, each character at the six bytes of a JSON escape.
const noticeLimit = 32_000

// What is stored, and how it is reached:
//
//	a notice               company#notice#user   descending time and id
//	all of a user's        company#notice#user   newest first
//	the unread ones        company#unread#user   descending time and id; postings
var notices = table.Kind[Notice]{Name: "notice", Schema: 1, Limit: noticeLimit}

func key(company ident.Company, user access.UserID, place string) table.Key {
	return all(company, user).At(place)
}

func all(company ident.Company, user access.UserID) table.Partition {
	return table.In(company, "notice", string(user))
}

func unread(company ident.Company, user access.UserID) table.Partition {
	return table.In(company, "unread", string(user))
}
