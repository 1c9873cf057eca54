package guardrail

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/template"
)

func g10(w *World, r *report) {
	r.count("functions", len(w.of("AWS::Lambda::Function")), len(w.Functions))
	for _, f := range w.Functions {
		t := w.deployed(f)
		if t == nil {
			r.find("%s is not deployed as %s", f.Name, w.name(f.Name))
			continue
		}
		for what, holds := range map[string]bool{
			"Architectures is arm64":           slices.Equal(template.Texts(t.props, "Architectures"), []string{"arm64"}),
			"Runtime is provided.al2023":       t.text("Runtime") == "provided.al2023",
			"Handler is bootstrap":             t.text("Handler") == "bootstrap",
			"MemorySize is what it declares":   t.text("MemorySize") == template.Text(memory(f)),
			"Timeout is what it declares":      t.text("Timeout") == template.Text(int(timeout(f)/time.Second)),
			"TracingConfig.Mode is Active":     t.text("TracingConfig", "Mode") == "Active",
			"LoggingConfig.LogFormat is JSON":  t.text("LoggingConfig", "LogFormat") == "JSON",
			"it answers before the API is off": f.HTTP == nil || timeout(f) <= app.MaxHTTPTimeout,
		} {
			r.must(holds, "%s breaks: %s", t, what)
		}
		r.must(w.logGroup(t.text("LoggingConfig", "LogGroup")) != nil, "%s writes to a log group that this installation does not declare", t)
	}
	for _, group := range w.of("AWS::Logs::LogGroup") {
		r.must(within(group.props, 30, 90, "RetentionInDays"), "%s keeps its lines for %q days, must be 30 to 90", group, group.text("RetentionInDays"))
	}
}

// logGroup is the declared log group of a name or ARN; nil where there is none.
func (w *World) logGroup(called string) *thing {
	for _, t := range w.of("AWS::Logs::LogGroup") {
		if called == t.ref || called == t.arn || called+":*" == t.arn {
			return t
		}
	}
	return nil
}

func memory(f app.Function) int {
	if f.Memory == 0 {
		return app.DefaultMemory
	}
	return f.Memory
}

func timeout(f app.Function) time.Duration {
	if f.Timeout == 0 {
		return app.DefaultTimeout
	}
	return f.Timeout
}

// secretive are values that only a secret looks like.
var secretive = regexp.MustCompile(`(AKIA|ASIA)[A-Z0-9]{16}|-----BEGIN|whsec_|^[A-Za-z0-9+/=]{32,}$`)

func g11(w *World, r *report) {
	for _, f := range w.Functions {
		t := w.deployed(f)
		if t == nil {
			r.find("%s is not deployed", f.Name)
			continue
		}
		variables := template.Map(t.props, "Environment", "Variables")
		got := slices.Sorted(maps.Keys(variables))
		want := append(lambdahost.Variables(f), lambdahost.MetricsVariable) // two installations in one account count apart
		if f.Uses.Table != app.NoTable && slices.Contains(got, lambdahost.AppURLVariable) {
			want = append(want, lambdahost.AppURLVariable)
		}
		if f.Uses.Table != app.NoTable && w.receives() {
			want = append(want, lambdahost.RepliesVariable)
		}
		slices.Sort(want)
		r.must(slices.Equal(got, want), "the environment of %s is not what its host reads (- wanted, + got):\n%s", t, cmp.Diff(want, got))
		for _, name := range got {
			r.must(!secretive.MatchString(template.Text(variables, name)), "%s of %s looks like a secret, which anybody with the console can read", name, t)
		}
		w.addresses(r, f, t, template.Text(variables, lambdahost.QueuesVariable))
	}
}

// addresses checks that a function knows the queues that it declares, by their URLs, and no others.
func (w *World) addresses(r *report, f app.Function, t *thing, raw string) {
	topics := lambdahost.Queues(f)
	if f.Uses.SendsAll {
		for _, consumer := range w.consumers() {
			topics = append(topics, consumer.Consumes.Topic)
		}
	}
	want := map[string]string{}
	for _, topic := range topics {
		if queue := w.source(topic); queue != nil {
			want[topic] = queue.ref
		}
	}
	got := map[string]string{}
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &got); err != nil {
			r.find("%s of %s is no JSON object: %v", lambdahost.QueuesVariable, t, err)
		}
	}
	r.must(maps.Equal(got, want), "%s knows other queues than it declares (- wanted, + got):\n%s", t, cmp.Diff(want, got))
}

func g34(w *World, r *report) {
	aliases := w.of("AWS::Lambda::Alias")
	r.count("functions whose releases are tried first", len(aliases), len(canaries))
	for _, name := range canaries {
		i := slices.IndexFunc(aliases, func(t *thing) bool { return w.lambda(t.text("FunctionName")) == w.lambda(w.name(name)) })
		if i < 0 {
			r.find("%s has no alias: a bad release reaches everybody at once", name)
			continue
		}
		alias := aliases[i]
		group := w.releaseGroup(alias)
		r.must(group != nil, "a release of %s is not handed to CodeDeploy (UpdatePolicy of its alias)", name)
		if group == nil {
			continue
		}
		config := group.text("DeploymentConfigName")
		r.must(strings.Contains(config, "Canary") || strings.Contains(config, "Linear"), "%s shifts traffic by %q, must be step by step", group, config)
		r.must(slices.Contains(template.Texts(group.props, "AutoRollbackConfiguration", "Events"), "DEPLOYMENT_STOP_ON_ALARM") &&
			group.flag("AutoRollbackConfiguration", "Enabled"), "%s does not go back when an alarm rises", group)
		alarmed := false
		for _, alarm := range group.list("AlarmConfiguration", "Alarms") {
			a := w.alarmNamed(template.Text(alarm, "Name"))
			r.must(a != nil, "%s listens to an alarm %q that does not exist", group, template.Text(alarm, "Name"))
			alarmed = alarmed || a != nil && a.about("AWS/Lambda", "Errors", "FunctionName", w.name(name))
		}
		r.must(alarmed && group.flag("AlarmConfiguration", "Enabled"), "%s listens to no alarm about errors of %s", group, name)
		r.must(!w.reaches(name, w.lambda(w.name(name))), "something invokes %s past its alias, so its releases are not tried", name)
	}
}

// releaseGroup is the deployment group that an alias is shifted by; nil where it is not.
func (w *World) releaseGroup(alias *thing) *thing {
	policy, err := w.resolver.Value(alias.Stack, alias.UpdatePolicy)
	if err != nil {
		return nil
	}
	called := template.Text(policy, "CodeDeployLambdaAliasUpdate", "DeploymentGroupName")
	for _, t := range w.of("AWS::CodeDeploy::DeploymentGroup") {
		if called != "" && t.ref == called && t.text("ApplicationName") == template.Text(policy, "CodeDeployLambdaAliasUpdate", "ApplicationName") {
			return t
		}
	}
	return nil
}

// reaches reports whether a trigger invokes a function itself and not its alias.
func (w *World) reaches(name string, lambda *thing) bool {
	for _, t := range w.of("AWS::Lambda::EventSourceMapping", "AWS::ApiGatewayV2::Integration", "AWS::Events::Rule", "AWS::Scheduler::Schedule") {
		called := []string{t.text("FunctionName"), t.text("IntegrationUri"), t.text("Target", "Arn")}
		for _, target := range t.list("Targets") {
			called = append(called, template.Text(target, "Arn"))
		}
		if lambda != nil && (slices.Contains(called, lambda.arn) || slices.Contains(called, lambda.ref)) {
			return true
		}
	}
	return false
}
