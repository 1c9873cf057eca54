package stack

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsses"

	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/blob"
)

// Mails that come in exist where a function reads them, and nowhere else: SES takes them in for the domain of answers and
// puts them into a bucket, which announces them on the event bus.

// How long a mail is kept as it came: as long as its lead's enquiry is known again by its names. Until then its attachments
// can be had, and a mail that was announced in vain can be announced again. What was deleted by mistake is kept for a month
// more.
const (
	mailDays    = 400
	deletedDays = 30
)

// mails begins the keys of mails, so that a role reads them and nothing else that is ever in the bucket.
const mails = "mails/"

// setupNotification is the key of the message by which SES finds out whether it may write: nobody's mail.
const setupNotification = mails + "AMAZON_SES_SETUP_NOTIFICATION"

// Receiving lists the regions in which SES takes mails in: those where CloudFormation knows AWS::SES::ReceiptRule, by the
// schemas of 2026-10-20 that come with cfn-lint 1.58.0. It sends from more.
var Receiving = []string{
	"af-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
	"ca-central-1", "eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "sa-east-1",
	"us-east-1", "us-east-2", "us-west-1", "us-west-2",
}

// Receives reports whether mails come in: somebody has to read them.
func Receives(functions []app.Function) bool {
	return slices.ContainsFunc(functions, func(f app.Function) bool { return f.Uses.Inbox })
}

// checkReceiving reports what stands in the way of mails that are to come in.
func checkReceiving(env Environment, functions []app.Function) error {
	var faults []error
	for _, f := range functions {
		if f.On != nil && f.On.Source == blob.Source && !f.Uses.Inbox {
			faults = append(faults, fmt.Errorf("%s hears of mails that came in and does not read them: declare Inbox: true", f.Name))
		}
	}
	if Receives(functions) && env.Region != "" && !slices.Contains(Receiving, env.Region) {
		faults = append(faults, fmt.Errorf("environment %s: Region: SES takes no mails in in %s: choose one of %s, or add it to stack.Receiving if AWS has by now",
			env.Key, env.Region, strings.Join(Receiving, ", ")))
	}
	return errors.Join(faults...)
}

// inbox is what functions are told of the bucket of mails.
type inbox struct{ bucket awss3.CfnBucket }

// mailARNs are all mails.
func (i *inbox) mailARNs() *string { return join(i.bucket.AttrArn(), text("/"+mails+"*")) }

// newInbox makes the bucket, and the rule by which SES fills it. Nil where nobody reads mails.
func newInbox(s awscdk.Stack, env Environment, functions []app.Function) *inbox {
	if !Receives(functions) {
		return nil
	}
	set := text(env.ReceiptRules())
	access := newBucket(s, env, "InboxAccess", env.LogDays, nil)
	bucket := newBucket(s, env, "Inbox", mailDays, func(props *awss3.CfnBucketProps) {
		props.LoggingConfiguration = &awss3.CfnBucket_LoggingConfigurationProperty{DestinationBucketName: access.Ref(), LogFilePrefix: text("inbox/")}
		props.NotificationConfiguration = &awss3.CfnBucket_NotificationConfigurationProperty{
			EventBridgeConfiguration: &awss3.CfnBucket_EventBridgeConfigurationProperty{EventBridgeEnabled: yes},
		}
	})
	bucketPolicy(s, "InboxAccess", access, delivers("AccessLogs", "logging.s3.amazonaws.com", join(access.AttrArn(), text("/inbox/*")), bucket.AttrArn()))
	rule := env.Name("replies")
	source := join(arn("ses", "receipt-rule-set/"), set, text(":receipt-rule/"+rule))
	policy := bucketPolicy(s, "Inbox", bucket, delivers("MailsThatComeIn", "ses.amazonaws.com", join(bucket.AttrArn(), text("/"+mails+"*")), source))
	if env.RuleSet == "" {
		set = awsses.NewCfnReceiptRuleSet(s, text("ReceiptRules"), &awsses.CfnReceiptRuleSetProps{RuleSetName: set}).Ref()
	}
	receipt := awsses.NewCfnReceiptRule(s, text("Replies"), &awsses.CfnReceiptRuleProps{
		RuleSetName: set,
		Rule: &awsses.CfnReceiptRule_RuleProperty{
			Name: text(rule), Enabled: yes, ScanEnabled: yes, TlsPolicy: text("Require"), Recipients: texts(env.ReplyDomain()),
			Actions: list(&awsses.CfnReceiptRule_ActionProperty{
				S3Action: &awsses.CfnReceiptRule_S3ActionProperty{BucketName: bucket.Ref(), ObjectKeyPrefix: text(mails)},
			}),
		},
	})
	receipt.AddResourceDependency(policy, text("SES writes into the bucket at once"))
	output(s, deployment.InboxOutput, "The bucket that mails come into.", bucket.Ref())
	output(s, deployment.RepliesOutput, "The domain that mails come in for.", text(env.ReplyDomain()))
	output(s, deployment.RuleSetOutput, "The rule set of SES that takes mails in; make receive makes it the active one.", set)
	return &inbox{bucket}
}

// newBucket is a bucket that is closed, encrypted and tidied up. The key is that of S3: SES could not write with the one that
// AWS keeps for the account, and one of ours would be a second way to lose a mail. CloudFormation makes up the name, since
// those of all accounts are in one space.
func newBucket(s awscdk.Stack, env Environment, id string, days int, more func(*awss3.CfnBucketProps)) awss3.CfnBucket {
	props := &awss3.CfnBucketProps{
		BucketEncryption: &awss3.CfnBucket_BucketEncryptionProperty{ServerSideEncryptionConfiguration: list(&awss3.CfnBucket_ServerSideEncryptionRuleProperty{
			ServerSideEncryptionByDefault: &awss3.CfnBucket_ServerSideEncryptionByDefaultProperty{SseAlgorithm: text("AES256")},
		})},
		OwnershipControls: &awss3.CfnBucket_OwnershipControlsProperty{
			Rules: list(&awss3.CfnBucket_OwnershipControlsRuleProperty{ObjectOwnership: text("BucketOwnerEnforced")}),
		},
		PublicAccessBlockConfiguration: &awss3.CfnBucket_PublicAccessBlockConfigurationProperty{
			BlockPublicAcls: yes, BlockPublicPolicy: yes, IgnorePublicAcls: yes, RestrictPublicBuckets: yes,
		},
		VersioningConfiguration: &awss3.CfnBucket_VersioningConfigurationProperty{Status: text("Enabled")},
		LifecycleConfiguration: &awss3.CfnBucket_LifecycleConfigurationProperty{Rules: list(
			&awss3.CfnBucket_RuleProperty{
				Id: text("ends"), Status: text("Enabled"), ExpirationInDays: number(days),
				NoncurrentVersionExpiration: &awss3.CfnBucket_NoncurrentVersionExpirationProperty{NoncurrentDays: number(deletedDays)},
			},
			// What was deleted leaves a mark, and a rule has either an age or this.
			&awss3.CfnBucket_RuleProperty{
				Id: text("tidies"), Status: text("Enabled"), ExpiredObjectDeleteMarker: yes,
				AbortIncompleteMultipartUpload: &awss3.CfnBucket_AbortIncompleteMultipartUploadProperty{DaysAfterInitiation: number(1)},
			},
		)},
	}
	if more != nil {
		more(props)
	}
	bucket := awss3.NewCfnBucket(s, text(id), props)
	keep(bucket, env)
	return bucket
}

// delivers lets an AWS service put objects, on account of one of our things and of no other.
func delivers(id, service string, objects, source *string) object {
	return object{
		"Sid": id, "Effect": "Allow", "Principal": object{"Service": service}, "Action": "s3:PutObject", "Resource": objects,
		"Condition": object{"StringEquals": object{"aws:SourceAccount": sub("${AWS::AccountId}")}, "ArnEquals": object{"aws:SourceArn": source}},
	}
}

// bucketPolicy refuses whoever does not use TLS.
func bucketPolicy(s awscdk.Stack, id string, bucket awss3.CfnBucket, more ...any) awss3.CfnBucketPolicy {
	statements := append([]any{object{
		"Sid": "OnlyEncrypted", "Effect": "Deny", "Principal": object{"AWS": "*"}, "Action": "s3:*",
		"Resource":  list(bucket.AttrArn(), join(bucket.AttrArn(), text("/*"))),
		"Condition": object{"Bool": object{"aws:SecureTransport": "false"}},
	}}, more...)
	return awss3.NewCfnBucketPolicy(s, text(id+"Policy"), &awss3.CfnBucketPolicyProps{
		Bucket: bucket.Ref(), PolicyDocument: object{"Version": "2012-10-17", "Statement": &statements},
	})
}

// receivingRecord is what the DNS says so that mails come in.
func receivingRecord(env Environment) *string {
	return sub(env.ReplyDomain() + " MX 10 inbound-smtp.${AWS::Region}.amazonaws.com")
}
