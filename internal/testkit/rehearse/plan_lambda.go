package rehearse

import (
	"fmt"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/testkit/iam"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// Lambda's ways with asynchronous invocations that nobody has configured.
const (
	defaultRetries = 2
	defaultMaxAge  = 6 * time.Hour
)

func (p *Plan) function(r *template.Resolver, of *template.Resource) error {
	props, err := newProperties(r, of)
	if err != nil {
		return err
	}
	arn, err := attribute(r, of, "Arn")
	if err != nil {
		return err
	}
	f := Function{
		ID: of.ID, Name: props.need("FunctionName"), ARN: arn, Role: props.need("Role"), Variables: map[string]string{},
		Timeout:     time.Duration(props.number(3, "Timeout")) * time.Second,
		Memory:      props.number(128, "MemorySize"),
		Concurrency: props.number(0, "ReservedConcurrentExecutions"),
		LogGroup:    props.text("LoggingConfig", "LogGroup"),
		Traced:      props.text("TracingConfig", "Mode") == "Active",
		Async:       Async{Retries: defaultRetries, MaxAge: defaultMaxAge},
	}
	if f.LogGroup == "" {
		f.LogGroup = "/aws/lambda/" + f.Name
	}
	props.only("provided.al2023", "Runtime")
	props.only("bootstrap", "Handler")
	props.only("Zip", "PackageType")
	props.ignore("Architectures", "Code", "Description", "Environment", "RuntimeManagementConfig", "RecursiveLoop")
	for name, value := range template.Map(props.all, "Environment", "Variables") {
		text, ok := value.(string)
		if !ok {
			props.fault("the variable %s is %v, no text", name, value)
		}
		f.Variables[name] = text
	}
	if err := props.done(); err != nil {
		return err
	}
	if err := f.async(r); err != nil {
		return err
	}
	p.Functions = append(p.Functions, f)
	return nil
}

// async reads the function's AWS::Lambda::EventInvokeConfig, if it has one.
func (f *Function) async(r *template.Resolver) error {
	for _, of := range r.App.Of("AWS::Lambda::EventInvokeConfig") {
		props, err := newProperties(r, of)
		if err != nil {
			return err
		}
		if name := props.need("FunctionName"); name != f.Name && name != f.ARN {
			continue
		}
		props.only("$LATEST", "Qualifier")
		f.Async = Async{
			Retries: props.number(defaultRetries, "MaximumRetryAttempts"),
			MaxAge:  time.Duration(props.number(int(defaultMaxAge/time.Second), "MaximumEventAgeInSeconds")) * time.Second,
			Failed:  props.text("DestinationConfig", "OnFailure", "Destination"),
		}
		if err := props.done(); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) permission(r *template.Resolver, of *template.Resource) error {
	properties, err := r.Properties(of)
	if err != nil {
		return err
	}
	if name, _ := properties["FunctionName"].(string); !strings.HasPrefix(name, "arn:") {
		properties["FunctionName"] = fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", r.Partition, r.Region, r.Account, name)
	}
	statement, err := iam.Permission(properties)
	if err != nil {
		return fmt.Errorf("%w (%s)", err, of)
	}
	statement.ID = of.ID
	p.Permissions.Statements = append(p.Permissions.Statements, statement)
	return nil
}

func (p *Plan) mapping(r *template.Resolver, of *template.Resource) error {
	props, err := newProperties(r, of)
	if err != nil {
		return err
	}
	m := Mapping{
		Queue: props.need("EventSourceArn"), Function: props.need("FunctionName"),
		Batch:       props.number(10, "BatchSize"),
		Window:      time.Duration(props.number(0, "MaximumBatchingWindowInSeconds")) * time.Second,
		Concurrency: props.number(0, "ScalingConfig", "MaximumConcurrency"),
	}
	for _, kind := range props.list("FunctionResponseTypes") {
		if kind != "ReportBatchItemFailures" {
			props.fault("FunctionResponseTypes has %s", kind)
		}
		m.Partial = true
	}
	props.only("true", "Enabled")
	if !strings.Contains(m.Queue, ":sqs:") {
		props.fault("EventSourceArn %s is no queue", m.Queue)
	}
	p.Mappings = append(p.Mappings, m)
	return props.done()
}

// attribute is a text that Fn::GetAtt gives.
func attribute(r *template.Resolver, of *template.Resource, name string) (string, error) {
	var value any
	var err error
	if r.Attributes != nil {
		value, err = r.Attributes(of, name)
	} else {
		value, err = r.Physical(of, name)
	}
	text, ok := value.(string)
	if err == nil && !ok {
		err = fmt.Errorf("rehearse: %s of %s is no text", name, of)
	}
	return text, err
}
