package stack_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// deaf is the catalogue without anything that reads mails that come in.
func deaf() []app.Function {
	functions := slices.DeleteFunc(catalogue(), func(f app.Function) bool { return f.On != nil && f.On.Source == blob.Source })
	for i := range functions {
		functions[i].Uses.Inbox = false
	}
	return functions
}

// kinds are the types of all that only stands where mails come in.
var kinds = map[string]int{"AWS::S3::Bucket": 2, "AWS::S3::BucketPolicy": 2, "AWS::SES::ReceiptRuleSet": 1, "AWS::SES::ReceiptRule": 1}

func TestMailsComeInWhereAFunctionReadsThemAndNowhereElse(t *testing.T) {
	out, err := synth(t, prod(t), deaf())
	if err != nil {
		t.Fatal(err)
	}
	silent, heard := world(t, prod(t), out, deaf()).App, damage(t).app
	for kind, want := range kinds {
		if n := len(silent.Of(kind)); n != 0 {
			t.Errorf("nobody reads mails, and there are %d of %s", n, kind)
		}
		if n := len(heard.Of(kind)); n != want {
			t.Errorf("%d of %s, want %d", n, kind, want)
		}
	}
	for _, r := range silent.Of("AWS::Lambda::Function") {
		for _, variable := range []string{"WINBACK_INBOX", "WINBACK_MAIL_REPLIES"} {
			if _, told := template.At(r.Properties, "Environment", "Variables", variable); told {
				t.Errorf("%s is told %s", r, variable)
			}
		}
	}
	for _, s := range silent.Stacks {
		for _, o := range s.Outputs {
			if slices.Contains([]string{"Record7", deployment.InboxOutput, deployment.RuleSetOutput, deployment.RepliesOutput}, o.Name) {
				t.Errorf("the stack %s says %s", s.Name, o.Name)
			}
		}
	}
}

// What the operator's commands look up is what the stacks say, for mails, too.
func TestTheStacksSayWhereMailsComeIn(t *testing.T) {
	said := map[string]bool{}
	for _, o := range damage(t).stack("data").Outputs {
		said[o.Name] = true
	}
	for _, name := range []string{deployment.InboxOutput, deployment.RuleSetOutput, deployment.RepliesOutput} {
		if !said[name] {
			t.Errorf("the data stack does not say %s", name)
		}
	}
}

// inboxHoles are ways to break what holds where mails come in: G25 may be content with none of them.
var inboxHoles = []struct {
	name string
	tear func(d damaged)
	want string // part of the finding
}{
	{"can be opened by a list", func(d damaged) { d.set("Inbox", false, "PublicAccessBlockConfiguration", "BlockPublicAcls") }, "Inbox can be opened to the public"},
	{"can be opened by a policy", func(d damaged) { d.set("Inbox", nil, "PublicAccessBlockConfiguration") }, "Inbox can be opened to the public"},
	{"lets others see who reads", func(d damaged) {
		d.set("InboxAccess", false, "PublicAccessBlockConfiguration", "RestrictPublicBuckets")
	}, "InboxAccess can be opened to the public"},
	{"holds what others own", func(d damaged) { d.set("Inbox", nil, "OwnershipControls") }, "holds what others own"},
	{"lies in the clear", func(d damaged) { d.set("Inbox", nil, "BucketEncryption") }, "Inbox is not encrypted"},
	{"forgets what was deleted", func(d damaged) { d.set("Inbox", "Suspended", "VersioningConfiguration", "Status") }, "Inbox keeps no versions"},
	{"has no end", func(d damaged) { d.set("Inbox", nil, "LifecycleConfiguration") }, "Inbox keeps everything for ever"},
	{"ends too late", func(d damaged) { d.set("Inbox", 4000, "LifecycleConfiguration", "Rules", "0", "ExpirationInDays") }, "Inbox keeps everything for ever"},
	{"ends for some", func(d damaged) { d.add("Inbox", "mails/a", "LifecycleConfiguration", "Rules", "0", "Prefix") }, "Inbox keeps everything for ever"},
	{"does not end just now", func(d damaged) { d.set("Inbox", "Disabled", "LifecycleConfiguration", "Rules", "0", "Status") }, "Inbox keeps everything for ever"},
	{"never lets go", func(d damaged) {
		d.set("Inbox", nil, "LifecycleConfiguration", "Rules", "0", "NoncurrentVersionExpiration")
	}, "keeps what was deleted for ever"},
	{"talks in the clear", func(d damaged) { d.cut("InboxPolicy", "OnlyEncrypted") }, "Inbox lets in whoever does not use TLS"},
	{"shows its mails in the clear", func(d damaged) {
		d.set("InboxPolicy", obj{"Fn::GetAtt": []any{"Inbox", "Arn"}}, "PolicyDocument", "Statement", "0", "Resource")
	}, "Inbox lets in whoever does not use TLS"},
	{"has no policy", func(d damaged) { d.remove("InboxPolicy") }, ""},
	{"is read in secret", func(d damaged) { d.set("Inbox", nil, "LoggingConfiguration") }, "nobody knows who reads"},
	{"is its own log", func(d damaged) { d.set("Inbox", obj{"Ref": "Inbox"}, "LoggingConfiguration", "DestinationBucketName") }, "does not tell another bucket"},
	{"notes nothing", func(d damaged) { d.cut("InboxAccessPolicy", "AccessLogs") }, "nobody may note who reads"},
	{"takes notes of everybody", func(d damaged) { d.loosen("InboxAccessPolicy", "AccessLogs", "ArnEquals") }, "takes notes about other buckets"},
	{"takes mails of any account", func(d damaged) { d.loosen("InboxPolicy", "MailsThatComeIn", "StringEquals") }, "takes what SES brings for other accounts"},
	{"takes mails of any rule", func(d damaged) { d.loosen("InboxPolicy", "MailsThatComeIn", "ArnEquals") }, "takes what SES brings for other rules"},
	{"takes mails of everybody", func(d damaged) {
		d.loosen("InboxPolicy", "MailsThatComeIn", "StringEquals")
		d.loosen("InboxPolicy", "MailsThatComeIn", "ArnEquals")
	}, "takes what ses.amazonaws.com brings for other accounts"},
	{"takes no mails", func(d damaged) { d.cut("InboxPolicy", "MailsThatComeIn") }, "mails would be lost"},
	{"lets SES write everywhere", func(d damaged) {
		d.set("InboxPolicy", obj{"Fn::Join": []any{"", []any{obj{"Fn::GetAtt": []any{"Inbox", "Arn"}}, "/*"}}}, "PolicyDocument", "Statement", "1", "Resource")
	}, "may write beside its mails"},
	{"lets SES do more", func(d damaged) {
		d.set("InboxPolicy", []any{"s3:PutObject", "s3:DeleteObject"}, "PolicyDocument", "Statement", "1", "Action")
	}, "lets in services for"},
	{"lets a neighbour in", func(d damaged) {
		d.set("InboxPolicy", obj{"AWS": "210987654321"}, "PolicyDocument", "Statement", "1", "Principal")
	}, "lets in more than AWS services"},
	{"lets everybody in", func(d damaged) {
		d.append("InboxPolicy", obj{"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*/*"}, "PolicyDocument", "Statement")
	}, "lets another account do s3:GetObject"},
	{"tells nobody", func(d damaged) { d.set("Inbox", nil, "NotificationConfiguration") }, "tells nobody of its mails"},
	{"is switched off", func(d damaged) { d.set("Replies", false, "Rule", "Enabled") }, "Replies is switched off"},
	{"looks for no viruses", func(d damaged) { d.set("Replies", false, "Rule", "ScanEnabled") }, "spam and viruses"},
	{"hears in the clear", func(d damaged) { d.set("Replies", "Optional", "Rule", "TlsPolicy") }, "takes mails in the clear"},
	{"takes everybody's mails", func(d damaged) { d.set("Replies", nil, "Rule", "Recipients") }, "must be the domain of answers alone"},
	{"takes the mails of the sender, too", func(d damaged) { d.append("Replies", "winback.example", "Rule", "Recipients") }, "must be the domain of answers alone"},
	{"takes what comes back", func(d damaged) { d.set("Replies", []any{"bounce.winback.example"}, "Rule", "Recipients") }, "takes what comes back, too"},
	{"puts mails elsewhere", func(d damaged) {
		d.set("Replies", obj{"Ref": "InboxAccess"}, "Rule", "Actions", "0", "S3Action", "BucketName")
	}, "does not put mails into"},
	{"puts mails beside everything", func(d damaged) { d.set("Replies", nil, "Rule", "Actions", "0", "S3Action", "ObjectKeyPrefix") }, "beside everything else"},
	{"is in no set", func(d damaged) { d.set("Replies", "another", "RuleSetName") }, "is not in"},
	{"is gone", func(d damaged) { d.remove("Replies") }, "receipt rules"},
	{"stands twice", func(d damaged) { d.resource("ReceiptRules").Type = "AWS::S3::Bucket" }, "buckets, and the catalogue demands"},
	{"hears of other buckets", func(d damaged) { d.set("MailReceivedRule", nil, "EventPattern", "detail") }, "hears of other buckets"},
	{"reads another bucket", func(d damaged) {
		d.set("MailReceivedFunction", "another", "Environment", "Variables", "WINBACK_INBOX")
	}, "no bucket that functions read mails from"},
	{"asks for answers elsewhere", func(d damaged) {
		d.set("LeadApiFunction", "elsewhere.example", "Environment", "Variables", "WINBACK_MAIL_REPLIES")
	}, `lead-api writes to customers with the domain "elsewhere.example"`},
	{"asks for no answers", func(d damaged) { d.set("MailSendFunction", nil, "Environment", "Variables", "WINBACK_MAIL_REPLIES") }, `mail-send writes to customers with the domain ""`},
	{"has no record", func(d damaged) {
		mail := d.stack("mail")
		mail.Outputs = slices.DeleteFunc(mail.Outputs, func(o template.Output) bool { return o.Name == "Record7" })
	}, "says the record"},
}

// cut removes a statement from a bucket's policy, loosen a condition from one.
func (d damaged) cut(id, statement string) {
	d.t.Helper()
	i := d.statement(id, statement)
	d.set(id, slices.Delete(slices.Clone(template.List(d.resource(id).Properties, "PolicyDocument", "Statement")), i, i+1), "PolicyDocument", "Statement")
}

func (d damaged) loosen(id, statement, operator string) {
	d.t.Helper()
	s := template.List(d.resource(id).Properties, "PolicyDocument", "Statement")[d.statement(id, statement)]
	conditions := template.Map(s, "Condition")
	if conditions[operator] == nil {
		d.t.Fatalf("%s of %s has no %s", statement, id, operator)
	}
	delete(conditions, operator)
}

func (d damaged) statement(id, name string) int {
	d.t.Helper()
	i := slices.IndexFunc(template.List(d.resource(id).Properties, "PolicyDocument", "Statement"), func(s any) bool { return template.Text(s, "Sid") == name })
	if i < 0 {
		d.t.Fatalf("%s has no statement %s", id, name)
	}
	return i
}

func TestNoHoleInTheInboxIsOverlooked(t *testing.T) {
	for _, hole := range inboxHoles {
		t.Run(hole.name, func(t *testing.T) {
			d := damage(t)
			hole.tear(d)
			if found := d.findings("G25"); len(found) == 0 || hole.want != "" && !reports(found, "G25: ", hole.want) {
				t.Errorf("G25 says %q, want %q", found, hole.want)
			}
		})
	}
	for rule, tear := range map[string]func(d damaged){
		"G11": func(d damaged) {
			d.set("MailReceivedFunction", nil, "Environment", "Variables", "WINBACK_INBOX")
		},
		"G12": func(d damaged) { d.remove("MailReceivedPermission") },
		"G20": func(d damaged) { d.grant("MailReceivedRole", "s3:ListBucket", "arn:aws:s3:::winback-prod-inbox") },
		"G24": func(d damaged) { d.remove("MailReceivedDeadLettersAlarm") },
		"G28": func(d damaged) { d.remove("MailStuckAlarm") },
		"G30": func(d damaged) { d.resource("Inbox").DeletionPolicy = "Delete" },
	} {
		d := damage(t)
		tear(d)
		if len(d.findings(rule)) == 0 {
			t.Errorf("%s is content with a hole in the inbox", rule)
		}
	}
}

// Nobody reads mails but who declares it, and nobody reads anything else.
func TestOnlyWhoDeclaresItReadsMails(t *testing.T) {
	for name, action := range map[string][2]any{
		"MailReceivedRole": {"s3:GetObject", "arn:aws:s3:::*"}, "LeadLinkRole": {"s3:GetObject", "arn:aws:s3:::winback-prod-inbox/mails/*"}, "MailSendRole": {"s3:PutObject", "arn:aws:s3:::winback-prod-inbox/mails/x"},
	} {
		d := damage(t)
		d.grant(name, action[0].(string), action[1])
		if found := d.findings("G20"); len(found) == 0 {
			t.Errorf("%s may do %v on %v, and G20 is content", name, action[0], action[1])
		}
	}
}

func TestWhereSESTakesNoMailsInItIsSaidAtOnce(t *testing.T) {
	env := prod(t)
	env.Region = "eu-central-2"
	_, err := synth(t, env, catalogue())
	if err == nil || !strings.Contains(err.Error(), "environment prod: Region: SES takes no mails in in eu-central-2: choose one of af-south-1, ") {
		t.Errorf("%v", err)
	}
	if _, err := synth(t, env, deaf()); err != nil {
		t.Errorf("nobody reads mails, and %v", err)
	}
	if !slices.IsSorted(stack.Receiving) {
		t.Error("the list of regions is not in order")
	}
}

func TestWhoHearsOfMailsReadsThem(t *testing.T) {
	hearer := app.Function{
		Name: "letter-reader", Doc: "Hears of mails that came in.", On: &app.Subscription{Source: blob.Source, DetailTypes: []string{blob.Created}}, Uses: app.Uses{Table: app.Read},
	}
	if _, err := synth(t, prod(t), append(deaf(), hearer)); err == nil || !strings.Contains(err.Error(), "letter-reader hears of mails that came in and does not read them: declare Inbox: true") {
		t.Errorf("%v", err)
	}
}
