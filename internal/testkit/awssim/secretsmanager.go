package awssim

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// SecretsManager is AWS Secrets Manager: GetSecretValue of secrets that Put has set.
//
// Known differences from the service: secrets are known by name alone, are text, and have one version, the current one.
type SecretsManager struct {
	mu      sync.Mutex
	secrets map[string]storedSecret
}

type storedSecret struct {
	text    string
	version int
	created time.Time
}

// NewSecretsManager makes the service without any secret.
func NewSecretsManager() *SecretsManager {
	return &SecretsManager{secrets: map[string]storedSecret{}}
}

// Put sets a secret's current value.
func (s *SecretsManager) Put(name, text string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets[name] = storedSecret{text, s.secrets[name].version + 1, at}
}

// Name implements Service.
func (s *SecretsManager) Name() string { return "secretsmanager" }

// Action implements Service.
func (s *SecretsManager) Action(r *http.Request) string { return Target(r, "secretsmanager") }

// Answer implements Service.
func (s *SecretsManager) Answer(r Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Action != "GetSecretValue" {
		return nil, secretError("InvalidRequestException", r.Action+" is not simulated")
	}
	return answer(r, s.value)
}

type secretRequest struct {
	SecretID string `json:"SecretId"`
}

func (s *SecretsManager) value(_ Request, in secretRequest) (any, error) {
	secret, ok := s.secrets[in.SecretID]
	switch {
	case in.SecretID == "":
		return nil, secretError("ValidationException", "You must provide a value for SecretId.")
	case !ok:
		return nil, secretError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	return map[string]any{
		"ARN":           "arn:aws:secretsmanager:us-east-1:" + account + ":secret:" + in.SecretID + "-AbCdEf",
		"Name":          in.SecretID,
		"VersionId":     fmt.Sprintf("00000000-0000-4000-8000-%012x", secret.version),
		"SecretString":  secret.text,
		"VersionStages": []string{"AWSCURRENT"},
		"CreatedDate":   secret.created.Unix(),
	}, nil
}

func secretError(code, message string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: code, Message: message}
}
