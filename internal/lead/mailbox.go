package lead

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/audit"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/pattern"
	"github.com/winback-auto/winback/internal/platform/table"
)

// A lead has an address of its own at the installation's domain for answers: what mails to its customer ask to be answered to,
// and what comes in there lands on it. Its local part is a name of 128 random bits that says nothing of anybody, in letters and
// digits of one case, because mail systems fold it. It is made before the first mail goes out, stays the same, and ends with the
// lead. Only the hash of the name leads back: a door like those of webhooks.

// mailboxPrefix begins the local part, so that mails to anything else at the domain are told apart at once.
const mailboxPrefix = "lead-"

// mailboxName are characters of a name: base 32 of 16 bytes.
const mailboxName = 26

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// mailbox is the name in a lead's address.
type mailbox struct {
	Name string `json:"name"`
}

// mailDoor leads from the hash of a name to the lead.
type mailDoor struct {
	Company string `json:"company"`
	Lead    ID     `json:"lead"`
}

var (
	mailboxes = table.Kind[mailbox]{Name: "lead mailbox", Schema: 1}
	mailDoors = table.Kind[mailDoor]{Name: "lead mail door", Schema: 1}
)

func mailboxKey(company ident.Company, id ID) table.Key {
	return table.In(company, "lead-mailbox", string(id)).At()
}

// mailDoorKey has a part more than the keys of webhooks, so a name is no token of one, whatever its hash.
func mailDoorKey(name string) table.Key {
	sum := sha256.Sum256([]byte(name))
	return table.Global(table.Hooks, "lead-mail", hex.EncodeToString(sum[:])).At()
}

// Address is where answers to a lead go: empty where no mails come in to this installation. The first time it is asked for it
// is made, in one write with its door.
func Address(ctx context.Context, d app.Deps, company ident.Company, id ID) (string, error) {
	if d.Site.Replies == "" {
		return "", nil
	}
	held, err := mailboxes.Get(ctx, d.Table, mailboxKey(company, id))
	if errs.Is(err, errs.NotFound) {
		var secret [16]byte
		rand.Read(secret[:]) // never fails
		box := mailbox{base32Lower.EncodeToString(secret[:])}
		err = d.Table.Write(audit.Aside(ctx), mailboxes.Create(mailboxKey(company, id), box), mailDoors.Create(mailDoorKey(box.Name), mailDoor{company.ID(), id}))
		if err == nil {
			return box.address(d), nil
		}
		if errs.Is(err, errs.Conflict) { // somebody else has made it meanwhile
			held, err = mailboxes.Get(ctx, d.Table, mailboxKey(company, id))
		}
	}
	if err != nil {
		return "", err
	}
	return held.Value.address(d), nil
}

func (b mailbox) address(d app.Deps) string { return mailboxPrefix + b.Name + "@" + d.Site.Replies }

// Mailboxes finds the names of leads' addresses at a domain in a text, such as the header of a mail: each once, in the order
// they stand there, but no more than asked for.
func Mailboxes(text, domain string, most int) (names []string) {
	if domain == "" {
		return nil
	}
	const slack = 4 // the same address stands in several headers
	for _, found := range anAddress().FindAllStringSubmatch(text, most*slack) {
		name := strings.ToLower(found[1])
		if strings.EqualFold(found[2], domain) && len(names) < most && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// anAddress is an address of a lead at any domain, with nothing before or behind it that would make it another address.
var anAddress = pattern.Of(`(?i)(?:^|[^a-z0-9.!#$%&'*+/=?^_{|}~-])` + mailboxPrefix + `([a-z2-7]{26})@([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)`)

// ByMailbox is the lead behind a name in an address, or a NotFound error: the door through which mails come to a company.
func ByMailbox(ctx context.Context, d app.Deps, name string) (ident.Company, ID, error) {
	if len(name) != mailboxName {
		return ident.Company{}, "", errs.E(errs.NotFound, "there is no such address")
	}
	door, err := mailDoors.Get(ctx, d.Table, mailDoorKey(strings.ToLower(name)))
	switch {
	case errs.Is(err, errs.NotFound):
		return ident.Company{}, "", errs.E(errs.NotFound, "there is no such address")
	case err != nil:
		return ident.Company{}, "", err
	}
	return ident.Trusted(door.Value.Company), door.Value.Lead, nil
}
