package iam

import "strings"

// arnParts is the number of an ARN's segments. The last one, the resource, may contain colons itself.
const arnParts = 6

// wild matches text against a pattern in which * is any run of characters and ? any single one.
func wild(pattern, text string) bool {
	star, retry := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			retry++
			p, t = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchAction compares without regard to case, as AWS does.
func matchAction(pattern, action string) bool {
	return wild(strings.ToLower(pattern), strings.ToLower(action))
}

// matchResource compares an ARN as the element Resource does: wildcards stay within their segment, except a * that is its
// last character, which may go on beyond the colon.
func matchResource(pattern, arn string) bool {
	if pattern == "*" || !strings.ContainsAny(pattern, "*?") {
		return pattern == "*" || pattern == arn
	}
	// ends[t] tells whether the pattern so far matches the first t bytes of the ARN.
	ends := make([]bool, len(arn)+1)
	ends[0] = true
	colons := 0
	for p := range len(pattern) {
		inside := colons < arnParts-1 // the resource's own colons separate nothing
		next := make([]bool, len(arn)+1)
		switch c := pattern[p]; c {
		case '*':
			last := p+1 == len(pattern) || pattern[p+1] == ':'
			for t, reached := 0, false; t <= len(arn); t++ {
				if t > 0 && arn[t-1] == ':' && inside && !last {
					reached = false
				}
				reached = reached || ends[t]
				next[t] = reached
			}
		default:
			if c == ':' {
				colons++
			}
			for t := range len(arn) {
				next[t+1] = ends[t] && (arn[t] == c || c == '?' && (arn[t] != ':' || !inside))
			}
		}
		ends = next
	}
	return ends[len(arn)]
}

// matchARN compares as ArnEquals and ArnLike do, which are the same: segment by segment.
func matchARN(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", arnParts), strings.SplitN(arn, ":", arnParts)
	if len(patterns) != len(parts) {
		return false
	}
	for i := range patterns {
		if !wild(patterns[i], parts[i]) {
			return false
		}
	}
	return true
}

func anyMatch(patterns []string, text string, match func(pattern, text string) bool) bool {
	for _, pattern := range patterns {
		if match(pattern, text) {
			return true
		}
	}
	return false
}
