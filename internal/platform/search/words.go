package search

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Bounds of words: shorter ones are not searched for, longer ones are cut, further ones of the same record are left out.
const (
	MinWord  = 2
	MaxWord  = 40
	MaxWords = 24
)

// Words are the words of texts as lists are searched for them: letters and digits in lower case without accents, each word
// once, in order of appearance.
func Words(texts ...string) []string { return words(MinWord, texts) }

// Letters are Words with those of one letter, for lists that are short enough to be looked through.
func Letters(texts ...string) []string { return words(1, texts) }

func words(shortest int, texts []string) []string {
	var words []string
	for _, text := range texts {
		for word := range strings.FieldsFuncSeq(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if runes := []rune(word); len(runes) > MaxWord {
				word = string(runes[:MaxWord])
			}
			if len([]rune(word)) >= shortest && !slices.Contains(words, word) {
				words = append(words, word)
			}
			if len(words) == MaxWords {
				return words
			}
		}
	}
	return words
}

// fold lowers case and drops the marks of decomposed letters, so that Müller is found as muller, too. ß and ligatures
// stay as they are.
func fold(text string) string {
	ascii := true
	for i := range len(text) {
		if text[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToLower(text)
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
}
