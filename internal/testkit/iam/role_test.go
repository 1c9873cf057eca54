package iam_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

func properties(t *testing.T, text string) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	return object
}

const inline = `"Policies":[
	{"PolicyName":"one","PolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:B","Resource":"*"}}},
	{"PolicyName":"two","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"a:C","Resource":"*"}]}}]`

const trust = `"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{
	"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"scheduler.amazonaws.com"},
	"Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}]}`

func TestARoleHasThePoliciesWithinIt(t *testing.T) {
	p, err := iam.Role(properties(t, `{"ManagedPolicyArns":[],`+trust+`,`+inline+`}`))
	if err != nil || len(p.Statements) != 2 || !p.Statements[1].Deny {
		t.Errorf("%+v, %v", p, err)
	}
	for want, text := range map[string]string{
		"ManagedPolicyArns":   `{"ManagedPolicyArns":["arn:aws:iam::aws:policy/AdministratorAccess"]}`,
		"PermissionsBoundary": `{"PermissionsBoundary":"arn:aws:iam::1:policy/x"}`,
		"(policy one)":        `{"Policies":[{"PolicyName":"one","PolicyDocument":{"Version":"x"}}]}`,
		"unknown element":     `{"Policies":[{"Name":"one"}]}`,
	} {
		if _, err := iam.Role(properties(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestARoleIsForTheServiceThatItsTrustPolicyNames(t *testing.T) {
	p := properties(t, `{`+trust+`}`)
	for _, test := range []struct {
		service, account string
		want             bool
	}{
		{"scheduler.amazonaws.com", "123456789012", true},
		{"lambda.amazonaws.com", "123456789012", false},
		{"scheduler.amazonaws.com", "999999999999", false},
	} {
		if got, err := iam.Assumable(p, test.service, test.account, "arn:aws:scheduler:r:123456789012:schedule/x/y"); err != nil || got != test.want {
			t.Errorf("%+v: %v, %v", test, got, err)
		}
	}
	for _, broken := range []string{`{}`, `{"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Efect":"Allow"}]}}`} {
		if _, err := iam.Assumable(properties(t, broken), "lambda.amazonaws.com", "1", ""); err == nil {
			t.Errorf("%s was read", broken)
		}
	}
}

func TestAPermissionOfAFunctionIsAStatementOfItsPolicy(t *testing.T) {
	const function = "arn:aws:lambda:ap-southeast-2:123456789012:function:winback-prod-lead-api"
	s, err := iam.Permission(properties(t, `{"Action":"lambda:InvokeFunction","FunctionName":"`+function+`","Principal":"apigateway.amazonaws.com",
		"SourceArn":"arn:aws:execute-api:ap-southeast-2:123456789012:api/*/*","SourceAccount":"123456789012"}`))
	if err != nil {
		t.Fatal(err)
	}
	g := &iam.Guard{Policy: iam.Policy{Statements: []iam.Statement{s}}}
	ask := func(principal, source, account string) bool {
		return decide(t, iam.Request{
			Principal: principal, Action: "lambda:InvokeFunction", Resources: []string{function},
			Context: map[string][]string{"aws:SourceArn": {source}, "aws:SourceAccount": {account}},
		}, iam.Policy{}, g).Allowed
	}
	const gateway, call = "apigateway.amazonaws.com", "arn:aws:execute-api:ap-southeast-2:123456789012:api/$default/GET/v1/leads"
	if !ask(gateway, call, "123456789012") {
		t.Error("the gateway may not call")
	}
	if ask("events.amazonaws.com", call, "123456789012") || ask(gateway, strings.Replace(call, "api/", "other/", 1), "123456789012") || ask(gateway, call, "1") {
		t.Error("others may call")
	}
	for want, text := range map[string]string{
		"unknown element": `{"EventSourceToken":"x"}`,
		"is no ARN":       `{"FunctionName":"lead-api"}`,
		"no AWS service":  `{"FunctionName":"` + function + `","Principal":"*"}`,
	} {
		if _, err := iam.Permission(properties(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
