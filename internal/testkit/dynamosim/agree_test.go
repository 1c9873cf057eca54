package dynamosim_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/dynamosim"
)

// asker makes up requests over few keys, so that they meet.
type asker struct{ *rand.Rand }

func (a asker) one(words ...string) string { return words[a.IntN(len(words))] }

func (a asker) key() string { return thing(a.one("a", "b"), a.one("1", "2", "21", "3"), "") }

func (a asker) item() string {
	more := ""
	if a.IntN(2) == 0 {
		more += `,"due":{"N":"` + a.number() + `"}`
	}
	if a.IntN(3) > 0 {
		more += `,"n":{"N":"` + a.number() + `"}`
	}
	if a.IntN(3) == 0 {
		more += `,"v":` + a.one(`{"S":"x"}`, `{"BOOL":true}`, `{"NULL":true}`, `{"L":[{"N":"1"}]}`, `{"M":{}}`, `{"S":""}`)
	}
	return strings.TrimSuffix(a.key(), "}") + more + "}"
}

func (a asker) number() string {
	return a.one("0", "-0", "1", "1.00", "-2.5", "10", "9", "1e3", "0.001", "12345678901234567890")
}

// guard is a condition, or none.
func (a asker) guard() string {
	return a.one("", "",
		condition("attribute_not_exists(pk)", "", ""), condition("attribute_exists(pk)", "", ""),
		condition("attribute_not_exists(n) OR n <= :n", "", `":n":{"N":"`+a.number()+`"}`),
		condition("n = :n AND attribute_not_exists(due)", "", `":n":{"N":"`+a.number()+`"}`),
		condition("NOT v = :v", "", `":v":{"S":"x"}`), condition("v <> :v", "", `":v":{"L":[{"N":"1"}]}`),
		condition("n BETWEEN :a AND :b", "", `":a":{"N":"0"},":b":{"N":"10"}`), condition("begins_with(sk, :s)", "", `":s":{"S":"2"}`),
	) + a.one("", `,"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`)
}

func (a asker) adding(to ...string) string {
	return `"UpdateExpression":"ADD #n :d","ExpressionAttributeNames":{"#n":"` + a.one(to...) + `"},"ExpressionAttributeValues":{":d":{"N":"` + a.number() + `"}}`
}

func (a asker) part(seen map[string]bool) string {
	key := a.key()
	for seen[key] {
		key = a.key()
	}
	seen[key] = true
	switch a.IntN(4) {
	case 0:
		return `{"Put":{"TableName":"tbl","Item":` + strings.TrimSuffix(key, "}") + `,"n":{"N":"` + a.number() + `"}}` + a.guard() + `}}`
	case 1:
		return `{"Delete":{"TableName":"tbl","Key":` + key + a.guard() + `}}`
	case 2:
		// Within a transaction DynamoDB tells of a wrong type among the reasons, DynamoDB Local instead of them.
		return `{"Update":{"TableName":"tbl","Key":` + key + `,` + a.adding("n", "due") + `}}`
	default:
		return `{"ConditionCheck":{"TableName":"tbl","Key":` + key + condition("attribute_exists(pk)", "", "") + a.one("", `,"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`) + `}}`
	}
}

func (a asker) ask() step {
	limit := a.one("", `,"Limit":1`, `,"Limit":2`) + a.one("", `,"ScanIndexForward":false`)
	switch a.IntN(8) {
	case 0, 1:
		return step{"PutItem", `{"TableName":"tbl","Item":` + a.item() + a.guard() + a.one("", `,"ReturnValues":"ALL_OLD"`) + `}`, ""}
	case 2:
		return step{"DeleteItem", `{"TableName":"tbl","Key":` + a.key() + a.guard() + a.one("", `,"ReturnValues":"ALL_OLD"`) + `}`, ""}
	case 3:
		return step{"UpdateItem", `{"TableName":"tbl","Key":` + a.key() + `,` + a.adding("n", "due", "v") + `}`, ""}
	case 4:
		seen := map[string]bool{}
		return step{"TransactWriteItems", `{"TransactItems":[` + a.part(seen) + `,` + a.part(seen) + `,` + a.part(seen) + `]}`, ""}
	case 5:
		return query(a.one("pk = :p", "pk = :p AND sk > :s", "pk = :p AND sk <= :s", "pk = :p AND begins_with(sk, :s)", "pk = :p AND sk BETWEEN :s AND :s"),
			`":p":{"S":"a"},":s":{"S":"2"}`, limit+`,"ConsistentRead":true`, "")
	case 6:
		return query(a.one("sk = :s", "sk = :s AND due > :n", "sk = :s AND due <= :n"), `":s":{"S":"`+a.one("1", "2")+`"},":n":{"N":"`+a.number()+`"}`, `,"IndexName":"by-sk"`+a.one("", `,"ScanIndexForward":false`), "")
	default:
		return step{"GetItem", `{"TableName":"tbl","Key":` + a.key() + `}`, ""}
	}
}

// What may differ: the sentences of errors; whether a full page names a last key although nothing follows, as DynamoDB does; and
// how a number is written, which DynamoDB Local leaves as it came.
var (
	wording = regexp.MustCompile(`,"Message":"[^"]*"`)
	numbers = regexp.MustCompile(`"N":"[^"]*"`)
)

func TestDynamoDBLocalAgreesOnWhateverIsAsked(t *testing.T) {
	endpoint := local(t)
	ours, theirs := dynamosim.New(dynamosim.Options{}), dynamosim.NewForward(endpoint)
	a := asker{rand.New(rand.NewPCG(20261122, 1))}
	asked := []step{{"CreateTable", `{` + schema + `}`, ""}}
	for range 1500 {
		asked = append(asked, a.ask())
	}
	outcomes := map[string]int{}
	for i, s := range asked {
		got, err := play(t.Context(), ours, s)
		if err != nil {
			t.Fatal(err)
		}
		want, err := play(t.Context(), theirs, s)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			continue // descriptions of tables differ
		}
		got, want = plain(got), plain(want)
		if got != want {
			t.Fatalf("%d: %s %s\nanswered %s\nDynamoDB Local %s", i, s.action, s.body, got, want)
		}
		kind, _, _ := strings.Cut(got, " ")
		if strings.HasPrefix(kind, "{") {
			kind = "success"
		}
		outcomes[s.action+" "+kind]++
	}
	t.Log(outcomes)
	for _, wanted := range []string{
		"PutItem success", "PutItem ConditionalCheckFailedException", "UpdateItem ValidationException", "TransactWriteItems success",
		"TransactWriteItems TransactionCanceledException", "Query success",
	} {
		if outcomes[wanted] == 0 {
			t.Errorf("no %s among %v", wanted, outcomes)
		}
	}
}

// plain leaves away what may differ.
func plain(answer string) string {
	answer = numbers.ReplaceAllStringFunc(wording.ReplaceAllString(answer, ""), func(member string) string {
		n, _ := new(big.Rat).SetString(member[5 : len(member)-1])
		return `"N":"` + n.RatString() + `"`
	})
	if code, rest, ok := strings.Cut(answer, " {"); ok && strings.HasSuffix(code, "Exception") {
		more, _, _ := strings.Cut(rest, "} ")
		return fmt.Sprintf("%s {%s}", code, more)
	}
	var members map[string]any
	if err := json.Unmarshal([]byte(answer), &members); err != nil {
		return answer
	}
	delete(members, "LastEvaluatedKey")
	text, _ := json.Marshal(members) // it was JSON
	return string(text)
}
