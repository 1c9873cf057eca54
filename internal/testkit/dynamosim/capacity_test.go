package dynamosim_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/dynamosim"
	"github.com/winback-auto/winback/internal/testkit/iam"
)

const reader = "arn:aws:iam::123456789012:role/reader"

// stand is an account with an empty table and a role that may everything.
func stand(t *testing.T, options dynamosim.Options) *awssim.Account {
	t.Helper()
	account := awssim.NewAccount(awssim.AccountOptions{Place: awssim.Place{Region: "ap-southeast-2", Account: "123456789012"}, Now: now}, dynamosim.New(options))
	if err := account.Deployer().Call(t.Context(), "dynamodb", "CreateTable", json.RawMessage(`{`+schema+`}`), nil); err != nil {
		t.Fatal(err)
	}
	p, err := iam.ParseJSON(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	account.SetRole(reader, p)
	return account
}

func TestCallsAreCountedInRequestUnits(t *testing.T) {
	sized := func(kb int) string { return fmt.Sprintf(`,"text":{"S":%q}`, strings.Repeat("x", kb<<10)) }
	indexed := `,"due":{"N":"1"}`
	transact := func(items ...string) step {
		return step{"TransactWriteItems", `{"TransactItems":[` + strings.Join(items, ",") + `]}`, ""}
	}
	putting := func(sk, more string) string {
		return `{"Put":{"TableName":"tbl","Item":` + thing("p", sk, more) + `}}`
	}
	check := `{"ConditionCheck":{"TableName":"tbl","Key":` + thing("p", "c", "") + condition("attribute_exists(pk)", "", "") + `}}`
	remove := step{"DeleteItem", `{"TableName":"tbl","Key":` + thing("p", "1", "") + `}`, ""}
	for name, c := range map[string]struct {
		before      []step
		do          step
		read, write float64
	}{
		"a small put":                      {nil, put("p", "1", "", ""), 0, 1},
		"a put of 2 kB and a bit":          {nil, put("p", "1", sized(2), ""), 0, 3},
		"a small put over a large one":     {[]step{put("p", "1", sized(2), "")}, put("p", "1", "", ""), 0, 3},
		"a put into the index":             {nil, put("p", "1", indexed, ""), 0, 2},
		"one that stays in the index":      {[]step{put("p", "1", indexed, "")}, put("p", "1", indexed+`,"n":{"N":"1"}`, ""), 0, 1},
		"one that moves in the index":      {[]step{put("p", "1", indexed, "")}, put("p", "1", `,"due":{"N":"2"}`, ""), 0, 3},
		"one that leaves the index":        {[]step{put("p", "1", indexed, "")}, put("p", "1", "", ""), 0, 2},
		"a delete from the index":          {[]step{put("p", "1", indexed, "")}, remove, 0, 2},
		"a delete of nothing":              {nil, remove, 0, 1},
		"a refused put":                    {[]step{put("p", "1", sized(2), "")}, put("p", "1", "", condition("attribute_not_exists(pk)", "", "")).wants(refused), 0, 3},
		"a transaction of two and a check": {[]step{put("p", "c", "", "")}, transact(putting("1", ""), putting("2", indexed), check), 0, 7},
		"a cancelled transaction":          {nil, transact(putting("1", indexed), check).wants("Canceled"), 0, 4},
		"a read":                           {[]step{put("p", "1", sized(4), "")}, get("p", "1", ""), 2, 0},
		"a read of nothing":                {nil, get("p", "1", ""), 1, 0},
		"a read that may be old":           {nil, step{"GetItem", `{"TableName":"tbl","Key":` + thing("p", "1", "") + `}`, ""}, 0.5, 0},
		"a query of the table":             {[]step{put("p", "1", sized(1), ""), put("p", "2", sized(1), "")}, query("pk = :p", `":p":{"S":"p"}`, `,"ConsistentRead":true`, ""), 1, 0},
		"a query of the index": {
			[]step{put("p", "1", indexed+sized(9), "")}, query("sk = :s", `":s":{"S":"1"}`, `,"IndexName":"by-sk","ReturnConsumedCapacity":"TOTAL"`, `"CapacityUnits":0.5`), 0.5, 0,
		},
		"a batch of reads": {
			nil, step{"BatchGetItem", `{"ReturnConsumedCapacity":"TOTAL","RequestItems":{"tbl":{"ConsistentRead":true,"Keys":[` + thing("p", "1", "") + `,` + thing("p", "2", "") + `]}}}`, `"CapacityUnits":2`}, 2, 0,
		},
		"a batch of writes": {
			nil, step{"BatchWriteItem", `{"ReturnConsumedCapacity":"TOTAL","RequestItems":{"tbl":[{"PutRequest":{"Item":` + thing("p", "1", "") + `}},{"DeleteRequest":{"Key":` + thing("p", "2", "") + `}}]}}`, `"CapacityUnits":2`}, 0, 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			account := stand(t, dynamosim.Options{})
			for _, s := range c.before {
				if err := account.Deployer().Call(t.Context(), "dynamodb", s.action, json.RawMessage(s.body), nil); err != nil {
					t.Fatal(err)
				}
			}
			var answer json.RawMessage
			err := account.As(reader, "r").Call(t.Context(), "dynamodb", c.do.action, json.RawMessage(c.do.body), &answer)
			if got := fmt.Sprint(string(answer), err); !strings.Contains(got, c.do.want) {
				t.Errorf("answer %s, want %q", got, c.do.want)
			}
			spent := account.Ledger().Tally(reader).Spent
			if spent[awssim.ReadUnits] != c.read || spent[awssim.WriteUnits] != c.write {
				t.Errorf("spent %v, want %v and %v", spent, c.read, c.write)
			}
		})
	}
}

func TestEveryCallAsksForItsOwnPermissions(t *testing.T) {
	const table = "arn:aws:dynamodb:ap-southeast-2:123456789012:table/tbl"
	part := func(kind, rest string) string {
		return `{"` + kind + `":{"TableName":"tbl",` + rest + `}}`
	}
	key := `"Key":` + thing("p", "1", "")
	for _, test := range []struct {
		action, body string
		want         []string
	}{
		{"GetItem", `{"TableName":"tbl",` + key + `}`, []string{"GetItem " + table}},
		{"PutItem", `{"TableName":"tbl","Item":` + thing("p", "1", "") + `}`, []string{"PutItem " + table}},
		{"UpdateItem", `{"TableName":"tbl",` + key + `}`, []string{"UpdateItem " + table}},
		{"DeleteItem", `{"TableName":"tbl",` + key + `}`, []string{"DeleteItem " + table}},
		{"Query", `{"TableName":"tbl"}`, []string{"Query " + table}},
		{"Query", `{"TableName":"tbl","IndexName":"by-sk"}`, []string{"Query " + table + "/index/by-sk"}},
		{"BatchGetItem", `{"RequestItems":{"tbl":{"Keys":[]}}}`, []string{"BatchGetItem " + table}},
		{"BatchWriteItem", `{"RequestItems":{"tbl":[]}}`, []string{"BatchWriteItem " + table}},
		{
			"TransactWriteItems", `{"TransactItems":[` + part("Put", `"Item":`+thing("p", "1", "")) + `,` + part("Update", key) + `,` + part("Delete", key) + `,` + part("ConditionCheck", key) + `]}`,
			[]string{"PutItem " + table, "UpdateItem " + table, "DeleteItem " + table, "ConditionCheckItem " + table},
		},
	} {
		d := dynamosim.New(dynamosim.Options{})
		d.In(awssim.Place{Region: "ap-southeast-2", Account: "123456789012"})
		asks, err := d.Asks(awssim.Request{Action: test.action, Body: []byte(test.body)})
		var got []string
		for _, ask := range asks {
			got = append(got, strings.TrimPrefix(ask.Action, "dynamodb:")+" "+strings.Join(ask.Resources, ","))
			if enclosing := ask.Context["dynamodb:EnclosingOperation"]; (len(enclosing) > 0) != (test.action == "TransactWriteItems") {
				t.Errorf("%s: enclosed by %v", test.action, enclosing)
			}
		}
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s asks for %q, %v; want %q", test.action, got, err, test.want)
		}
	}
}

// A policy may bind a role to partition keys, and every call tells those that it is about.
func TestTheLeadingKeysOfACallAreKnown(t *testing.T) {
	account := stand(t, dynamosim.Options{})
	p, err := iam.ParseJSON(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",
		"Condition":{"ForAllValues:StringLike":{"dynamodb:LeadingKeys":"own*"},"Null":{"dynamodb:LeadingKeys":"false"}}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	account.SetRole(reader, p)
	batch := func(keys ...string) step {
		return step{"BatchGetItem", `{"RequestItems":{"tbl":{"Keys":[` + strings.Join(keys, ",") + `]}}}`, ""}
	}
	for _, test := range []struct {
		step
		allowed bool
	}{
		{get("own 1", "1", ""), true},
		{get("other", "1", ""), false},
		{put("own", "1", "", ""), true},
		{put("other", "1", "", ""), false},
		{query("pk = :p", `":p":{"S":"own"}`, "", ""), true},
		{query("pk = :p", `":p":{"S":"other"}`, "", ""), false},
		{query("sk = :p", `":p":{"S":"own"}`, `,"IndexName":"by-sk"`, ""), false},
		{batch(thing("own", "1", ""), thing("own", "2", "")), true},
		{batch(thing("own", "1", ""), thing("other", "2", "")), false},
		{step{"BatchWriteItem", `{"RequestItems":{"tbl":[{"PutRequest":{"Item":` + thing("own", "1", "") + `}},{"DeleteRequest":{"Key":` + thing("other", "1", "") + `}}]}}`, ""}, false},
		{step{"TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"tbl","Key":` + thing("own", "1", "") + `}},{"Delete":{"TableName":"tbl","Key":` + thing("other", "1", "") + `}}]}`, ""}, false},
	} {
		err := account.As(reader, "r").Call(t.Context(), "dynamodb", test.action, json.RawMessage(test.body), nil)
		if (err == nil) != test.allowed {
			t.Errorf("%s %s: %v, want allowed %v", test.action, test.body, err, test.allowed)
		}
	}
}

func TestPartsOfABatchMayComeBackUnprocessed(t *testing.T) {
	account := stand(t, dynamosim.Options{Unprocessed: func(_ string, n int) bool { return n%2 == 1 }})
	var wrote struct{ UnprocessedItems map[string][]any }
	body := `{"RequestItems":{"tbl":[{"PutRequest":{"Item":` + thing("p", "1", "") + `}},{"PutRequest":{"Item":` + thing("p", "2", "") + `}}]}}`
	if err := account.As(reader, "r").Call(t.Context(), "dynamodb", "BatchWriteItem", json.RawMessage(body), &wrote); err != nil || len(wrote.UnprocessedItems["tbl"]) != 1 {
		t.Errorf("%+v, %v", wrote, err)
	}
	var read struct {
		Responses       map[string][]any
		UnprocessedKeys map[string]struct{ Keys []any }
	}
	body = `{"RequestItems":{"tbl":{"Keys":[` + thing("p", "1", "") + `,` + thing("p", "2", "") + `]}}}`
	if err := account.As(reader, "r").Call(t.Context(), "dynamodb", "BatchGetItem", json.RawMessage(body), &read); err != nil || len(read.UnprocessedKeys["tbl"].Keys) != 1 || len(read.Responses["tbl"]) != 1 {
		t.Errorf("%+v, %v", read, err)
	}
}
