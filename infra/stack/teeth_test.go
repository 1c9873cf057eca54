package stack_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/testkit/guardrail"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// obj is JSON in a template.
type obj = map[string]any

// holes are ways to break each guard-rail: no rule may be content with all of them.
var holes = []struct {
	rule, name string
	tear       func(d damaged)
	want       string // part of the finding
}{
	{"G01", "gives up too late", func(d damaged) { d.set("MailSendQueue", 50, "RedrivePolicy", "maxReceiveCount") }, "MailSendQueue gives up after"},
	{"G01", "is its own grave", func(d damaged) {
		d.set("MailSendQueue", obj{"Fn::Sub": "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:winback-prod-mail-send"}, "RedrivePolicy", "deadLetterTargetArn")
	}, "MailSendQueue has no dead-letter queue"},
	{"G02", "dead letters die first", func(d damaged) { d.set("MailSendDeadQueue", 86400, "MessageRetentionPeriod") }, "a queue of dead letters and keeps"},
	{"G02", "work lives too long", func(d damaged) { d.set("MailSendQueue", 1209600, "MessageRetentionPeriod") }, "a queue of work and keeps"},
	{"G03", "comes again while it is handled", func(d damaged) { d.set("MailSendQueue", 30, "VisibilityTimeout") }, "MailSendQueue hides a message for 30 s"},
	{"G03", "waits for a batch", func(d damaged) { d.add("MailSendSource", 60, "MaximumBatchingWindowInSeconds") }, "+ 60 s of batching"},
	{"G04", "fails as a whole", func(d damaged) { d.set("MailSendSource", nil, "FunctionResponseTypes") }, "does not report failures one by one"},
	{"G04", "has no limit", func(d damaged) { d.set("MailSendSource", nil, "ScalingConfig") }, "MailSendSource runs"},
	{"G04", "takes more than it declares", func(d damaged) { d.set("MailSendSource", 10, "BatchSize") }, "takes \"10\" messages at once"},
	{"G04", "is switched off", func(d damaged) { d.add("MailSendSource", false, "Enabled") }, "switched off"},
	{"G05", "the sender reserves nothing", func(d damaged) { d.set("MailSendFunction", nil, "ReservedConcurrentExecutions") }, "MailSendFunction reserves 0"},
	{"G05", "another one does", func(d damaged) { d.add("LeadApiFunction", 5, "ReservedConcurrentExecutions") }, "LeadApiFunction reserves 5 for itself"},
	{"G05", "a pace is outrun", func(d damaged) { d.set("OutboxSweepFunction", 9, "ReservedConcurrentExecutions") }, "OutboxSweepFunction reserves 9, must be 2"},
	{"G06", "lies in the clear", func(d damaged) { d.set("MailSendQueue", false, "SqsManagedSseEnabled") }, "MailSendQueue is not encrypted"},
	{"G06", "talks in the clear", func(d damaged) { d.remove("MailSendQueuePolicy") }, "MailSendQueue lets in whoever"},
	{"G07", "cannot be restored", func(d damaged) {
		d.set("Table", false, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")
	}, "cannot be restored"},
	{"G07", "is easy to delete", func(d damaged) { d.set("Table", false, "DeletionProtectionEnabled") }, "can be deleted by one call"},
	{"G07", "goes with its stack", func(d damaged) { d.resource("Table").DeletionPolicy = "Delete" }, "goes with its stack"},
	{"G07", "costs what it likes", func(d damaged) { d.set("Table", nil, "OnDemandThroughput") }, "has no MaxWriteRequestUnits"},
	{"G07", "hides behind another type", func(d damaged) { d.resource("Table").Type = "AWS::DynamoDB::GlobalTable" }, "do not know"},
	{"G08", "keeps what has expired", func(d damaged) { d.set("Table", "ttl", "TimeToLiveSpecification", "AttributeName") }, `expires by "ttl"`},
	{"G09", "has an index by status", func(d damaged) {
		d.set("Table", []any{obj{"IndexName": "status", "KeySchema": []any{obj{"AttributeName": "status", "KeyType": "HASH"}}}}, "GlobalSecondaryIndexes")
	}, "not those that its driver reads"},
	{"G10", "runs elsewhere", func(d damaged) { d.set("LeadApiFunction", []any{"x86_64"}, "Architectures") }, "Architectures is arm64"},
	{"G10", "takes longer than API Gateway", func(d damaged) { d.set("LeadApiFunction", 60, "Timeout") }, "Timeout is what it declares"},
	{"G10", "keeps logs for ever", func(d damaged) { d.set("LeadApiLogs", nil, "RetentionInDays") }, "LeadApiLogs keeps its lines"},
	{"G10", "makes its own log", func(d damaged) { d.set("LeadApiFunction", "/aws/lambda/other", "LoggingConfig", "LogGroup") }, "does not declare"},
	{"G10", "is one too many", func(d damaged) { d.remove("DocsApiFunction") }, ""},
	{"G11", "holds a secret", func(d damaged) { d.add("LeadApiFunction", "AKIAABCDEFGHIJKLMNOP", "Environment", "Variables", "EXTRA") }, "looks like a secret"},
	{"G11", "changes the retries", func(d damaged) { d.add("LeadApiFunction", "9", "Environment", "Variables", "AWS_MAX_ATTEMPTS") }, "not what its host reads"},
	{"G11", "knows no queues", func(d damaged) { d.set("RecaptureApiFunction", "{}", "Environment", "Variables", "WINBACK_QUEUES") }, "knows other queues than it declares"},
	{"G12", "ticks late", func(d damaged) {
		d.set("OutboxSweepSchedule", 86400, "Target", "RetryPolicy", "MaximumEventAgeInSeconds")
	}, "OutboxSweepSchedule delivers for"},
	{"G12", "ticks in another zone", func(d damaged) { d.set("OutboxSweepSchedule", "Australia/Sydney", "ScheduleExpressionTimezone") }, "must be UTC"},
	{"G12", "ticks too rarely", func(d damaged) { d.set("OutboxSweepSchedule", "rate(1 day)", "ScheduleExpression") }, "outbox-sweep declares"},
	{"G12", "does not hear all", func(d damaged) { d.set("MailEventRule", []any{"Email Sent"}, "EventPattern", "detail-type") }, "selects other events"},
	{"G12", "forgets what failed", func(d damaged) { d.remove("MailEventRetries") }, "mail-event has no EventInvokeConfig"},
	{"G12", "may not tick", func(d damaged) { d.set("OutboxSweepScheduleRole", []any{}, "Policies") }, "may not invoke outbox-sweep"},
	{"G12", "may not report", func(d damaged) { d.remove("MailEventPermission") }, "may not invoke mail-event"},
	{"G12", "may not bury", func(d damaged) { d.remove("MailEventDeadQueuePolicy") }, "may not put anything among its dead letters"},
	{"G13", "logs the path", func(d damaged) {
		d.set("ApiStage", `{"requestId":"$context.requestId","path":"$context.path"}`, "AccessLogSettings", "Format")
	}, "holds $context.path"},
	{"G14", "does not throttle", func(d damaged) { d.set("ApiStage", nil, "DefaultRouteSettings") }, "does not throttle"},
	{"G14", "throttles pushes like people", func(d damaged) { d.set("ApiStage", nil, "RouteSettings") }, "must be more strictly"},
	{"G15", "opens a route", func(d damaged) { d.set("RouteListLeads", "NONE", "AuthorizationType") }, "open to everybody are"},
	{"G15", "asks for no scope", func(d damaged) { d.set("RouteListLeads", nil, "AuthorizationScopes") }, "an ID token would do"},
	{"G15", "believes strangers", func(d damaged) { d.set("Authorizer", "https://elsewhere.example", "JwtConfiguration", "Issuer") }, "trusts no authorizer"},
	{"G15", "leads elsewhere", func(d damaged) {
		d.set("RouteListLeads", obj{"Fn::Sub": "integrations/${DocsApiIntegration}"}, "Target")
	}, "does not lead to lead-api"},
	{"G15", "may not be invoked", func(d damaged) { d.remove("LeadApiPermission") }, "does not lead to lead-api"},
	{"G16", "catches all", func(d damaged) { d.set("RouteListLeads", "ANY /{rest+}", "RouteKey") }, "catches all"},
	{"G16", "lets in all pages", func(d damaged) { d.set("Api", []any{"*"}, "CorsConfiguration", "AllowOrigins") }, "lets pages of"},
	{"G16", "takes cookies", func(d damaged) { d.add("Api", true, "CorsConfiguration", "AllowCredentials") }, "cookies"},
	{"G17", "acts by GET", func(d damaged) {
		d.set("RouteListLeads", "GET /webhooks/autograb/{token}", "RouteKey")
	}, "is called by a partner: POST"},
	{"G18", "has no way in", func(d damaged) { d.set("Api", true, "DisableExecuteApiEndpoint") }, "exactly one must be open"},
	{"G19", "has an open front", func(d damaged) { d.resource("Sampling").Type = "AWS::CloudFront::Distribution" }, "has no firewall"},
	{"G20", "may do everything", func(d damaged) { d.grant("LeadApiRole", "dynamodb:*", "*") }, "may do dynamodb:*"},
	{"G20", "may read all tables", func(d damaged) { d.grant("LeadApiRole", "dynamodb:Scan", "*") }, "may do dynamodb:Scan on *"},
	{"G20", "may send elsewhere", func(d damaged) {
		d.grant("LeadApiRole", "sqs:SendMessage", "arn:aws:sqs:ap-southeast-2:123456789012:winback-prod-mail-send")
	}, "what lead-api may do"},
	{"G20", "lends its role", func(d damaged) {
		d.set("LeadApiFunction", obj{"Fn::GetAtt": []any{"NotifyApiRole", "Arn"}}, "Role")
	}, "share a role"},
	{"G21", "sends as anybody", func(d damaged) { d.unconditional("MailSendRole", "Mail") }, "may send in anybody's name"},
	{"G21", "another one sends", func(d damaged) {
		d.grant("LeadApiRole", "ses:SendEmail", "arn:aws:ses:ap-southeast-2:123456789012:identity/winback.example", "arn:aws:ses:ap-southeast-2:123456789012:configuration-set/winback-prod-mail")
	}, "lead-api: ses:SendEmail from our address: must be false"},
	{"G21", "another one sends text messages", func(d damaged) {
		d.grant("LeadApiRole", "sms-voice:SendTextMessage", "arn:aws:sms-voice:ap-southeast-2:123456789012:pool/pool-00000000000000000000000000000002")
	}, "lead-api: text messages from our pool: must be false"},
	{"G21", "sends text messages from anywhere", func(d damaged) {
		d.grant("TextSendRole", "sms-voice:SendTextMessage", "arn:aws:sms-voice:ap-southeast-2:123456789012:pool/pool-00000000000000000000000000000002x")
	}, "text-send may send text messages from other pools"},
	{"G22", "opens without a context", func(d damaged) { d.unconditional("RecapturePollRole", "Open") }, "recapture-poll may do kms:Decrypt with the context []"},
	{"G22", "keeps its key for ever", func(d damaged) { d.set("SealingKey", false, "EnableKeyRotation") }, "does not rotate"},
	{"G23", "does not hear of bounces", func(d damaged) {
		d.set("MailEvents", []any{"SEND", "DELIVERY"}, "EventDestination", "MatchingEventTypes")
	}, "does not report BOUNCE"},
	{"G23", "sends to who complained", func(d damaged) {
		d.set("ConfigurationSet", []any{"BOUNCE"}, "SuppressionOptions", "SuppressedReasons")
	}, "suppresses only after"},
	{"G23", "hands over in the clear", func(d damaged) { d.set("ConfigurationSet", "OPTIONAL", "DeliveryOptions", "TlsPolicy") }, "in the clear"},
	{"G23", "signs weakly", func(d damaged) {
		d.set("Identity", "RSA_1024_BIT", "DkimSigningAttributes", "NextSigningKeyLength")
	}, "signs with a key"},
	{"G23", "names another set", func(d damaged) {
		d.set("MailSendFunction", "other", "Environment", "Variables", "WINBACK_MAIL_CONFIGURATION_SET")
	}, "sends with the configuration set other"},
	{"G24", "does not hear the silence", func(d damaged) { d.remove("MailSilentAlarm") }, "no alarm compares"},
	{"G25", "has an open bucket", func(d damaged) { d.resource("Sampling").Type = "AWS::S3::Bucket" }, "can be opened to the public"},
	{"G26", "asks for no second factor", func(d damaged) { d.set("UserPool", "OPTIONAL", "MfaConfiguration") }, "second factor"},
	{"G26", "takes short passwords", func(d damaged) { d.set("UserPool", 8, "Policies", "PasswordPolicy", "MinimumLength") }, "must be 12"},
	{"G26", "lets everybody in", func(d damaged) {
		d.set("UserPool", false, "AdminCreateUserConfig", "AllowAdminCreateUserOnly")
	}, "anybody can sign up"},
	{"G26", "gives long tokens", func(d damaged) { d.set("UserPoolClient", 60, "AccessTokenValidity") }, "at most 15 minutes"},
	{"G27", "lets users write all", func(d damaged) { d.set("UserPoolClient", nil, "WriteAttributes") }, "write every attribute"},
	{"G27", "lets users write their company", func(d damaged) { d.append("UserPoolClient", "custom:company", "WriteAttributes") }, "custom:company"},
	{"G28", "alarms in the clear", func(d damaged) { d.set("Alarms", nil, "KmsMasterKeyId") }, "Alarms is not encrypted"},
	{"G28", "cannot encrypt its alarms", func(d damaged) { d.keep("AlarmKey", 1, "KeyPolicy", "Statement") }, "alarms may not use the key"},
	{"G28", "takes no alarms", func(d damaged) { d.remove("AlarmsPolicy") }, "takes no alarms"},
	{"G28", "alarms nobody", func(d damaged) { d.remove("AlarmsByMail") }, "nobody has subscribed"},
	{"G28", "costs in silence", func(d damaged) { d.remove("Budget") }, "no budget"},
	{"G28", "is slow for long", func(d damaged) { d.set("LeadApiSlowAlarm", 27999, "Threshold") }, "lead-api takes longer"},
	{"G29", "counts by company", func(d damaged) {
		d.add("SightingsMissedAlarm", []any{obj{"Name": "Company", "Value": "harbour"}}, "Dimensions")
	}, "reads the dimension Company"},
	{"G29", "reads what nobody counts", func(d damaged) { d.set("SightingsMissedAlarm", "SightingsFound", "MetricName") }, "which nobody counts"},
	{"G29", "shows nothing", func(d damaged) { d.set("Dashboard", `{"widgets":[]}`, "DashboardBody") }, "shows nothing"},
	{"G30", "can be deleted in whole", func(d damaged) { d.stack("data").TerminationProtection = false }, "in a stack that one call deletes"},
	{"G30", "is thrown away", func(d damaged) { d.resource("UserPool").UpdateReplacePolicy = "" }, "UserPool goes with its stack"},
	{"G30", "mixes what lasts and what does not", func(d damaged) { d.resource("LinkKeys").Type = "AWS::SQS::Queue" }, "stands in a stack that holds data"},
	{"G31", "runs in a circle", func(d damaged) {
		d.grant("MailSendRole", "sqs:SendMessage", "arn:aws:sqs:ap-southeast-2:123456789012:winback-prod-mail-send")
	}, "mail-send may send to"},
	{"G32", "has no owner", func(d damaged) { delete(d.stack("app").Tags, "owner") }, "has no tag owner"},
	{"G32", "carries no class", func(d damaged) { d.set("MailSendQueue", []any{}, "Tags") }, "has no tag data-class"},
	{"G32", "traces everything", func(d damaged) { d.remove("Sampling") }, "sampling rules"},
	{"G33", "is too large", func(d damaged) { d.stack("app").Size = 1_000_000 }, "must be below 1000000"},
	{"G33", "asks for anything", func(d damaged) {
		d.stack("app").Parameters = []template.Parameter{{Name: "Anything", Type: "String", Default: "x", Settings: obj{}}}
	}, "takes any text"},
	{"G34", "releases to all at once", func(d damaged) { d.resource("MailSendLive").UpdatePolicy = nil }, "not handed to CodeDeploy"},
	{"G34", "does not go back", func(d damaged) { d.set("MailSendReleaseGroup", nil, "AutoRollbackConfiguration") }, "does not go back"},
	{"G34", "listens to nothing", func(d damaged) { d.set("MailSendReleaseGroup", []any{}, "AlarmConfiguration", "Alarms") }, "listens to no alarm"},
	{"G34", "goes past the trial", func(d damaged) {
		d.set("MailSendSource", obj{"Fn::GetAtt": []any{"MailSendFunction", "Arn"}}, "FunctionName")
	}, "past its alias"},
}

// grant adds a statement to a role.
func (d damaged) grant(role, action string, resources ...any) {
	d.append(role, obj{"Sid": "Extra", "Effect": "Allow", "Action": action, "Resource": resources}, "Policies", "0", "PolicyDocument", "Statement")
}

// keep leaves only the first elements of a list.
func (d damaged) keep(id string, n int, path ...string) {
	d.t.Helper()
	d.set(id, template.List(d.resource(id).Properties, path...)[:n], path...)
}

// unconditional takes the condition from a statement of a role.
func (d damaged) unconditional(role, id string) {
	d.t.Helper()
	for _, statement := range template.List(d.resource(role).Properties, "Policies", "0", "PolicyDocument", "Statement") {
		if template.Text(statement, "Sid") == id {
			delete(template.Map(statement), "Condition")
			return
		}
	}
	d.t.Fatalf("%s has no statement %s", role, id)
}

func TestNoGuardRailIsContentWithAHole(t *testing.T) {
	torn := map[string]bool{}
	for _, hole := range holes {
		t.Run(hole.rule+" "+hole.name, func(t *testing.T) {
			d := damage(t)
			hole.tear(d)
			found := d.findings(hole.rule)
			if len(found) == 0 || hole.want != "" && !reports(found, hole.rule+": ", hole.want) {
				t.Errorf("%s says %q, want %q", hole.rule, found, hole.want)
			}
		})
		torn[hole.rule] = true
	}
	for _, rule := range guardrail.Rules {
		if !torn[rule.Number] {
			t.Errorf("nothing shows that %s finds anything", rule.Number)
		}
	}
}
