// Package deployment opens an installation in AWS for operators, from their own machine and with their own credentials.
//
// What things are called there is said by the outputs of its stacks (CloudFormation), so that an operator names nothing but
// the environment. Outputs are read when they are needed, each stack once; an operator may also give values instead, for
// an installation that was not made by these stacks.
package deployment

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/aws/cognito"
	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/aws/sqsqueue"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Where says which installation is meant.
type Where struct {
	Environment string            // dev or prod: part of the stacks' names
	Region      string            // empty: the one that the operator's AWS configuration names
	Values      map[string]string // by the names of outputs, instead of them
	Now         func() time.Time  // nil: the wall clock
}

// Deployment is an installation.
type Deployment struct {
	where  Where
	cfg    aws.Config
	stacks *cloudformation.Client

	mu   sync.Mutex
	read map[string]map[string]string // outputs, by stack
}

var environmentPattern = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// credentialsTimeout is how long the search for credentials may take.
const credentialsTimeout = 10 * time.Second

// Open finds the operator's credentials and region. It asks no service of AWS for anything else.
func Open(ctx context.Context, where Where) (*Deployment, error) {
	if !environmentPattern.MatchString(where.Environment) {
		return nil, fmt.Errorf("%q is no environment: name one that was deployed, such as prod", where.Environment)
	}
	var options []func(*config.LoadOptions) error
	if where.Region != "" {
		options = append(options, config.WithRegion(where.Region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("the AWS configuration of this machine cannot be read: %w", err)
	}
	if cfg.Region == "" {
		return nil, fmt.Errorf("no AWS region is set: say -region, or set AWS_REGION to the one that %s is deployed in", where.Environment)
	}
	ctx, cancel := context.WithTimeout(ctx, credentialsTimeout)
	defer cancel()
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return nil, fmt.Errorf("no AWS credentials are found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in again: %w", err)
	}
	client := cloudformation.NewFromConfig(cfg, func(o *cloudformation.Options) { o.Retryer = awserr.Bounded() })
	return &Deployment{where: where, cfg: cfg, stacks: client, read: map[string]map[string]string{}}, nil
}

// String is the environment and where it is, for people.
func (d *Deployment) String() string { return d.where.Environment + " in " + d.cfg.Region }

// Deps are the table and the sign-ins, as the functions use them.
func (d *Deployment) Deps(ctx context.Context, log *slog.Logger) (app.Deps, error) {
	name, err := d.value(ctx, dataStack, TableOutput)
	if err != nil {
		return app.Deps{}, err
	}
	pool, err := d.value(ctx, dataStack, UserPoolOutput)
	if err != nil {
		return app.Deps{}, err
	}
	now := d.where.Now
	if now == nil {
		now = func() time.Time { return time.Now().UTC() }
	}
	newID := ident.NewSource(now, rand.Reader)
	t := table.New(dynamotable.New(dynamotable.Client(d.cfg), name, now), now, newID)
	return app.Deps{
		Table: t, Access: access.NewDirectory(t, now), Log: log, Now: now, NewID: newID,
		Identity: cognito.New(cognitoidentityprovider.NewFromConfig(d.cfg), pool),
	}, nil
}

// Queue are the queues: those of topics, and by the names of other functions what these could not handle.
func (d *Deployment) Queue(ctx context.Context) *sqsqueue.Queue {
	return sqsqueue.New(sqs.NewFromConfig(d.cfg), func(name string) (string, error) {
		url, err := d.value(ctx, appStack, QueueOutput(name))
		if err != nil {
			return d.value(ctx, appStack, DeadOutput(name))
		}
		return url, nil
	})
}

// SignIn is where people sign in, empty where the installation does not say.
func (d *Deployment) SignIn(ctx context.Context) string {
	url, err := d.value(ctx, dataStack, SignInOutput)
	if err != nil {
		return ""
	}
	return url
}
