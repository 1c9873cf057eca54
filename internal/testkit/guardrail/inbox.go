package guardrail

import (
	"fmt"
	"slices"

	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/testkit/iam"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// longestMail is how many days a mail may be kept as it came (G25).
const longestMail = 400

// g25: uploads go to the functions directly, at most 4.5 MB each. What buckets hold are mails that came in, and who has read
// them.
func g25(w *World, r *report) {
	r.must(len(w.things) > 0, "there is nothing")
	buckets := w.of("AWS::S3::Bucket")
	for _, t := range buckets {
		w.closed(r, t)
		w.tidied(r, t)
		r.must(w.demandsTLS(t, "s3:ListBucket") && w.objectsDemandTLS(t), "%s lets in whoever does not use TLS", t)
		r.must(t.text("LoggingConfiguration", "DestinationBucketName") != "" || w.logsOf(t) != nil, "nobody knows who reads %s", t)
		w.strangers(r, t)
	}
	if !w.receives() {
		r.must(len(buckets) == 0 && len(w.of("AWS::SES::ReceiptRule", "AWS::SES::ReceiptRuleSet")) == 0, "nobody reads mails that come in, and there are %d buckets or rules for them", len(buckets))
		return
	}
	r.count("buckets", len(buckets), 2)
	inbox := w.inbox()
	if inbox == nil {
		r.find("there is no bucket that functions read mails from")
		return
	}
	r.must(inbox.flag("NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled"), "%s tells nobody of its mails", inbox)
	logs := w.bucket(inbox.text("LoggingConfiguration", "DestinationBucketName"))
	r.must(logs != nil && logs != inbox, "%s does not tell another bucket of this installation who reads it", inbox)
	if logs != nil {
		key := inbox.text("LoggingConfiguration", "LogFilePrefix") + "x"
		r.must(w.puts(logs, "logging.s3.amazonaws.com", inbox.arn, w.resolver.Account, key), "nobody may note who reads %s", inbox)
		r.must(!w.puts(logs, "logging.s3.amazonaws.com", inbox.arn+"2", w.resolver.Account, key), "%s takes notes about other buckets", logs)
	}
	w.receipt(r, inbox)
	w.announced(r, inbox)
	for _, f := range w.Functions {
		r.must(f.Uses.Inbox == slices.Contains(readers, f.Name), "%s declares Inbox: %v; only %v may and must", f.Name, f.Uses.Inbox, readers)
		lambda := w.deployed(f)
		if lambda == nil {
			continue
		}
		domain, told := lambda.text("Environment", "Variables", lambdahost.RepliesVariable), f.Uses.Table != app.NoTable
		r.must(told == (domain != "") && (!told || slices.Contains(w.replies(), domain)), "%s writes to customers with the domain %q for their answers, and mails come in for %v", f.Name, domain, w.replies())
	}
}

// closed checks that nobody can open a bucket by a mistake.
func (w *World) closed(r *report, t *thing) {
	block := func(name string) bool { return t.flag("PublicAccessBlockConfiguration", name) }
	r.must(block("BlockPublicAcls") && block("BlockPublicPolicy") && block("IgnorePublicAcls") && block("RestrictPublicBuckets"), "%s can be opened to the public", t)
	r.must(t.text("OwnershipControls", "Rules", "0", "ObjectOwnership") == "BucketOwnerEnforced", "%s holds what others own", t)
	r.must(t.text("BucketEncryption", "ServerSideEncryptionConfiguration", "0", "ServerSideEncryptionByDefault", "SSEAlgorithm") != "", "%s is not encrypted", t)
}

// tidied checks that what is deleted by mistake can be had back, and that nothing stays for ever.
func (w *World) tidied(r *report, t *thing) {
	r.must(t.text("VersioningConfiguration", "Status") == "Enabled", "%s keeps no versions", t)
	ends, deleted := false, false
	for _, rule := range t.list("LifecycleConfiguration", "Rules") {
		if template.Text(rule, "Status") != "Enabled" || template.Text(rule, "Prefix") != "" || template.Text(rule, "TagFilters") != "" {
			continue
		}
		ends = ends || within(rule, 1, longestMail, "ExpirationInDays")
		deleted = deleted || within(rule, 1, longestMail, "NoncurrentVersionExpiration", "NoncurrentDays")
	}
	r.must(ends, "%s keeps everything for ever", t)
	r.must(deleted, "%s keeps what was deleted for ever", t)
}

// receives reports whether functions read mails that come in.
func (w *World) receives() bool {
	return slices.ContainsFunc(w.Functions, func(f app.Function) bool { return f.Uses.Inbox })
}

// inbox is the bucket that functions are told of; nil where they are told of none, or of several.
func (w *World) inbox() (found *thing) {
	for _, f := range w.Functions {
		lambda := w.deployed(f)
		if lambda == nil || !f.Uses.Inbox {
			continue
		}
		bucket := w.bucket(lambda.text("Environment", "Variables", lambdahost.InboxVariable))
		if bucket == nil || found != nil && found != bucket {
			return nil
		}
		found = bucket
	}
	return found
}

// bucket is the bucket of a name; nil where there is none.
func (w *World) bucket(name string) *thing {
	for _, t := range w.of("AWS::S3::Bucket") {
		if name != "" && t.ref == name {
			return t
		}
	}
	return nil
}

// logsOf is the bucket whose readers are noted in another one; nil where none are.
func (w *World) logsOf(logs *thing) *thing {
	for _, t := range w.of("AWS::S3::Bucket") {
		if t.text("LoggingConfiguration", "DestinationBucketName") == logs.ref {
			return t
		}
	}
	return nil
}

// asks decides what somebody may do with an object of a bucket by its policy alone.
func (w *World) asks(bucket *thing, who, action, key string, context map[string][]string) iam.Decision {
	policy, err := w.guards(bucket)
	if err != nil {
		return iam.Decision{Allowed: true} // what cannot be read is no bar
	}
	d, err := iam.Decide(iam.Request{Principal: who, Action: action, Resources: []string{bucket.arn + "/" + key}, Context: context}, iam.Policy{}, &iam.Guard{Policy: policy})
	return iam.Decision{Allowed: err != nil || d.Allowed, Explicit: err == nil && d.Explicit}
}

// puts reports whether an AWS service may put an object, on account of a thing in an account.
func (w *World) puts(bucket *thing, service, source, account, key string) bool {
	context := iam.NewContext(service, true)
	context["aws:SourceAccount"], context["aws:SourceArn"] = []string{account}, []string{source}
	return w.asks(bucket, service, "s3:PutObject", key, context).Allowed
}

func (w *World) objectsDemandTLS(bucket *thing) bool {
	const somebody = "arn:aws:iam::210987654321:role/somebody"
	return w.asks(bucket, somebody, "s3:GetObject", "x", iam.NewContext(somebody, false)).Explicit
}

// strangers checks that a bucket's policy lets nobody in but services that deliver on account of our own things.
func (w *World) strangers(r *report, t *thing) {
	const somebody = "arn:aws:iam::210987654321:role/somebody"
	policy, err := w.guards(t)
	r.must(err == nil, "the policy of %s: %v", t, err)
	for _, s := range policy.Statements {
		if s.Deny {
			continue
		}
		for _, who := range s.Principals {
			r.must(who.Service != "", "%s lets in more than AWS services (statement %s)", t, s.ID)
		}
		r.must(slices.Equal(s.Actions, []string{"s3:PutObject"}), "%s lets in services for %v", t, s.Actions)
	}
	for _, key := range []string{"mails/x", "inbox/x", "x"} {
		for _, action := range []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} {
			r.must(!w.asks(t, somebody, action, key, iam.NewContext(somebody, true)).Allowed, "%s lets another account do %s", t, action)
		}
		for _, service := range []string{"ses.amazonaws.com", "logging.s3.amazonaws.com"} {
			elsewhere := fmt.Sprintf("arn:aws:ses:%s:210987654321:receipt-rule-set/x:receipt-rule/x", w.resolver.Region)
			r.must(!w.puts(t, service, elsewhere, "210987654321", key), "%s takes what %s brings for other accounts", t, service)
		}
	}
}

// replies are the domains that mails come in for.
func (w *World) replies() (domains []string) {
	for _, t := range w.of("AWS::SES::ReceiptRule") {
		domains = append(domains, template.Texts(t.props, "Rule", "Recipients")...)
	}
	return domains
}

// receipt checks the one rule by which SES takes mails in and puts them into the bucket.
func (w *World) receipt(r *report, inbox *thing) {
	rules := w.of("AWS::SES::ReceiptRule")
	r.count("receipt rules", len(rules), 1)
	for _, t := range rules {
		r.must(t.flag("Rule", "Enabled"), "%s is switched off", t)
		r.must(t.flag("Rule", "ScanEnabled"), "%s does not look for spam and viruses", t)
		r.must(t.text("Rule", "TlsPolicy") == "Require", "%s takes mails in the clear", t)
		domains := template.Texts(t.props, "Rule", "Recipients")
		r.must(len(domains) == 1, "%s takes mails for %v, must be the domain of answers alone", t, domains)
		actions := t.list("Rule", "Actions")
		r.must(len(actions) == 1 && template.Text(actions[0], "S3Action", "BucketName") == inbox.ref, "%s does not put mails into %s", t, inbox)
		prefix := template.Text(t.props, "Rule", "Actions", "0", "S3Action", "ObjectKeyPrefix")
		r.must(prefix != "", "%s puts mails beside everything else", t)
		source := fmt.Sprintf("arn:aws:ses:%s:%s:receipt-rule-set/%s:receipt-rule/%s", w.resolver.Region, w.resolver.Account, t.text("RuleSetName"), t.text("Rule", "Name"))
		ours := w.resolver.Account
		r.must(w.puts(inbox, "ses.amazonaws.com", source, ours, prefix+"x"), "%s may not write to %s: mails would be lost", t, inbox)
		r.must(!w.puts(inbox, "ses.amazonaws.com", source+"2", ours, prefix+"x"), "%s takes what SES brings for other rules", inbox)
		r.must(!w.puts(inbox, "ses.amazonaws.com", source, "210987654321", prefix+"x"), "%s takes what SES brings for other accounts", inbox)
		r.must(!w.puts(inbox, "ses.amazonaws.com", source, ours, "other/x"), "%s may write beside its mails", t)
		for _, set := range w.of("AWS::SES::ReceiptRuleSet") {
			r.must(set.ref == t.text("RuleSetName"), "%s is not in %s", t, set)
		}
		for _, identity := range w.of("AWS::SES::EmailIdentity") {
			for _, domain := range domains {
				record := fmt.Sprintf("%s MX 10 inbound-smtp.%s.amazonaws.com", domain, w.resolver.Region)
				r.must(slices.Contains(w.outputs(identity.Stack), record), "no output of %s says the record %q", identity.Stack.Name, record)
				r.must(identity.text("MailFromAttributes", "MailFromDomain") != domain, "%s takes what comes back, too", t)
			}
		}
	}
}

// announced checks that whoever hears of mails hears of those in the bucket, and of no other's.
func (w *World) announced(r *report, inbox *thing) {
	heard := 0
	for _, t := range w.of("AWS::Events::Rule") {
		if !slices.Contains(template.Texts(t.props, "EventPattern", "source"), blob.Source) {
			continue
		}
		heard++
		r.must(slices.Equal(template.Texts(t.props, "EventPattern", "detail", "bucket", "name"), []string{inbox.ref}), "%s hears of other buckets than %s", t, inbox)
	}
	r.must(heard > 0, "nobody hears of the mails in %s", inbox)
}

// mailGrants are what functions that read mails may do, and nothing else.
func (w *World) mailGrants(f app.Function) (all []string) {
	inbox := w.inbox()
	if !f.Uses.Inbox || inbox == nil {
		return nil
	}
	for _, t := range w.of("AWS::SES::ReceiptRule") {
		all = append(all, "s3:GetObject on "+inbox.arn+"/"+template.Text(t.props, "Rule", "Actions", "0", "S3Action", "ObjectKeyPrefix")+"*")
	}
	return all
}

// outputs are the values of a stack's outputs.
func (w *World) outputs(of *template.Stack) (values []string) {
	outputs, err := w.resolver.Outputs(of)
	if err != nil {
		return nil
	}
	for _, v := range outputs {
		values = append(values, template.Text(v))
	}
	return values
}
