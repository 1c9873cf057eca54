package guardrail

import (
	"slices"

	"github.com/winback-auto/winback/internal/testkit/template"
)

// stateful are the types that hold what cannot be made again.
var stateful = []string{
	"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket", "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient",
	"AWS::SecretsManager::Secret", "AWS::KMS::Key", "AWS::SES::EmailIdentity",
}

// replaceable are the types that each release may replace.
var replaceable = []string{"AWS::Lambda::Function", "AWS::ApiGatewayV2::Route", "AWS::SQS::Queue", "AWS::CloudWatch::Alarm"}

func g30(w *World, r *report) {
	holding := map[*template.Stack]bool{}
	for _, t := range w.of(stateful...) {
		if t.Type == "AWS::KMS::Key" && !slices.Contains(w.sealing(), t) {
			continue // seals what passes through
		}
		holding[t.Stack] = true
		r.must(w.Disposable || t.retained(), "%s goes with its stack: DeletionPolicy and UpdateReplacePolicy must be Retain", t)
		r.must(w.Disposable || t.Stack.TerminationProtection, "%s holds data in a stack that one call deletes", t)
	}
	for _, t := range w.of(replaceable...) {
		r.must(!holding[t.Stack], "%s is replaced by releases and stands in a stack that holds data", t)
	}
}

// Stateful lists the logical ids of what holds data, one a line: type, stack and id. A golden file freezes them, because
// CloudFormation replaces a thing whose id has changed by an empty one.
func (w *World) Stateful() (lines []string) {
	for _, t := range w.of(stateful...) {
		if t.Type != "AWS::KMS::Key" || slices.Contains(w.sealing(), t) {
			lines = append(lines, t.Type+" "+t.String())
		}
	}
	return lines
}

// tags are on every stack, and so on everything in it that takes tags.
var tags = []string{"application", "environment", "owner", "data-class"}

func g32(w *World, r *report) {
	for _, s := range w.App.Stacks {
		for _, tag := range tags {
			r.must(s.Tags[tag] != "", "the stack %s has no tag %s", s.Name, tag)
		}
	}
	for _, t := range w.of("AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::KMS::Key") {
		named := map[string]string{}
		for _, tag := range t.list("Tags") {
			named[template.Text(tag, "Key")] = template.Text(tag, "Value")
		}
		for _, tag := range tags {
			r.must(named[tag] != "", "%s has no tag %s", t, tag)
		}
	}
	for _, t := range w.of("AWS::Lambda::Function") {
		r.must(w.logGroup(t.text("LoggingConfig", "LogGroup")) != nil, "%s makes its log group itself, which then has no end", t)
	}
	samples := w.of("AWS::XRay::SamplingRule")
	r.must(len(samples) == 1, "there are %d sampling rules for traces, must be one", len(samples))
}

// Bounds of CloudFormation (G33), with some room for the next feature.
const (
	maxTemplate  = 1_000_000 // bytes
	maxResources = 500
)

func g33(w *World, r *report) {
	for _, s := range w.App.Stacks {
		r.must(s.Size > 0 && s.Size < maxTemplate, "the template of %s has %d bytes, must be below %d", s.Name, s.Size, maxTemplate)
		r.must(len(s.Resources) < maxResources, "the stack %s has %d resources, must be below %d", s.Name, len(s.Resources), maxResources)
		for _, p := range s.Parameters {
			r.must(p.Type != "String" || len(template.List(p.Settings, "AllowedValues")) > 0 || template.Text(p.Settings, "AllowedPattern") != "",
				"the parameter %s of %s takes any text", p.Name, s.Name)
		}
	}
}
