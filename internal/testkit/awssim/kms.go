package awssim

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

// kmsMaxPlain and kmsMaxCipher are the limits of Encrypt and Decrypt, in bytes.
const (
	kmsMaxPlain  = 4096
	kmsMaxCipher = 6144
)

// KMS is AWS KMS with symmetric keys: Encrypt and Decrypt with an encryption context.
//
// Known differences from the service: keys are made by NewKMS and AddKey and known by id or ARN, there are no aliases,
// grants, rotation, data keys, dry runs or other algorithms; the ciphertext's form is our own, as is that of the service.
// Policies of keys hold in an Account.
type KMS struct {
	Regional
	mu   sync.Mutex
	keys map[string]*kmsKey
}

type kmsKey struct {
	id      string
	guard   *iam.Guard
	aead    cipher.AEAD
	enabled bool
}

// NewKMS makes the service with enabled keys of the ids.
func NewKMS(ids ...string) *KMS {
	s := &KMS{Regional: Regional{Prefix: "kms", Signing: "kms"}, keys: map[string]*kmsKey{}}
	for _, id := range ids {
		s.AddKey(id, nil)
	}
	return s
}

// AddKey makes an enabled key with a policy; nil: one that leaves the decision to the account's own, as the console makes it.
func (s *KMS) AddKey(id string, policy *iam.Policy) {
	secret := make([]byte, 32)
	rand.Read(secret)
	block, err := aes.NewCipher(secret)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := &kmsKey{id: id, aead: aead, enabled: true}
	if policy != nil {
		key.guard = &iam.Guard{Policy: *policy, Sole: true}
	}
	s.keys[id] = key
}

// arn is the prefix of the names of keys.
func (s *KMS) arn() string { return s.ARN("kms", "key/") }

// Enable switches a key on or off.
func (s *KMS) Enable(id string, enabled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[id].enabled = enabled
}

// Name implements Service.
func (s *KMS) Name() string { return "kms" }

// Action implements Service.
func (s *KMS) Action(r *http.Request) string { return Target(r, "TrentService") }

// Answer implements Service.
func (s *KMS) Answer(r Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.Action {
	case "Encrypt":
		return answer(r, s.encrypt)
	case "Decrypt":
		return answer(r, s.decrypt)
	}
	return nil, kmsError("UnsupportedOperationException", "%s is not simulated", r.Action)
}

type kmsEncrypt struct {
	KeyID             string `json:"KeyId"`
	Plaintext         []byte
	EncryptionContext map[string]string
}

func (s *KMS) encrypt(_ Request, in kmsEncrypt) (any, error) {
	key, err := s.key(in.KeyID)
	switch {
	case err != nil:
		return nil, err
	case len(in.Plaintext) == 0 || len(in.Plaintext) > kmsMaxPlain:
		return nil, kmsError("ValidationException", "Value at 'plaintext' failed to satisfy constraint: Member must have length from 1 to %d", kmsMaxPlain)
	}
	blob := append([]byte{byte(len(key.id))}, key.id...)
	return struct {
		CiphertextBlob      []byte
		KeyID               string `json:"KeyId"`
		EncryptionAlgorithm string
	}{key.aead.Seal(blob, nil, in.Plaintext, kmsBinding(key, in.EncryptionContext)), s.arn() + key.id, "SYMMETRIC_DEFAULT"}, nil
}

type kmsDecrypt struct {
	KeyID             string `json:"KeyId"` // may be missing: the ciphertext names its key
	CiphertextBlob    []byte
	EncryptionContext map[string]string
}

func (s *KMS) decrypt(_ Request, in kmsDecrypt) (any, error) {
	if len(in.CiphertextBlob) == 0 || len(in.CiphertextBlob) > kmsMaxCipher {
		return nil, kmsError("ValidationException", "Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length from 1 to %d", kmsMaxCipher)
	}
	if in.KeyID != "" {
		if _, err := s.key(in.KeyID); err != nil {
			return nil, err
		}
	}
	id, sealed, ok := splitBlob(in.CiphertextBlob)
	key := s.keys[id]
	switch {
	case !ok, key == nil:
		return nil, kmsError("InvalidCiphertextException", "")
	case in.KeyID != "" && strings.TrimPrefix(in.KeyID, s.arn()) != key.id:
		return nil, kmsError("IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation.")
	case !key.enabled:
		return nil, kmsError("DisabledException", "%s%s is disabled.", s.arn(), key.id)
	}
	plain, err := key.aead.Open(nil, nil, sealed, kmsBinding(key, in.EncryptionContext))
	if err != nil {
		return nil, kmsError("InvalidCiphertextException", "")
	}
	return struct {
		KeyID               string `json:"KeyId"`
		Plaintext           []byte
		EncryptionAlgorithm string
	}{s.arn() + key.id, plain, "SYMMETRIC_DEFAULT"}, nil
}

// key finds an enabled key by id or ARN.
func (s *KMS) key(name string) (*kmsKey, error) {
	key := s.keys[strings.TrimPrefix(name, s.arn())]
	switch {
	case key == nil:
		return nil, kmsError("NotFoundException", "Key '%s' does not exist", name)
	case !key.enabled:
		return nil, kmsError("DisabledException", "%s%s is disabled.", s.arn(), key.id)
	}
	return key, nil
}

// kmsBinding is what a ciphertext is bound to: its key and the context, whatever the order of its pairs.
func kmsBinding(key *kmsKey, context map[string]string) []byte {
	binding, err := json.Marshal(struct {
		Key     string
		Context map[string]string
	}{key.id, context})
	if err != nil {
		panic(err)
	}
	return binding
}

func kmsError(code, format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}
