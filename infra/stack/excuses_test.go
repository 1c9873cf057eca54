package stack_test

// excuse is why a finding of cdk-nag is right to stay. Each finding needs its own, and an excuse that nobody needs any more
// fails the test.
type excuse struct {
	id     string // of the rule, with the detail that it names
	path   string // stack and resource, without winback and the environment
	reason string
}

// What many excuses have in common.
const (
	wildcard = "AwsSolutions-IAM5[Resource::*]"
	traces   = "xray:PutTraceSegments and xray:PutTelemetryRecords know no resource; G20 allows the star for exactly these"
	watching = "cloudwatch:DescribeAlarms knows no resource, and CodeDeploy asks before it goes on; G20 allows the star for exactly this"
	letters  = "AwsSolutions-IAM5[Resource::<Inbox.Arn>/mails/*]"
	anyMail  = "SES makes up the key of each mail that comes in, and a role can name no less than all of them"
	graves   = "it is where a schedule or a rule puts what it cannot deliver; cdk-nag only knows the dead letters of queues. G02 and G12 check it"
)

var excuses = []excuse{
	{wildcard, "app/AppraisalApiRole", traces},
	{wildcard, "app/CompanyApiRole", traces},
	{wildcard, "app/CustomerApiRole", traces},
	{wildcard, "app/DmsApiRole", traces},
	{wildcard, "app/DmsDeliverRole", traces},
	{wildcard, "app/DmsPublishRole", traces},
	{wildcard, "app/DocsApiRole", traces},
	{wildcard, "app/LeadAlertRole", traces},
	{wildcard, "app/GroupApiRole", traces},
	{wildcard, "app/LeadApiRole", traces},
	{wildcard, "app/LeadCareRole", traces},
	{wildcard, "app/LeadLinkRole", traces},
	{wildcard, "app/LeadRuleApiRole", traces},
	{wildcard, "app/LeadWebhookRole", traces},
	{wildcard, "app/MailEventRole", traces},
	{wildcard, "app/MailReceivedRole", traces},
	{wildcard, "app/MailSendRole", traces},
	{wildcard, "app/NotifyApiRole", traces},
	{wildcard, "app/NotifyDigestRole", traces},
	{wildcard, "app/NotifySendRole", traces},
	{wildcard, "app/OutboxSweepRole", traces},
	{wildcard, "app/ProspectApiRole", traces},
	{wildcard, "app/RecaptureApiRole", traces},
	{wildcard, "app/RecaptureEndRole", traces},
	{wildcard, "app/RecapturePollRole", traces},
	{wildcard, "app/RecaptureRemoveRole", traces},
	{wildcard, "app/RecaptureSubmitRole", traces},
	{wildcard, "app/ResponseApiRole", traces},
	{wildcard, "app/SightingCompareRole", traces},
	{wildcard, "app/SightingReconcileRole", traces},
	{wildcard, "app/SightingVerifyRole", traces},
	{wildcard, "app/SightingWebhookRole", traces},
	{wildcard, "app/TextEventRole", traces},
	{wildcard, "app/TextSendRole", traces},
	{wildcard, "app/ValuationApiRole", traces},
	{letters, "app/LeadApiRole", anyMail},
	{letters, "app/MailReceivedRole", anyMail},
	{wildcard, "app/LeadLinkReleaseRole", watching},
	{wildcard, "app/LeadWebhookReleaseRole", watching},
	{wildcard, "app/MailSendReleaseRole", watching},
	{wildcard, "app/SightingWebhookReleaseRole", watching},
	{wildcard, "app/TextSendReleaseRole", watching},

	{"AwsSolutions-APIG4", "app/RouteReference", "whoever builds on the interface reads about it first; it shows the same to everybody (G15, G17)"},
	{"AwsSolutions-APIG4", "app/RouteOpenapi", "as the reference, for programs"},
	{"AwsSolutions-APIG4", "app/RouteShowLink", "it is opened from a mail: a token that expires names user and lead, and looking changes nothing (G17)"},
	{"AwsSolutions-APIG4", "app/RouteFollowLink", "the same page's button: it does what its user could do who has signed in, and nothing else"},
	{"AwsSolutions-APIG4", "app/RouteReceiveLead", "lead providers have no sign-in: a secret token in the path names the connection, and a lead only adds to the yards' own lists"},
	{"AwsSolutions-APIG4", "app/RouteReceiveSighting", "the partner has no sign-in: a secret token in the path names the connection, and nothing is believed before it is asked for"},

	{"AwsSolutions-SQS3", "app/MailEventDeadQueue", graves},
	{"AwsSolutions-SQS3", "app/MailReceivedDeadQueue", graves},
	{"AwsSolutions-SQS3", "app/OutboxSweepDeadQueue", graves},
	{"AwsSolutions-SQS3", "app/SightingReconcileDeadQueue", graves},
	{"AwsSolutions-SQS3", "app/TextEventDeadQueue", graves},

	{"AwsSolutions-SMG4", "data/LinkKeys", "links in mails that were sent must go on working: keys are added by hand and old ones stay, which no rotation does"},
	{"AwsSolutions-COG3", "data/UserPool", "threat protection needs the dearest tier for each user; a second factor is required of everybody instead (G26)"},
}
