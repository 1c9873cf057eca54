package keyfile

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/secret"
)

// sealing is the first byte of every ciphertext: which key and which way of sealing, should there ever be a second.
const sealing = 1

// sealer seals with AES-256-GCM under the master key: sealing, nonce, ciphertext, tag. Nonces are random, which is sound
// for 2^32 seals of one key.
type sealer struct{ aead cipher.AEAD }

func newSealer(master []byte) (*sealer, error) {
	if len(master) != masterSize {
		return nil, fmt.Errorf("its master key has %d bytes and needs %d", len(master), masterSize)
	}
	block, err := aes.NewCipher(master)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &sealer{aead}, nil
}

// Sealer seals secrets with the master key.
func (k *Keys) Sealer() secret.Sealer { return k.sealer }

func (s *sealer) Seal(_ context.Context, company ident.Company, purpose string, plain []byte) (secret.Sealed, error) {
	if err := secret.Check(company, purpose, plain); err != nil {
		return "", err
	}
	sealed := s.aead.Seal(nil, nil, plain, binding(company, purpose))
	return secret.Encode(append([]byte{sealing}, sealed...)), nil
}

func (s *sealer) Open(_ context.Context, company ident.Company, purpose string, sealed secret.Sealed) ([]byte, error) {
	ciphertext, err := secret.Decode(sealed)
	if err != nil {
		return nil, err
	}
	if len(ciphertext) == 0 || ciphertext[0] != sealing {
		return nil, secret.Refused()
	}
	plain, err := s.aead.Open(nil, nil, ciphertext[1:], binding(company, purpose))
	if err != nil {
		return nil, secret.Refused()
	}
	return plain, nil
}

// binding is the additional data: each part led by its length, so that no two pairs of company and purpose are alike.
func binding(company ident.Company, purpose string) []byte {
	b := []byte{sealing}
	for _, part := range []string{company.ID(), purpose} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}
