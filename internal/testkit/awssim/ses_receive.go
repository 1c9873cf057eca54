package awssim

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/mail/sesinbound"
)

// ReceiptRule says what becomes of mails that come in: they are put into a bucket.
type ReceiptRule struct {
	Set, Name  string
	Off        bool
	Recipients []string // addresses, domains, and with a dot before them everything below a domain; none: all
	Scan       bool     // for spam and viruses
	Bucket     string
	Prefix     string // of the keys
}

// ARN names the rule where it stands.
func (r ReceiptRule) ARN(p Place) string {
	return p.ARN("ses", "receipt-rule-set/"+r.Set+":receipt-rule/"+r.Name)
}

// Store puts what came in into a bucket, on account of a rule.
type Store func(ctx context.Context, ruleARN, bucket, key string, content []byte) error

// StoreWith says how mails that come in are kept.
func (s *SES) StoreWith(store Store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store = store
}

// SetupNotification is the key, behind the prefix, of the message by which SES finds out whether it may write.
const SetupNotification = "AMAZON_SES_SETUP_NOTIFICATION"

// AddRuleSet makes a rule set without rules, which takes nothing in before it is active.
func (s *SES) AddRuleSet(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sets = append(s.sets, name)
}

// AddRule adds a rule to a set that is there. As the service does, it writes into the bucket at once, and refuses a rule that
// could not.
func (s *SES) AddRule(ctx context.Context, rule ReceiptRule) error {
	s.mu.Lock()
	known, store, arn := slices.Contains(s.sets, rule.Set), s.store, rule.ARN(s.Place)
	s.mu.Unlock()
	if !known {
		return sesError(http.StatusBadRequest, "RuleSetDoesNotExist", "Rule set does not exist: %s", rule.Set)
	}
	if store == nil {
		return errors.New("awssim: mails that come in have no place; see StoreWith")
	}
	const told = "From: Amazon Web Services <no-reply-aws@amazon.com>\r\nSubject: Amazon SES Setup Notification\r\n\r\nMails will be delivered to this bucket.\r\n"
	if err := store(ctx, arn, rule.Bucket, rule.Prefix+SetupNotification, []byte(told)); err != nil {
		return sesError(http.StatusBadRequest, "InvalidS3Configuration", "Could not write to bucket: %s: %v", rule.Bucket, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, rule)
	return nil
}

// Activate makes a rule set the one that holds, none where the name is empty.
func (s *SES) Activate(set string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if set != "" && !slices.Contains(s.sets, set) {
		return sesError(http.StatusBadRequest, "RuleSetDoesNotExist", "Rule set does not exist: %s", set)
	}
	s.active = set
	return nil
}

// ActiveSet is the rule set that holds; empty: none.
func (s *SES) ActiveSet() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active
}

// Receive takes a mail in, as a server of another company hands it over by SMTP with TLS: its envelope and its content. It
// returns the keys it was stored by. A recipient whom no rule of the active set takes is refused, and a bucket that SES may
// not write to is an error.
//
// Known differences from the service: everybody is who they say they are (SPF, DKIM and DMARC pass); spam and viruses are known
// by the test texts of their field, GTUBE and EICAR; a mail for several recipients of a rule is one object, whose Received
// names none of them.
func (s *SES) Receive(ctx context.Context, now time.Time, from string, recipients []string, content []byte) (keys []string, err error) {
	s.mu.Lock()
	store, rules := s.store, slices.Clone(s.rules)
	s.received++
	s.chunks += len(content) / receivedChunk
	id := receiptID(now, s.received, content)
	rules = slices.DeleteFunc(rules, func(r ReceiptRule) bool { return r.Set != s.active || r.Off })
	s.mu.Unlock()
	taken := map[string]bool{}
	for _, rule := range rules {
		var matching []string
		for _, to := range recipients {
			if s.owns(to) && rule.takes(to) {
				matching = append(matching, to)
			}
		}
		if len(matching) == 0 {
			continue
		}
		for _, to := range matching {
			taken[to] = true
		}
		key := rule.Prefix + id
		if err := store(ctx, rule.ARN(s.Place), rule.Bucket, key, s.stamped(rule, id, now, from, matching, content)); err != nil {
			return keys, fmt.Errorf("awssim: %s: %w", rule.ARN(s.Place), err)
		}
		keys = append(keys, key)
	}
	for _, to := range recipients {
		if !taken[to] {
			return keys, sesError(http.StatusNotFound, "MailboxUnavailable", "550 5.1.1 Requested action not taken: mailbox unavailable")
		}
	}
	return keys, nil
}

// receivedChunk is what is paid for on top of a mail that comes in, once for each whole one.
const receivedChunk = 256 << 10

// Received counts the mails that came in, and the whole chunks of 256 kB that they were made of.
func (s *SES) Received() (mails, chunks int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.received, s.chunks
}

// Takes reports whether a rule of the active set takes mails to an address.
func (s *SES) Takes(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owns(address) && slices.ContainsFunc(s.rules, func(r ReceiptRule) bool { return r.Set == s.active && !r.Off && r.takes(address) })
}

// owns reports whether an address belongs to a verified identity, or is below one.
func (s *SES) owns(address string) bool {
	_, domain := splitAddress(address)
	return len(s.options.Identities) == 0 || slices.ContainsFunc(s.options.Identities, func(identity string) bool {
		return domain == identity || strings.HasSuffix(domain, "."+identity)
	})
}

func (r ReceiptRule) takes(address string) bool {
	local, domain := splitAddress(address)
	return len(r.Recipients) == 0 || slices.ContainsFunc(r.Recipients, func(want string) bool {
		want = strings.ToLower(want)
		return want == domain || want == local+"@"+domain || strings.HasPrefix(want, ".") && strings.HasSuffix(domain, want)
	})
}

// stamped is a mail with what SES writes before it; without scanning there are no verdicts.
func (s *SES) stamped(rule ReceiptRule, id string, now time.Time, from string, recipients []string, content []byte) []byte {
	a := sesinbound.Arrival{ID: id, Region: s.region(), From: from, At: now}
	a.Spam, a.Virus = sesinbound.Scan(content)
	if len(recipients) == 1 {
		a.To = recipients[0]
	}
	stamp := sesinbound.Stamped(nil, a)
	if !rule.Scan {
		stamp = verdicts.ReplaceAll(stamp, nil)
	}
	return append(stamp, content...)
}

var verdicts = regexp.MustCompile(`X-SES-(?:Spam|Virus)-Verdict: [A-Z_]+\r\n`)

// receiptID is the id of a mail that came in: 40 letters and digits.
func receiptID(now time.Time, serial int, content []byte) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %x", now.UnixNano(), serial, sha256.Sum256(content)))
	id := new(big.Int).SetBytes(sum[:]).Text(36)
	return (strings.Repeat("0", 40) + id)[len(id):][:40]
}
