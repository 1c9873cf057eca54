package iam

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// slow says what a wildcard pattern matches by way of a regular expression. any is what a * may be, by its place.
func slow(pattern string, anything func(place int) string, single string) *regexp.Regexp {
	var b strings.Builder
	for i := range len(pattern) {
		switch c := pattern[i]; c {
		case '*':
			b.WriteString(anything(i))
		case '?':
			b.WriteString(single)
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.MustCompile("^(?s:" + b.String() + ")$")
}

func TestWildcardsMatchAsARegularExpressionWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?]{0,8}`).Draw(t, "pattern")
		text := rapid.StringMatching(`[ab]{0,10}`).Draw(t, "text")
		if got, want := wild(pattern, text), slow(pattern, func(int) string { return ".*" }, ".").MatchString(text); got != want {
			t.Fatalf("%q on %q: %v, want %v", pattern, text, got, want)
		}
	})
}

func TestWildcardsOfResourcesStayInTheirSegmentUnlessLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`arn:(\*|a?):s:[r*?]{0,3}:[1*?]{0,3}:[x:*?]{0,5}`).Draw(t, "pattern")
		text := rapid.StringMatching(`arn:a?:s:r{0,2}:1{0,2}:[x:]{0,5}`).Draw(t, "text")
		segment := func(place int) int { return strings.Count(pattern[:place], ":") }
		anything := func(place int) string {
			last := place+1 == len(pattern) || pattern[place+1] == ':'
			if last || segment(place) >= arnParts-1 {
				return ".*"
			}
			return "[^:]*"
		}
		var single []byte
		for i := range len(pattern) { // ? is no colon before the last segment
			if pattern[i] == '?' && segment(i) < arnParts-1 {
				single = append(single, 1)
				continue
			}
			single = append(single, pattern[i])
		}
		source := slow(string(single), anything, ".").String()
		want := regexp.MustCompile(strings.ReplaceAll(source, "\x01", "[^:]")).MatchString(text)
		if got := matchResource(pattern, text); got != want {
			t.Fatalf("%q on %q: %v, want %v", pattern, text, got, want)
		}
	})
}

// drawPolicy makes small policies over few words, so that requests meet their statements often.
func drawPolicy(t *rapid.T) Policy {
	some := func(name string, words ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(words), 1, 3, rapid.ID[string]).Draw(t, name)
	}
	var p Policy
	for range rapid.IntRange(0, 4).Draw(t, "statements") {
		s := Statement{ID: "s", Deny: rapid.IntRange(0, 3).Draw(t, "deny") == 0}
		s.Actions = some("actions", "t:Get", "t:Put", "t:*", "*", "u:Get")
		s.Resources = some("resources", "*", "arn:aws:t:r:1:a", "arn:aws:t:r:1:b", "arn:aws:t:r:1:*")
		if rapid.Bool().Draw(t, "conditional") {
			c, err := newCondition("StringEquals", "ses:FromAddress", []any{rapid.SampledFrom([]string{"x", "y"}).Draw(t, "from")})
			if err != nil {
				t.Fatal(err)
			}
			s.Conditions = append(s.Conditions, c)
		}
		p.Statements = append(p.Statements, s)
	}
	return p
}

func drawRequest(t *rapid.T) Request {
	return Request{
		Principal: "arn:aws:iam::1:role/r",
		Action:    rapid.SampledFrom([]string{"t:Get", "t:Put", "u:Get"}).Draw(t, "action"),
		Resources: rapid.SliceOfN(rapid.SampledFrom([]string{"arn:aws:t:r:1:a", "arn:aws:t:r:1:b", "arn:aws:t:r:2:a"}), 1, 2).Draw(t, "resources"),
		Context:   map[string][]string{"ses:FromAddress": {rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "context")}},
	}
}

// oracle decides one resource by asking every combination of the words of every statement.
func oracle(p Policy, r Request, resource string) bool {
	allowed, denied := false, false
	for _, s := range p.Statements {
		for _, action := range s.Actions {
			for _, pattern := range s.Resources {
				held := true
				for _, c := range s.Conditions {
					held = held && c.Values[0] == r.Context["ses:FromAddress"][0]
				}
				if held && wild(action, r.Action) && (pattern == "*" || wild(pattern, resource)) {
					allowed, denied = allowed || !s.Deny, denied || s.Deny
				}
			}
		}
	}
	return allowed && !denied
}

func TestDecisionsAreThoseOfANaiveReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := drawPolicy(t), drawRequest(t)
		want := true
		for _, resource := range r.Resources {
			want = want && oracle(p, r, resource)
		}
		d, err := Decide(r, p, nil)
		if err != nil || d.Allowed != want {
			t.Fatalf("%v, %v, want %v", d, err, want)
		}
		if !d.Allowed && d.Explicit != (d.Statement != nil && d.Statement.Deny) {
			t.Fatalf("%+v", d)
		}
	})
}

// A policy allows what its grants allow, each on its own, less its denials; so nothing is lost or gained by listing them.
func TestAPolicyIsTheSumOfItsGrants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := drawPolicy(t), drawRequest(t)
		r.Resources = r.Resources[:1]
		grants, err := p.Grants()
		if err != nil {
			t.Fatal(err)
		}
		rest, some := p, false
		for _, g := range grants {
			alone := Policy{}
			for i, s := range p.Statements {
				if i == g.Statement {
					s.Actions, s.Resources = []string{g.Action}, []string{g.Resource}
				}
				if s.Deny || i == g.Statement {
					alone.Statements = append(alone.Statements, s)
				}
			}
			d, err := Decide(r, alone, nil)
			if err != nil {
				t.Fatal(err)
			}
			some = some || d.Allowed
		}
		for { // taking one away after the other leaves nothing
			left, err := rest.Grants()
			if err != nil {
				t.Fatal(err)
			}
			if len(left) == 0 {
				break
			}
			fewer, err := rest.Without(left[0]).Grants()
			if err != nil || len(fewer) != len(left)-1 {
				t.Fatalf("%d grants, without one %d, %v", len(left), len(fewer), err)
			}
			rest = rest.Without(left[0])
		}
		whole, err := Decide(r, p, nil)
		if err != nil || whole.Allowed != some {
			t.Fatalf("whole %v, by grants %v, %v", whole.Allowed, some, err)
		}
		if none, err := Decide(r, rest, nil); err != nil || none.Allowed {
			t.Fatalf("allowed without a grant: %+v, %v", none, err)
		}
	})
}
