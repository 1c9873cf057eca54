package deployment

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/winback-auto/winback/internal/aws/awserr"
)

// The stacks that have outputs for us, and the outputs. The stacks are called winback-<environment>-<stack>.
const (
	dataStack = "data"
	appStack  = "app"

	TableOutput    = "TableName"  // of the DynamoDB table
	UserPoolOutput = "UserPoolId" // of the Cognito user pool
	SignInOutput   = "SignInURL"  // where people sign in

	// Missing where no mails come in.
	RuleSetOutput = "RuleSet"     // of SES, that takes them in
	InboxOutput   = "InboxName"   // bucket
	RepliesOutput = "ReplyDomain" // that they come in for
)

// QueueOutput is the output with the URL of a topic's queue: QueueRecaptureSubmit.
func QueueOutput(topic string) string { return "Queue" + camel(topic) }

// DeadOutput is the output with the URL of the queue for what a function without a queue of its own could not handle, an
// event or a tick: DeadMailEvent.
func DeadOutput(function string) string { return "Dead" + camel(function) }

func camel(kebab string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(kebab, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// value is an output of a stack, or what the operator gave instead.
func (d *Deployment) value(ctx context.Context, stack, output string) (string, error) {
	if given := d.where.Values[output]; given != "" {
		return given, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	name := "winback-" + d.where.Environment + "-" + stack
	outputs, known := d.read[name]
	if !known {
		var err error
		if outputs, err = d.outputs(ctx, name); err != nil {
			return "", err
		}
		d.read[name] = outputs
	}
	if outputs[output] == "" {
		return "", fmt.Errorf("the stack %s has no output %s: it was deployed by another version; deploy again", name, output)
	}
	return outputs[output], nil
}

func (d *Deployment) outputs(ctx context.Context, name string) (map[string]string, error) {
	out, err := d.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		return nil, d.explain(name, err)
	}
	outputs := map[string]string{}
	for _, stack := range out.Stacks {
		for _, o := range stack.Outputs {
			outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
	}
	return outputs, nil
}

// explain says what an operator can do about an error of CloudFormation.
func (d *Deployment) explain(stack string, err error) error {
	switch awserr.Code(err) {
	case "ValidationError":
		return fmt.Errorf("there is no stack %s in %s: deploy it with make deploy ENV=%s, or set AWS_REGION and AWS_PROFILE to where it is", stack, d.cfg.Region, d.where.Environment)
	case "AccessDenied", "AccessDeniedException":
		return fmt.Errorf("these credentials may not describe the stack %s (cloudformation:DescribeStacks)", stack)
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return errors.New("the AWS credentials have expired: sign in again")
	case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch":
		return errors.New("AWS does not know these credentials: check AWS_PROFILE, or the access key")
	}
	return awserr.Classify("CloudFormation", err)
}
