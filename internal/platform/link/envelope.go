package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math"
)

// A token is base64url without padding of
//
//	version  1 byte
//	key id   1 byte length, then the id
//	company  1 byte length, then the id
//	expires  8 bytes, big endian, Unix seconds; 0 is never
//	payload  what is left
//	mac      32 bytes: HMAC-SHA256 over the domain, the purpose with its length, and all of the above
//
// The purpose is not in the token: whoever opens it says what it must be.
const (
	version    = 1
	never      = 0
	maxCompany = 64
	maxHeader  = 1 + 1 + MaxKeyID + 1 + maxCompany + 8
	macSize    = sha256.Size
	domain     = "winback link token\x00" // keeps our keys' MACs apart from any other use of them
)

type envelope struct {
	keyID   string
	company string
	expires uint64
	payload string
}

func (e envelope) encode() []byte {
	body := make([]byte, 0, maxHeader+len(e.payload)+macSize)
	body = append(body, version, byte(len(e.keyID)))
	body = append(body, e.keyID...)
	body = append(body, byte(len(e.company)))
	body = append(body, e.company...)
	body = binary.BigEndian.AppendUint64(body, e.expires)
	return append(body, e.payload...)
}

// decodeEnvelope reads a body that may be anything; what it accepts is bounded as Sign bounds it.
func decodeEnvelope(body []byte) (envelope, bool) {
	if len(body) == 0 || body[0] != version {
		return envelope{}, false
	}
	keyID, rest, ok := shortText(body[1:], MaxKeyID)
	if !ok {
		return envelope{}, false
	}
	company, rest, ok := shortText(rest, maxCompany)
	if !ok || len(rest) < 8 || len(rest)-8 > MaxPayload {
		return envelope{}, false
	}
	expires := binary.BigEndian.Uint64(rest)
	if expires > math.MaxInt64 {
		return envelope{}, false
	}
	return envelope{keyID, company, expires, string(rest[8:])}, true
}

// shortText cuts a text of 1 to most bytes, led by its length, off the front.
func shortText(b []byte, most int) (string, []byte, bool) {
	if len(b) == 0 {
		return "", nil, false
	}
	n := int(b[0])
	if n == 0 || n > most || len(b)-1 < n {
		return "", nil, false
	}
	return string(b[1 : 1+n]), b[1+n:], true
}

func mac(key Key, purpose Purpose, body []byte) []byte {
	h := hmac.New(sha256.New, key.Secret)
	h.Write([]byte(domain))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(purpose))))
	h.Write([]byte(purpose))
	h.Write(body)
	return h.Sum(nil)
}

func encodeText(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// decodeText accepts the one text that encodeText would have written. The decoder alone lets line breaks pass, and without
// Strict the unused bits of the last character too.
func decodeText(token string) ([]byte, bool) {
	if len(token) > MaxToken {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || encodeText(raw) != token {
		return nil, false
	}
	return raw, true
}
