package iam_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

func TestConditionsHoldAsAWSSays(t *testing.T) {
	const leading, contexts = "dynamodb:LeadingKeys", "kms:EncryptionContextKeys"
	for _, test := range []struct {
		operator, key, values string
		actual                []string
		want                  bool
	}{
		{"StringEquals", "kms:EncryptionContext:purpose", `"connection:autograb"`, []string{"connection:autograb"}, true},
		{"StringEquals", "kms:EncryptionContext:purpose", `["a","b"]`, []string{"b"}, true},
		{"StringEquals", "kms:EncryptionContext:purpose", `"A"`, []string{"a"}, false},
		{"StringEquals", "kms:EncryptionContext:purpose", `"a*"`, []string{"ab"}, false},
		{"StringEquals", "kms:EncryptionContext:purpose", `"a"`, nil, false},
		{"StringEqualsIfExists", "kms:EncryptionContext:purpose", `"a"`, nil, true},
		{"StringEqualsIfExists", "kms:EncryptionContext:purpose", `"a"`, []string{"b"}, false},
		{"StringNotEquals", "kms:EncryptionContext:purpose", `["a","b"]`, []string{"b"}, false},
		{"StringNotEquals", "kms:EncryptionContext:purpose", `["a","b"]`, []string{"c"}, true},
		{"StringNotEquals", "kms:EncryptionContext:purpose", `"a"`, nil, true},
		{"StringEqualsIgnoreCase", "ses:FromAddress", `"no-reply@x.example"`, []string{"No-Reply@X.example"}, true},
		{"StringNotEqualsIgnoreCase", "ses:FromAddress", `"no-reply@x.example"`, []string{"No-Reply@X.example"}, false},
		{"StringLike", "ses:FromAddress", `"*@x.example"`, []string{"no-reply@x.example"}, true},
		{"StringLike", "ses:FromAddress", `"*@x.example"`, []string{"no-reply@y.example"}, false},
		{"StringLike", "kms:EncryptionContext:company", `"?*"`, []string{"harbour"}, true},
		{"StringLike", "kms:EncryptionContext:company", `"?*"`, []string{""}, false},
		{"StringLike", "kms:EncryptionContext:company", `"*"`, nil, false},
		{"StringNotLike", "ses:FromAddress", `"*@x.example"`, []string{"a@y.example"}, true},
		{"StringNotLike", "ses:FromAddress", `"*@x.example"`, nil, true},
		{"Bool", "aws:SecureTransport", `"false"`, []string{"false"}, true},
		{"Bool", "aws:SecureTransport", `false`, []string{"true"}, false},
		{"Bool", "aws:SecureTransport", `"false"`, nil, false},
		{"BoolIfExists", "aws:SecureTransport", `"true"`, nil, true},
		{"Null", "kms:EncryptionContext:company", `"false"`, []string{"harbour"}, true},
		{"Null", "kms:EncryptionContext:company", `"false"`, nil, false},
		{"Null", "kms:EncryptionContext:company", `true`, nil, true},
		{"Null", "kms:EncryptionContext:company", `"true"`, []string{"harbour"}, false},
		{"ArnEquals", "aws:SourceArn", `"arn:aws:events:r:1:rule/*"`, []string{"arn:aws:events:r:1:rule/mail"}, true},
		{"ArnLike", "aws:SourceArn", `"arn:aws:events:*:1:rule/mail"`, []string{"arn:aws:events:r:1:rule/mail"}, true},
		{"ArnLike", "aws:SourceArn", `"arn:aws:events:*:rule/mail:x"`, []string{"arn:aws:events:r:1:rule/mail"}, false},
		{"ArnLike", "aws:SourceArn", `"arn:aws:execute-api:r:1:api/*/*/v1/leads"`, []string{"arn:aws:execute-api:r:1:api/$default/GET/v1/leads"}, true},
		{"ArnLike", "aws:SourceArn", `"arn:aws:events:r:1:rule/mail"`, []string{"no ARN"}, false},
		{"ArnNotLike", "aws:SourceArn", `"arn:aws:events:r:1:rule/mail"`, []string{"arn:aws:events:r:1:rule/x"}, true},
		{"ArnNotEquals", "aws:SourceArn", `"arn:aws:events:r:1:rule/mail"`, []string{"arn:aws:events:r:1:rule/mail"}, false},
		{"ForAllValues:StringEquals", contexts, `["company","purpose"]`, []string{"company", "purpose"}, true},
		{"ForAllValues:StringEquals", contexts, `["company","purpose"]`, []string{"purpose"}, true},
		{"ForAllValues:StringEquals", contexts, `["company","purpose"]`, []string{"company", "more"}, false},
		{"ForAllValues:StringEquals", contexts, `["company"]`, nil, true}, // the trap of the empty set
		{"ForAnyValue:StringEquals", contexts, `["company","purpose"]`, []string{"more", "purpose"}, true},
		{"ForAnyValue:StringEquals", contexts, `["company"]`, []string{"more"}, false},
		{"ForAnyValue:StringEquals", contexts, `["company"]`, nil, false},
		{"ForAnyValue:StringEqualsIfExists", contexts, `["company"]`, nil, false},
		{"ForAllValues:StringLike", leading, `["C#harbour*"]`, []string{"C#harbour#leads", "C#harbour"}, true},
		{"ForAllValues:StringLike", leading, `["C#harbour*"]`, []string{"C#harbour", "C#other"}, false},
		{"ForAllValues:StringNotEquals", leading, `["a"]`, []string{"b", "a"}, false},
		{"ForAllValues:StringNotEquals", leading, `["a"]`, []string{"b"}, true},
		{"ForAnyValue:StringNotEquals", leading, `["a"]`, []string{"b", "a"}, true},
		{"ForAnyValue:StringNotEquals", leading, `["a"]`, []string{"a"}, false},
		{"ForAnyValue:StringNotEquals", leading, `["a"]`, nil, false},
	} {
		statement := fmt.Sprintf(`"Effect":"Allow","Action":"a:B","Resource":"*","Condition":{%q:{%q:%s}}`, test.operator, test.key, test.values)
		r := iam.Request{Action: "a:B", Resources: []string{store}, Context: map[string][]string{strings.ToUpper(test.key): test.actual}}
		if test.actual == nil {
			r.Context = nil
		}
		if d := decide(t, r, policy(t, statement), nil); d.Allowed != test.want {
			t.Errorf("%s %s %s on %q: %v, want %v", test.operator, test.key, test.values, test.actual, d.Allowed, test.want)
		}
	}
}

func TestAllConditionsOfAStatementHaveToHold(t *testing.T) {
	p := policy(t, `"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Condition":{
		"StringEquals":{"kms:EncryptionContext:purpose":"p"},
		"Null":{"kms:EncryptionContext:company":"false"},
		"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":["company","purpose"]}}`)
	whole := map[string][]string{
		"kms:EncryptionContext:purpose": {"p"}, "kms:EncryptionContext:company": {"c"}, "kms:EncryptionContextKeys": {"company", "purpose"},
	}
	r := iam.Request{Action: "kms:Decrypt", Resources: []string{key}, Context: whole}
	if d := decide(t, r, p, nil); !d.Allowed {
		t.Errorf("%+v", d)
	}
	for _, change := range []map[string][]string{
		{"kms:EncryptionContext:purpose": {"q"}}, {"kms:EncryptionContext:company": nil}, {"kms:EncryptionContextKeys": {"company", "purpose", "x"}},
	} {
		context := map[string][]string{}
		for name, values := range whole {
			context[name] = values
			if other, changed := change[name]; changed {
				context[name] = other
			}
		}
		r.Context = context
		if d := decide(t, r, p, nil); d.Allowed {
			t.Errorf("allowed in spite of %v", change)
		}
	}
}

func TestSeveralValuesNeedAnOperatorForThem(t *testing.T) {
	p := policy(t, `"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"dynamodb:LeadingKeys":"a"}}`)
	r := iam.Request{Principal: role, Action: "a:B", Resources: []string{store}, Context: map[string][]string{"dynamodb:LeadingKeys": {"a", "b"}}}
	if _, err := iam.Decide(r, p, nil); err == nil || !strings.Contains(err.Error(), "ForAllValues") {
		t.Errorf("%v", err)
	}
}

func TestWhatIsNotKnownIsAnErrorAndNotAPass(t *testing.T) {
	const rest = `"Effect":"Allow","Action":"a:B","Resource":"*"`
	condition := func(text string) string { return rest + `,"Condition":{` + text + `}` }
	for want, statement := range map[string]string{
		"operator IpAddress is not known":         condition(`"IpAddress":{"aws:SourceArn":"10.0.0.0/8"}`),
		"operator stringequals is not known":      condition(`"stringequals":{"aws:SourceArn":"x"}`),
		"operator StringEqualsIfExist is not":     condition(`"StringEqualsIfExist":{"aws:SourceArn":"x"}`),
		"qualifier ForSomeValues":                 condition(`"ForSomeValues:StringEquals":{"aws:SourceArn":"x"}`),
		"key aws:Sourcearm is not known":          condition(`"StringNotEquals":{"aws:Sourcearm":"x"}`),
		"has no keys":                             condition(`"StringEquals":{}`),
		"aws:SourceArn: an empty list":            condition(`"StringEquals":{"aws:SourceArn":[]}`),
		"neither text nor a truth value":          condition(`"StringEquals":{"aws:SourceArn":1}`),
		"is no truth value":                       condition(`"Bool":{"aws:SecureTransport":"no"}`),
		"Null stands alone":                       condition(`"Null":{"aws:SourceArn":["true","false"]}`),
		"operator Null stands alone and":          condition(`"ForAllValues:Null":{"aws:SourceArn":"true"}`),
		`"x" is no ARN`:                           condition(`"ArnEquals":{"aws:SourceArn":"x"}`),
		"policy variables are not known: \"${aws": condition(`"StringEquals":{"aws:SourceArn":"${aws:PrincipalArn}"}`),
		"Condition: string is no JSON object":     rest + `,"Condition":"x"`,
		"unknown element Efect":                   `"Efect":"Allow","Action":"a:B","Resource":"*"`,
		"the Effect allow is not known":           `"Effect":"allow","Action":"a:B","Resource":"*"`,
		"exactly one of Action and NotAction":     `"Effect":"Allow","Action":"a:B","NotAction":"a:C","Resource":"*"`,
		"exactly one of Resource and NotResource": `"Effect":"Allow","Action":"a:B"`,
		"Action: an empty list":                   `"Effect":"Allow","Action":[],"Resource":"*"`,
		"Action: 1 is no text":                    `"Effect":"Allow","Action":1,"Resource":"*"`,
		`Action: "GetItem" is no action`:          `"Effect":"Allow","Action":"GetItem","Resource":"*"`,
		`Resource: "table/x" is no ARN`:           `"Effect":"Allow","Action":"a:B","Resource":"table/x"`,
		"a wildcard for the service":              `"Effect":"Allow","Action":"a:B","Resource":"arn:aws:*:r:1:x"`,
		"policy variables are not known: \"arn":   `"Effect":"Allow","Action":"a:B","Resource":"arn:aws:s3:::b/${aws:username}"`,
		"is no JSON object":                       `"Effect":"Allow","Action":"a:B","Resource":{"Ref":"Table"}`,
		"resource policies have one":              rest + `,"Principal":"*"`,
	} {
		if want == "is no JSON object" {
			want = "is no text" // an intrinsic that nobody resolved
		}
		if _, err := iam.Parse(document(statement)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", statement, err, want)
		}
	}
	for want, statement := range map[string]string{
		"resource policies have one":     rest,
		"Principal: unknown element Fed": rest + `,"Principal":{"Fed":"x"}`,
		"Principal: nobody":              rest + `,"Principal":{}`,
		`"root" is not known`:            rest + `,"Principal":{"AWS":"root"}`,
		`"lambda" is no AWS service`:     rest + `,"Principal":{"Service":"lambda"}`,
	} {
		if _, err := iam.ParseResource(document(statement)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", statement, err, want)
		}
	}
	for want, raw := range map[string]any{
		"Version is 2008-10-17": map[string]any{"Version": "2008-10-17", "Statement": []any{}},
		"no Statement":          map[string]any{"Version": "2012-10-17", "Statement": []any{}},
		"no JSON object":        []any{},
		"unknown element Stmt":  map[string]any{"Version": "2012-10-17", "Stmt": []any{}},
	} {
		if _, err := iam.Parse(raw); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", raw, err, want)
		}
	}
	if _, err := iam.ParseJSON("{"); err == nil {
		t.Error("half a document was read")
	}
}
