package rehearse

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// bucket makes a bucket. That it is closed, encrypted and tidied up changes nothing for who may use it; the guard-rails look
// at it.
func (c *cloud) bucket(_ context.Context, r *template.Resolver, of *template.Resource, props *properties) error {
	name, err := attribute(r, of, "Ref")
	if err != nil {
		return err
	}
	notices := template.Map(props.all, "NotificationConfiguration")
	for told := range notices {
		if told != "EventBridgeConfiguration" {
			props.fault("NotificationConfiguration.%s is not played", told)
		}
	}
	props.ignore("AccessControl", "BucketEncryption", "BucketName", "LifecycleConfiguration", "LoggingConfiguration", "NotificationConfiguration", "OwnershipControls",
		"PublicAccessBlockConfiguration", "VersioningConfiguration")
	c.buckets = append(c.buckets, name)
	if err := c.s3.Make(awssim.Bucket{Name: name, Events: template.Bool(notices, "EventBridgeConfiguration", "EventBridgeEnabled")}); err != nil {
		return err
	}
	return props.done()
}

func (c *cloud) bucketPolicy(_ context.Context, _ *template.Resolver, _ *template.Resource, props *properties) error {
	document, _ := props.at([]string{"PolicyDocument"})
	text, err := json.Marshal(document)
	if err != nil {
		return err
	}
	if err := c.s3.Guarded(props.need("Bucket"), string(text)); err != nil {
		return err
	}
	return props.done()
}

func (c *cloud) receiptRuleSet(_ context.Context, r *template.Resolver, of *template.Resource, props *properties) error {
	name, err := attribute(r, of, "Ref")
	if err != nil {
		return err
	}
	props.ignore("RuleSetName")
	c.ses.AddRuleSet(name)
	return props.done()
}

// receiptRule makes a rule by which mails come in. Its set is made the active one by the operator, as in AWS.
func (c *cloud) receiptRule(ctx context.Context, _ *template.Resolver, _ *template.Resource, props *properties) error {
	rule := props.part("Rule", props.all["Rule"])
	made := awssim.ReceiptRule{
		Set: props.need("RuleSetName"), Name: rule.need("Name"), Off: !rule.flag(false, "Enabled"), Recipients: rule.list("Recipients"), Scan: rule.flag(false, "ScanEnabled"),
	}
	rule.only("Require", "TlsPolicy")
	actions := template.List(rule.all, "Actions")
	rule.ignore("Actions")
	if len(actions) != 1 || len(template.Map(actions[0])) != 1 || template.Map(actions[0], "S3Action") == nil {
		rule.fault("Actions is more than one S3Action")
	} else {
		action := rule.part("S3Action", template.Map(actions[0], "S3Action"))
		made.Bucket, made.Prefix = action.need("BucketName"), action.text("ObjectKeyPrefix")
		action.close(rule)
	}
	rule.close(props)
	props.known["Rule"] = true
	if err := props.done(); err != nil {
		return err
	}
	c.receiving = true
	return c.ses.AddRule(ctx, made)
}

// keepMail puts a mail that came in into a bucket, as SES on account of one of our rules.
func (c *cloud) keepMail(ctx context.Context, rule, bucket, key string, content []byte) error {
	if !slices.Contains(c.buckets, bucket) {
		return fmt.Errorf("rehearse: there is no bucket %s", bucket)
	}
	return c.account.AsService("ses.amazonaws.com", rule).Put(ctx, bucket, key, content)
}
