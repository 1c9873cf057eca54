package guardrail

import (
	"net/mail"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/iam"
)

// roleOf is the policy of a function's role, and what its ARN is.
func (w *World) roleOf(r *report, f app.Function) (arn string, policy iam.Policy) {
	lambda := w.deployed(f)
	if lambda == nil {
		r.find("%s is not deployed", f.Name)
		return "", policy
	}
	role := w.role(lambda.text("Role"))
	if role == nil {
		r.find("%s has no role of this installation", lambda)
		return "", policy
	}
	policy, err := w.policy(role)
	if err != nil {
		r.find("the policy of %s: %v", role, err)
	}
	return role.arn, policy
}

// may asks a role's policy as AWS would.
func may(r *report, role string, policy iam.Policy, action string, resources []string, context map[string][]string) bool {
	d, err := iam.Decide(iam.Request{Principal: role, Action: action, Resources: resources, Context: context}, policy, nil)
	if err != nil {
		r.find("%s: %v", role, err)
	}
	return d.Allowed
}

func g21(w *World, r *report) {
	g21Texts(w, r)
	through := w.sendsThrough()
	r.must(len(through) == 2, "mails go through %v, must be one identity and one configuration set", through)
	for _, f := range w.Functions {
		is := slices.Contains(senders, f.Name)
		r.must(f.Uses.Mail == is, "%s declares Mail: %v; exactly %v send", f.Name, f.Uses.Mail, senders)
		role, policy := w.roleOf(r, f)
		if role == "" || len(through) != 2 {
			continue
		}
		from := ""
		if lambda := w.deployed(f); is {
			address, err := mail.ParseAddress(lambda.text("Environment", "Variables", lambdahost.MailFromVariable))
			if err != nil {
				r.find("the address that %s sends from: %v", f.Name, err)
				continue
			}
			from = address.Address
		}
		for _, action := range []string{"ses:SendEmail", "ses:SendRawEmail"} {
			ours := map[string][]string{"ses:FromAddress": {from}}
			r.must(may(r, role, policy, action, through, ours) == is, "%s: %s from our address: must be %v", f.Name, action, is)
			r.must(!may(r, role, policy, action, through, map[string][]string{"ses:FromAddress": {"boss@elsewhere.example"}}), "%s may send in anybody's name", f.Name)
			r.must(!may(r, role, policy, action, through, map[string][]string{}), "%s may send without saying from whom", f.Name)
			r.must(!may(r, role, policy, action, []string{through[0] + "x"}, ours), "%s may send through other identities", f.Name)
		}
	}
}

// g21Texts is G21 for text messages: each is paid for, and comes from a number that is registered to us.
func g21Texts(w *World, r *report) {
	for _, f := range w.Functions {
		is := slices.Contains(texters, f.Name)
		r.must(f.Uses.Text == is, "%s declares Text: %v; exactly %v send text messages", f.Name, f.Uses.Text, texters)
		pool := w.pool(f)
		r.must((pool != "") == is, "%s is told of the pool %q, must be one: %v", f.Name, pool, is)
		role, policy := w.roleOf(r, f)
		if role == "" {
			continue
		}
		for _, texter := range texters {
			i := slices.IndexFunc(w.Functions, func(f app.Function) bool { return f.Name == texter })
			if i < 0 {
				continue
			}
			of := w.pool(w.Functions[i])
			const action = "sms-voice:SendTextMessage"
			r.must(may(r, role, policy, action, []string{of}, nil) == is, "%s: text messages from our pool: must be %v", f.Name, is)
			r.must(!may(r, role, policy, action, []string{of + "x"}, nil), "%s may send text messages from other pools", f.Name)
		}
	}
}

func g22(w *World, r *report) {
	keys := w.sealing()
	r.must(len(keys) == 1, "%d keys seal secrets, must be one", len(keys))
	for _, key := range w.of("AWS::KMS::Key") {
		r.must(key.flag("EnableKeyRotation"), "%s does not rotate", key)
		policy, err := iam.ParseResource(key.props["KeyPolicy"])
		r.must(err == nil, "the policy of %s: %v", key, err)
		for _, s := range policy.Statements {
			anyone := slices.ContainsFunc(s.Principals, func(p iam.Principal) bool { return p.Anyone })
			r.must(s.Deny || !anyone, "the policy of %s lets in anybody", key)
		}
	}
	for _, f := range w.Functions {
		opens, seals := slices.Contains(openers, f.Name), slices.Contains(sealers, f.Name)
		r.must((f.Uses.Secrets&app.Open != 0) == opens, "%s declares to open secrets: %v; exactly %v do", f.Name, !opens, openers)
		r.must((f.Uses.Secrets&app.Seal != 0) == seals, "%s declares to seal secrets: %v; exactly %v do", f.Name, !seals, sealers)
		role, policy := w.roleOf(r, f)
		if role == "" {
			continue
		}
		for _, key := range keys {
			for action, allowed := range map[string]bool{"kms:Decrypt": opens, "kms:Encrypt": seals} {
				ask := func(names ...string) bool {
					context := map[string][]string{}
					for _, name := range names {
						context["kms:EncryptionContext:"+name] = []string{"x"}
						context["kms:EncryptionContextKeys"] = append(context["kms:EncryptionContextKeys"], name)
					}
					return may(r, role, policy, action, []string{key.arn}, context)
				}
				r.must(ask("company", "purpose") == allowed, "%s: %s for one company and purpose: must be %v", f.Name, action, allowed)
				for _, names := range [][]string{{}, {"company"}, {"purpose"}, {"company", "purpose", "other"}} {
					r.must(!ask(names...), "%s may do %s with the context [%s], must be company and purpose", f.Name, action, strings.Join(names, " "))
				}
			}
		}
	}
}
