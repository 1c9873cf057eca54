package awssim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

// What the services' calls need, as the Service Authorization Reference lists it.

var _ = []Protected{(*SQS)(nil), (*KMS)(nil), (*SecretsManager)(nil), (*Cognito)(nil), (*SES)(nil), (*Logs)(nil), (*XRay)(nil), (*SMS)(nil), (*S3)(nil)}

// readGuard reads a resource policy from its text; empty: none.
func readGuard(text string, sole bool) (*iam.Guard, error) {
	if text == "" {
		return nil, nil
	}
	var document any
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return nil, err
	}
	policy, err := iam.ParseResource(document)
	if err != nil {
		return nil, err
	}
	return &iam.Guard{Policy: policy, Sole: sole}, nil
}

// Asks implements Protected. Batches need what their entries need.
func (s *SQS) Asks(r Request) ([]Ask, error) {
	var in struct {
		QueueURL       string `json:"QueueUrl"`
		QueueName      string
		SourceArn      string
		DestinationArn string
	}
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	ask := func(action, arn string) Ask { return Ask{Action: "sqs:" + action, Resources: []string{arn}} }
	switch {
	case r.Action == "StartMessageMoveTask":
		asks := []Ask{ask(r.Action, in.SourceArn), ask("ReceiveMessage", in.SourceArn), ask("DeleteMessage", in.SourceArn), ask("GetQueueAttributes", in.SourceArn)}
		for _, to := range s.moveTargets(in.SourceArn, in.DestinationArn) {
			asks = append(asks, ask("SendMessage", to))
		}
		return asks, nil
	case in.SourceArn != "":
		return []Ask{ask(r.Action, in.SourceArn)}, nil
	case in.QueueURL != "":
		return []Ask{ask(strings.TrimSuffix(r.Action, "Batch"), s.ARN("sqs", lastPart(in.QueueURL, "/")))}, nil
	case in.QueueName != "":
		return []Ask{ask(r.Action, s.ARN("sqs", in.QueueName))}, nil
	}
	return nil, sqsError("MissingRequiredParameterException", "MissingParameter", "The request must contain the parameter QueueUrl.")
}

// moveTargets are the queues that a redrive may send to: the given one, or all that the dead letters come from.
func (s *SQS) moveTargets(source, destination string) []string {
	if destination != "" {
		return []string{destination}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var targets []string
	for _, q := range s.queues {
		if q.redrive != nil && q.redrive.Target == source {
			targets = append(targets, q.arn())
		}
	}
	slices.Sort(targets)
	return targets
}

// Guard implements Protected: the policy of a queue.
func (s *SQS) Guard(arn string) *iam.Guard {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.byARN(arn); q != nil {
		return q.guard
	}
	return nil
}

// Refuse implements Protected. Clients prefer the code of the query protocol, in which it has no Exception behind it.
func (s *SQS) Refuse(code, message string) *Error {
	refusal := s.Regional.Refuse("com.amazonaws.sqs#"+code, message)
	refusal.Query = strings.TrimSuffix(code, "Exception")
	return refusal
}

// Asks implements Protected. A ciphertext names the key that opens it, whatever the request says.
func (s *KMS) Asks(r Request) ([]Ask, error) {
	var in struct {
		KeyID             string `json:"KeyId"`
		CiphertextBlob    []byte
		EncryptionContext map[string]string
	}
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	id := strings.TrimPrefix(in.KeyID, s.arn())
	if r.Action == "Decrypt" {
		if named, _, ok := splitBlob(in.CiphertextBlob); ok {
			id = named
		}
	}
	context := map[string][]string{"kms:CallerAccount": {s.account()}}
	if len(in.EncryptionContext) > 0 {
		context["kms:EncryptionContextKeys"] = slices.Sorted(maps.Keys(in.EncryptionContext))
	}
	for name, value := range in.EncryptionContext {
		context["kms:EncryptionContext:"+name] = []string{value}
	}
	return []Ask{{Action: "kms:" + r.Action, Resources: []string{s.arn() + id}, Context: context}}, nil
}

// splitBlob splits a ciphertext into the id of its key and the rest.
func splitBlob(blob []byte) (id string, rest []byte, ok bool) {
	if len(blob) == 0 || len(blob) < 1+int(blob[0]) {
		return "", nil, false
	}
	n := 1 + int(blob[0])
	return string(blob[1:n]), blob[n:], true
}

// Guard implements Protected. A key has a policy always; what nobody wrote delegates to the account.
func (s *KMS) Guard(arn string) *iam.Guard {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.keys[strings.TrimPrefix(arn, s.arn())]
	if key == nil {
		return nil
	}
	if key.guard == nil {
		return &iam.Guard{Sole: true, Policy: iam.Policy{Statements: []iam.Statement{{
			ID: "default", Actions: []string{"kms:*"}, Resources: []string{"*"}, Principals: []iam.Principal{{Account: s.account()}},
		}}}}
	}
	return key.guard
}

// Asks implements Protected. Whoever names a secret is asked about its whole ARN.
func (s *SecretsManager) Asks(r Request) ([]Ask, error) {
	var in secretRequest
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	arn := in.SecretID
	if !strings.HasPrefix(arn, "arn:") {
		arn = s.ARN("secretsmanager", "secret:"+in.SecretID)
		s.mu.Lock()
		if secret, ok := s.find(in.SecretID); ok {
			arn = secret.arn
		}
		s.mu.Unlock()
	}
	return []Ask{{Action: "secretsmanager:" + r.Action, Resources: []string{arn}}}, nil
}

// Asks implements Protected.
func (s *Cognito) Asks(r Request) ([]Ask, error) {
	var in cognitoRequest
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	return []Ask{{Action: "cognito-idp:" + r.Action, Resources: []string{s.ARN("cognito-idp", "userpool/"+in.UserPoolID)}}}, nil
}

// Asks implements Protected. SES documents ses:SendEmail for the call, and what it is known to check for raw content is
// ses:SendRawEmail; both are asked for, so that a role is right either way. Identity and configuration set are both resources
// of the call. The identity is the address where that is verified by itself, else its domain.
func (s *SES) Asks(r Request) ([]Ask, error) {
	if r.Action != "SendEmail" {
		return []Ask{{Action: "ses:" + r.Action, Resources: []string{"*"}, Context: map[string][]string{"ses:ApiVersion": {"2"}}}}, nil
	}
	var in sendEmail
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	m := SESMail{From: in.FromEmailAddress, To: in.Destination.ToAddresses, Cc: in.Destination.CcAddresses, Bcc: in.Destination.BccAddresses}
	if err := s.content(&m, in); err != nil {
		return nil, err
	}
	local, domain := splitAddress(m.From)
	if domain == "" {
		return nil, sesError(http.StatusBadRequest, "BadRequestException", "Missing From address")
	}
	address := local + "@" + domain
	identity := domain
	if slices.Contains(s.options.Identities, address) || len(s.options.Identities) > 0 && !slices.Contains(s.options.Identities, domain) {
		identity = address
	}
	resources := []string{s.ARN("ses", "identity/"+identity)}
	if in.ConfigurationSetName != "" {
		resources = append(resources, s.ARN("ses", "configuration-set/"+in.ConfigurationSetName))
	}
	recipients := slices.Concat(m.To, m.Cc, m.Bcc)
	for i, to := range recipients {
		local, domain := splitAddress(to)
		recipients[i] = fmt.Sprintf("%s@%s", local, domain)
	}
	context := map[string][]string{"ses:FromAddress": {address}, "ses:ApiVersion": {"2"}, "ses:Recipients": recipients}
	asks := []Ask{{Action: "ses:SendEmail", Resources: resources, Context: context}}
	if in.Content.Raw != nil {
		asks = append(asks, Ask{Action: "ses:SendRawEmail", Resources: resources, Context: context})
	}
	return asks, nil
}
