package template_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/winback-auto/winback/internal/testkit/template"
)

// two stacks: the second one refers to what the first one exports.
func world(t *testing.T) *template.Resolver {
	t.Helper()
	data := `{
	"Parameters": {
		"Env": {"Type": "String", "Default": "prod"}, "Given": {"Type": "String"}, "Days": {"Type": "Number", "Default": 14},
		"Zones": {"Type": "CommaDelimitedList", "Default": "a, b"}, "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"}},
	"Mappings": {"Sizes": {"prod": {"memory": 512}}},
	"Conditions": {
		"IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}, "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
		"Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]}, "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]},
		"Circle": {"Fn::Not": [{"Condition": "Circle"}]}, "Odd": {"Fn::Maybe": [{"Condition": "IsProd"}]}},
	"Resources": {
		"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "winback-${Env}-jobs"}}},
		"Unnamed": {"Type": "AWS::SQS::Queue"},
		"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": {"Fn::Join": ["-", ["winback", {"Ref": "Env"}]]}}},
		"OnlyDev": {"Type": "AWS::SQS::Queue", "Condition": "IsDev"},
		"Strange": {"Type": "AWS::Strange::Thing"},
		"Loop": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::GetAtt": ["Loop", "QueueName"]}}}},
	"Outputs": {
		"JobsArn": {"Value": {"Fn::GetAtt": ["Jobs", "Arn"]}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}:Jobs"}}},
		"Dev": {"Value": "x", "Condition": "IsDev"}}}`
	use := `{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {
		"RoleName": "sender", "Queue": {"Fn::ImportValue": "data:Jobs"}}}}}`
	first, err := template.Parse("data", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	second, err := template.Parse("use", []byte(use))
	if err != nil {
		t.Fatal(err)
	}
	first.Stacks = append(first.Stacks, second.Stacks...)
	return first.For("123456789012", "ap-southeast-2")
}

// in resolves a value that stands in the first stack.
func in(t *testing.T, r *template.Resolver, raw string) (any, error) {
	t.Helper()
	app, err := template.Parse("raw", []byte(`{"Resources": {"X": {"Type": "T", "Properties": {"V": `+raw+`}}}}`))
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return r.Value(r.App.Stacks[0], app.Stacks[0].Resources[0].Properties["V"])
}

func TestEachIntrinsicIsWorkedOut(t *testing.T) {
	r := world(t)
	for _, test := range []struct {
		raw  string
		want any
	}{
		{`"plain"`, "plain"},
		{`{"a": [1, 2.5, true, null]}`, map[string]any{"a": []any{1, 2.5, true, nil}}},
		{`{"Ref": "Env"}`, "prod"},
		{`{"Ref": "Days"}`, "14"},
		{`{"Ref": "Zones"}`, []any{"a", "b"}},
		{`{"Ref": "AWS::Region"}`, "ap-southeast-2"},
		{`{"Ref": "AWS::AccountId"}`, "123456789012"},
		{`{"Ref": "AWS::Partition"}`, "aws"},
		{`{"Ref": "AWS::URLSuffix"}`, "amazonaws.com"},
		{`{"Ref": "AWS::StackName"}`, "data"},
		{`{"Ref": "AWS::NoValue"}`, nil},
		{`{"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Ref": "AWS::NoValue"}]}`, map[string]any{"b": []any{1}}},
		{`{"Ref": "Jobs"}`, "https://sqs.ap-southeast-2.amazonaws.com/123456789012/winback-prod-jobs"},
		{`{"Fn::GetAtt": ["Jobs", "Arn"]}`, "arn:aws:sqs:ap-southeast-2:123456789012:winback-prod-jobs"},
		{`{"Fn::GetAtt": "Table.Arn"}`, "arn:aws:dynamodb:ap-southeast-2:123456789012:table/winback-prod"},
		{`{"Fn::Sub": "${Table.Arn}/index/* of ${Env} and ${!Env}"}`, "arn:aws:dynamodb:ap-southeast-2:123456789012:table/winback-prod/index/* of prod and ${Env}"},
		{`{"Fn::Sub": ["${a}-${Env}", {"a": {"Ref": "Days"}}]}`, "14-prod"},
		{`{"Fn::Join": ["", ["a", 1, {"Ref": "Env"}]]}`, "a1prod"},
		{`{"Fn::Join": [",", {"Ref": "Zones"}]}`, "a,b"},
		{`{"Fn::Split": [":", "a:b"]}`, []any{"a", "b"}},
		{`{"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": "Jobs"}]}]}`, ""},
		{`{"Fn::Select": ["5", {"Fn::Split": [":", {"Fn::GetAtt": ["Jobs", "Arn"]}]}]}`, "winback-prod-jobs"},
		{`{"Fn::FindInMap": ["Sizes", {"Ref": "Env"}, "memory"]}`, 512},
		{`{"Fn::If": ["IsProd", 1, {"Ref": "Nothing"}]}`, 1},
		{`{"Fn::If": ["Both", 1, 2]}`, 2},
		{`{"Fn::If": ["Either", 1, 2]}`, 1},
		{`{"Statement": {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}}`, map[string]any{"Statement": map[string]any{"Condition": map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}}}}},
	} {
		got, err := in(t, r, test.raw)
		if err != nil {
			t.Errorf("%s: %v", test.raw, err)
		} else if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (- wanted, + got):\n%s", test.raw, diff)
		}
	}
}

func TestWhatLeadsNowhereIsAnErrorThatSaysWhere(t *testing.T) {
	r := world(t)
	for _, test := range []struct{ raw, want string }{
		{`{"a": [{"Ref": "Jbos"}]}`, "value.a.0: no target of Ref Jbos: the stack data has no such parameter or resource"},
		{`{"Ref": "AWS::Moon"}`, "no such pseudo parameter"},
		{`{"Ref": "Given"}`, "parameter Given has no default"},
		{`{"Ref": "Image"}`, "parameter Image is looked up in SSM"},
		{`{"Ref": 5}`, "Ref needs a name"},
		{`{"Ref": "Strange"}`, "nothing is known about resources of type AWS::Strange::Thing"},
		{`{"Ref": "OnlyDev"}`, "OnlyDev does not exist, its condition IsDev is false"},
		{`{"Ref": "Loop"}`, "leads back to itself"},
		{`{"Ref": "Jobs", "b": 1}`, "stands beside other members"},
		{`{"Fn::GetAtt": ["Jobs", "Colour"]}`, "no such attribute of AWS::SQS::Queue is known"},
		{`{"Fn::GetAtt": ["Gone", "Arn"]}`, "the stack data has no such resource"},
		{`{"Fn::GetAtt": ["Jobs"]}`, "needs a resource and an attribute"},
		{`{"Fn::Sub": "${Gone}"}`, "no such parameter or resource"},
		{`{"Fn::Sub": "${Env"}`, "without }"},
		{`{"Fn::Sub": "${Zones}"}`, "is no text"},
		{`{"Fn::Sub": 1}`, "needs a text"},
		{`{"Fn::Join": ["", "abc"]}`, "needs a separator and a list"},
		{`{"Fn::Join": ["", [["a"]]]}`, "element 0 is no text"},
		{`{"Fn::Select": [2, ["a", "b"]]}`, "2 of a list of 2"},
		{`{"Fn::Split": ["", "abc"]}`, "needs a separator and a text"},
		{`{"Fn::FindInMap": ["Sizes", "dev", "memory"]}`, "Mappings has no Sizes.dev.memory"},
		{`{"Fn::If": ["Gone", 1, 2]}`, "no condition Gone"},
		{`{"Fn::If": ["Circle", 1, 2]}`, "leads back to itself"},
		{`{"Fn::If": ["Odd", 1, 2]}`, "Fn::Maybe"},
		{`{"Fn::ImportValue": "data:Gone"}`, "no stack exports that"},
		{`{"Fn::Base64": "a"}`, "Fn::Base64 is not known here"},
		{`{"a": "{{resolve:secretsmanager:x}}"}`, "value.a: \"{{resolve:secretsmanager:x}}\" is looked up by CloudFormation"},
	} {
		if got, err := in(t, r, test.raw); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, %v, want %q", test.raw, got, err, test.want)
		}
	}
}

func TestStacksReachEachOtherThroughExports(t *testing.T) {
	r := world(t)
	role, _ := r.App.Stacks[1].Resource("Role")
	got, err := r.Properties(role)
	if err != nil || got["Queue"] != "arn:aws:sqs:ap-southeast-2:123456789012:winback-prod-jobs" {
		t.Errorf("%v, %v", got, err)
	}
	outputs, err := r.Outputs(r.App.Stacks[0])
	if err != nil || len(outputs) != 1 || outputs["JobsArn"] != got["Queue"] {
		t.Errorf("outputs %v, %v", outputs, err)
	}
	r.App.Stacks[0].Outputs = nil
	if _, err := r.Properties(role); err == nil || !strings.Contains(err.Error(), "use/Role (AWS::IAM::Role): Properties.Queue: Fn::ImportValue data:Jobs") {
		t.Errorf("an import without an export: %v", err)
	}
}

func TestParametersOfTheCallerWinAndDecideConditions(t *testing.T) {
	r := world(t)
	r.Parameters = map[string]string{"Env": "dev", "Given": "x", "Image": "ami"}
	for raw, want := range map[string]any{
		`{"Ref": "Given"}`: "x", `{"Ref": "Image"}`: "ami",
		`{"Fn::GetAtt": ["Jobs", "QueueName"]}`: "winback-dev-jobs",
		`{"Fn::If": ["IsProd", 1, 2]}`:          2,
	} {
		if got, err := in(t, r, raw); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", raw, got, err, want)
		}
	}
	only, _ := r.App.Stacks[0].Resource("OnlyDev")
	if included, err := r.Included(only); err != nil || !included {
		t.Errorf("OnlyDev is not there: %v", err)
	}
}

func TestNamesThatAWSMakesUpAreTheSameInEveryRunAndDifferent(t *testing.T) {
	first, err := in(t, world(t), `{"Ref": "Unnamed"}`)
	if err != nil {
		t.Fatal(err)
	}
	second, err := in(t, world(t), `{"Ref": "Unnamed"}`)
	if err != nil || first != second || !strings.Contains(first.(string), "/data-Unnamed-") {
		t.Errorf("%v, then %v (%v)", first, second, err)
	}
}

func TestTheCallerMayAnswerForResources(t *testing.T) {
	r := world(t)
	r.Attributes = func(of *template.Resource, name string) (any, error) {
		if of.ID == "Jobs" {
			return "http://127.0.0.1/" + name, nil
		}
		return nil, errors.New("not here")
	}
	if got, err := in(t, r, `{"Ref": "Jobs"}`); err != nil || got != "http://127.0.0.1/Ref" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := in(t, r, `{"Ref": "Table"}`); err == nil || !strings.Contains(err.Error(), "not here") {
		t.Errorf("%v", err)
	}
}

func TestEveryKnownPatternCanBeFilled(t *testing.T) {
	types := template.Known()
	if len(types) < 30 {
		t.Fatalf("only %d types are known", len(types))
	}
	for _, name := range types {
		app, err := template.Parse("s", []byte(`{"Resources": {"X": {"Type": "`+name+`", "Properties": {"FunctionName": "f"}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		r := app.For("123456789012", "ap-southeast-2")
		for _, attribute := range template.AttributesOf(name) {
			got, err := r.Physical(app.Stacks[0].Resources[0], attribute)
			if s, _ := got.(string); err != nil || s == "" || strings.Contains(s, "${") {
				t.Errorf("%s.%s is %v, %v", name, attribute, got, err)
			}
		}
	}
}
