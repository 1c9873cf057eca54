package rehearse

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/iam"
)

// role is a role in an account of queues, whose ledger the tests write by making calls.
type ledgerTest struct {
	*testing.T
	account *awssim.Account
	policy  iam.Policy
	role    string
}

func newLedgerTest(t *testing.T, policy string) *ledgerTest {
	t.Helper()
	queues := awssim.NewSQS(awssim.SQSOptions{})
	account := awssim.NewAccount(awssim.AccountOptions{Place: awssim.Place{Region: Region, Account: Account}, Now: time.Now}, queues)
	parsed, err := iam.ParseJSON(policy)
	if err != nil {
		t.Fatal(err)
	}
	l := &ledgerTest{t, account, parsed, account.RoleARN("winback-dev-lead-api")}
	account.SetRole(l.role, parsed)
	for _, name := range []string{"a", "b"} {
		if err := account.Deployer().Call(t.Context(), "sqs", "CreateQueue", map[string]any{"QueueName": name}, nil); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func (l *ledgerTest) send(queue string) error {
	return send(l.Context(), l.account.As(l.role, "lead-api"), "arn:aws:sqs:"+Region+":"+Account+":"+queue, "hello")
}

// unused are the grants that nothing needed, in short.
func (l *ledgerTest) unused() (short []string) {
	l.Helper()
	needs, err := Needs("lead-api", l.policy, l.account.Ledger().Allowed(l.role))
	if err != nil {
		l.Fatal(err)
	}
	again, err := l.policy.Unneeded(l.account.Ledger().Allowed(l.role))
	if err != nil {
		l.Fatal(err)
	}
	var others []iam.Grant
	for _, n := range needs {
		if n.Unused() {
			short, others = append(short, n.Grant.Action+" "+brief(n.Grant.Resource)), append(others, n.Grant)
		} else if !strings.Contains(n.Call, n.Grant.Action) {
			l.Errorf("%s is needed for %s", n, n.Call)
		}
	}
	if !slices.Equal(others, again) {
		l.Errorf("the ledger's own evaluator finds %v unneeded, not %v", again, others)
	}
	return short
}

const twoQueues = `{"Version":"2012-10-17","Statement":[
	{"Sid":"Send","Effect":"Allow","Action":["sqs:SendMessage","sqs:ReceiveMessage"],"Resource":["arn:aws:sqs:ap-southeast-2:123456789012:a","arn:aws:sqs:ap-southeast-2:123456789012:b"]}]}`

func TestAGrantThatNoCallNeedsIsNamed(t *testing.T) {
	l := newLedgerTest(t, twoQueues)
	want := []string{"sqs:SendMessage a", "sqs:SendMessage b", "sqs:ReceiveMessage a", "sqs:ReceiveMessage b"}
	if got := l.unused(); !slices.Equal(got, want) {
		t.Errorf("before any call %q, want %q", got, want)
	}
	if err := l.send("a"); err != nil {
		t.Fatal(err)
	}
	if got := l.unused(); !slices.Equal(got, want[1:]) {
		t.Errorf("after one call %q, want %q", got, want[1:])
	}
}

func TestWhatIsGrantedTwiceIsNeededNowhere(t *testing.T) {
	l := newLedgerTest(t, `{"Version":"2012-10-17","Statement":[
		{"Sid":"One","Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:ap-southeast-2:123456789012:a"},
		{"Sid":"Two","Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:ap-southeast-2:123456789012:*"}]}`)
	if err := l.send("a"); err != nil {
		t.Fatal(err)
	}
	if got := l.unused(); len(got) != 2 {
		t.Errorf("unused %q, want both", got)
	}
	if err := l.send("b"); err != nil {
		t.Fatal(err)
	}
	if got := l.unused(); !slices.Equal(got, []string{"sqs:SendMessage a"}) {
		t.Errorf("unused %q, want the one that the other covers", got)
	}
}

func TestARefusedCallUsesNoGrant(t *testing.T) {
	l := newLedgerTest(t, strings.Replace(twoQueues, `"sqs:SendMessage",`, "", 1))
	if err := l.send("a"); err == nil {
		t.Fatal("the message was taken")
	}
	if got := l.unused(); len(got) != 2 {
		t.Errorf("unused %q, want both", got)
	}
	s := &Stand{Plan: &Plan{Functions: []Function{{Name: "winback-dev-lead-api", Role: l.role}}}, cloud: &cloud{account: l.account}}
	denied := s.Denied()
	if len(denied) != 1 {
		t.Fatalf("%d denials", len(denied))
	}
	for _, want := range []string{"lead-api", "sqs:SendMessage on a", "1 times", "no identity-based policy allows the sqs:sendmessage action"} {
		if !strings.Contains(denied[0].String(), want) {
			t.Errorf("%q does not say %q", denied[0], want)
		}
	}
}
