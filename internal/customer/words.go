package customer

import (
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/search"
)

// words are what the customer is found by. Of many vehicles the last ones may find no place among search.MaxWords.
func (c Customer) words() []string {
	texts := []string{c.First, c.Last, c.Company}
	texts = append(texts, phoneWords(c.Mobile)...)
	texts = append(texts, phoneWords(c.Phone)...)
	texts = append(texts, c.Email)
	for _, v := range c.Vehicles {
		texts = append(texts, v.Rego, v.VIN)
	}
	return search.Words(texts...)
}

// searched is a query text as the words are made: what looks like a phone number becomes one word.
func searched(q string) string {
	if !dialable(strings.TrimSpace(q)) {
		return q
	}
	number, _ := dialled(q)
	return number
}

// trunks are the country codes of numbers that are dialled with a 0 in their own country.
var trunks = []string{"61", "64", "49", "43", "41", "44"}

// phoneWords are the ways to write a phone number as one word: as it is, and as it is dialled in its country.
func phoneWords(phone string) []string {
	number, abroad := dialled(phone)
	words := []string{number}
	if i := slices.IndexFunc(trunks, func(code string) bool { return strings.HasPrefix(number, code) }); abroad && i >= 0 {
		words = append(words, "0"+strings.TrimPrefix(number[len(trunks[i]):], "0"))
	}
	return words
}

// minDigits is the fewest digits of a phone number.
const minDigits = 5

// dialable reports whether a text is a phone number as people write one.
func dialable(phone string) bool {
	number, _ := dialled(phone)
	return phonePattern().MatchString(phone) && len(number) >= minDigits
}

// dialled is a phone number's digits; abroad where it begins with a country code, whose + or 00 is left out.
func dialled(phone string) (number string, abroad bool) {
	number = strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	if abroad = strings.HasPrefix(strings.TrimSpace(phone), "+") || strings.HasPrefix(number, "00"); abroad {
		number = strings.TrimLeft(number, "0")
	}
	return number, abroad
}
