package stack

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"

	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/platform/app"
)

// hookConcurrency is how many invocations of a function that anybody can call run at once: a flood of pushes takes no
// more of the account than that.
const hookConcurrency = 20

// wiring is what functions are connected to.
type wiring struct {
	stores
	queues  map[string]awssqs.CfnQueue
	baseURL *string
}

// function is a deployed function, with what its trigger needs of it.
type function struct {
	app.Function
	stack  awscdk.Stack
	env    Environment
	lambda awslambda.CfnFunction
	role   awsiam.CfnRole
	target *string // ARN that triggers invoke: of the function, or of its alias where releases are tried first
}

// newFunction makes a function with its role and its log.
func newFunction(s awscdk.Stack, env Environment, f app.Function, w wiring, code func(string) string) function {
	name := env.Name(f.Name)
	logs := logGroup(s, env, logical(f.Name, "Logs"), "/aws/lambda/"+name)
	role := awsiam.NewCfnRole(s, logical(f.Name, "Role"), &awsiam.CfnRoleProps{
		RoleName:                 text(name),
		Description:              text(f.Doc),
		AssumeRolePolicyDocument: trust("lambda.amazonaws.com", nil),
		Policies: list(&awsiam.CfnRole_PolicyProperty{
			PolicyName: text("uses"), PolicyDocument: policy(grants(env, f, w, logs.AttrArn())...),
		}),
	})
	asset := awss3assets.NewAsset(s, logical(f.Name, "Code"), &awss3assets.AssetProps{Path: text(code(f.Name))})
	lambda := awslambda.NewCfnFunction(s, logical(f.Name, "Function"), &awslambda.CfnFunctionProps{
		FunctionName:                 text(name),
		Description:                  text(f.Doc),
		Runtime:                      text("provided.al2023"),
		Architectures:                texts("arm64"),
		Handler:                      text("bootstrap"),
		Code:                         &awslambda.CfnFunction_CodeProperty{S3Bucket: asset.S3BucketName(), S3Key: asset.S3ObjectKey()},
		Role:                         role.AttrArn(),
		MemorySize:                   number(memory(f)),
		Timeout:                      seconds(timeout(f)),
		ReservedConcurrentExecutions: reserved(f),
		RecursiveLoop:                text("Terminate"),
		TracingConfig:                &awslambda.CfnFunction_TracingConfigProperty{Mode: text("Active")},
		LoggingConfig: &awslambda.CfnFunction_LoggingConfigProperty{
			LogGroup: logs.Ref(), LogFormat: text("JSON"), SystemLogLevel: text("INFO"),
		},
		Environment: &awslambda.CfnFunction_EnvironmentProperty{Variables: variables(s, env, f, w)},
	})
	made := function{f, s, env, lambda, role, lambda.AttrArn()}
	if tried(f) {
		made.target = release(made, *asset.AssetHash())
	}
	return made
}

// variables are those that the host of the function reads, and no others.
func variables(s awscdk.Stack, env Environment, f app.Function, w wiring) *map[string]*string {
	values := map[string]*string{lambdahost.MetricsVariable: text(env.Metrics())}
	for _, name := range lambdahost.Variables(f) {
		switch name {
		case lambdahost.TableVariable:
			values[name] = w.table.Ref()
		case lambdahost.QueuesVariable:
			topics := lambdahost.Queues(f)
			if f.Uses.SendsAll {
				topics = topicsOf(w.queues)
			}
			values[name] = addresses(s, w.queues, topics)
		case lambdahost.MailSetVariable:
			values[name] = text(env.Name("mail"))
		case lambdahost.MailFromVariable:
			values[name] = text(env.Sender)
		case lambdahost.InboxVariable:
			values[name] = w.inbox.bucket.Ref()
		case lambdahost.TextFromVariable:
			values[name] = text(env.TextPool)
		case lambdahost.KMSKeyVariable:
			values[name] = w.seal.AttrArn()
		case lambdahost.UserPoolVariable:
			values[name] = w.signIn.pool.Ref()
		case lambdahost.LinkVariable:
			values[name] = w.linkKeys.Ref()
		case lambdahost.BaseURLVariable:
			values[name] = w.baseURL
			values[lambdahost.AppURLVariable] = text(env.AppURL)
			if w.inbox != nil {
				values[lambdahost.RepliesVariable] = text(env.ReplyDomain())
			}
		default:
			panic("stack: nothing is known about the variable " + name)
		}
	}
	return &values
}

// reserved is the concurrency that is set aside for a function, which is also the most that it gets. Consumers are held
// by their event source, but for the one that sends mail; functions that serve people have none.
func reserved(f app.Function) *float64 {
	switch {
	case hook(f):
		return number(hookConcurrency)
	case f.HTTP != nil, f.Consumes != nil && !f.Uses.Mail:
		return nil
	}
	return number(f.Concurrency())
}

// spare is the concurrency that Lambda keeps for functions without a reservation, whatever is asked for.
const spare = 100

// Concurrency is how many invocations an account must be able to run at once for all that is reserved.
func Concurrency(functions []app.Function) int {
	sum := spare
	for _, f := range functions {
		if n := reserved(f); n != nil {
			sum += int(*n)
		}
	}
	return sum
}

// hook reports whether anybody can make the function act.
func hook(f app.Function) bool {
	for _, route := range app.Routes(f) {
		if route.Guard.Permission() == "" && route.Method != "GET" {
			return true
		}
	}
	return false
}

// logGroup is a log that ends by itself.
func logGroup(s awscdk.Stack, env Environment, id *string, name string) awslogs.CfnLogGroup {
	group := awslogs.NewCfnLogGroup(s, id, &awslogs.CfnLogGroupProps{LogGroupName: text(name), RetentionInDays: number(env.LogDays)})
	group.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
	return group
}

func timeout(f app.Function) time.Duration {
	if f.Timeout == 0 {
		return app.DefaultTimeout
	}
	return f.Timeout
}

func memory(f app.Function) int {
	if f.Memory == 0 {
		return app.DefaultMemory
	}
	return f.Memory
}
