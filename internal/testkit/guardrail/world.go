package guardrail

import (
	"errors"
	"fmt"
	"strings"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// World is a synthesized installation and the catalogue that it must serve.
type World struct {
	Env        string // prod
	Namespace  string // of our own metrics
	Disposable bool   // the environment may be deleted with all that it holds
	App        *template.App
	Functions  []app.Function

	resolver *template.Resolver
	things   []*thing
	raised   []alarm
	byARN    map[string]*thing
}

// thing is a resource whose properties are resolved.
type thing struct {
	*template.Resource
	props map[string]any
	ref   string // what Ref means; empty for types without
	arn   string // empty for types without
}

// New resolves a whole installation as it would be in an account. Anything that cannot be resolved is an error: no rule
// can say anything about it.
func New(of World, account, region string) (*World, error) {
	w := &of
	w.resolver, w.byARN = w.App.For(account, region), map[string]*thing{}
	var faults []error
	for _, r := range w.App.Resources() {
		included, err := w.resolver.Included(r)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if !included {
			continue
		}
		t := &thing{Resource: r}
		if t.props, err = w.resolver.Properties(r); err != nil {
			faults = append(faults, err)
			continue
		}
		t.ref, t.arn = w.identify(r)
		if t.arn != "" {
			w.byARN[t.arn] = t
		}
		w.things = append(w.things, t)
	}
	for _, s := range w.App.Stacks {
		if _, err := w.resolver.Outputs(s); err != nil {
			faults = append(faults, err)
		}
	}
	w.raised = w.alarms()
	return w, errors.Join(faults...)
}

// identify is what others call a resource. Types that nobody can refer to have neither.
func (w *World) identify(r *template.Resource) (ref, arn string) {
	text := func(name string) string {
		v, err := w.resolver.Physical(r, name)
		if s, ok := v.(string); ok && err == nil {
			return s
		}
		return ""
	}
	ref = text("Ref")
	if strings.HasPrefix(ref, "arn:") {
		return ref, ref
	}
	return ref, text("Arn")
}

func (w *World) of(types ...string) (found []*thing) {
	for _, t := range w.things {
		for _, name := range types {
			if t.Type == name {
				found = append(found, t)
			}
		}
	}
	return found
}

// text, number, flag, list and object read resolved properties.
func (t *thing) text(path ...string) string { return template.Text(t.props, path...) }

func (t *thing) number(path ...string) (int, bool) { return template.Int(t.props, path...) }

func (t *thing) flag(path ...string) bool { return template.Bool(t.props, path...) }

func (t *thing) list(path ...string) []any { return template.List(t.props, path...) }

func (t *thing) has(path ...string) bool {
	_, ok := template.At(t.props, path...)
	return ok
}

// name is the physical name of what belongs to a thing of the installation.
func (w *World) name(of string) string { return fmt.Sprintf("winback-%s-%s", w.Env, of) }

// lambda is the function that a name, ARN, version or alias means; nil where there is none.
func (w *World) lambda(called string) *thing {
	for _, t := range w.of("AWS::Lambda::Function") {
		if called == t.ref || called == t.arn || strings.HasPrefix(called, t.arn+":") {
			return t
		}
	}
	return nil
}

// deployed is the Lambda of a function of the catalogue; nil where there is none.
func (w *World) deployed(f app.Function) *thing { return w.lambda(w.name(f.Name)) }

// queue is the queue that an ARN or URL means; nil where there is none.
func (w *World) queue(called string) *thing {
	for _, t := range w.of("AWS::SQS::Queue") {
		if called != "" && (called == t.arn || called == t.ref) {
			return t
		}
	}
	return nil
}

// consumers are the functions that consume a topic.
func (w *World) consumers() (found []app.Function) {
	for _, f := range w.Functions {
		if f.Consumes != nil {
			found = append(found, f)
		}
	}
	return found
}

// source is the queue of a topic; nil where there is none.
func (w *World) source(topic string) *thing {
	for _, t := range w.of("AWS::SQS::Queue") {
		if t.text("QueueName") == w.name(topic) {
			return t
		}
	}
	return nil
}

// dead are the queues that others' dead letters go to, from wherever: a queue, a schedule, a rule or a failed invocation.
func (w *World) dead() (found []*thing) {
	called := map[string]bool{}
	for _, t := range w.things {
		switch t.Type {
		case "AWS::SQS::Queue":
			called[t.text("RedrivePolicy", "deadLetterTargetArn")] = true
		case "AWS::Scheduler::Schedule":
			called[t.text("Target", "DeadLetterConfig", "Arn")] = true
		case "AWS::Events::Rule":
			for _, target := range t.list("Targets") {
				called[template.Text(target, "DeadLetterConfig", "Arn")] = true
			}
		case "AWS::Lambda::EventInvokeConfig":
			called[t.text("DestinationConfig", "OnFailure", "Destination")] = true
		case "AWS::Lambda::Function":
			called[t.text("DeadLetterConfig", "TargetArn")] = true
		}
	}
	for _, t := range w.of("AWS::SQS::Queue") {
		if called[t.arn] {
			found = append(found, t)
		}
	}
	return found
}

// mapping is the event source mapping from a topic's queue to its consumer; nil where there is none.
func (w *World) mapping(f app.Function) *thing {
	queue, lambda := w.source(f.Consumes.Topic), w.deployed(f)
	if queue == nil || lambda == nil {
		return nil
	}
	for _, t := range w.of("AWS::Lambda::EventSourceMapping") {
		if t.text("EventSourceArn") == queue.arn && w.lambda(t.text("FunctionName")) == lambda {
			return t
		}
	}
	return nil
}
