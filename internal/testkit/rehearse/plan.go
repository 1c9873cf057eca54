package rehearse

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/testkit/iam"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// Plan is what a template deploys, as far as the rehearsal plays it itself. Tables, queues, keys, pools and roles are the
// account's.
type Plan struct {
	Functions   []Function
	APIs        []API
	Mappings    []Mapping
	Rules       []Rule
	Schedules   []Schedule
	Permissions iam.Policy // of all functions together: who may invoke which
}

// Function is an AWS::Lambda::Function with what belongs to its invocations.
type Function struct {
	ID          string // logical
	Name        string
	ARN         string
	Role        string // ARN
	Variables   map[string]string
	Timeout     time.Duration
	Memory      int // MB
	Concurrency int // reserved; 0: none is
	LogGroup    string
	Traced      bool
	Async       Async
}

// Async is how asynchronous invocations of a function fail: AWS::Lambda::EventInvokeConfig, or what Lambda does without one.
type Async struct {
	Retries int
	MaxAge  time.Duration
	Failed  string // ARN of the queue that gets what could not be handled; empty: nobody
}

// Mapping is an AWS::Lambda::EventSourceMapping of a queue.
type Mapping struct {
	Queue       string // ARN
	Function    string // ARN
	Batch       int
	Window      time.Duration
	Partial     bool // ReportBatchItemFailures
	Concurrency int  // 0: unlimited
}

// Rule is an AWS::Events::Rule with a pattern.
type Rule struct {
	Name    string
	ARN     string
	Pattern map[string]any
	Targets []Target
}

// Target is what a rule or schedule invokes.
type Target struct {
	Function string // ARN
	Role     string // ARN; empty for rules, which rely on a Permission
	Input    string // empty: the event itself
	Retries  int
	MaxAge   time.Duration
	Failed   string // ARN of the dead-letter queue; empty: none
}

// Schedule is an AWS::Scheduler::Schedule, or a rule with a schedule.
type Schedule struct {
	Name       string
	ARN        string
	Expression string
	Rule       bool // an AWS::Events::Rule: it relies on a Permission, not on a role
	Target     Target
}

// NewPlan reads the resources of all stacks. What neither it nor the account plays must be among the types that change
// nothing for anybody who uses the deployment.
func NewPlan(r *template.Resolver) (*Plan, error) {
	plan := &Plan{}
	var faults []error
	for _, of := range r.App.Resources() {
		included, err := r.Included(of)
		if err == nil && included {
			err = plan.add(r, of)
		}
		if err != nil {
			faults = append(faults, err)
		}
	}
	faults = append(faults, plan.tie())
	return plan, errors.Join(faults...)
}

// The types that somebody else plays, and those that nobody needs to.
var (
	played = []string{
		"AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient", "AWS::Cognito::UserPoolResourceServer", "AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table",
		"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::KMS::Alias", "AWS::KMS::Key", "AWS::Logs::LogGroup",
		"AWS::S3::Bucket", "AWS::S3::BucketPolicy",
		"AWS::SES::ConfigurationSet", "AWS::SES::ConfigurationSetEventDestination", "AWS::SES::EmailIdentity", "AWS::SES::ReceiptRule", "AWS::SES::ReceiptRuleSet",
		"AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "AWS::SecretsManager::Secret",
	}
	silent = []string{
		"AWS::ApiGatewayV2::Deployment", "AWS::Budgets::Budget", "AWS::CDK::Metadata", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::CloudWatch::Dashboard",
		"AWS::Cognito::ManagedLoginBranding", "AWS::Cognito::UserPoolDomain",
		"AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup", "AWS::Lambda::Alias", "AWS::Lambda::Version", "AWS::Logs::MetricFilter", "AWS::Logs::ResourcePolicy",
		"AWS::SNS::Subscription", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::Scheduler::ScheduleGroup", "AWS::XRay::SamplingRule",
	}
)

// parts are the types that only complete another one.
var parts = []string{
	"AWS::ApiGatewayV2::Authorizer", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Stage",
	"AWS::Lambda::EventInvokeConfig",
}

func (p *Plan) add(r *template.Resolver, of *template.Resource) error {
	switch of.Type {
	case "AWS::Lambda::Function":
		return p.function(r, of)
	case "AWS::Lambda::EventInvokeConfig":
		return nil // function reads it
	case "AWS::Lambda::Permission":
		return p.permission(r, of)
	case "AWS::Lambda::EventSourceMapping":
		return p.mapping(r, of)
	case "AWS::Events::Rule":
		return p.rule(r, of)
	case "AWS::Scheduler::Schedule":
		return p.schedule(r, of)
	case "AWS::ApiGatewayV2::Api":
		return p.api(r, of)
	}
	if slices.Contains(parts, of.Type) || slices.Contains(played, of.Type) || slices.Contains(silent, of.Type) {
		return nil
	}
	return fmt.Errorf("rehearse: %s: nobody plays %s: teach the rehearsal, or say that nobody needs to", of, of.Type)
}

// tie checks that everything that is invoked exists.
func (p *Plan) tie() error {
	var faults []error
	check := func(what, arn string) {
		if p.Function(arn) == nil {
			faults = append(faults, fmt.Errorf("rehearse: %s invokes %s, which is no function of the template", what, arn))
		}
	}
	for _, m := range p.Mappings {
		check("the mapping of "+m.Queue, m.Function)
	}
	for _, rule := range p.Rules {
		for _, target := range rule.Targets {
			check("the rule "+rule.Name, target.Function)
		}
	}
	for _, s := range p.Schedules {
		check("the schedule "+s.Name, s.Target.Function)
	}
	for _, api := range p.APIs {
		for _, route := range api.Routes {
			check("the route "+route.Key, route.Function)
		}
	}
	return errors.Join(faults...)
}

// Function finds a function by its name or by its ARN, with or without a qualifier; nil where there is none.
func (p *Plan) Function(nameOrARN string) *Function {
	for i := range p.Functions {
		f := &p.Functions[i]
		if f.Name == nameOrARN || f.ARN == nameOrARN || strings.HasPrefix(nameOrARN, f.ARN+":") {
			return f
		}
	}
	return nil
}

// told lists what functions are told by a variable of their environment.
func (p *Plan) told(variable string) (values []string) {
	for _, f := range p.Functions {
		if value := f.Variables[variable]; value != "" && !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	return values
}
