package rehearse

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/dynamosim"
	"github.com/winback-auto/winback/internal/testkit/iam"
	"github.com/winback-auto/winback/internal/testkit/network"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// cloud is the account that a template is deployed to, and the network that leads to it.
type cloud struct {
	place   awssim.Place
	account *awssim.Account
	network *network.Network
	roots   string // file of the certificates to trust

	sqs     *awssim.SQS
	kms     *awssim.KMS
	secrets *awssim.SecretsManager
	cognito *awssim.Cognito
	ses     *awssim.SES
	sms     *awssim.SMS
	s3      *awssim.S3
	logs    *awssim.Logs
	dynamo  *dynamosim.DynamoDB // nil: it is in another process
	store   store
	lambda  *invocations

	deploy    caller
	queues    []string            // URLs
	buckets   []string            // names
	receiving bool                // mails come in by rules of SES
	roles     map[string]role     // by ARN
	published map[string][]string // kinds of SES events that leave a configuration set, in capitals

	mu       sync.Mutex
	sessions map[string]awssim.Session // of environments, by their names
}

// store is DynamoDB, in this process or in another one.
type store interface {
	awssim.Protected
	Rewrite(table string, change func(item []byte) ([]byte, error)) error
}

// newCloud makes an account with everything that the template says.
func newCloud(ctx context.Context, r *template.Resolver, plan *Plan, options Options, folder string) (*cloud, error) {
	pools := r.App.Of("AWS::Cognito::UserPool")
	if len(pools) != 1 {
		return nil, fmt.Errorf("rehearse: %d user pools, want one", len(pools))
	}
	pool, err := attribute(r, pools[0], "Ref")
	if err != nil {
		return nil, err
	}
	mails, err := senders(r)
	if err != nil {
		return nil, err
	}
	c := &cloud{
		place: awssim.Place{Region: r.Region, Account: r.Account},
		sqs:   awssim.NewSQS(options.Queues), kms: awssim.NewKMS(), secrets: awssim.NewSecretsManager(), cognito: awssim.NewCognito(pool), ses: awssim.NewSES(mails),
		sms: awssim.NewSMS(awssim.SMSOptions{Originations: plan.told(lambdahost.TextFromVariable)}), logs: awssim.NewLogs(),
		s3:    awssim.NewS3(awssim.S3Options{}),
		roles: map[string]role{}, published: map[string][]string{}, sessions: map[string]awssim.Session{},
	}
	c.lambda = newInvocations(plan)
	if options.DynamoDB != "" {
		c.store = dynamosim.NewForward(options.DynamoDB)
	} else {
		c.dynamo = dynamosim.New(dynamosim.Options{})
		c.store = c.dynamo
	}
	c.account = awssim.NewAccount(awssim.AccountOptions{Place: c.place, Now: options.QueueNow, Fault: options.Fault, Taken: options.Taken},
		c.sqs, c.kms, c.secrets, c.cognito, c.ses, c.sms, c.s3, c.logs, awssim.NewXRay(), c.lambda, c.store)
	c.ses.StoreWith(c.keepMail)
	c.deploy = c.account.Deployer()
	if err := c.provision(ctx, r); err != nil {
		return nil, err
	}
	if c.network, err = network.Start(); err != nil {
		return nil, err
	}
	for _, host := range c.account.Hosts() {
		c.network.Serve(host, c.account)
	}
	c.roots = filepath.Join(folder, "roots.pem")
	if err := os.WriteFile(c.roots, c.network.Certificates(), 0o600); err != nil {
		c.network.Close()
		return nil, fmt.Errorf("rehearse: %w", err)
	}
	return c, nil
}

func (c *cloud) close() { c.network.Close() }

// environment are the variables of a function's environment that Lambda and the network add to the function's own.
func (c *cloud) environment(f Function, name string) (map[string]string, error) {
	if err := c.assume(f.Role, "lambda.amazonaws.com", f.ARN); err != nil {
		return nil, err
	}
	session, err := c.account.Open(f.Role, f.Name)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.sessions[name] = session
	c.mu.Unlock()
	variables := c.outside(name)
	maps.Copy(variables, session.Environment())
	return variables, nil
}

// outside are the variables that lead somebody of a name to the network, and nowhere else.
func (c *cloud) outside(name string) map[string]string {
	proxy := c.network.Proxy(name)
	return map[string]string{"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "SSL_CERT_FILE": c.roots, "SSL_CERT_DIR": "/nowhere"}
}

// client goes through the network as somebody of a name.
func (c *cloud) client(name string) (*http.Client, error) {
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(c.network.Certificates()) {
		return nil, errors.New("rehearse: the network has no certificates")
	}
	proxy, err := url.Parse(c.network.Proxy(name))
	if err != nil {
		return nil, fmt.Errorf("rehearse: %w", err)
	}
	transport := &http.Transport{
		Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute,
	}
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}, nil
}

// as calls on behalf of a role.
func (c *cloud) as(role, session string) caller { return c.account.As(role, session) }

// asService calls on account of a resource.
func (c *cloud) asService(service, sourceARN string) caller {
	return c.account.AsService(service, sourceARN)
}

func (c *cloud) deployer() caller { return c.deploy }

// may checks whether a role, or else a service on account of a resource, may invoke a function.
func (c *cloud) may(role, service, source, function string) error {
	from := c.asService(service, source)
	if role != "" {
		if err := c.assume(role, service, source); err != nil {
			return err
		}
		from = c.as(role, service)
	}
	return from.Call(context.Background(), "lambda", "Invoke", map[string]string{"FunctionName": function}, nil)
}

// invocations is what an account knows of Lambda: who may invoke what. What is invoked runs elsewhere.
type invocations struct {
	awssim.Regional
	plan *Plan
}

func newInvocations(plan *Plan) *invocations {
	return &invocations{Regional: awssim.Regional{Prefix: "lambda", Signing: "lambda", Status: http.StatusForbidden}, plan: plan}
}

// Name implements awssim.Service.
func (*invocations) Name() string { return "lambda" }

// Action implements awssim.Service.
func (*invocations) Action(r *http.Request) string { return awssim.Target(r, "AWSLambda") }

// Answer implements awssim.Service.
func (*invocations) Answer(awssim.Request) (any, error) { return nil, nil }

// Asks implements awssim.Protected.
func (*invocations) Asks(r awssim.Request) ([]awssim.Ask, error) {
	var in struct{ FunctionName string }
	if err := json.Unmarshal(r.Body, &in); err != nil {
		return nil, fmt.Errorf("rehearse: %w", err)
	}
	return []awssim.Ask{{Action: "lambda:InvokeFunction", Resources: []string{in.FunctionName}}}, nil
}

// Guard implements awssim.Protected: the permissions of all functions are one policy.
func (i *invocations) Guard(string) *iam.Guard { return &iam.Guard{Policy: i.plan.Permissions} }

var _ awssim.Protected = (*invocations)(nil)
