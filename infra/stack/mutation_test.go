package stack_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/golden"
	"github.com/winback-auto/winback/internal/testkit/guardrail"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// A permission that goes from Uses goes from the template, too. The approved template misses it in the role, and where a
// rule has its own opinion of who may do a thing, it says so.
func TestAPermissionRemovedFromUsesFails(t *testing.T) {
	if golden.Updating() {
		t.Skip("this run writes the templates that the mutation is compared with")
	}
	removals := []struct {
		function string
		remove   func(*app.Uses)
		rule     string // with an opinion of its own; empty: none
	}{
		{"mail-event", func(u *app.Uses) { u.Table, u.Pace = app.Read, 0 }, ""}, // what does not write keeps no pace
		{"recapture-api", func(u *app.Uses) { u.Sends = u.Sends[:1] }, ""},
		{"mail-send", func(u *app.Uses) { u.Mail = false }, "G21"},
		{"lead-api", func(u *app.Uses) { u.Inbox = false }, "G25"},
		{"recapture-poll", func(u *app.Uses) { u.Secrets = 0 }, "G22"},
		{"company-api", func(u *app.Uses) { u.Identity = false }, "G20"},
		{"outbox-sweep", func(u *app.Uses) { u.SendsAll = false }, "G20"},
	}
	functions := catalogue()
	for _, removal := range removals {
		i := slices.IndexFunc(functions, func(f app.Function) bool { return f.Name == removal.function })
		if i < 0 {
			t.Fatalf("no function %s", removal.function)
		}
		before := functions[i].Uses
		if removal.remove(&functions[i].Uses); reflect.DeepEqual(before, functions[i].Uses) {
			t.Fatalf("%s had nothing to remove", removal.function)
		}
	}
	out, err := synth(t, prod(t), functions)
	if err != nil {
		t.Fatal(err)
	}
	w := world(t, prod(t), out, functions)
	changed := changedSince(t, w)
	for _, removal := range removals {
		if role := logicalName(removal.function) + "Role"; !slices.Contains(changed, role) {
			t.Errorf("%s lost a permission, and %s is as it was approved", removal.function, role)
		}
		if removal.rule == "" {
			continue
		}
		if found := check(w, removal.rule); !reports(found, removal.function) {
			t.Errorf("%s lost a permission, and %s says nothing of it: %q", removal.function, removal.rule, found)
		}
	}
}

// A topic that nobody sends to any more, or that nobody consumes, does not even synthesize.
func TestATopicWithoutASenderOrAConsumerIsRefused(t *testing.T) {
	mute := catalogue()
	for i := range mute {
		mute[i].Uses.Sends = slices.DeleteFunc(slices.Clone(mute[i].Uses.Sends), func(topic string) bool { return topic == "recapture-submit" })
	}
	deaf := slices.DeleteFunc(catalogue(), func(f app.Function) bool { return f.Name == "recapture-submit" })
	for want, functions := range map[string][]app.Function{"sent by nobody": mute, "consumed by nobody": deaf} {
		if _, err := synth(t, prod(t), functions); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// Each grant of each function is taken away once; the first of all roles, then the second, and so on.
func TestEveryGrantThatIsTakenAwayIsMissed(t *testing.T) {
	taken := 0
	for round := 0; ; round++ {
		d := damage(t)
		holes := map[string]string{} // function to action
		for _, f := range catalogue() {
			if action := d.takeGrant(logicalName(f.Name)+"Role", round); action != "" {
				holes[f.Name] = action
			}
		}
		if len(holes) == 0 {
			break
		}
		taken += len(holes)
		found := d.findings("G20")
		for name, action := range holes {
			if !reports(found, "what "+name+" may do", action) {
				t.Errorf("%s lost %s, and G20 says nothing of it", name, action)
			}
		}
	}
	if taken < 200 {
		t.Errorf("only %d grants were taken away", taken)
	}
}

// takeGrant removes the nth action from a role's policy and returns it; empty where there is none.
func (d damaged) takeGrant(role string, n int) (action string) {
	d.t.Helper()
	for _, policy := range template.List(d.resource(role).Properties, "Policies") {
		document := template.Map(policy, "PolicyDocument")
		for i, statement := range template.List(document, "Statement") {
			actions := template.List(statement, "Action")
			if n >= len(actions) {
				n -= len(actions)
				continue
			}
			action, _ = actions[n].(string)
			if len(actions) == 1 {
				document["Statement"] = slices.Delete(template.List(document, "Statement"), i, i+1)
			} else {
				template.Map(statement)["Action"] = slices.Delete(slices.Clone(actions), n, n+1)
			}
			return action
		}
	}
	return ""
}

func TestEveryRouteThatIsRemovedIsMissed(t *testing.T) {
	d := damage(t)
	routes := d.app.Of("AWS::ApiGatewayV2::Route")
	for _, r := range routes {
		d.remove(r.ID)
	}
	found := d.findings("G15")
	declared := 0
	for _, f := range catalogue() {
		for _, route := range app.Routes(f) {
			declared++
			if !reports(found, route.Key()+" of "+f.Name+" has no route") {
				t.Errorf("%s was removed, and G15 says nothing of it", route.Key())
			}
		}
	}
	if declared != len(routes) || declared < 60 {
		t.Errorf("%d routes were removed, %d are declared", len(routes), declared)
	}

	d = damage(t)
	d.remove("RouteListLeads")
	if found := d.findings("G15"); !reports(found, "GET /v1/leads of lead-api has no route") || !reports(found, "routes, and the catalogue demands") {
		t.Errorf("one route was removed, and G15 says %q", found)
	}
}

func TestEveryDeadLetterQueueThatIsRemovedIsMissed(t *testing.T) {
	cut := 0
	for _, place := range []struct {
		kind, rule string
		path       []string
	}{
		{"AWS::SQS::Queue", "G01", []string{"RedrivePolicy"}},
		{"AWS::Scheduler::Schedule", "G12", []string{"Target", "DeadLetterConfig"}},
		{"AWS::Events::Rule", "G12", []string{"Targets", "0", "DeadLetterConfig"}},
		{"AWS::Lambda::EventInvokeConfig", "G24", []string{"DestinationConfig"}},
	} {
		for _, r := range damage(t).app.Of(place.kind) {
			if _, has := template.At(r.Properties, place.path...); !has {
				continue
			}
			d := damage(t)
			d.set(r.ID, nil, place.path...)
			if len(d.findings(place.rule)) == 0 {
				t.Errorf("%s lost its dead letters, and %s says nothing of it", r, place.rule)
			}
			d = damage(t)
			d.remove(r.ID)
			if len(d.findings("")) == 0 {
				t.Errorf("%s is gone, and nothing says so", r)
			}
			cut++
		}
	}
	if consumers := len(catalogue()) / 3; cut < consumers {
		t.Errorf("only %d were cut off", cut)
	}
}

func TestEveryAlarmThatIsRemovedIsMissed(t *testing.T) {
	all := damage(t).app.Of("AWS::CloudWatch::Alarm")
	if len(all) < 3*len(catalogue()) {
		t.Errorf("only %d alarms for %d functions", len(all), len(catalogue()))
	}
	for _, alarm := range all {
		d := damage(t)
		d.remove(alarm.ID)
		if found := slices.Concat(d.findings("G02"), d.findings("G24"), d.findings("G28"), d.findings("G34")); len(found) == 0 {
			t.Errorf("%s was removed, and no rule says so", alarm)
		}
	}
	d := damage(t)
	for _, alarm := range all {
		for _, property := range []string{"AlarmActions", "AlarmDescription", "TreatMissingData"} {
			d.add(alarm.ID, nil, property)
		}
	}
	found := d.findings("G28")
	for _, alarm := range all {
		_, tells := alarm.Properties["AlarmActions"] // the others take back a release
		if !reports(found, "nobody hears of "+alarm.String()) && tells || !reports(found, alarm.String()+" does not say") || !reports(found, alarm.String()+" leaves open what silence means") {
			t.Errorf("%s tells nobody, says nothing and leaves open what silence means, and G28 is content", alarm)
		}
	}
}

// changedSince lists the resources that are not as in the approved templates.
func changedSince(t *testing.T, w *guardrail.World) (ids []string) {
	t.Helper()
	for _, s := range w.App.Stacks {
		approved, err := template.Read(goldenOf(prod(t), s))
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(s.File)
		if err != nil {
			t.Fatal(err)
		}
		now, err := template.Parse(s.Name, normalised(t, content))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range approved.Resources() {
			other, ok := now.Stacks[0].Resource(r.ID)
			if !ok || !reflect.DeepEqual(other.Properties, r.Properties) {
				ids = append(ids, r.ID)
			}
		}
	}
	return ids
}

func check(w *guardrail.World, number string) (findings []string) {
	for _, r := range guardrail.Rules {
		if r.Number == number {
			_, findings = r.Check(w)
		}
	}
	return findings
}

// logicalName is how logical ids begin that belong to a function: recapture-api is RecaptureApi.
func logicalName(name string) (id string) {
	for word := range strings.SplitSeq(name, "-") {
		id += strings.ToUpper(word[:1]) + word[1:]
	}
	return id
}
