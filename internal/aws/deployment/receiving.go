package deployment

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"

	"github.com/winback-auto/winback/internal/aws/awserr"
	"github.com/winback-auto/winback/internal/aws/s3inbox"
	"github.com/winback-auto/winback/internal/platform/app"
)

// Receiving adds to Deps what functions have that read mails which came in.
func (d *Deployment) Receiving(ctx context.Context, deps app.Deps) (app.Deps, error) {
	bucket, err := d.value(ctx, dataStack, InboxOutput)
	if err != nil {
		return deps, err
	}
	if deps.Site.Replies, err = d.value(ctx, dataStack, RepliesOutput); err != nil {
		return deps, err
	}
	deps.Inbox, deps.Queue = s3inbox.New(d.cfg, bucket), d.Queue(ctx)
	return deps, nil
}

// RuleSet is the rule set of SES by which mails come in.
func (d *Deployment) RuleSet(ctx context.Context) (string, error) {
	return d.value(ctx, dataStack, RuleSetOutput)
}

// RuleSet is a rule set of SES. An account has one in each region that holds.
type RuleSet struct {
	Name       string // empty: none holds
	Rules      int
	Recipients []string // of all rules; none: everybody at the domains that SES has verified
}

// ForeignRulesError says that somebody else's rule set holds.
type ForeignRulesError struct {
	Set   RuleSet
	Where string // region
}

func (e *ForeignRulesError) Error() string {
	return fmt.Sprintf("the rule set %s is active in %s and takes mails in for %s: an account has one in a region", e.Set.Name, e.Where, e.Set.takes())
}

func (s RuleSet) takes() string {
	if len(s.Recipients) == 0 {
		return "all of its domains"
	}
	return strings.Join(s.Recipients, ", ")
}

// MayReceive asks which rule set holds. One that is neither ours nor the one that may be replaced is a *ForeignRulesError.
func (d *Deployment) MayReceive(ctx context.Context, ours, replaced string) (active RuleSet, err error) {
	out, err := d.rules().DescribeActiveReceiptRuleSet(ctx, &ses.DescribeActiveReceiptRuleSetInput{})
	if err != nil {
		return active, explain("SES about the active rule set (ses:DescribeActiveReceiptRuleSet)", err)
	}
	if out.Metadata != nil {
		active.Name = aws.ToString(out.Metadata.Name)
	}
	for _, rule := range out.Rules {
		active.Rules++
		active.Recipients = append(active.Recipients, rule.Recipients...)
	}
	if active.Name != "" && active.Name != ours && active.Name != replaced {
		return active, &ForeignRulesError{active, d.cfg.Region}
	}
	return active, nil
}

// Receive makes a rule set the one that holds.
func (d *Deployment) Receive(ctx context.Context, ours string) error {
	_, err := d.rules().SetActiveReceiptRuleSet(ctx, &ses.SetActiveReceiptRuleSetInput{RuleSetName: &ours})
	if awserr.Code(err) == "RuleSetDoesNotExist" {
		return fmt.Errorf("SES in %s has no rule set %s: deploy again, or mend RuleSet in infra/stack/environment.go", d.cfg.Region, ours)
	}
	if err != nil {
		return explain("SES to take mails in (ses:SetActiveReceiptRuleSet)", err)
	}
	return nil
}

func (d *Deployment) rules() *ses.Client {
	return ses.NewFromConfig(d.cfg, func(o *ses.Options) { o.Retryer = awserr.Bounded() })
}
