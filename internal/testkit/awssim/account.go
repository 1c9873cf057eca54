package awssim

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

// AccountOptions configure an Account.
type AccountOptions struct {
	Place Place
	Now   func() time.Time       // of the services; required
	Wall  func() time.Time       // that signatures are dated by; nil: time.Now
	Fault func(Incoming) Fault   // nil: none
	Taken func(call AccountCall) // told of each call after its answer, from many goroutines; nil: nobody
}

// Incoming is a call before it is carried out.
type Incoming struct {
	Principal string // role or AWS service
	Service   string
	Action    string
	Body      []byte
}

// AccountCall is a call that was answered.
type AccountCall struct {
	Incoming
	At     time.Time
	Took   time.Duration
	Status int // 0: the answer was dropped
}

// Account is a whole AWS account on the wire: services, roles and their sessions. Every call has to be signed by a session,
// and is checked against the policies of its role and of the resource; what is not granted is refused in AWS's words and
// kept in the Ledger. It is safe for concurrent use.
type Account struct {
	options  AccountOptions
	server   *Server
	services []Protected
	ledger   *Ledger

	mu       sync.Mutex
	roles    map[string]iam.Policy // by ARN
	sessions map[string]*session   // by access key id
}

type session struct {
	Session
	closed bool
}

// Session is what a process signs with: temporary credentials of a role.
type Session struct {
	Role            string // ARN
	Name            string // who took the role on: the function's name
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
}

// Environment are the variables that hand the session to an SDK.
func (s Session) Environment() map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID": s.AccessKeyID, "AWS_SECRET_ACCESS_KEY": s.SecretAccessKey, "AWS_SESSION_TOKEN": s.SessionToken,
	}
}

// NewAccount makes an account of services, which it moves to its place.
func NewAccount(options AccountOptions, services ...Protected) *Account {
	if options.Wall == nil {
		options.Wall = time.Now
	}
	a := &Account{
		options: options, services: services, ledger: newLedger(),
		roles: map[string]iam.Policy{}, sessions: map[string]*session{},
	}
	plain := make([]Service, len(services))
	for i, s := range services {
		s.In(options.Place)
		plain[i] = s
	}
	a.server = New(Options{Now: options.Now}, plain...)
	a.server.gate = a
	return a
}

// Hosts are the names that the account's services are reached by. Each bucket of S3 has its own.
func (a *Account) Hosts() []string {
	var hosts []string
	for _, s := range a.services {
		hosts = append(hosts, s.Hosts()...)
	}
	return hosts
}

// at is the service that is reached by a host; nil where none is.
func (a *Account) at(host string) Protected {
	for _, s := range a.services {
		if slices.Contains(s.Hosts(), host) {
			return s
		}
	}
	return nil
}

// ServeHTTP answers a signed call.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.server.ServeHTTP(w, r) }

// Client is an HTTP client whose requests reach the account without a network.
func (a *Account) Client() *http.Client { return a.server.Client() }

// Ledger tells what has been asked for.
func (a *Account) Ledger() *Ledger { return a.ledger }

// Place is where the account is.
func (a *Account) Place() Place { return a.options.Place }

// RoleARN is the name of a role of the account.
func (a *Account) RoleARN(name string) string {
	return "arn:aws:iam::" + a.options.Place.account() + ":role/" + name
}

// SetRole makes a role, or gives it other policies, which hold from the next call on.
func (a *Account) SetRole(arn string, policy iam.Policy) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.roles[arn] = policy
}

// Open takes a role on: a session under the name.
func (a *Account) Open(role, name string) (Session, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.roles[role]; !ok {
		return Session{}, fmt.Errorf("awssim: there is no role %s", role)
	}
	s := Session{Role: role, Name: name, AccessKeyID: "ASIA" + random(10), SecretAccessKey: random(25), SessionToken: random(100)}
	a.sessions[s.AccessKeyID] = &session{Session: s}
	return s, nil
}

// Close ends a session, as when it expires.
func (a *Account) Close(s Session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if known := a.sessions[s.AccessKeyID]; known != nil {
		known.closed = true
	}
}

func random(length int) string {
	raw := make([]byte, length)
	rand.Read(raw)
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
}

// caller is who makes a call.
type caller struct {
	principal string // a role's ARN or an AWS service
	session   string // within a role
	source    string // ARN of what made an AWS service call, for aws:SourceArn
	secure    bool
	owner     bool // the account itself, which may everything: whoever deploys
}

type callerKey struct{}

// Deployer calls services as whoever deploys and operates the account, without a policy and unnoticed by the ledger.
func (a *Account) Deployer() *Principal { return &Principal{a, caller{owner: true, secure: true}} }

// As calls services on behalf of a role, as Lambda does when it polls a queue or writes logs. The role's policies decide.
func (a *Account) As(role, session string) *Principal {
	return &Principal{a, caller{principal: role, session: session, secure: true}}
}

// AsService calls services as an AWS service does on account of one of our resources, such as a rule that sends to a queue.
// The policies of the resources that it calls decide.
func (a *Account) AsService(service, sourceARN string) *Principal {
	return &Principal{a, caller{principal: service, source: sourceARN, secure: true}}
}

// Principal makes calls without a signature, from within AWS.
type Principal struct {
	account *Account
	caller  caller
}

// Call makes one call of a service that takes JSON (not SES): it encodes in, and decodes the answer into out unless that is nil. A
// refusal or failure is an *Error.
func (p *Principal) Call(ctx context.Context, service, action string, in, out any) error {
	target, isTarget := targets[service]
	path := ""
	if service == "xray" {
		path = xrayPaths[action]
	}
	if !isTarget && path == "" {
		return fmt.Errorf("awssim: %s has no %s in AWS JSON", service, action)
	}
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("awssim: %s %s: %w", service, action, err)
	}
	r, err := http.NewRequestWithContext(context.WithValue(ctx, callerKey{}, p.caller), http.MethodPost, Endpoint+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("awssim: %s %s: %w", service, action, err)
	}
	if isTarget {
		r.Header.Set("X-Amz-Target", target+"."+action)
	}
	answer := httptest.NewRecorder()
	if err := serve(p.account.server, answer, r); err != nil {
		return err
	}
	text := answer.Body.Bytes()
	if answer.Code != http.StatusOK {
		failure := &Error{Status: answer.Code}
		if err := json.Unmarshal(text, &failure.More); err != nil {
			return fmt.Errorf("awssim: %s %s: %s", service, action, text)
		}
		kind, _ := failure.More["__type"].(string)
		failure.Code = lastPart(kind, "#")
		failure.Message, _ = failure.More["message"].(string)
		delete(failure.More, "__type")
		delete(failure.More, "message")
		return failure
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("awssim: %s %s: %w", service, action, err)
	}
	return nil
}

// targets are the prefixes of X-Amz-Target.
var targets = map[string]string{
	"sqs": "AmazonSQS", "kms": "TrentService", "secretsmanager": "secretsmanager", "cognito": "AWSCognitoIdentityProviderService",
	"dynamodb": "DynamoDB_20120810", "logs": "Logs_20140328", "lambda": "AWSLambda", "sms-voice": "PinpointSMSVoiceV2",
}

// serve answers in the caller's goroutine; a dropped answer is io.ErrUnexpectedEOF.
func serve(handler http.Handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			err = io.ErrUnexpectedEOF
		default:
			panic(p)
		}
	}()
	handler.ServeHTTP(w, r)
	return nil
}

// sts is the ARN under which a role's session appears in refusals.
func (c caller) sts() string {
	if !strings.Contains(c.principal, ":role/") {
		return c.principal
	}
	arn := strings.Replace(strings.Replace(c.principal, ":iam:", ":sts:", 1), ":role/", ":assumed-role/", 1)
	return arn + "/" + c.session
}
