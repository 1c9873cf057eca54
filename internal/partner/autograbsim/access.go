package autograbsim

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// Grant is what an API key may do.
type Grant int

// The zero value is a key that nobody knows.
const (
	Unknown    Grant = iota // answered with 401
	Unlicensed              // answered with 403: the product is missing
	Browser                 // answered with 403: a public key belongs into web pages
	Granted
)

// StandardKeys knows every secret key of at least 8 characters, except that those that begin with sec_nolicence lack the
// product and those that begin with sec_revoked are dead.
func StandardKeys(key string) Grant {
	switch {
	case strings.HasPrefix(key, "pub_"):
		return Browser
	case !strings.HasPrefix(key, "sec_") || len(key) < 8 || strings.HasPrefix(key, "sec_revoked"):
		return Unknown
	case strings.HasPrefix(key, "sec_nolicence"):
		return Unlicensed
	}
	return Granted
}

// caller is who asks: an account in a region. Accounts see nothing of each other.
type caller struct {
	account string // a digest; the key itself is never kept
	region  string
}

func accountOf(key string) string {
	digest := sha256.Sum256([]byte(key))
	return hex.EncodeToString(digest[:8])
}

const (
	textRegion         = "Invalid Region"
	textUnlicensed     = "An appropriate licence is not attached to this API key"
	textForeignWebhook = "You don't have permission to access that webhook"
)

// hasRegion says which regions are served. The partner has no de: it is here for the German demonstration company.
func hasRegion(region string) bool {
	switch region {
	case "au", "nz", "uk", "my", "de":
		return true
	}
	return false
}

// admit checks key and region of a request; a status other than 0 is the answer.
func (s *Simulator) admit(r *http.Request) (who caller, status int, answer any) {
	apiKey := r.Header.Get("ApiKey")
	switch s.options.Keys(apiKey) {
	case Granted:
	case Unlicensed:
		return who, http.StatusForbidden, refusal(textUnlicensed)
	case Browser:
		return who, http.StatusForbidden, refusal("A public API key cannot be used from a server")
	default:
		return who, http.StatusUnauthorized, refusal("Invalid API key")
	}
	who = caller{account: accountOf(apiKey), region: r.URL.Query().Get("region")}
	if !hasRegion(who.region) {
		return who, http.StatusBadRequest, refusal(textRegion)
	}
	return who, 0, nil
}
