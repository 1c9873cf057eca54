package rehearse

import (
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/iam"
	"github.com/winback-auto/winback/internal/testkit/network"
	"github.com/winback-auto/winback/internal/testkit/price"
)

// maxColumns is what a terminal shows in a line.
const maxColumns = 120

// large is a report with numbers as long as they get.
func large(t *testing.T) Report {
	t.Helper()
	list, err := price.Current()
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]int{}
	for _, name := range []string{"dynamodb:GetItem", "sqs:ReceiveMessage", "kms:Decrypt", "ses:SendEmail", "cognito:AdminGetUser", "secretsmanager:GetSecretValue", "logs:PutLogEvents", "xray:PutTraceSegments"} {
		calls[name] = 99_999
	}
	r := Report{
		Environment: "prod", Cost: Cost{Prices: list},
		Rows: []Row{
			{Function: "sighting-reconcile", Invoked: 99_999, Failed: 999, Cold: 10, Init: 1234 * time.Millisecond, P50: 999 * time.Millisecond, P99: 29 * time.Second, Peak: 256e6, Calls: calls, Grants: 20},
			{Function: "lead-api", Invoked: 1, Calls: map[string]int{"dynamodb:GetItem": 2}, Unused: 1, Grants: 7},
		},
		Needs: []Need{
			{Owner: "lead-api", Grant: iam.Grant{ID: "Table", Action: "dynamodb:PutItem", Resource: "arn:aws:dynamodb:ap-southeast-2:123456789012:table/winback-prod"}},
			{Owner: "lead-api", Grant: iam.Grant{ID: "Table", Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:ap-southeast-2:123456789012:table/winback-prod"}, Call: "role dynamodb:GetItem on x ()"},
		},
		Starts: []Start{{Program: Hello, Init: 20 * time.Millisecond}, {Program: "lead-api", Init: 30 * time.Millisecond}, {Program: "sighting-reconcile", Init: 50 * time.Millisecond}},
	}
	usage := price.Usage{awssim.WriteUnits: 1e6, price.LambdaGBSeconds: 1e5, awssim.SQSRequests: 1e6}
	if r.Cost.Bill, err = list.Bill(usage); err != nil {
		t.Fatal(err)
	}
	per, err := list.Thousand(price.Work{Name: "vehicles watched", Done: 300, Usage: usage, Outcome: price.Outcome{WriteUnits: 600}})
	if err != nil {
		t.Fatal(err)
	}
	r.Cost.Thousands = []price.Per{per}
	return r
}

func TestTheTableFitsATerminalAndNamesWhatIsWrong(t *testing.T) {
	var out strings.Builder
	if err := large(t).Write(&out, false); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > maxColumns {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	for _, want := range []string{
		"sighting-reconcile", "2 functions", "2.50", "1 of 2 functions take more than 2 times", "Denied: 0", "Grants that nothing needed: 1 of 2",
		"lead-api: dynamodb:PutItem on table/winback-prod (Table)", "Cost of the undisturbed main job: USD", "vehicles watched (of 300)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "kms:Decrypt") {
		t.Error("the short report lists calls")
	}
	out.Reset()
	if err := large(t).Write(&out, true); err != nil || !strings.Contains(out.String(), "kms:Decrypt") || !strings.Contains(out.String(), "← dynamodb:GetItem on x") {
		t.Errorf("%v:\n%s", err, &out)
	}
}

func TestCountsGateAndTimesDoNot(t *testing.T) {
	r := large(t)
	r.Needs = r.Needs[1:]
	if wrong := r.Wrong(); len(wrong) != 0 {
		t.Errorf("wrong: %q", wrong)
	}
	for want, spoil := range map[string]func(*Report){
		"denied":                     func(r *Report) { r.Faults = append(r.Faults, "denied 1 times: User …") },
		"nothing needs the grant":    func(r *Report) { r.Needs = append(r.Needs, Need{Owner: "lead-api"}) },
		"lead-api was never invoked": func(r *Report) { r.Rows[1].Invoked = 0 },
		"hello connects to sts.x":    func(r *Report) { r.Starts[0].Called = []network.Connection{{Host: "sts.x"}} },
		"lead-api connects to kms.x": func(r *Report) { r.Starts[1].Called = []network.Connection{{Host: "kms.x"}} },
	} {
		r := large(t)
		r.Needs = r.Needs[1:]
		spoil(&r)
		if wrong := strings.Join(r.Wrong(), "\n"); !strings.Contains(wrong, want) {
			t.Errorf("wrong: %q, want %q", wrong, want)
		}
	}
}

func TestAPercentileIsAValueThatWasMeasured(t *testing.T) {
	hundred := []time.Duration{}
	for n := range 100 {
		hundred = append(hundred, time.Duration(100-n))
	}
	for _, test := range []struct {
		all   []time.Duration
		share float64
		want  time.Duration
	}{
		{nil, 0.5, 0}, {hundred[:1], 0.99, 100}, {hundred, 0.5, 50}, {hundred, 0.99, 99}, {hundred, 1, 100}, {[]time.Duration{3, 1, 2}, 0.5, 2},
	} {
		if got := percentile(test.all, test.share); got != test.want {
			t.Errorf("%v of %d: %v, want %v", test.share, len(test.all), got, test.want)
		}
	}
}

func TestARowSaysWhatInvocationsTook(t *testing.T) {
	row := measured([]invoked{
		{cold: true, init: 30, took: 10, peak: 5}, {took: 1, peak: 9, failed: "Sandbox.Timedout"}, {cold: true, init: 50, took: 2, peak: 7},
	})
	if row.Invoked != 3 || row.Failed != 1 || row.Cold != 2 || row.Init != 30 || row.P50 != 2 || row.P99 != 10 || row.Peak != 9 {
		t.Errorf("%+v", row)
	}
}
