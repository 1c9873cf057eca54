package link_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/link"
)

func TestAKeyringRefusesKeysThatCannotServe(t *testing.T) {
	for why, keys := range map[string][]link.Key{
		"no key":        {},
		"no id":         {key(strings.Repeat("k", 8)), {Secret: key("k").Secret}},
		"a long id":     {{ID: strings.Repeat("k", link.MaxKeyID+1), Secret: key("k").Secret}},
		"a weak secret": {{ID: "k", Secret: make([]byte, link.MinSecret-1)}},
		"the same id":   {key("k"), key("k")},
	} {
		if ring, err := link.NewKeyring(keys...); err == nil || ring.Len() != 0 {
			t.Errorf("%s: %d keys, %v", why, ring.Len(), err)
		}
	}
}

func TestASecretDoesNotPrint(t *testing.T) {
	secret := []byte(strings.Repeat("hush", 8))
	k := link.Key{ID: "2026-11", Secret: secret}
	ring, err := link.NewKeyring(k)
	if err != nil {
		t.Fatal(err)
	}
	inJSON, err := json.Marshal(ring)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprint(k), fmt.Sprintf("%v %+v %#v %s %q", k, k, k, k, k), fmt.Sprintf("%v %+v %#v", &k, &k, []link.Key{k}),
		fmt.Sprintf("%v %+v %#v", ring, ring, ring), string(inJSON),
	} {
		if strings.Contains(text, "hush") || strings.Contains(text, fmt.Sprint(secret[:4])[1:9]) || strings.Contains(text, "0x68, 0x75") ||
			bytes.Contains([]byte(text), []byte("aHVzaGh1")) {
			t.Errorf("a secret in %q", text)
		}
	}
}
