package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbudgets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsxray"
)

// hearers are those whom alarms are mailed to.
type hearers struct {
	stack awscdk.Stack
	env   Environment
	topic awssns.CfnTopic
}

// newHearers makes the topic of alarms. The key is our own because alarms may not use the one that AWS keeps for topics.
func newHearers(s awscdk.Stack, env Environment) hearers {
	key := awskms.NewCfnKey(s, text("AlarmKey"), &awskms.CfnKeyProps{
		Description:       text("Winback " + env.Key + ": encrypts alarms on their way"),
		EnableKeyRotation: yes,
		KeyPolicy: object{"Version": "2012-10-17", "Statement": list(
			object{
				"Sid": "TheAccountDecidesByItsRoles", "Effect": "Allow", "Action": "kms:*", "Resource": "*",
				"Principal": object{"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
			},
			// Without a condition: a key policy that asks for the caller's account has silenced alarms before. Whose alarms may
			// come is said at the topic.
			object{
				"Sid": "Alarms", "Effect": "Allow", "Action": list("kms:Decrypt", "kms:GenerateDataKey*"), "Resource": "*",
				"Principal": object{"Service": "cloudwatch.amazonaws.com"},
			},
		)},
	})
	key.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
	topic := awssns.NewCfnTopic(s, text("Alarms"), &awssns.CfnTopicProps{
		TopicName: text(env.Name("alarms")), DisplayName: text("Winback " + env.Key), KmsMasterKeyId: key.AttrArn(),
	})
	awssns.NewCfnTopicPolicy(s, text("AlarmsPolicy"), &awssns.CfnTopicPolicyProps{
		Topics: &[]*string{topic.Ref()},
		PolicyDocument: object{"Version": "2012-10-17", "Statement": list(
			object{
				"Sid": "AlarmsOfThisAccount", "Effect": "Allow", "Action": "sns:Publish", "Resource": topic.Ref(),
				"Principal": object{"Service": "cloudwatch.amazonaws.com"}, "Condition": object{"ArnLike": object{"aws:SourceArn": arn("cloudwatch", "alarm:*")}},
			},
			object{
				"Sid": "OnlyEncrypted", "Effect": "Deny", "Action": "sns:Publish", "Resource": topic.Ref(), "Principal": object{"AWS": "*"},
				"Condition": object{"Bool": object{"aws:SecureTransport": "false"}},
			},
		)},
	})
	awssns.NewCfnSubscription(s, text("AlarmsByMail"), &awssns.CfnSubscriptionProps{
		TopicArn: topic.Ref(), Protocol: text("email"), Endpoint: text(env.Alarms),
	})
	output(s, "AlarmTopic", "Where alarms go; the address has to confirm a mail.", topic.Ref())
	return hearers{s, env, topic}
}

// raise makes an alarm that they hear, when it rises and when it is over.
func (h hearers) raise(a alarm) {
	props := &awscloudwatch.CfnAlarmProps{
		AlarmName:          text(h.env.Name(a.thing + "-" + a.kind)),
		AlarmDescription:   text(a.means + " " + a.do),
		AlarmActions:       list(h.topic.Ref()),
		OkActions:          list(h.topic.Ref()),
		ComparisonOperator: text("GreaterThanOrEqualToThreshold"),
		Threshold:          &a.threshold,
		DatapointsToAlarm:  number(a.of),
		EvaluationPeriods:  number(a.periods),
		TreatMissingData:   text("notBreaching"),
	}
	if a.expression == "" {
		r := a.reads[0]
		props.Namespace, props.MetricName, props.Period, props.Dimensions = text(r.namespace), text(r.name), number(60*a.minutes), r.labels()
		if r.statistic[0] == 'p' {
			props.ExtendedStatistic = text(r.statistic)
		} else {
			props.Statistic = text(r.statistic)
		}
	} else {
		props.Metrics = a.queries()
	}
	awscloudwatch.NewCfnAlarm(h.stack, logical(a.thing+"-"+a.kind, "Alarm"), props)
}

// queries are the readings of an alarm, named a, b, …, and the expression over them.
func (a alarm) queries() *[]any {
	rises := &awscloudwatch.CfnAlarm_MetricDataQueryProperty{Id: text("rises"), Expression: text(a.expression), Label: text(a.kind), ReturnData: yes}
	if len(a.reads) == 0 {
		rises.Period = number(60 * a.minutes)
	}
	queries := list(rises)
	for i, r := range a.reads {
		*queries = append(*queries, &awscloudwatch.CfnAlarm_MetricDataQueryProperty{
			Id: text(string(rune('a' + i))), ReturnData: no,
			MetricStat: &awscloudwatch.CfnAlarm_MetricStatProperty{
				Metric: &awscloudwatch.CfnAlarm_MetricProperty{Namespace: text(r.namespace), MetricName: text(r.name), Dimensions: r.labels()},
				Period: number(60 * a.minutes), Stat: text(r.statistic),
			},
		})
	}
	return queries
}

// labels are the dimensions of a reading as CloudFormation takes them; nil for none.
func (r reading) labels() any {
	if len(r.dimensions) == 0 {
		return nil
	}
	var all []any
	for _, l := range r.dimensions {
		all = append(all, dimension(l.name, l.value))
	}
	return &all
}

// budget tells when the account gets expensive, and when it is about to.
func budget(s awscdk.Stack, env Environment) {
	var told []any
	for _, at := range []struct {
		percent int
		kind    string
	}{{80, "ACTUAL"}, {100, "FORECASTED"}, {100, "ACTUAL"}} {
		told = append(told, &awsbudgets.CfnBudget_NotificationWithSubscribersProperty{
			Notification: &awsbudgets.CfnBudget_NotificationProperty{
				NotificationType: text(at.kind), ComparisonOperator: text("GREATER_THAN"), Threshold: number(at.percent), ThresholdType: text("PERCENTAGE"),
			},
			Subscribers: list(&awsbudgets.CfnBudget_SubscriberProperty{SubscriptionType: text("EMAIL"), Address: text(env.Alarms)}),
		})
	}
	awsbudgets.NewCfnBudget(s, text("Budget"), &awsbudgets.CfnBudgetProps{
		Budget: &awsbudgets.CfnBudget_BudgetDataProperty{
			BudgetName: text(env.Name("cost")), BudgetType: text("COST"), TimeUnit: text("MONTHLY"),
			BudgetLimit: &awsbudgets.CfnBudget_SpendProperty{Amount: number(env.Budget), Unit: text("USD")},
		},
		NotificationsWithSubscribers: &told,
	})
}

// sampling bounds how many requests are traced: one a second, and one in twenty of the others.
func sampling(s awscdk.Stack, env Environment) {
	share := 0.05
	awsxray.NewCfnSamplingRule(s, text("Sampling"), &awsxray.CfnSamplingRuleProps{SamplingRule: &awsxray.CfnSamplingRule_SamplingRuleProperty{
		RuleName: text(env.Name("traces")), Version: number(1), Priority: number(1000),
		ReservoirSize: number(1), FixedRate: &share,
		ServiceName: text(env.Name("*")), ServiceType: text("AWS::Lambda::Function"),
		Host: text("*"), HttpMethod: text("*"), UrlPath: text("*"), ResourceArn: text("*"),
	}})
}
