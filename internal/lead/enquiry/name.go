package enquiry

import (
	"slices"
	"strings"
	"unicode"
)

// titles stand before a name and are no part of it.
var titles = []string{"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau", "sir", "madam"}

// noPerson are words of names that are no person's, or of two.
var noPerson = []string{
	"&", "and", "und", "or", "pty", "ltd", "limited", "inc", "llc", "corp", "gmbh", "ag", "kg", "ug", "ohg", "gbr", "mbh", "co", "company", "group",
	"motors", "motor", "cars", "auto", "autos", "automotive", "autohaus", "dealer", "dealership", "sales", "service", "services", "trust", "holdings",
	"jr", "sr", "ii", "iii", "iv",
}

// setName reads a full name. It is taken apart where it has one reading: Lee, Ann, or two words in letters that are written
// given name first. Everything else (three words, two people, a company) stays whole.
func (n *Name) setFull(full string) {
	words := strings.Fields(full)
	for len(words) > 1 && slices.Contains(titles, strings.ToLower(strings.TrimSuffix(words[0], "."))) {
		words = words[1:]
	}
	for len(words) > 1 && nothing[strings.ToLower(words[len(words)-1])] {
		words = words[:len(words)-1] // Ben Unknown
	}
	full = strings.Join(words, " ")
	n.Full = full
	if last, first, comma := strings.Cut(full, ", "); comma && nameWord(last) && nameWord(first) {
		*n = Name{First: first, Last: last}
		return
	}
	if len(words) == 2 && nameWord(words[0]) && nameWord(words[1]) {
		*n = Name{First: words[0], Last: words[1]}
	}
}

// nameWord reports whether a word is a given or family name in Latin, Greek or Cyrillic letters; other scripts put the
// family name first.
func nameWord(word string) bool {
	if !fits(word, 60) || slices.Contains(noPerson, strings.ToLower(strings.TrimSuffix(word, "."))) {
		return false
	}
	letters := 0
	for _, r := range word {
		switch {
		case unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic):
			letters++
		case unicode.Is(unicode.Mn, r), strings.ContainsRune("-'\u2019.", r):
		default:
			return false
		}
	}
	return letters >= 2
}
