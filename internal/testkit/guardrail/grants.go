package guardrail

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/iam"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// unbound are actions that know no resource.
var unbound = []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords", "cloudwatch:DescribeAlarms"}

// role is the role of a name or ARN; nil where there is none.
func (w *World) role(called string) *thing {
	for _, t := range w.of("AWS::IAM::Role") {
		if called != "" && (called == t.arn || called == t.ref) {
			return t
		}
	}
	return nil
}

// policy is all that a role may do, wherever it is written.
func (w *World) policy(role *thing) (iam.Policy, error) {
	all, err := iam.Role(role.props)
	if err != nil {
		return all, err
	}
	for _, t := range w.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy") {
		if !slices.Contains(template.Texts(t.props, "Roles"), role.ref) {
			continue
		}
		beside, err := iam.Parse(t.props["PolicyDocument"])
		if err != nil {
			return all, err
		}
		all = iam.Join(all, beside)
	}
	return all, nil
}

// grants are those of a Lambda's role, one by one. What cannot be read is a finding.
func (w *World) grants(r *report, lambda *thing) []iam.Grant {
	role := w.role(lambda.text("Role"))
	if role == nil {
		r.find("%s has no role of this installation", lambda)
		return nil
	}
	policy, err := w.policy(role)
	if err == nil {
		var grants []iam.Grant
		if grants, err = policy.Grants(); err == nil {
			return grants
		}
	}
	r.find("the policy of %s: %v", role, err)
	return nil
}

func g20(w *World, r *report) {
	for _, role := range w.of("AWS::IAM::Role") {
		policy, err := w.policy(role)
		r.must(err == nil, "the policy of %s: %v", role, err)
		grants, err := policy.Grants()
		r.must(err == nil, "the policy of %s: %v", role, err)
		for _, g := range grants {
			r.must(!strings.Contains(g.Action, "*"), "%s may do %s", role, g.Action)
			r.must(!strings.Contains(g.Resource, "*") || bounded(g), "%s may do %s on %s", role, g.Action, g.Resource)
		}
	}
	r.must(len(w.of("AWS::IAM::User", "AWS::IAM::AccessKey", "AWS::IAM::Group")) == 0, "people and keys are not of this installation")
	owners := map[string]string{}
	for _, f := range w.Functions {
		lambda := w.deployed(f)
		if lambda == nil {
			r.find("%s is not deployed", f.Name)
			continue
		}
		role := lambda.text("Role")
		r.must(owners[role] == "", "%s and %s share a role", f.Name, owners[role])
		owners[role] = f.Name
		r.must(f.Uses.SendsAll == slices.Contains(sweepers, f.Name), "%s declares SendsAll: %v; only %v may", f.Name, f.Uses.SendsAll, sweepers)
		r.must(f.Uses.Identity == slices.Contains(inviters, f.Name), "%s declares Identity: %v; only %v may and must", f.Name, f.Uses.Identity, inviters)
		var got []string
		for _, g := range w.grants(r, lambda) {
			got = append(got, g.Action+" on "+g.Resource)
		}
		slices.Sort(got)
		want := w.due(f, lambda)
		r.must(slices.Equal(got, want), "what %s may do is not what its Uses declares (- declared, + granted):\n%s", f.Name, cmp.Diff(want, got))
	}
}

// bounded reports whether a star in a resource is as narrow as can be.
func bounded(g iam.Grant) bool {
	if g.Resource == "*" {
		return slices.Contains(unbound, g.Action)
	}
	if g.Action == "s3:GetObject" { // of the mails in a bucket, see mailGrants
		return strings.HasPrefix(g.Resource, "arn:aws:s3:::") && strings.HasSuffix(g.Resource, "/*") && strings.Count(g.Resource, "/") == 2 && strings.Count(g.Resource, "*") == 1
	}
	return strings.HasPrefix(g.Action, "logs:") && strings.HasSuffix(g.Resource, ":*") && strings.Count(g.Resource, "*") == 1
}

// due are the grants that follow from a function's declaration, sorted.
func (w *World) due(f app.Function, lambda *thing) []string {
	var all []string
	add := func(on string, actions ...string) {
		for _, action := range actions {
			all = append(all, action+" on "+on)
		}
	}
	if group := w.logGroup(lambda.text("LoggingConfig", "LogGroup")); group != nil {
		add(group.arn, "logs:CreateLogStream", "logs:PutLogEvents")
	}
	add("*", "xray:PutTraceSegments", "xray:PutTelemetryRecords")
	for _, name := range w.used() {
		arn := fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s", w.resolver.Region, w.resolver.Account, name)
		add(arn, tableActions(f.Uses.Table)...)
		if f.Uses.SendsAll {
			add(arn+"/index/"+dynamotable.Index, "dynamodb:Query")
		}
	}
	if f.Uses.Links {
		for _, t := range w.of("AWS::SecretsManager::Secret") {
			add(t.arn, "secretsmanager:GetSecretValue")
		}
	}
	for _, consumer := range w.consumers() {
		topic := consumer.Consumes.Topic
		queue := w.source(topic)
		if queue == nil {
			continue
		}
		if f.Uses.SendsAll || slices.Contains(f.Uses.Sends, topic) {
			add(queue.arn, "sqs:SendMessage")
		}
		if consumer.Name == f.Name {
			add(queue.arn, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility")
		}
	}
	if queue := w.buries(f); queue != nil {
		add(queue.arn, "sqs:SendMessage")
	}
	all = append(all, w.dueElsewhere(f)...)
	all = append(all, w.mailGrants(f)...)
	slices.Sort(all)
	return all
}

// dueElsewhere are the grants on mail, text messages, secrets and sign-ins.
func (w *World) dueElsewhere(f app.Function) (all []string) {
	if f.Uses.Mail {
		for _, on := range w.sendsThrough() {
			all = append(all, "ses:SendEmail on "+on, "ses:SendRawEmail on "+on)
		}
	}
	if pool := w.pool(f); f.Uses.Text && pool != "" {
		all = append(all, "sms-voice:SendTextMessage on "+pool)
	}
	for _, key := range w.sealing() {
		if f.Uses.Secrets&app.Seal != 0 {
			all = append(all, "kms:Encrypt on "+key.arn)
		}
		if f.Uses.Secrets&app.Open != 0 {
			all = append(all, "kms:Decrypt on "+key.arn)
		}
	}
	if f.Uses.Identity {
		for _, pool := range w.of("AWS::Cognito::UserPool") {
			for _, action := range []string{"AdminCreateUser", "AdminGetUser", "AdminDisableUser", "AdminEnableUser", "AdminUserGlobalSignOut"} {
				all = append(all, "cognito-idp:"+action+" on "+pool.arn)
			}
		}
	}
	return all
}

// tableActions are what DynamoDB asks for, by what is declared.
func tableActions(use app.TableUse) (actions []string) {
	for action, needs := range map[string]app.TableUse{
		"dynamodb:GetItem": app.Get, "dynamodb:BatchGetItem": app.BatchGet, "dynamodb:Query": app.Query,
		"dynamodb:PutItem": app.Put, "dynamodb:DeleteItem": app.Delete, "dynamodb:UpdateItem": app.Add,
		"dynamodb:ConditionCheckItem": app.Check, "dynamodb:BatchWriteItem": app.Load,
	} {
		if use&needs != 0 {
			actions = append(actions, action)
		}
	}
	return actions
}

// sendsThrough are the ARNs that mails are sent with: identity and configuration set.
func (w *World) sendsThrough() (all []string) {
	for _, t := range w.of("AWS::SES::EmailIdentity") {
		all = append(all, fmt.Sprintf("arn:aws:ses:%s:%s:identity/%s", w.resolver.Region, w.resolver.Account, t.ref))
	}
	for _, t := range w.of("AWS::SES::ConfigurationSet") {
		all = append(all, fmt.Sprintf("arn:aws:ses:%s:%s:configuration-set/%s", w.resolver.Region, w.resolver.Account, t.ref))
	}
	return all
}

// pool is the ARN of the pool that a function is told to send text messages from; empty where it is told of none.
func (w *World) pool(f app.Function) string {
	lambda := w.deployed(f)
	if lambda == nil {
		return ""
	}
	name := lambda.text("Environment", "Variables", lambdahost.TextFromVariable)
	if name == "" {
		return ""
	}
	return fmt.Sprintf("arn:aws:sms-voice:%s:%s:pool/%s", w.resolver.Region, w.resolver.Account, name)
}

// sealing are the keys that functions are told of to seal secrets with.
func (w *World) sealing() (found []*thing) {
	for _, key := range w.of("AWS::KMS::Key") {
		used := slices.ContainsFunc(w.of("AWS::Lambda::Function"), func(t *thing) bool { return t.text("Environment", "Variables", "WINBACK_KMS_KEY") == key.arn })
		if used {
			found = append(found, key)
		}
	}
	return found
}
