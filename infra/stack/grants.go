package stack

import (
	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/platform/app"
)

// grant is one kind of use: what may be done to what, under which condition.
type grant struct {
	id        string
	actions   []string
	resources []*string
	condition object
}

// grants are all that a function may do, one for each thing that it uses. They name actions and resources one by one; only
// traces have none to name.
func grants(env Environment, f app.Function, w wiring, logs *string) []grant {
	all := []grant{
		{"Log", []string{"logs:CreateLogStream", "logs:PutLogEvents"}, []*string{logs}, nil},
		{"Trace", []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, []*string{text("*")}, nil},
	}
	if f.Uses.Table != app.NoTable {
		all = append(all, grant{"Table", tableActions(f.Uses.Table), []*string{w.table.AttrArn()}, nil})
	}
	if f.Uses.Links {
		all = append(all, grant{"LinkKeys", []string{"secretsmanager:GetSecretValue"}, []*string{w.linkKeys.Ref()}, nil})
	}
	if f.Uses.SendsAll {
		all = append(all, grant{"Due", []string{"dynamodb:Query"}, []*string{index(w)}, nil})
	}
	if queues := sendsTo(f, w); len(queues) > 0 {
		all = append(all, grant{"Send", []string{"sqs:SendMessage"}, queues, nil})
	}
	if f.Consumes != nil {
		all = append(all, grant{"Consume", []string{
			"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility",
		}, []*string{w.queues[f.Consumes.Topic].AttrArn()}, nil})
	}
	if f.On != nil {
		all = append(all, grant{"GiveUp", []string{"sqs:SendMessage"}, []*string{arn("sqs", env.Name(f.Name)+dead)}, nil})
	}
	if f.Uses.Mail {
		all = append(all, grant{
			"Mail",
			[]string{"ses:SendEmail", "ses:SendRawEmail"},
			[]*string{identityARN(env), configurationSetARN(env)},
			object{"StringEquals": object{"ses:FromAddress": env.SenderAddress()}},
		})
	}
	if f.Uses.Inbox {
		all = append(all, grant{"Inbox", []string{"s3:GetObject"}, []*string{w.inbox.mailARNs()}, nil})
	}
	if f.Uses.Text {
		all = append(all, grant{"Text", []string{"sms-voice:SendTextMessage"}, []*string{arn("sms-voice", "pool/"+env.TextPool)}, nil})
	}
	if f.Uses.Secrets&app.Seal != 0 {
		all = append(all, grant{"Seal", []string{"kms:Encrypt"}, []*string{w.seal.AttrArn()}, bound})
	}
	if f.Uses.Secrets&app.Open != 0 {
		all = append(all, grant{"Open", []string{"kms:Decrypt"}, []*string{w.seal.AttrArn()}, bound})
	}
	if f.Uses.Identity {
		all = append(all, grant{"SignIns", []string{
			"cognito-idp:AdminCreateUser", "cognito-idp:AdminGetUser", "cognito-idp:AdminDisableUser", "cognito-idp:AdminEnableUser",
			"cognito-idp:AdminUserGlobalSignOut",
		}, []*string{w.signIn.pool.AttrArn()}, nil})
	}
	return all
}

// bound demands that what is sealed or opened is bound to a company and a purpose, and to nothing else.
var bound = object{
	"Null":                      object{"kms:EncryptionContext:company": "false", "kms:EncryptionContext:purpose": "false"},
	"ForAllValues:StringEquals": object{"kms:EncryptionContextKeys": list("company", "purpose")},
}

// tableActions are what the driver calls for each use. A transaction is allowed where each of its ops is.
func tableActions(use app.TableUse) (actions []string) {
	for _, a := range []struct {
		use    app.TableUse
		action string
	}{
		{app.Get, "dynamodb:GetItem"},
		{app.BatchGet, "dynamodb:BatchGetItem"},
		{app.Query, "dynamodb:Query"},
		{app.Put, "dynamodb:PutItem"},
		{app.Delete, "dynamodb:DeleteItem"},
		{app.Add, "dynamodb:UpdateItem"},
		{app.Check, "dynamodb:ConditionCheckItem"},
		{app.Load, "dynamodb:BatchWriteItem"},
	} {
		if use.Has(a.use) {
			actions = append(actions, a.action)
		}
	}
	return actions
}

// index is the due index.
func index(w wiring) *string { return join(w.table.AttrArn(), text("/index/"+dynamotable.Index)) }

// sendsTo are the queues that a function may send to.
func sendsTo(f app.Function, w wiring) []*string {
	topics := f.Uses.Sends
	if f.Uses.SendsAll {
		topics = topicsOf(w.queues)
	}
	var arns []*string
	for _, topic := range topics {
		arns = append(arns, w.queues[topic].AttrArn())
	}
	return arns
}

// policy writes grants as IAM reads them.
func policy(grants ...grant) object {
	var statements []any
	for _, g := range grants {
		s := object{"Sid": g.id, "Effect": "Allow", "Action": texts(g.actions...), "Resource": &g.resources}
		if g.condition != nil {
			s["Condition"] = g.condition
		}
		statements = append(statements, s)
	}
	return object{"Version": "2012-10-17", "Statement": &statements}
}

// trust lets a service take on a role.
func trust(service string, condition object) object {
	s := object{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": object{"Service": service}}
	if condition != nil {
		s["Condition"] = condition
	}
	return object{"Version": "2012-10-17", "Statement": list(s)}
}
