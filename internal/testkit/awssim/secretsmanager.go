package awssim

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// SecretsManager is AWS Secrets Manager: GetSecretValue of secrets that Put has set.
//
// Known differences from the service: secrets are text and have one version, the current one; the letters behind the name in
// an ARN are always the same.
type SecretsManager struct {
	Regional
	mu      sync.Mutex
	secrets map[string]storedSecret // by name
}

// secretSuffix ends the ARN of a secret that was put by its name.
const secretSuffix = "-AbCdEf"

type storedSecret struct {
	arn     string
	text    string
	version int
	created time.Time
}

// NewSecretsManager makes the service without any secret.
func NewSecretsManager() *SecretsManager {
	return &SecretsManager{Regional: Regional{Prefix: "secretsmanager", Signing: "secretsmanager"}, secrets: map[string]storedSecret{}}
}

// Put sets a secret's current value. It is named by its name, or by its ARN with the letters behind the name.
func (s *SecretsManager) Put(name, text string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	arn := name
	if strings.HasPrefix(name, "arn:") {
		name = secretName(name)
	} else {
		arn = s.ARN("secretsmanager", "secret:"+name+secretSuffix)
	}
	s.secrets[name] = storedSecret{arn, text, s.secrets[name].version + 1, at}
}

// secretName is the name within a whole ARN.
func secretName(arn string) string {
	name := lastPart(arn, ":")
	if at := strings.LastIndexByte(name, '-'); at >= 0 {
		return name[:at]
	}
	return name
}

// find is a secret by its name or whole ARN.
func (s *SecretsManager) find(id string) (storedSecret, bool) {
	if !strings.HasPrefix(id, "arn:") {
		secret, ok := s.secrets[id]
		return secret, ok
	}
	secret, ok := s.secrets[secretName(id)]
	return secret, ok && secret.arn == id
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
	secret, ok := s.find(in.SecretID)
	switch {
	case in.SecretID == "":
		return nil, secretError("ValidationException", "You must provide a value for SecretId.")
	case !ok:
		return nil, secretError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	return map[string]any{
		"ARN":           secret.arn,
		"Name":          secretName(secret.arn),
		"VersionId":     fmt.Sprintf("00000000-0000-4000-8000-%012x", secret.version),
		"SecretString":  secret.text,
		"VersionStages": []string{"AWSCURRENT"},
		"CreatedDate":   secret.created.Unix(),
	}, nil
}

func secretError(code, message string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: code, Message: message}
}
