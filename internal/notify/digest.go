package notify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/access"
)

const maxEntry = 160 // characters of a line of a digest

// digestPage lays out a digest of count sightings, of which some are named.
func digestPage(named []Notice, count int, user access.User, t texts, appURL string) page {
	slices.SortFunc(named, func(a, b Notice) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	p := page{Title: fmt.Sprintf(t.digest.title, count), Text: t.digest.intro, Open: t.digest.open, Reason: t.digest.reason}
	var vehicles []string
	for _, n := range named {
		p.Lines = append(p.Lines, entry{n.brief(), linked(appURL, n.Link.Path)})
		vehicles = append(vehicles, n.headline())
	}
	p.Preview = Clip(strings.Join(vehicles, " · "), maxText)
	if more := count - len(named); more > 0 {
		p.More = fmt.Sprintf(t.digest.more, more)
	}
	if listsNotices(user) {
		p.All, p.Link = t.digest.listed, linked(appURL, "/notifications")
	} else {
		p.All, p.Link = t.digest.watched, linked(appURL, "/recaptures")
	}
	return p
}

// headline is the vehicle that the notice is about.
func (n Notice) headline() string { return cmp.Or(n.fact(Vehicle), n.Title) }

// brief says in one line what was seen.
func (n Notice) brief() string {
	parts := []string{n.headline(), n.fact(Price), n.fact(Site)}
	return Clip(strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · "), maxEntry)
}

func (n Notice) fact(label Label) string {
	for _, f := range n.Facts {
		if f.Label == label {
			return f.Value
		}
	}
	return ""
}
