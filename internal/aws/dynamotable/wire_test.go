package dynamotable_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	minidyn "github.com/truora/minidyn/server"

	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// fault is what happens to a call instead of its answer.
type fault struct {
	status  int    // answered without reaching the store; 0: it is reached
	code    string // of the error
	reasons string // of a cancelled transaction
	drop    bool   // the store does it, and the connection breaks before the answer
}

// wire stands between the client and the store. Calls of an operation meet its faults in turn, then no more.
type wire struct {
	store http.Handler

	mu     sync.Mutex
	faults map[string][]fault
	calls  []string
}

func (w *wire) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	f := w.next(op)
	switch {
	case f.status != 0:
		out.Header().Set("Content-Type", "application/x-amz-json-1.0")
		out.WriteHeader(f.status)
		reasons := ""
		if f.reasons != "" {
			reasons = `,"CancellationReasons":` + f.reasons
		}
		fmt.Fprintf(out, `{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"as the test says"%s}`, f.code, reasons)
	case f.drop:
		w.store.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	default:
		w.store.ServeHTTP(out, r)
	}
}

func (w *wire) next(op string) fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, op)
	waiting := w.faults[op]
	if len(waiting) == 0 {
		return fault{}
	}
	w.faults[op] = waiting[1:]
	return waiting[0]
}

// fail makes the next calls of an operation meet faults.
func (w *wire) fail(op string, faults ...fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults[op], w.calls = faults, nil
}

func (w *wire) count(op string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(w.calls), func(call string) bool { return call != op }))
}

// waits are the pauses that a driver made.
type waits struct {
	mu  sync.Mutex
	all []time.Duration
}

func (w *waits) pause(ctx context.Context, wait time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, wait)
	return ctx.Err()
}

// faulty is a driver on a store behind a wire.
func faulty(t *testing.T) (*dynamotable.Driver, *wire, *minidyn.Server, *waits) {
	t.Helper()
	store := minidyn.NewServer()
	between := &wire{store: store, faults: map[string][]fault{}}
	server := httptest.NewServer(between)
	t.Cleanup(server.Close)
	client := connect(server.URL)
	create(t, client, tableName)
	driver, paused := dynamotable.New(client, tableName, func() time.Time { return noon }), &waits{}
	driver.Pause(paused.pause)
	return driver, between, store, paused
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func fresh(sort, token string) table.Op {
	return table.Op{Action: table.Put, If: table.Condition{Test: table.Absent}, Item: table.Item{
		Key: table.Key{Partition: "p", Sort: sort}, Kind: "note", Schema: 1, Version: 1, Token: token, Body: []byte(`{"text":"hello"}`),
	}}
}

func repeated(f fault, times int) []fault { return slices.Repeat([]fault{f}, times) }

func TestAWriteWhoseAnswerIsLostIsRecognisedOnTheSecondTry(t *testing.T) {
	for op, ops := range map[string][]table.Op{
		"PutItem":            {fresh("a", "mine")},
		"TransactWriteItems": {fresh("a", "mine"), fresh("b", "mine, too")},
	} {
		t.Run(op, func(t *testing.T) {
			driver, between, _, _ := faulty(t)
			between.fail(op, fault{drop: true})
			if err := driver.Write(t.Context(), ops); err != nil {
				t.Errorf("write: %v", err)
			}
			if got := between.count(op); got != 2 {
				t.Errorf("%d calls, want 2", got)
			}
			stranger := []table.Op{fresh("a", "theirs"), fresh("c", "theirs, too")}
			if err := driver.Write(t.Context(), stranger[:len(ops)]); !errs.Is(err, errs.Conflict) {
				t.Errorf("a stranger's write: %v, want a conflict", err)
			}
		})
	}
}

func TestAClientGivesUpInTime(t *testing.T) {
	options := dynamotable.Client(config()).Options()
	if got := options.Retryer.MaxAttempts(); got != dynamotable.Tries {
		t.Errorf("%d tries, want %d", got, dynamotable.Tries)
	}
	client, ok := options.HTTPClient.(*awshttp.BuildableClient)
	if !ok || client.GetTimeout() != dynamotable.Timeout {
		t.Errorf("the client is %T, want one that waits %v", options.HTTPClient, dynamotable.Timeout)
	}
	driver, between, _, _ := faulty(t)
	between.fail("GetItem", repeated(fault{status: 500, code: "InternalServerError"}, 10)...)
	if _, err := driver.Get(t.Context(), table.Key{Partition: "p", Sort: "s"}); !errs.Is(err, errs.Unavailable) {
		t.Errorf("error %v, want unavailable", err)
	}
	if got := between.count("GetItem"); got != dynamotable.Tries {
		t.Errorf("%d calls, want %d", got, dynamotable.Tries)
	}
}

func TestAnErrorSaysWhetherToTryAgain(t *testing.T) {
	for code, c := range map[string]struct {
		status int
		want   errs.Kind
	}{
		"ThrottlingException":                    {400, errs.TooMany},
		"ProvisionedThroughputExceededException": {400, errs.TooMany},
		"RequestLimitExceeded":                   {400, errs.TooMany},
		"InternalServerError":                    {500, errs.Unavailable},
		"ServiceUnavailable":                     {503, errs.Unavailable},
		"ValidationException":                    {400, errs.Internal},
		"AccessDeniedException":                  {400, errs.Internal},
		"ResourceNotFoundException":              {400, errs.Internal},
	} {
		t.Run(code, func(t *testing.T) {
			driver, between, _, _ := faulty(t)
			for op, call := range map[string]func() error{
				"Query": func() error {
					_, err := driver.Query(t.Context(), table.Query{Partition: "p", Limit: 1})
					return err
				},
				"PutItem": func() error { return driver.Write(t.Context(), []table.Op{fresh("a", "mine")}) },
			} {
				between.fail(op, repeated(fault{status: c.status, code: code}, 3)...)
				if err := call(); errs.KindOf(err) != c.want || err == nil {
					t.Errorf("%s: %v is %v, want %v", op, err, errs.KindOf(err), c.want)
				}
			}
		})
	}
}

func TestAStoreThatIsNotThereIsUnavailable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	driver := dynamotable.New(connect(server.URL), tableName, time.Now)
	if _, err := driver.Get(t.Context(), table.Key{Partition: "p", Sort: "s"}); !errs.Is(err, errs.Unavailable) {
		t.Errorf("error %v, want unavailable", err)
	}
}

func TestTransactionsThatMeetTryAgain(t *testing.T) {
	met := fault{status: 400, code: "TransactionCanceledException", reasons: `[{"Code":"None"},{"Code":"TransactionConflict","Message":"met"}]`}
	ops := []table.Op{fresh("a", "mine"), fresh("b", "mine, too")}
	t.Run("until they do not meet", func(t *testing.T) {
		driver, between, _, paused := faulty(t)
		between.fail("TransactWriteItems", repeated(met, 3)...)
		if err := driver.Write(t.Context(), ops); err != nil {
			t.Error(err)
		}
		if got := between.count("TransactWriteItems"); got != 4 || len(paused.all) != 3 {
			t.Errorf("%d calls and %d pauses, want 4 and 3", got, len(paused.all))
		}
	})
	t.Run("or it becomes too many", func(t *testing.T) {
		driver, between, _, _ := faulty(t)
		between.fail("TransactWriteItems", repeated(met, 100)...)
		if err := driver.Write(t.Context(), ops); !errs.Is(err, errs.TooMany) {
			t.Errorf("error %v, want too many", err)
		}
		if got := between.count("TransactWriteItems"); got != 8 {
			t.Errorf("%d calls, want 8", got)
		}
	})
	t.Run("one op meets them, too", func(t *testing.T) {
		driver, between, _, _ := faulty(t)
		between.fail("PutItem", fault{status: 400, code: "TransactionConflictException"})
		if err := driver.Write(t.Context(), ops[:1]); err != nil {
			t.Error(err)
		}
	})
}

func TestARefusedConditionWinsOverAMeeting(t *testing.T) {
	driver, between, _, _ := faulty(t)
	between.fail("TransactWriteItems", fault{status: 400, code: "TransactionCanceledException", reasons: `[{"Code":"TransactionConflict"},{"Code":"ConditionalCheckFailed"}]`})
	err := driver.Write(t.Context(), []table.Op{fresh("a", "mine"), fresh("b", "mine, too")})
	var condition *table.ConditionError
	if !errors.As(err, &condition) || condition.Index != 1 {
		t.Errorf("error %v, want that op 1 was refused", err)
	}
}

func TestATransactionThatIsWrongIsNotTriedAgain(t *testing.T) {
	driver, between, _, _ := faulty(t)
	between.fail("TransactWriteItems", fault{status: 400, code: "TransactionCanceledException", reasons: `[{"Code":"None"},{"Code":"ValidationError"}]`})
	err := driver.Write(t.Context(), []table.Op{fresh("a", "mine"), fresh("b", "mine, too")})
	if got := between.count("TransactWriteItems"); err == nil || errs.KindOf(err) != errs.Internal || got != 1 {
		t.Errorf("error %v after %d calls, want an internal one after 1", err, got)
	}
}

func TestWhatABatchLeavesUnprocessedIsDoneInTheEnd(t *testing.T) {
	driver, between, store, paused := faulty(t)
	var ops []table.Op
	var keys []table.Key
	for i := range 120 {
		op := table.Posting(table.Key{Partition: "p", Sort: fmt.Sprint(i)})
		ops, keys = append(ops, op), append(keys, op.Item.Key)
	}
	if err := driver.Load(t.Context(), ops); err != nil {
		t.Fatal(err)
	}
	if got := between.count("BatchWriteItem"); got != 5 {
		t.Errorf("%d batches for 120 items, want 5", got)
	}
	between.fail("BatchGetItem")
	if got, err := driver.BatchGet(t.Context(), keys); err != nil || len(got) != 120 || between.count("BatchGetItem") != 2 {
		t.Errorf("%d items, %v after %d batches; want 120 after 2", len(got), err, between.count("BatchGetItem"))
	}

	every := func(nth int) func(int, map[string]*minidyn.AttributeValue) bool {
		return func(n int, _ map[string]*minidyn.AttributeValue) bool { return n%nth == nth-1 }
	}
	store.EmulateUnprocessedItems(tableName, every(2)) // half of each batch
	if err := driver.Load(t.Context(), ops); err != nil {
		t.Errorf("load: %v", err)
	}
	if got, err := driver.BatchGet(t.Context(), keys); err != nil || len(got) != 120 {
		t.Errorf("%d items, %v; want 120", len(got), err)
	}

	store.EmulateUnprocessedItems(tableName, every(1)) // all
	paused.all = nil
	between.fail("BatchWriteItem")
	if err := driver.Load(t.Context(), ops[:3]); !errs.Is(err, errs.TooMany) {
		t.Errorf("load: %v, want too many", err)
	}
	if got := between.count("BatchWriteItem"); got != 8 || len(paused.all) != 7 {
		t.Errorf("%d calls with %d pauses, want 8 with 7", got, len(paused.all))
	}
	most := 25 * time.Millisecond
	for _, wait := range paused.all {
		if wait > most {
			t.Errorf("a pause of %v, want at most %v", wait, most)
		}
		most = min(2*most, time.Second)
	}
}

func TestOneOpIsNoTransactionAndALoneCheckOnlyReads(t *testing.T) {
	driver, between, _, _ := faulty(t)
	op := fresh("a", "mine")
	for want, ops := range map[string]table.Op{
		"PutItem":    op,
		"DeleteItem": {Action: table.Delete, Item: table.Item{Key: table.Key{Partition: "p", Sort: "b"}}},
		"UpdateItem": {Action: table.Add, Item: table.Item{Key: table.Key{Partition: "p", Sort: "c"}}, Deltas: map[string]int64{"n": 1}},
		"GetItem":    {Action: table.Check, Item: table.Item{Key: table.Key{Partition: "p", Sort: "d"}}, If: table.Condition{Test: table.Absent}},
	} {
		between.fail(want)
		if err := driver.Write(t.Context(), []table.Op{ops}); err != nil || between.count(want) != 1 || len(between.calls) != 1 {
			t.Errorf("%v, calls %v; want one %s", err, between.calls, want)
		}
	}
}

func TestTheSchemaIsOneTableWithOneSparseIndex(t *testing.T) {
	client := inProcess(t)
	out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: dynamotable.Schema(tableName).TableName})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(out.Table.GlobalSecondaryIndexes); got != 1 || *out.Table.GlobalSecondaryIndexes[0].IndexName != dynamotable.Index {
		t.Errorf("%d indexes", got)
	}
}
