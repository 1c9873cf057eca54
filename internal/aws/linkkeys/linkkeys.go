// Package linkkeys loads the keys that sign links from AWS Secrets Manager.
//
// The secret is a JSON list of keys, [{"id": "2026-11", "secret": "<base64 of 32 bytes or more>"}, …], of which the first
// signs; or one such object, which is what CloudFormation can generate (64 letters and digits are base64). It is read at
// first use and again after Fresh, so a rotation is two steps: add the new key at the end, and once every process has read
// it, after Fresh, move it to the front. Old keys stay, since unsubscribe links never expire.
//
// When Secrets Manager does not answer, the keys of before go on serving for up to Stale; there is no reason for a mail
// not to leave or a link not to open because of it.
package linkkeys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/link"
)

// How long keys are used after they were read.
const (
	Fresh = 5 * time.Minute // without looking again
	Stale = time.Hour       // while looking again fails
	pause = 30 * time.Second
)

// Source yields the keyring of a secret. It is safe for concurrent use; its Keys are link.Keys.
type Source struct {
	get      func(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) // not the client, see package cognito
	secretID string
	now      func() time.Time
	retry    aws.Retryer

	mu   sync.Mutex // held while reading, so that many callers read once
	ring link.Keyring
	read time.Time // when ring was; zero: never
	next time.Time // when to look again
}

// New makes a source of a secret, named by its name or ARN. Nothing is read yet.
func New(client *secretsmanager.Client, secretID string, now func() time.Time) *Source {
	return &Source{get: client.GetSecretValue, secretID: secretID, now: now, retry: awserr.Bounded()}
}

// Open makes a source with a client of its own, and yields its keys; see New.
func Open(config aws.Config, secretID string, now func() time.Time) link.Keys {
	return New(secretsmanager.NewFromConfig(config), secretID, now).Keys
}

// Keys is the current keyring. A secret that is missing or no list of keys is an Internal error, and Secrets Manager not
// answering is Unavailable or TooMany, unless there are keys of before.
func (s *Source) Keys(ctx context.Context) (link.Keyring, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if now.Before(s.next) {
		return s.ring, nil
	}
	ring, err := s.load(ctx)
	switch {
	case err == nil:
		s.ring, s.read, s.next = ring, now, now.Add(Fresh)
	case !s.read.IsZero() && now.Before(s.read.Add(Stale)) && passing(err):
		s.next = now.Add(pause)
	default:
		return link.Keyring{}, err
	}
	return s.ring, nil
}

// passing reports whether an error may go away by itself. A secret that somebody has spoilt is not hidden.
func passing(err error) bool {
	kind := errs.KindOf(err)
	return kind == errs.Unavailable || kind == errs.TooMany
}

func (s *Source) load(ctx context.Context) (link.Keyring, error) {
	out, err := s.get(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.secretID},
		func(o *secretsmanager.Options) { o.Retryer = s.retry })
	if err != nil {
		return link.Keyring{}, awserr.Classify("the key store", err)
	}
	ring, err := parse([]byte(aws.ToString(out.SecretString)))
	if err != nil {
		return link.Keyring{}, fmt.Errorf("link keys: %w", err)
	}
	return ring, nil
}

// parse reads a list of keys or a single one. Its errors never quote what they found.
func parse(raw []byte) (link.Keyring, error) {
	keys := make([]link.Key, 1)
	var into any = &keys
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		into = &keys[0]
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return link.Keyring{}, errors.New("the secret is neither a key nor a list of keys in JSON")
	}
	return link.NewKeyring(keys...)
}
