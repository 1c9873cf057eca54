package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodedeploy"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/metric"
)

// live is the alias that traffic goes to.
const live = "live"

// trial is how a release is tried: a tenth of the traffic for five minutes, then all of it.
const trial = "CodeDeployDefault.LambdaCanary10Percent5Minutes"

// failuresOfARelease is how many failures in one minute speak against a release. One or two may be a message that no release
// can handle; Lambda knows nothing of them, because it got an answer.
const failuresOfARelease = 3

// tried reports whether a release of the function takes over bit by bit: where a mistake would reach people outside, or
// refuse what is sent only once.
func tried(f app.Function) bool { return f.Uses.Mail || f.Uses.Text || hook(f) }

// release puts a function's releases behind an alias. A new one gets a part of the traffic first, and all of it is taken
// back when it fails.
func release(f function, code string) (target *string) {
	version := awslambda.NewCfnVersion(f.stack, logical(f.Name, "Version"+fingerprint(f, code)), &awslambda.CfnVersionProps{FunctionName: f.lambda.Ref()})
	version.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil) // what runs during a release is the one before
	alias := awslambda.NewCfnAlias(f.stack, logical(f.Name, "Live"), &awslambda.CfnAliasProps{
		FunctionName: f.lambda.Ref(), FunctionVersion: version.AttrVersion(), Name: text(live),
	})

	crashes := judge(f, "ReleaseFails", "release", "A release of "+f.Name+" crashes", 1,
		"AWS/Lambda", "Errors", dimension("FunctionName", f.lambda.Ref()), dimension("Resource", join(f.lambda.Ref(), text(":"+live))))
	fails := judge(f, "ReleaseFailsAtWork", "work-release", "A release of "+f.Name+" runs and fails at its work", failuresOfARelease,
		f.env.Metrics(), metric.Failures.String(), dimension(metric.Dimension, text(f.Name)))
	role := awsiam.NewCfnRole(f.stack, logical(f.Name, "ReleaseRole"), &awsiam.CfnRoleProps{
		RoleName:                 text(f.env.Name(f.Name + "-release")),
		AssumeRolePolicyDocument: trust("codedeploy.amazonaws.com", nil),
		Policies: list(&awsiam.CfnRole_PolicyProperty{PolicyName: text("release"), PolicyDocument: policy(
			grant{"Shift", []string{"lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"}, []*string{f.lambda.AttrArn(), join(f.lambda.AttrArn(), text(":"+live))}, nil},
			grant{"Watch", []string{"cloudwatch:DescribeAlarms"}, []*string{text("*")}, nil},
		)}),
	})
	application := awscodedeploy.NewCfnApplication(f.stack, logical(f.Name, "Releases"), &awscodedeploy.CfnApplicationProps{
		ApplicationName: text(f.env.Name(f.Name)), ComputePlatform: text("Lambda"),
	})
	group := awscodedeploy.NewCfnDeploymentGroup(f.stack, logical(f.Name, "ReleaseGroup"), &awscodedeploy.CfnDeploymentGroupProps{
		ApplicationName:      application.Ref(),
		DeploymentGroupName:  text(live),
		ServiceRoleArn:       role.AttrArn(),
		DeploymentConfigName: text(trial),
		DeploymentStyle: &awscodedeploy.CfnDeploymentGroup_DeploymentStyleProperty{
			DeploymentType: text("BLUE_GREEN"), DeploymentOption: text("WITH_TRAFFIC_CONTROL"),
		},
		AlarmConfiguration: &awscodedeploy.CfnDeploymentGroup_AlarmConfigurationProperty{
			Enabled: yes, Alarms: list(
				&awscodedeploy.CfnDeploymentGroup_AlarmProperty{Name: crashes.Ref()},
				&awscodedeploy.CfnDeploymentGroup_AlarmProperty{Name: fails.Ref()},
			),
		},
		AutoRollbackConfiguration: &awscodedeploy.CfnDeploymentGroup_AutoRollbackConfigurationProperty{
			Enabled: yes, Events: texts("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"),
		},
	})
	alias.CfnOptions().SetUpdatePolicy(&awscdk.CfnUpdatePolicy{CodeDeployLambdaAliasUpdate: &awscdk.CfnCodeDeployLambdaAliasUpdate{
		ApplicationName: application.Ref(), DeploymentGroupName: group.Ref(),
	}})
	return alias.Ref()
}

// judge is an alarm that takes a release back. It looks at one minute at a time, so that it rises while there is a release to
// take back.
func judge(f function, part, kind, means string, threshold int, namespace, name string, dimensions ...any) awscloudwatch.CfnAlarm {
	return awscloudwatch.NewCfnAlarm(f.stack, logical(f.Name, part), &awscloudwatch.CfnAlarmProps{
		AlarmName:          text(f.env.Name(f.Name + "-" + kind)),
		AlarmDescription:   text(means + "; the one before is put back by itself. Read its log, mend it and deploy again."),
		Namespace:          text(namespace),
		MetricName:         text(name),
		Dimensions:         &dimensions,
		Statistic:          text("Sum"),
		Period:             number(60),
		EvaluationPeriods:  number(1),
		Threshold:          number(threshold),
		ComparisonOperator: text("GreaterThanOrEqualToThreshold"),
		TreatMissingData:   text("notBreaching"),
	})
}

// fingerprint changes with whatever a version freezes: code and configuration. CloudFormation makes a version only under a
// new name.
func fingerprint(f function, code string) string {
	raw, err := json.Marshal([]any{
		code, f.stack.Resolve(f.lambda.Environment()), f.lambda.MemorySize(), f.lambda.Timeout(), f.lambda.Description(), f.lambda.Runtime(),
		f.lambda.Architectures(), f.stack.Resolve(f.lambda.LoggingConfig()), f.stack.Resolve(f.lambda.TracingConfig()),
	})
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:4])
}

func dimension(name string, value *string) *awscloudwatch.CfnAlarm_DimensionProperty {
	return &awscloudwatch.CfnAlarm_DimensionProperty{Name: text(name), Value: value}
}
