package iam

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Role reads the policies within a resolved AWS::IAM::Role. Managed policies and permission boundaries are not known and an
// error; policies that stand beside the role are read with Parse and joined to it.
func Role(properties map[string]any) (Policy, error) {
	for _, name := range []string{"ManagedPolicyArns", "PermissionsBoundary"} {
		if list, isList := properties[name].([]any); properties[name] != nil && (!isList || len(list) > 0) {
			return Policy{}, fmt.Errorf("iam: a role with %s, which are not known here", name)
		}
	}
	var all Policy
	inline, _ := properties["Policies"].([]any)
	for _, raw := range inline {
		named, err := members(raw, "PolicyName", "PolicyDocument")
		if err != nil {
			return Policy{}, fmt.Errorf("iam: role: %w", err)
		}
		policy, err := Parse(named["PolicyDocument"])
		if err != nil {
			return Policy{}, fmt.Errorf("%w (policy %v)", err, named["PolicyName"])
		}
		all = Join(all, policy)
	}
	return all, nil
}

// Assumable reports whether the role's trust policy lets an AWS service take it on.
func Assumable(properties map[string]any, service, account, sourceARN string) (bool, error) {
	document, err := members(properties["AssumeRolePolicyDocument"], "Version", "Id", "Statement")
	if err != nil {
		return false, fmt.Errorf("iam: trust policy: %w", err)
	}
	// A trust policy is the resource policy of its role, and says so by leaving the resource out.
	statements, isList := document["Statement"].([]any)
	if !isList {
		statements = []any{document["Statement"]}
	}
	var trust []any
	for _, raw := range statements {
		statement, err := members(raw, "Sid", "Effect", "Action", "Principal", "Condition")
		if err != nil {
			return false, fmt.Errorf("iam: trust policy: %w", err)
		}
		whole := map[string]any{"Resource": "*"}
		for name, value := range statement {
			whole[name] = value
		}
		trust = append(trust, whole)
	}
	policy, err := ParseResource(map[string]any{"Version": document["Version"], "Statement": trust})
	if err != nil {
		return false, err
	}
	context := NewContext(service, true)
	context["aws:SourceAccount"] = []string{account}
	if sourceARN != "" {
		context["aws:SourceArn"] = []string{sourceARN}
	}
	request := Request{Principal: service, Action: "sts:AssumeRole", Resources: []string{"*"}, Context: context}
	d, err := Decide(request, Policy{}, &Guard{Policy: policy})
	return d.Allowed, err
}

// Permission reads a resolved AWS::Lambda::Permission as the statement that it adds to its function's policy.
func Permission(properties map[string]any) (Statement, error) {
	known, err := members(any(properties), "Action", "FunctionName", "Principal", "SourceArn", "SourceAccount")
	if err != nil {
		return Statement{}, fmt.Errorf("iam: permission: %w", err)
	}
	function, ok := known["FunctionName"].(string)
	if !ok || !strings.HasPrefix(function, "arn:") {
		return Statement{}, fmt.Errorf("iam: permission: FunctionName %v is no ARN", known["FunctionName"])
	}
	principal, ok := known["Principal"].(string)
	if !ok || !strings.HasSuffix(principal, ".amazonaws.com") {
		return Statement{}, fmt.Errorf("iam: permission: Principal %v is no AWS service", known["Principal"])
	}
	statement := map[string]any{
		"Effect": "Allow", "Action": known["Action"], "Resource": function, "Principal": map[string]any{"Service": principal},
	}
	condition := map[string]any{}
	if arn := known["SourceArn"]; arn != nil {
		condition["ArnLike"] = map[string]any{"aws:SourceArn": arn}
	}
	if account := known["SourceAccount"]; account != nil {
		condition["StringEquals"] = map[string]any{"aws:SourceAccount": account}
	}
	if len(condition) > 0 {
		statement["Condition"] = condition
	}
	return parseStatement(statement, "permission of "+principal, true)
}

// ParseJSON reads an identity policy from its text.
func ParseJSON(text string) (Policy, error) {
	var document any
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return Policy{}, fmt.Errorf("iam: policy: %w", err)
	}
	return Parse(document)
}
