package company

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/winback-auto/winback/internal/vehicle"
)

// OwnStock says which listings are the company's own, so that its own offer of a car is not taken for news of a customer
// (C15).
type OwnStock struct {
	VINs    []string `json:"vins,omitempty" maxItems:"500" doc:"Cars in stock: whoever lists one of them, it is no sighting."`
	Sellers []string `json:"sellers,omitempty" maxItems:"50" doc:"Names and web sites under which the company sells, besides its own name and those of its yards. Case, punctuation and the legal form do not matter."`
}

// maxSeller bounds a seller's name, in bytes.
const maxSeller = 100

// Own are all rules about the company's own listings: those that were set, its name, the names of its yards, and both
// together in either order, as in Harbour Motors Sydney.
func (c Company) Own(yards []Yard) OwnStock {
	own := OwnStock{VINs: c.OwnStock.VINs, Sellers: append(slices.Clone(c.OwnStock.Sellers), c.Name)}
	plain := withoutForm(c.Name)
	for _, yard := range yards {
		own.Sellers = append(own.Sellers, yard.Name, plain+" "+yard.Name, yard.Name+" "+plain)
	}
	return own
}

// Owns reports whether a listing is the company's own: by the car, or by any of the names or web sites it is offered under.
// Names are the same when they differ only in case, accents, punctuation, spaces and the legal form at their end; a name of
// which less than 3 letters are left is nobody's.
func (o OwnStock) Owns(vin string, names ...string) bool {
	if vin != "" && slices.Contains(o.VINs, vehicle.NormaliseVIN(vin)) {
		return true
	}
	return slices.ContainsFunc(names, func(name string) bool {
		core, host := sellerName(name), site(name)
		return slices.ContainsFunc(o.Sellers, func(own string) bool {
			return core != "" && core == sellerName(own) || host != "" && host == site(own)
		})
	})
}

// legalForms are those that a seller's name may end in, each as nameWords writes it.
var legalForms = []string{
	"pty ltd", "pty limited", "proprietary limited", "pty", "ltd", "limited", "p l", "plc", "inc", "llc",
	"gmbh and co kg", "gmbh and co ohg", "ag and co kg", "ug haftungsbeschrankt", "gmbh", "mbh", "ag", "kg", "ohg", "ug", "ek",
}

// leastName is the number of letters and digits from which a name says who it is.
const leastName = 3

// sellerName is what tells a seller's name from others, empty where it is too little.
func sellerName(name string) string {
	core := strings.ReplaceAll(withoutForm(name), " ", "")
	if len([]rune(core)) < leastName {
		return ""
	}
	return core
}

// withoutForm is the words of a name without the legal form at its end, unless there is nothing else.
func withoutForm(name string) string {
	words := nameWords(name)
	for _, form := range legalForms {
		if rest, ok := strings.CutSuffix(words, " "+form); ok {
			return rest
		}
	}
	return words
}

// nameWords is a name in lower case without accents, its words apart by one space. Dots and apostrophes stand inside of
// words (Bob's, A.B.C., e.K.), all other signs between them; and is one word, whatever it is written as.
func nameWords(name string) string {
	name = strings.NewReplacer("ß", "ss", "&", " and ", "+", " and ").Replace(strings.ToLower(norm.NFKD.String(name)))
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		case unicode.Is(unicode.Mn, r) || strings.ContainsRune(".'’`´", r):
			return -1
		}
		return ' '
	}, name)
	words := strings.Fields(name)
	for i, word := range words {
		if word == "und" {
			words[i] = "and"
		}
	}
	return strings.Join(words, " ")
}

// site is the host of a web site, however it is written; empty where the text is none.
func site(text string) string {
	host := strings.ToLower(strings.TrimSpace(text))
	for _, scheme := range []string{"https://", "http://"} {
		host = strings.TrimPrefix(host, scheme)
	}
	host, _, _ = strings.Cut(host, "/")
	host = strings.TrimPrefix(host, "www.")
	if !strings.Contains(strings.Trim(host, "."), ".") || strings.ContainsAny(host, " @?#") {
		return ""
	}
	return host
}
