package access

import (
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// What is stored, and how it is reached:
//
//	a user by id          company#user       id
//	all users             company#user       (a small partition)
//	a filling of a role   company#role       id
//	all roles             company#role       (a small partition)
//	the user of a token   SUB#subject        -
var (
	// Users are the people of a company.
	Users = table.Kind[User]{Name: "user", Schema: 1}
	// RoleRecords are the roles as a company fills them; a record may name MaxMembers users, hence its size.
	RoleRecords = table.Kind[RoleRecord]{Name: "role", Schema: 1, Limit: 48 << 10}
	// Subjects lead from a sign-in to its user.
	Subjects = table.Kind[Subject]{Name: "subject", Schema: 1}
)

// Bounds that keep the partitions of users and roles small enough to be read whole.
const (
	MaxUsers   = 1_000 // of a company, disabled ones included
	MaxRoles   = 100   // fillings of roles in a company
	MaxMembers = 500   // users of one filling
	MaxYards   = 100   // of a company, and of one filling or user
)

// Subject is the user behind a sign-in.
type Subject struct {
	Company string `json:"company"`
	User    UserID `json:"user"`
}

// UserPartition holds the users of a company.
func UserPartition(company ident.Company) table.Partition { return table.In(company, "user") }

// UserKey is where a user lives.
func UserKey(company ident.Company, id UserID) table.Key {
	return UserPartition(company).At(string(id))
}

// RolePartition holds the roles of a company.
func RolePartition(company ident.Company) table.Partition { return table.In(company, "role") }

// RoleKey is where a filling of a role lives.
func RoleKey(company ident.Company, id RoleID) table.Key {
	return RolePartition(company).At(string(id))
}

// SubjectKey is the door from a sign-in to its user.
func SubjectKey(subject string) table.Key { return table.Global(table.Subjects, subject).At() }
