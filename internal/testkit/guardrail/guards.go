package guardrail

import (
	"slices"

	"github.com/winback-auto/winback/internal/testkit/iam"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// guarding are the types of resource policies, and the property that names what they guard.
var guarding = map[string]string{"AWS::SQS::QueuePolicy": "Queues", "AWS::SNS::TopicPolicy": "Topics", "AWS::S3::BucketPolicy": "Bucket"}

// guards are the statements of all policies on a resource. A policy that cannot be read is an error.
func (w *World) guards(of *thing) (all iam.Policy, err error) {
	if of.Type == "AWS::KMS::Key" {
		return iam.ParseResource(of.props["KeyPolicy"])
	}
	for policyType, names := range guarding {
		for _, t := range w.of(policyType) {
			if !slices.Contains(template.Texts(t.props, names), of.ref) {
				continue
			}
			policy, err := iam.ParseResource(t.props["PolicyDocument"])
			if err != nil {
				return all, err
			}
			all = iam.Join(all, policy)
		}
	}
	return all, nil
}

// demandsTLS reports whether the policy of a resource denies a request that comes in the clear.
func (w *World) demandsTLS(guarded *thing, action string) bool {
	const somebody = "arn:aws:iam::210987654321:role/somebody"
	policy, err := w.guards(guarded)
	if err != nil {
		return false
	}
	d, err := iam.Decide(iam.Request{
		Principal: somebody, Action: action, Resources: []string{guarded.arn}, Context: iam.NewContext(somebody, false),
	}, iam.Policy{}, &iam.Guard{Policy: policy})
	return err == nil && d.Explicit
}

// admits reports whether the policy of a resource lets an AWS service act for one of our resources.
func (w *World) admits(guarded *thing, service, action, source string) bool {
	policy, err := w.guards(guarded)
	if err != nil {
		return false
	}
	context := iam.NewContext(service, true)
	context["aws:SourceAccount"], context["aws:SourceArn"] = []string{w.resolver.Account}, []string{source}
	d, err := iam.Decide(iam.Request{Principal: service, Action: action, Resources: []string{guarded.arn}, Context: context}, iam.Policy{}, &iam.Guard{Policy: policy})
	return err == nil && d.Allowed
}

// lets reports whether a role, which a service takes on, may do something.
func (w *World) lets(called, service, action, on string) bool {
	role := w.role(called)
	if role == nil {
		return false
	}
	assumed, err := iam.Assumable(role.props, service, w.resolver.Account, "")
	if err != nil || !assumed {
		return false
	}
	policy, err := w.policy(role)
	if err != nil {
		return false
	}
	d, err := iam.Decide(iam.Request{Principal: role.arn, Action: action, Resources: []string{on}}, policy, nil)
	return err == nil && d.Allowed
}

// permits reports whether a service may invoke a function or alias, for one of our resources.
func (w *World) permits(function, service, source string) bool {
	return slices.ContainsFunc(w.of("AWS::Lambda::Permission"), func(p *thing) bool {
		return p.text("FunctionName") == function && p.text("Principal") == service && p.text("SourceArn") == source
	})
}
