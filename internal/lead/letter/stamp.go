package letter

import (
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/eml"
	"github.com/winback-auto/winback/internal/platform/pattern"
)

// stamp is what the provider put on top of a mail when it took it: the way in, and what it found out. Whoever sends a mail may
// write the same fields, but only below; so the stamp ends with the first field that is none of the provider's, or that there
// has been one of already.
type stamp struct {
	bounces bool // Return-Path <>: there is nobody to answer, because a program has sent it
	way     string
	spam    string
	virus   string
	vouched string // Authentication-Results
	arrived time.Time
}

// byProvider is a Received field of SES: by inbound-smtp.eu-central-1.amazonaws.com with SMTP id … for …; date
var byProvider = pattern.Of(`(?i)\bby inbound-smtp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)? with E?SMTPS?A? id [a-z0-9]+`)

// stampOf reads the stamp on top of a mail.
func stampOf(h eml.Header) (s stamp) {
	seen := map[string]bool{}
	for _, f := range h {
		ours := true
		switch f.Name {
		case "return-path":
			s.bounces = f.Value == "<>"
		case "received":
			if ours = byProvider().MatchString(f.Value); ours && !seen[f.Name] {
				s.way = f.Value
				s.arrived = dated(f.Value)
			}
		case "x-ses-spam-verdict":
			if !seen[f.Name] {
				s.spam = f.Value
			}
		case "x-ses-virus-verdict":
			if !seen[f.Name] {
				s.virus = f.Value
			}
		case "authentication-results":
			if ours = strings.HasPrefix(f.Value, "amazonses.com;"); ours && !seen[f.Name] {
				s.vouched = f.Value
			}
		case "received-spf", "x-ses-receipt", "x-ses-dkim-signature":
		default:
			ours = false
		}
		if !ours || seen[f.Name] {
			return s
		}
		seen[f.Name] = true
	}
	return s
}

// dated is the instant behind the last semicolon of a Received field; zero where there is none.
func dated(field string) time.Time {
	text := strings.TrimSpace(field[strings.LastIndexByte(field, ';')+1:])
	text, _, _ = strings.Cut(text, " (") // the name of the zone
	at, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// What SES says of spam and viruses.
const (
	pass = "PASS"
	fail = "FAIL"
)

// unproven reports that the sender's domain publishes how its mails are known, and that this one is not.
func (s stamp) unproven() bool { return strings.Contains(strings.ToLower(s.vouched), "dmarc=fail") }
