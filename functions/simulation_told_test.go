package functions_test

import (
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/access"
)

// auditNotices looks at who was told what: each recipient, each listing that was news, once, in the application and by mail.
func (r *run) auditNotices(expected []*car) {
	notices := map[access.UserID]map[string][]told{} // by user and recapture
	for _, y := range r.yards {
		for _, user := range append([]access.UserID{y.owner}, y.users...) {
			if user == "" || notices[user] != nil {
				continue
			}
			notices[user] = map[string][]told{}
			for _, n := range every[told](r, string(user), "/v1/notifications?limit=200") {
				notices[user][n.About.ID] = append(notices[user][n.About.ID], n)
			}
		}
	}
	for _, m := range r.Mailbox.Mails {
		r.count(m.To, m.Text)
	}
	for _, c := range expected {
		recipients := []access.UserID{c.user}
		if c.owner != "" {
			recipients = append(recipients, c.owner)
		}
		for user, theirs := range notices {
			got := theirs[string(c.id)]
			if !slices.Contains(recipients, user) {
				if len(got) > 0 {
					r.fail("%s was told of %s, which is %v's", user, c.id, recipients)
				}
				continue
			}
			r.auditTold(c, user, got)
		}
	}
	for user, theirs := range notices {
		told := 0
		for _, got := range theirs {
			told += len(got)
		}
		if n := r.mailed[address(user)]; n != told {
			r.fail("%s: %s was told %d times, and mails tell of %d", map[bool]string{true: "doubled", false: "lost"}[n > told], user, told, n)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.Mailbox.Accepted)) {
		if n := r.Mailbox.Accepted[id]; n > 1 {
			r.fail("doubled: the mail %s was sent %d times", id, n)
		}
	}
}

func (r *run) auditTold(c *car, user access.UserID, got []told) {
	offers, final := 0, ""
	for _, s := range c.listing {
		if !s.Delisted {
			offers++
			price, _ := money.In(c.yard.country, s.Price)
			final = price.String()
		}
	}
	switch {
	case len(got) == 0 && offers > 0:
		r.fail("lost: %s was not told of %s", user, c.id)
	case len(got) > offers:
		r.fail("doubled: %s was told of %s %d times, it was offered %d times", user, c.id, len(got), offers)
	case offers > 0 && !slices.ContainsFunc(got, func(n told) bool {
		return slices.ContainsFunc(n.Facts, func(f struct{ Label, Value string }) bool { return f.Label == "Price" && f.Value == final })
	}):
		r.fail("lost: %s was not told of %s for %s", user, c.id, final)
	}
	if offers == 0 {
		return
	}
	n := r.mailed[address(user)+" "+recaptures+string(c.id)]
	unnamed := r.mailed[address(user)+" "+unnamed]
	if n > len(got) || n < len(got) && len(got)-n > unnamed {
		r.fail("%s: %s was told of %s %d times and got %d mails about it", map[bool]string{true: "doubled", false: "lost"}[n > len(got)], user, c.id, len(got), n)
	}
}

const (
	recaptures = "https://winback.example/recaptures/"
	unnamed    = "unnamed"
)

// andMore is how a digest speaks of the sightings that it does not name.
var andMore = regexp.MustCompile(`(?m)^(?:and|und) (\d+) (?:more|weitere)$`)

// count counts the sightings that a mail is about: by recipient, and by recipient and recapture where it names them.
func (r *run) count(to, text string) {
	reader, err := mail.ParseAddress(to)
	if err != nil {
		r.fail("a mail to %q: %v", to, err)
		return
	}
	for word := range strings.FieldsSeq(text) {
		if strings.HasPrefix(word, recaptures) {
			r.mailed[reader.Address+" "+word]++
			r.mailed[reader.Address]++
		}
	}
	if found := andMore.FindStringSubmatch(text); found != nil {
		n, _ := strconv.Atoi(found[1])
		r.mailed[reader.Address+" "+unnamed] += n
		r.mailed[reader.Address] += n
	}
}
