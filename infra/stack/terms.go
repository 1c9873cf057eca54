package stack

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// CDK takes pointers.
var (
	yes = flag(true)
	no  = flag(false)
)

func flag(b bool) *bool { return &b }

func text(s string) *string { return &s }

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func number(n int) *float64 {
	f := float64(n)
	return &f
}

func texts(list ...string) *[]*string {
	pointers := make([]*string, len(list))
	for i := range list {
		pointers[i] = &list[i]
	}
	return &pointers
}

// object is JSON as CloudFormation takes it.
type object = map[string]any

func list(values ...any) *[]any { return &values }

// sub is a text with pseudo parameters of CloudFormation in it: ${AWS::AccountId}.
func sub(format string) *string { return awscdk.Fn_Sub(text(format), nil) }

// arn names a thing of this account and region.
func arn(service, thing string) *string {
	return sub("arn:${AWS::Partition}:" + service + ":${AWS::Region}:${AWS::AccountId}:" + thing)
}

// logical is the name within a template of a part of something: RecaptureSubmitRole. It never changes: CloudFormation would
// make the thing anew.
func logical(name, part string) *string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return text(b.String() + part)
}

// output publishes a value of a stack to people.
func output(s awscdk.Stack, name, description string, value *string) {
	awscdk.NewCfnOutput(s, text(name), &awscdk.CfnOutputProps{Value: value, Description: text(description)})
}

// document is a text of JSON, as schedules and logs take it. Angle brackets stay: the scheduler looks for them.
func document(v any) *string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err) // of literals in this package
	}
	return text(strings.TrimSpace(b.String()))
}
