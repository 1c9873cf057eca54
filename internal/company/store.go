package company

import (
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// What is stored, and how it is reached (users and roles: package access):
//
//	the profile              company#company       -
//	the turn of settings     company#company       revision
//	the words of prospects   company#company       prospects
//	a yard, all yards        company#yard          id
//	a connection, all        company#connection    id
//	its registration         company#registration  connection
//	its last test push       company#ping          connection
//	its partner's failures   company#breaker       connection
//	the door of a push       HOOK#sha256(token)    -
//	the rounds of schedules  ROUND#connections     company # connection
var (
	profiles  = table.Kind[Company]{Name: "company", Schema: 1, Limit: 24 << 10} // 500 VINs in stock
	revisions = table.Kind[revision]{Name: "settings revision", Schema: 1}
	// Many words: 600 of them, and 200 sources.
	prospectSettings = table.Kind[ProspectSettings]{Name: "prospect settings", Schema: 1, Limit: 99_000}
	yards            = table.Kind[Yard]{Name: "yard", Schema: 1}
	connections      = table.Kind[Connection]{Name: "connection", Schema: 1, Limit: 8 << 10}
	registrations    = table.Kind[Registration]{Name: "registration", Schema: 1}
	pings            = table.Kind[ping]{Name: "ping", Schema: 1}
	breakers         = table.Kind[breaker]{Name: "breaker", Schema: 1}
	stops            = table.Kind[stop]{Name: "round", Schema: 1}
	hooks            = table.Kind[hookDoor]{Name: "hook", Schema: 1}
)

// maxConnections bounds the connections of a company.
const maxConnections = 20

func profileKey(c ident.Company) table.Key  { return table.In(c, "company").At() }
func revisionKey(c ident.Company) table.Key { return table.In(c, "company").At("revision") }

func prospectSettingsKey(c ident.Company) table.Key {
	return table.In(c, "company").At("prospects")
}

func yardPartition(c ident.Company) table.Partition       { return table.In(c, "yard") }
func yardKey(c ident.Company, id string) table.Key        { return yardPartition(c).At(id) }
func connectionPartition(c ident.Company) table.Partition { return table.In(c, "connection") }

func connectionKey(c ident.Company, id ConnectionID) table.Key {
	return connectionPartition(c).At(string(id))
}

func registrationKey(c ident.Company, id ConnectionID) table.Key {
	return table.In(c, "registration").At(string(id))
}

func pingKey(c ident.Company, id ConnectionID) table.Key { return table.In(c, "ping").At(string(id)) }

func breakerKey(c ident.Company, id ConnectionID) table.Key {
	return table.In(c, "breaker").At(string(id))
}

// hookKey is the door of a push: only the hash of its token is stored.
func hookKey(hash string) table.Key { return table.Global(table.Hooks, hash).At() }

func roundPartition() table.Partition { return table.Global(table.Rounds, "connections") }

func stopKey(c ident.Company, id ConnectionID) table.Key {
	return roundPartition().At(c.ID(), string(id))
}
