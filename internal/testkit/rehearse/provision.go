package rehearse

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/iam"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// provision makes the resources of the template in an account, exactly as they are written there.
func (c *cloud) provision(ctx context.Context, r *template.Resolver) error {
	// What others refer to comes first.
	steps := []struct {
		kind string
		make func(context.Context, *template.Resolver, *template.Resource, *properties) error
	}{
		{"AWS::DynamoDB::Table", c.table},
		{"AWS::SQS::Queue", c.deadLetters},
		{"AWS::SQS::Queue", c.queue},
		{"AWS::SQS::QueuePolicy", c.queuePolicy},
		{"AWS::KMS::Key", c.key},
		{"AWS::SecretsManager::Secret", c.secret},
		{"AWS::Logs::LogGroup", c.logGroup},
		{"AWS::IAM::Role", c.role},
		{"AWS::SES::ConfigurationSetEventDestination", c.eventDestination},
		{"AWS::S3::Bucket", c.bucket},
		{"AWS::S3::BucketPolicy", c.bucketPolicy},
		{"AWS::SES::ReceiptRuleSet", c.receiptRuleSet},
		{"AWS::SES::ReceiptRule", c.receiptRule},
	}
	var faults []error
	for _, step := range steps {
		for _, of := range r.App.Of(step.kind) {
			included, err := r.Included(of)
			if err == nil && !included {
				continue
			}
			var props *properties
			if err == nil {
				props, err = newProperties(r, of)
			}
			if err == nil {
				err = step.make(ctx, r, of, props)
			}
			if err != nil {
				faults = append(faults, fmt.Errorf("rehearse: %s (%s): %w", of, of.Type, err))
			}
		}
	}
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::DynamoDB::GlobalTable"} {
		if of := r.App.Of(kind); len(of) > 0 {
			faults = append(faults, fmt.Errorf("rehearse: %s (%s): teach the rehearsal", of[0], kind))
		}
	}
	return errors.Join(faults...)
}

func (c *cloud) table(ctx context.Context, _ *template.Resolver, _ *template.Resource, props *properties) error {
	in := map[string]any{}
	for _, name := range []string{"TableName", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode", "OnDemandThroughput"} {
		if value, ok := props.at([]string{name}); ok {
			in[name] = value
		}
	}
	props.ignore("PointInTimeRecoverySpecification", "DeletionProtectionEnabled", "SSESpecification", "TimeToLiveSpecification")
	if err := props.done(); err != nil {
		return err
	}
	return c.deploy.Call(ctx, "dynamodb", "CreateTable", in, nil)
}

// queueAttributes are the properties of a queue that are attributes, too.
var queueAttributes = []string{
	"DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled", "VisibilityTimeout",
}

// deadLetters makes the queues without dead letters of their own: the others need them to be there.
func (c *cloud) deadLetters(ctx context.Context, r *template.Resolver, of *template.Resource, props *properties) error {
	if props.all["RedrivePolicy"] != nil {
		return nil
	}
	return c.makeQueue(ctx, props)
}

func (c *cloud) queue(ctx context.Context, r *template.Resolver, of *template.Resource, props *properties) error {
	if props.all["RedrivePolicy"] == nil {
		return nil
	}
	return c.makeQueue(ctx, props)
}

func (c *cloud) makeQueue(ctx context.Context, props *properties) error {
	attributes := map[string]string{}
	for _, name := range queueAttributes {
		value, ok := props.at([]string{name})
		switch value := value.(type) {
		case map[string]any:
			text, err := json.Marshal(value)
			if err != nil {
				return err
			}
			attributes[name] = string(text)
		default:
			if ok {
				attributes[name] = fmt.Sprint(value)
			}
		}
	}
	in := map[string]any{"QueueName": props.need("QueueName"), "Attributes": attributes}
	if err := props.done(); err != nil {
		return err
	}
	c.queues = append(c.queues, queueURL(c.place.ARN("sqs", props.need("QueueName"))))
	return c.deploy.Call(ctx, "sqs", "CreateQueue", in, nil)
}

func (c *cloud) queuePolicy(ctx context.Context, _ *template.Resolver, _ *template.Resource, props *properties) error {
	document, _ := props.at([]string{"PolicyDocument"})
	text, err := json.Marshal(document)
	if err != nil {
		return err
	}
	for _, url := range props.list("Queues") {
		in := map[string]any{"QueueUrl": url, "Attributes": map[string]string{"Policy": string(text)}}
		if err := c.deploy.Call(ctx, "sqs", "SetQueueAttributes", in, nil); err != nil {
			return err
		}
	}
	return props.done()
}

func (c *cloud) key(_ context.Context, r *template.Resolver, of *template.Resource, props *properties) error {
	id, err := attribute(r, of, "Ref")
	if err != nil {
		return err
	}
	document, _ := props.at([]string{"KeyPolicy"})
	policy, err := iam.ParseResource(document)
	if err != nil {
		return err
	}
	props.only("true", "Enabled")
	props.only("SYMMETRIC_DEFAULT", "KeySpec")
	props.ignore("Description", "EnableKeyRotation", "PendingWindowInDays", "RotationPeriodInDays")
	c.kms.AddKey(id, &policy)
	return props.done()
}

// secret makes up the text of a secret as Secrets Manager does.
func (c *cloud) secret(_ context.Context, r *template.Resolver, of *template.Resource, props *properties) error {
	arn, err := attribute(r, of, "Ref")
	if err != nil {
		return err
	}
	text := map[string]any{}
	if err := json.Unmarshal([]byte(props.need("GenerateSecretString", "SecretStringTemplate")), &text); err != nil {
		return err
	}
	length := props.number(32, "GenerateSecretString", "PasswordLength")
	var letters strings.Builder
	for letters.Len() < length {
		letters.WriteString(rand.Text())
	}
	text[props.need("GenerateSecretString", "GenerateStringKey")] = letters.String()[:length]
	whole, err := json.Marshal(text)
	if err != nil {
		return err
	}
	props.ignore("Name", "Description")
	c.secrets.Put(arn, string(whole), time.Now())
	return props.done()
}

func (c *cloud) logGroup(ctx context.Context, _ *template.Resolver, _ *template.Resource, props *properties) error {
	in := map[string]any{"logGroupName": props.need("LogGroupName")}
	props.ignore("RetentionInDays", "LogGroupClass")
	if err := props.done(); err != nil {
		return err
	}
	return c.deploy.Call(ctx, "logs", "CreateLogGroup", in, nil)
}

func (c *cloud) role(_ context.Context, r *template.Resolver, of *template.Resource, props *properties) error {
	arn, err := attribute(r, of, "Arn")
	if err != nil {
		return err
	}
	policy, err := iam.Role(props.all)
	if err != nil {
		return err
	}
	props.ignore("AssumeRolePolicyDocument", "Policies", "RoleName", "Description", "ManagedPolicyArns", "MaxSessionDuration", "Path")
	c.roles[arn] = role{policy: policy, properties: props.all}
	c.account.SetRole(arn, policy)
	return props.done()
}

// role is a role as it was made.
type role struct {
	policy     iam.Policy
	properties map[string]any
}

// assume checks that a service may take a role on.
func (c *cloud) assume(arn, service, sourceARN string) error {
	role, ok := c.roles[arn]
	if !ok {
		return fmt.Errorf("rehearse: there is no role %s", arn)
	}
	allowed, err := iam.Assumable(role.properties, service, c.place.Account, sourceARN)
	if err == nil && !allowed {
		err = fmt.Errorf("rehearse: %s may not take on %s", service, arn)
	}
	return err
}

// eventDestination says which events of a configuration set go to the bus.
func (c *cloud) eventDestination(_ context.Context, _ *template.Resolver, _ *template.Resource, props *properties) error {
	set := props.need("ConfigurationSetName")
	if props.need("EventDestination", "Enabled") != "true" || props.need("EventDestination", "EventBridgeDestination", "EventBusArn") != c.place.ARN("events", "event-bus/default") {
		props.fault("EventDestination is not enabled, or does not lead to the default bus")
	}
	for _, kind := range props.list("EventDestination", "MatchingEventTypes") {
		c.published[set] = append(c.published[set], strings.ReplaceAll(kind, "_", ""))
	}
	return props.done()
}

// publishes reports whether an event of SES, by its eventType (Send, DeliveryDelay), leaves its configuration set.
func (c *cloud) publishes(event map[string]any) bool {
	kind := strings.ToUpper(template.Text(event, "detail", "eventType"))
	kind = strings.ReplaceAll(kind, " ", "")
	for _, set := range template.Texts(event, "detail", "mail", "tags", "ses:configuration-set") {
		if slices.Contains(c.published[set], kind) {
			return true
		}
	}
	return false
}

// senders are the identities and configuration sets of the template.
func senders(r *template.Resolver) (options awssim.SESOptions, err error) {
	for _, kind := range []struct {
		name, property string
		into           *[]string
	}{
		{"AWS::SES::EmailIdentity", "EmailIdentity", &options.Identities}, {"AWS::SES::ConfigurationSet", "Name", &options.ConfigurationSets},
	} {
		for _, of := range r.App.Of(kind.name) {
			props, err := newProperties(r, of)
			if err != nil {
				return options, err
			}
			*kind.into = append(*kind.into, props.need(kind.property))
		}
	}
	return options, nil
}
