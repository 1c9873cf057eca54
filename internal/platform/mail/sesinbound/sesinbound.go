// Package sesinbound writes mails that came in as SES leaves them in a bucket: as they came, below what SES puts on top.
//
// SES does so itself; this package is for those who stand in for it, the local inbox and the simulator of tests. It shares
// nothing with the reader, feature lead/letter.
package sesinbound

import (
	"fmt"
	"strings"
	"time"
)

// Arrival is how a mail came in.
type Arrival struct {
	ID     string // the mail's at the provider: lower case letters and digits
	Region string
	From   string // of the envelope, without a name; empty: the mail wants no answer
	To     string // of the envelope; empty: several, of whom none is named
	At     time.Time
	Spam   string // PASS, FAIL, GRAY or PROCESSING_FAILED; empty: PASS
	Virus  string // likewise
	DMARC  string // pass, fail or none; empty: pass
}

// Stamped is a mail as it lies in the bucket.
func Stamped(raw []byte, a Arrival) []byte {
	verdict := func(v, otherwise string) string {
		if v == "" {
			return otherwise
		}
		return v
	}
	domain := a.From[strings.LastIndexByte(a.From, '@')+1:]
	if domain == "" {
		domain = "mail.example"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Return-Path: <%s>\r\n", a.From)
	to := ";"
	if a.To != "" {
		to = "\r\n for " + a.To + ";"
	}
	fmt.Fprintf(&b, "Received: from mx.%s (mx.%s [192.0.2.7])\r\n by inbound-smtp.%s.amazonaws.com with SMTP id %s%s\r\n %s (UTC)\r\n",
		domain, domain, a.Region, a.ID, to, a.At.UTC().Format(time.RFC1123Z))
	fmt.Fprintf(&b, "X-SES-Spam-Verdict: %s\r\nX-SES-Virus-Verdict: %s\r\n", verdict(a.Spam, "PASS"), verdict(a.Virus, "PASS"))
	fmt.Fprintf(&b, "Received-SPF: pass (spfCheck: domain of %s designates 192.0.2.7 as permitted sender) client-ip=192.0.2.7; envelope-from=%s; helo=mx.%s;\r\n", domain, a.From, domain)
	fmt.Fprintf(&b, "Authentication-Results: amazonses.com;\r\n spf=pass client-ip=192.0.2.7; envelope-from=%s; helo=mx.%s;\r\n dkim=pass header.i=@%s;\r\n dmarc=%s header.from=%s;\r\n",
		a.From, domain, domain, verdict(a.DMARC, "pass"), domain)
	b.WriteString("X-SES-RECEIPT: AEFBQUFBQUFBQUFFeGFtcGxl\r\nX-SES-DKIM-SIGNATURE: a=rsa-sha256; q=dns/txt; b=RXhhbXBsZQ==; c=relaxed/simple; d=amazonses.com;\r\n")
	return append([]byte(b.String()), raw...)
}
