package lambdahost_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/iam"
	"github.com/winback-auto/winback/internal/testkit/network"
)

// These tests hold the simulated account to the SDK: its real signatures, addresses and TLS.

const arns = "arn:aws:"

// abroad is an account behind a network, and what a function in it is configured with.
type abroad struct {
	account *awssim.Account
	client  *http.Client
	role    string
}

func newAbroad(t *testing.T) *abroad {
	t.Helper()
	place := awssim.Place{Region: "ap-southeast-2", Account: "123456789012"}
	secrets, objects := awssim.NewSecretsManager(), awssim.NewS3(awssim.S3Options{})
	account := awssim.NewAccount(awssim.AccountOptions{Place: place, Now: time.Now},
		awssim.NewSQS(awssim.SQSOptions{}), awssim.NewKMS("k1"), secrets, awssim.NewCognito("pool"), awssim.NewSES(awssim.SESOptions{ConfigurationSets: []string{"winback"}}),
		awssim.NewSMS(awssim.SMSOptions{}), objects)
	if err := objects.Make(awssim.Bucket{Name: "mails"}); err != nil {
		t.Fatal(err)
	}
	if err := account.Deployer().Put(t.Context(), "mails", "in/a b+c", []byte("hello")); err != nil {
		t.Fatal(err)
	}
	secrets.Put("links", "[]", time.Now())
	if err := account.Deployer().Call(t.Context(), "sqs", "CreateQueue", map[string]any{"QueueName": "jobs"}, nil); err != nil {
		t.Fatal(err)
	}
	net, err := network.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(net.Close)
	for _, host := range account.Hosts() {
		net.Serve(host, account)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(net.Certificates())
	proxy, err := url.Parse(net.Proxy("lead-api"))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	a := &abroad{account: account, client: &http.Client{Transport: transport}, role: account.RoleARN("lead-api")}
	a.allow(t, "sqs:*", "*")
	return a
}

// allow replaces what the role may.
func (a *abroad) allow(t *testing.T, action, resource string) {
	t.Helper()
	policy, err := iam.ParseJSON(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	a.account.SetRole(a.role, policy)
}

// config is that of a new session. The session may be spoilt first.
func (a *abroad) config(t *testing.T, spoil func(*awssim.Session)) sdk.Config {
	t.Helper()
	session, err := a.account.Open(a.role, "lead-api")
	if err != nil {
		t.Fatal(err)
	}
	if spoil != nil {
		spoil(&session)
	}
	return sdk.Config{
		Region: "ap-southeast-2", HTTPClient: a.client, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(session.AccessKeyID, session.SecretAccessKey, session.SessionToken),
	}
}

// ask are calls of all services, by the action and resource that they need.
func asks(cfg sdk.Config) map[string]func(context.Context) error {
	const here = ":ap-southeast-2:123456789012:"
	raw := []byte("From: a@x.example\r\nTo: b@y.example\r\nSubject: S\r\n\r\nT\r\n")
	return map[string]func(context.Context) error{
		"sqs:SendMessage " + arns + "sqs" + here + "jobs": func(ctx context.Context) error {
			_, err := sqs.NewFromConfig(cfg).SendMessage(ctx, &sqs.SendMessageInput{
				QueueUrl: sdk.String("https://sqs.ap-southeast-2.amazonaws.com/123456789012/jobs"), MessageBody: sdk.String("x"),
			})
			return err
		},
		"kms:Encrypt " + arns + "kms" + here + "key/k1": func(ctx context.Context) error {
			_, err := kms.NewFromConfig(cfg).Encrypt(ctx, &kms.EncryptInput{KeyId: sdk.String(arns + "kms" + here + "key/k1"), Plaintext: []byte("x")})
			return err
		},
		"secretsmanager:GetSecretValue " + arns + "secretsmanager" + here + "secret:links-AbCdEf": func(ctx context.Context) error {
			_, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: sdk.String("links")})
			return err
		},
		"cognito-idp:AdminCreateUser " + arns + "cognito-idp" + here + "userpool/pool": func(ctx context.Context) error {
			_, err := cognitoidentityprovider.NewFromConfig(cfg).AdminCreateUser(ctx, &cognitoidentityprovider.AdminCreateUserInput{
				UserPoolId: sdk.String("pool"), Username: sdk.String("a@x.example"),
			})
			return err
		},
		"sms-voice:SendTextMessage " + arns + "sms-voice" + here + "pool/pool-1": func(ctx context.Context) error {
			_, err := pinpointsmsvoicev2.NewFromConfig(cfg).SendTextMessage(ctx, &pinpointsmsvoicev2.SendTextMessageInput{
				DestinationPhoneNumber: sdk.String("+61400000001"), OriginationIdentity: sdk.String("pool-1"), MessageBody: sdk.String("x"),
			})
			return err
		},
		"s3:GetObject arn:aws:s3:::mails/in/*": func(ctx context.Context) error {
			_, err := s3.NewFromConfig(cfg).GetObject(ctx, &s3.GetObjectInput{Bucket: sdk.String("mails"), Key: sdk.String("in/a b+c")})
			return err
		},
		"ses:GetAccount *": func(ctx context.Context) error {
			_, err := sesv2.NewFromConfig(cfg).GetAccount(ctx, &sesv2.GetAccountInput{})
			return err
		},
		"ses:DeleteSuppressedDestination *": func(ctx context.Context) error {
			client := sesv2.NewFromConfig(cfg)
			_, err := client.DeleteSuppressedDestination(ctx, &sesv2.DeleteSuppressedDestinationInput{EmailAddress: sdk.String("a+b c@x.example")})
			if awserr.Code(err) == "NotFoundException" { // that it was found out is success
				return nil
			}
			return err
		},
		"ses:Send* *": func(ctx context.Context) error {
			_, err := sesv2.NewFromConfig(cfg).SendEmail(ctx, &sesv2.SendEmailInput{
				FromEmailAddress: sdk.String("a@x.example"), Destination: &types.Destination{ToAddresses: []string{"b@y.example"}},
				Content: &types.EmailContent{Raw: &types.RawMessage{Data: raw}}, ConfigurationSetName: sdk.String("winback"),
			})
			return err
		},
	}
}

func TestEveryServiceTakesTheSignaturesOfTheSDKAndAsksForItsPermission(t *testing.T) {
	a := newAbroad(t)
	for name, call := range asks(a.config(t, nil)) {
		action, resource, _ := strings.Cut(name, " ")
		a.allow(t, action, resource)
		if err := call(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		service, _, _ := strings.Cut(action, ":")
		for _, lesser := range [][2]string{{"x:y", "*"}, {action, arns + service + ":ap-southeast-2:123456789012:other"}} {
			a.allow(t, lesser[0], lesser[1])
			err := call(t.Context())
			if code := awserr.Code(err); code != "AccessDeniedException" && code != "AccessDenied" || !strings.Contains(err.Error(), "is not authorized to perform") {
				t.Errorf("%s with no more than %s: %v", name, lesser, err)
			}
		}
	}
	if got := a.account.Ledger().Strangers(); len(got) > 0 {
		t.Errorf("strangers %v", got)
	}
}

// The codes of refusals: of most services, of SQS and of S3.
var (
	wrongSignature = []string{"InvalidSignatureException", "InvalidSignature", "SignatureDoesNotMatch"}
	unknownClient  = []string{"UnrecognizedClientException", "UnrecognizedClient", "InvalidAccessKeyId"}
)

func TestAWrongSignatureIsRefusedAsAWSDoes(t *testing.T) {
	a := newAbroad(t)
	for name, test := range map[string]struct {
		spoil  func(*awssim.Session)
		region string
		code   []string
	}{
		"another secret":     {func(s *awssim.Session) { s.SecretAccessKey += "x" }, "", wrongSignature},
		"no session token":   {func(s *awssim.Session) { s.SessionToken = "" }, "", unknownClient},
		"another token":      {func(s *awssim.Session) { s.SessionToken = "x" }, "", unknownClient},
		"an unknown key":     {func(s *awssim.Session) { s.AccessKeyID = "AKIDUNKNOWN" }, "", unknownClient},
		"an expired session": {func(s *awssim.Session) { a.account.Close(*s) }, "", []string{"ExpiredTokenException", "ExpiredToken"}},
	} {
		for action, call := range asks(a.config(t, test.spoil)) {
			a.allow(t, "*", "*")
			if code := awserr.Code(call(t.Context())); !slices.Contains(test.code, code) {
				t.Errorf("%s, %s: code %q, want one of %q", name, action, code, test.code)
			}
		}
	}
	if got := len(a.account.Ledger().Principals()); got != 0 {
		t.Errorf("%d principals called, want none", got)
	}
}

// changed lets a request reach the account otherwise than it was signed.
type changed struct {
	next   http.RoundTripper
	change func(*http.Request)
}

func (c changed) RoundTrip(r *http.Request) (*http.Response, error) {
	other := r.Clone(r.Context())
	c.change(other)
	return c.next.RoundTrip(other)
}

func TestWhatIsSignedCannotBeChangedOnTheWay(t *testing.T) {
	a := newAbroad(t)
	a.allow(t, "*", "*")
	for name, change := range map[string]func(*http.Request){
		"the action": func(r *http.Request) {
			if r.Header.Get("X-Amz-Target") != "" {
				r.Header.Set("X-Amz-Target", strings.Replace(r.Header.Get("X-Amz-Target"), ".", ".x", 1))
			} else {
				r.URL.Path += "x"
			}
		},
		"the date": func(r *http.Request) {
			r.Header.Set("X-Amz-Date", time.Now().Add(time.Minute).UTC().Format("20060102T150405Z"))
		},
		"an old date": func(r *http.Request) { r.Header.Set("X-Amz-Date", "20250101T000000Z") },
		"the method":  func(r *http.Request) { r.Method = http.MethodPut },
		"a parameter": func(r *http.Request) { r.URL.RawQuery = "x=y" },
	} {
		cfg := a.config(t, nil)
		cfg.HTTPClient = &http.Client{Transport: changed{a.client.Transport, change}}
		for action, call := range asks(cfg) {
			if name == "the action" && strings.HasPrefix(action, "ses:") || name == "the method" {
				// Then it is another call altogether, which no service knows.
				if err := call(t.Context()); err == nil {
					t.Errorf("%s of %s was changed unnoticed", name, action)
				}
				continue
			}
			if code := awserr.Code(call(t.Context())); !slices.Contains(wrongSignature, code) {
				t.Errorf("%s of %s was changed: code %q", name, action, code)
			}
		}
	}
}

func TestACallInTheClearIsKnownAsSuch(t *testing.T) {
	a := newAbroad(t)
	deny := `{"Version":"2012-10-17","Statement":[{"Sid":"TLS","Effect":"Deny","Action":"sqs:*","Resource":"*","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
	in := map[string]any{"QueueUrl": "x/jobs", "Attributes": map[string]string{"Policy": deny}}
	if err := a.account.Deployer().Call(t.Context(), "sqs", "SetQueueAttributes", in, nil); err != nil {
		t.Fatal(err)
	}
	const name = "sqs:SendMessage arn:aws:sqs:ap-southeast-2:123456789012:jobs"
	if err := asks(a.config(t, nil))[name](t.Context()); err != nil {
		t.Errorf("over TLS: %v", err)
	}
	clear := a.config(t, nil)
	clear.HTTPClient = a.account.Client()
	if err := asks(clear)[name](t.Context()); err == nil || !strings.Contains(err.Error(), "with an explicit deny in a resource-based policy") {
		t.Errorf("in the clear: %v", err)
	}
}
