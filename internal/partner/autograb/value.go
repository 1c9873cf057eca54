package autograb

import (
	"encoding/json"
	"errors"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of what we take over from a partner's JSON, whoever wrote it.
const (
	maxID    = 128        // characters of an id
	maxText  = 200        // characters of a title or an error text
	maxURL   = 2048       // bytes of a listing's address
	maxPrice = 1000000000 // whole units of any currency
)

var (
	errID    = errors.New("an id is neither a short text nor a whole number")
	errTime  = errors.New("a time is not a time of this century")
	errPrice = errors.New("a price is not an amount of money")
)

// text is an id that may come as a string or as a number; null is empty.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		*t = ""
		return nil
	}
	var s string
	if raw[0] == '"' {
		if err := json.Unmarshal(raw, &s); err != nil {
			return errID
		}
	} else {
		if _, err := strconv.ParseInt(string(raw), 10, 64); err != nil {
			return errID
		}
		s = string(raw)
	}
	if len(s) > maxID || s != tidy(s, maxID) {
		return errID
	}
	*t = text(s)
	return nil
}

// label is a text that is only shown or compared: a string or a number, anything else is empty. It never fails.
type label string

func (l *label) UnmarshalJSON(raw []byte) error {
	var s string
	if raw[0] >= '0' && raw[0] <= '9' {
		s = string(raw)
	} else if json.Unmarshal(raw, &s) != nil {
		s = ""
	}
	*l = label(tidy(s, maxText))
	return nil
}

// instant is a time in RFC 3339 or a bare date in UTC; null and the empty string are the zero time. So is what is no time of
// this century; err says so.
type instant struct {
	time.Time
	err error
}

func (i *instant) UnmarshalJSON(raw []byte) error {
	*i = instant{}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		i.err = errTime
		return nil //nolint:nilerr // whoever reads the rest decides
	}
	if s == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, dateLayout} {
		if at, err := time.Parse(layout, s); err == nil && at.Year() >= 2000 && at.Year() < 2100 {
			i.Time = at.UTC()
			return nil
		}
	}
	i.err = errTime
	return nil
}

// amount is money in whole units, rounded; a number, a number in quotes, or null for not stated. What is no price, or one
// for a planet, is not stated, either; err says so.
type amount struct {
	units int64
	err   error
}

func (a *amount) UnmarshalJSON(raw []byte) error {
	*a = amount{}
	s := strings.Trim(string(raw), `"`)
	if s == "null" || s == "" {
		return nil
	}
	value, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(value) || value < 0 || value > maxPrice {
		a.err = errPrice
		return nil //nolint:nilerr // whoever reads the rest decides
	}
	a.units = int64(math.Round(value))
	return nil
}

// share is a number from 0 to 1. What is none is 0, not stated: nothing is decided by it.
type share float64

func (s *share) UnmarshalJSON(raw []byte) error {
	value, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || !(value >= 0 && value <= 1) {
		value = 0
	}
	*s = share(value)
	return nil
}

// tidy makes foreign text fit to be shown: one line, printable, at most limit characters.
func tidy(s string, limit int) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit-1]) + "…"
	}
	return s
}

// address keeps a web address that may be shown as a link, with its host, and drops everything else.
func address(raw string) (link, site string) {
	if len(raw) > maxURL {
		return "", ""
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Hostname() == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return "", ""
	}
	site = strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if site == "" {
		return "", ""
	}
	return u.String(), site
}
