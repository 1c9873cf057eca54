package stack

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"

	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/platform/blob"
)

// How long Lambda tries to hand over what has come, and how often. A tick is a hint, and the next one comes anyway; an event
// of the bus comes once, and what could not be handled goes to the dead letters.
const (
	tickAge  = time.Hour
	eventAge = 6 * time.Hour
	retries  = 2
)

// tick is the payload of a schedule, in the shape of an event of the bus. What stands in angle brackets is filled in by the
// scheduler.
var tick = object{
	"version": "0", "id": "<aws.scheduler.execution-id>", "source": "aws.scheduler", "detail-type": "Scheduled Event",
	"time": "<aws.scheduler.scheduled-time>", "resources": []string{"<aws.scheduler.schedule-arn>"}, "detail": object{},
}

// schedule ticks a function.
func schedule(f function) {
	letters := deadLetters(f.stack, f.env, f.Name, nil)
	output(f.stack, deployment.DeadOutput(f.Name), "Ticks that "+f.Name+" missed.", letters.Ref())
	role := awsiam.NewCfnRole(f.stack, logical(f.Name, "ScheduleRole"), &awsiam.CfnRoleProps{
		RoleName:                 text(f.env.Name(f.Name + "-schedule")),
		AssumeRolePolicyDocument: trust("scheduler.amazonaws.com", object{"StringEquals": object{"aws:SourceAccount": sub("${AWS::AccountId}")}}),
		Policies: list(&awsiam.CfnRole_PolicyProperty{PolicyName: text("tick"), PolicyDocument: policy(
			grant{"Invoke", []string{"lambda:InvokeFunction"}, []*string{f.target}, nil},
			grant{"GiveUp", []string{"sqs:SendMessage"}, []*string{letters.AttrArn()}, nil},
		)}),
	})
	awsscheduler.NewCfnSchedule(f.stack, logical(f.Name, "Schedule"), &awsscheduler.CfnScheduleProps{
		Name:                       text(f.env.Name(f.Name)),
		Description:                text(f.Doc),
		ScheduleExpression:         text(f.Every.Expression),
		ScheduleExpressionTimezone: text("UTC"),
		FlexibleTimeWindow:         &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: text("OFF")},
		State:                      text("ENABLED"),
		Target: &awsscheduler.CfnSchedule_TargetProperty{
			Arn: f.target, RoleArn: role.AttrArn(), Input: document(tick),
			RetryPolicy:      &awsscheduler.CfnSchedule_RetryPolicyProperty{MaximumEventAgeInSeconds: seconds(tickAge), MaximumRetryAttempts: number(5)},
			DeadLetterConfig: &awsscheduler.CfnSchedule_DeadLetterConfigProperty{Arn: letters.AttrArn()},
		},
	})
	awslambda.NewCfnEventInvokeConfig(f.stack, logical(f.Name, "Retries"), &awslambda.CfnEventInvokeConfigProps{
		FunctionName: f.lambda.Ref(), Qualifier: text("$LATEST"),
		MaximumEventAgeInSeconds: seconds(tickAge), MaximumRetryAttempts: number(retries),
	})
}

// subscribe routes events of the bus to a function; of the provider of mails, those of our own configuration set, and of
// buckets those about the mails that came in.
func subscribe(f function, mails *inbox) {
	rule := awsevents.NewCfnRule(f.stack, logical(f.Name, "Rule"), nil)
	letters := deadLetters(f.stack, f.env, f.Name, nil, object{
		"Sid": "EventsThatCannotBeHandedOver", "Effect": "Allow", "Principal": object{"Service": "events.amazonaws.com"},
		"Action": "sqs:SendMessage", "Resource": arn("sqs", f.env.Name(f.Name)+dead),
		"Condition": object{"ArnEquals": object{"aws:SourceArn": rule.AttrArn()}},
	})
	output(f.stack, deployment.DeadOutput(f.Name), "Events that "+f.Name+" could not handle.", letters.Ref())
	rule.SetName(text(f.env.Name(f.Name)))
	rule.SetDescription(text(f.Doc))
	pattern := object{"source": texts(f.On.Source), "detail-type": texts(f.On.DetailTypes...)}
	if f.On.Source == "aws.ses" {
		pattern["detail"] = object{"mail": object{"tags": object{"ses:configuration-set": texts(f.env.Name("mail"))}}}
	}
	if f.On.Source == blob.Source {
		pattern["detail"] = object{"bucket": object{"name": list(mails.bucket.Ref())}, "object": object{"key": list(object{"anything-but": setupNotification})}}
	}
	rule.SetEventPattern(pattern)
	rule.SetTargets(list(&awsevents.CfnRule_TargetProperty{
		Id: text(f.Name), Arn: f.target,
		RetryPolicy:      &awsevents.CfnRule_RetryPolicyProperty{MaximumEventAgeInSeconds: seconds(eventAge), MaximumRetryAttempts: number(185)},
		DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: letters.AttrArn()},
	}))
	awslambda.NewCfnPermission(f.stack, logical(f.Name, "Permission"), &awslambda.CfnPermissionProps{
		Action: text("lambda:InvokeFunction"), FunctionName: f.target, Principal: text("events.amazonaws.com"), SourceArn: rule.AttrArn(),
	})
	awslambda.NewCfnEventInvokeConfig(f.stack, logical(f.Name, "Retries"), &awslambda.CfnEventInvokeConfigProps{
		FunctionName: f.lambda.Ref(), Qualifier: text("$LATEST"),
		MaximumEventAgeInSeconds: seconds(eventAge), MaximumRetryAttempts: number(retries),
		DestinationConfig: &awslambda.CfnEventInvokeConfig_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventInvokeConfig_OnFailureProperty{Destination: letters.AttrArn()},
		},
	})
}
