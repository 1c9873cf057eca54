// Package kmssecret seals secrets with a key in AWS KMS, which the key never leaves.
//
// Company and purpose are the encryption context: KMS binds them to the ciphertext and asks for the same ones to decrypt
// it. A policy can demand them (kms:EncryptionContext:company) and CloudTrail records them in the clear, which is why they
// are ids. Calls may be repeated and are, at most three times in all.
package kmssecret

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/secret"
)

// The names within the encryption context. Policies and every ciphertext depend on them: they never change.
const (
	contextCompany = "company"
	contextPurpose = "purpose"
)

// calls are the operations that are used, see package cognito.
type calls struct {
	encrypt func(context.Context, *kms.EncryptInput, ...func(*kms.Options)) (*kms.EncryptOutput, error)
	decrypt func(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

// Sealer seals with one key. It is a secret.Sealer and safe for concurrent use.
type Sealer struct {
	calls
	keyID string
	retry aws.Retryer
}

// New makes a sealer of a symmetric key, named by its id or ARN.
func New(client *kms.Client, keyID string) *Sealer {
	return &Sealer{calls{client.Encrypt, client.Decrypt}, keyID, awserr.Bounded()}
}

// Open makes a sealer with a client of its own, see New.
func Open(config aws.Config, keyID string) secret.Sealer {
	return New(kms.NewFromConfig(config), keyID)
}

// Seal implements secret.Sealer. A key that is disabled or throttled is Unavailable or TooMany.
func (s *Sealer) Seal(ctx context.Context, company ident.Company, purpose string, plain []byte) (secret.Sealed, error) {
	if err := secret.Check(company, purpose, plain); err != nil {
		return "", err
	}
	out, err := s.encrypt(ctx, &kms.EncryptInput{
		KeyId: &s.keyID, Plaintext: plain, EncryptionContext: encryptionContext(company, purpose),
	}, s.bounded)
	if err != nil {
		return "", classify(err)
	}
	return secret.Encode(out.CiphertextBlob), nil
}

// Open implements secret.Sealer.
func (s *Sealer) Open(ctx context.Context, company ident.Company, purpose string, sealed secret.Sealed) ([]byte, error) {
	ciphertext, err := secret.Decode(sealed)
	if err != nil {
		return nil, err
	}
	if len(ciphertext) == 0 || company.IsZero() || purpose == "" {
		return nil, secret.Refused() // KMS would call it malformed
	}
	out, err := s.decrypt(ctx, &kms.DecryptInput{
		KeyId: &s.keyID, CiphertextBlob: ciphertext, EncryptionContext: encryptionContext(company, purpose),
	}, s.bounded)
	if err != nil {
		return nil, classify(err)
	}
	return out.Plaintext, nil
}

func (s *Sealer) bounded(o *kms.Options) { o.Retryer = s.retry }

func encryptionContext(company ident.Company, purpose string) map[string]string {
	return map[string]string{contextCompany: company.ID(), contextPurpose: purpose}
}

func classify(err error) error {
	switch awserr.Code(err) {
	case "InvalidCiphertextException", "IncorrectKeyException":
		return secret.Refused()
	case "DisabledException", "KMSInvalidStateException", "KeyUnavailableException":
		return errs.E(errs.Unavailable, "the key that seals secrets is switched off")
	}
	return awserr.Classify("the key service", err)
}
