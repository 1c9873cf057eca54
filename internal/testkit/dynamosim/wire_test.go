package dynamosim_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/dynamosim"
)

// The SDK's view is tested beside dynamotable. Here is the wire itself, as a script that DynamoDB Local has to play alike.

func now() time.Time { return time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC) }

// step is one call and what is to be answered: a fragment of JSON, or the name of an error.
type step struct {
	action, body, want string
}

const schema = `"TableName":"tbl","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"due","AttributeType":"N"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-sk","KeySchema":[{"AttributeName":"sk","KeyType":"HASH"},{"AttributeName":"due","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]`

func thing(pk, sk, more string) string {
	return fmt.Sprintf(`{"pk":{"S":%q},"sk":{"S":%q}%s}`, pk, sk, more)
}

func put(pk, sk, more, rest string) step {
	return step{"PutItem", `{"TableName":"tbl","Item":` + thing(pk, sk, more) + rest + `}`, ""}
}

func get(pk, sk, want string) step {
	return step{"GetItem", `{"TableName":"tbl","ConsistentRead":true,"Key":` + thing(pk, sk, "") + `}`, want}
}

func (s step) wants(want string) step {
	s.want = want
	return s
}

// named lets an expression name its attributes by placeholders, as clients do because of the reserved words.
func named(expression string) (text, names string) {
	var used []string
	text = regexp.MustCompile(`[#:]?[a-z_]+\(?`).ReplaceAllStringFunc(expression, func(word string) string {
		if !slices.Contains([]string{"pk", "sk", "n", "v", "due", "absent"}, word) {
			return word
		}
		if member := fmt.Sprintf("%q:%q", "#"+word, word); !slices.Contains(used, member) {
			used = append(used, member)
		}
		return "#" + word
	})
	return text, strings.Join(used, ",")
}

func condition(expression, names, values string) string {
	expression, used := named(expression)
	text := fmt.Sprintf(`,"ConditionExpression":%q`, expression)
	if names = strings.Trim(names+","+used, ","); names != "" {
		text += `,"ExpressionAttributeNames":{` + names + `}`
	}
	if values != "" {
		text += `,"ExpressionAttributeValues":{` + values + `}`
	}
	return text
}

func update(expression, values string) step {
	expression, names := named(expression)
	return step{"UpdateItem", `{"TableName":"tbl","Key":` + thing("u", "1", "") + `,"UpdateExpression":"` + expression + `","ExpressionAttributeNames":{` + names + `},"ExpressionAttributeValues":{` + values + `}}`, ""}
}

func query(expression, values, rest, want string) step {
	expression, names := named(expression)
	return step{"Query", `{"TableName":"tbl","KeyConditionExpression":"` + expression + `","ExpressionAttributeNames":{` + names + `},"ExpressionAttributeValues":{` + values + `}` + rest + `}`, want}
}

const refused = "ConditionalCheckFailedException"

// script is what both have to answer alike.
var script = []step{
	{"CreateTable", `{` + schema + `}`, `"TableStatus":"ACTIVE"`},
	{"CreateTable", `{` + schema + `}`, "ResourceInUseException"},
	{"CreateTable", `{` + strings.Replace(schema, `"TableName":"tbl"`, `"TableName":"other"`, 1) + `,"Tags":[]}`, ""},
	{"DeleteTable", `{"TableName":"other"}`, ""},
	{"DeleteTable", `{"TableName":"other"}`, "ResourceNotFoundException"},
	{"GetItem", `{"TableName":"nobody","Key":` + thing("a", "b", "") + `}`, "ResourceNotFoundException"},

	put("a", "1", `,"n":{"N":"1.50"},"l":{"L":[{"NULL":true},{"BOOL":false}]},"m":{"M":{"x":{"B":"AAE="}}}`, ""),
	get("a", "1", `"n":{"N":"1.5"}`),
	get("a", "1", `"m":{"M":{"x":{"B":"AAE="}}}`),
	get("a", "2", `{}`),
	put("a", "1", "", condition("attribute_not_exists(pk)", "", "")).wants(refused),
	put("a", "1", `,"n":{"N":"2"}`, condition("attribute_exists(pk) AND NOT (n < :v OR n = :w)", "", `":v":{"N":"1.5"},":w":{"S":"1.5"}`)),
	put("a", "1", "", condition("n <> :v", "", `":v":{"N":"2.0"}`)).wants(refused),
	put("a", "1", "", condition("absent <> :v", "", `":v":{"N":"2"}`)+`,"ReturnValues":"ALL_OLD"`).wants(`"n":{"N":"2"}`),
	put("a", "1", "", condition("absent = :v", "", `":v":{"N":"2"}`)).wants(refused),
	put("a", "1", "", condition("absent < :v", "", `":v":{"N":"2"}`)).wants(refused),
	put("a", "1", "", condition("sk between :a and :b", "", `":a":{"S":"0"},":b":{"S":"1"}`)),
	put("a", "1", "", condition("begins_with(sk, :a)", "", `":a":{"S":"1"}`)),
	put("a", "1", "", condition("sk >= :a and sk <= :a or sk > :a", "", `":a":{"S":"1"}`)),
	put("a", "1", "", condition("sk = :a", "", `":a":{"S":"2"}`)+`,"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`).wants(`"Item":{"pk"`),
	put("a", "1", "", condition("sk = :a", "", "")).wants("ValidationException"),
	put("a", "1", "", condition("#a = :a", "", `":a":{"S":"2"}`)).wants("ValidationException"),
	put("a", "1", "", condition("sk = :a", "", `":a":{"S":"2"},":b":{"S":"2"}`)).wants("ValidationException"),
	put("a", "1", "", condition("sk = :a", `"#x":"x"`, `":a":{"S":"2"}`)).wants("ValidationException"),
	put("a", "1", "", condition("sk = :a AND", "", `":a":{"S":"2"}`)).wants("ValidationException"),
	put("a", "1", "", condition("(sk = :a", "", `":a":{"S":"2"}`)).wants("ValidationException"),
	put("a", "1", "", condition("sk = :a ; x", "", `":a":{"S":"2"}`)).wants("ValidationException"),

	put("", "1", "", "").wants("ValidationException"),
	put(strings.Repeat("x", 2049), "1", "", "").wants("ValidationException"),
	put("x", strings.Repeat("x", 1025), "", "").wants("ValidationException"),
	put("x", "1", `,"due":{"S":"1"}`, "").wants("ValidationException"),
	put("x", "1", `,"n":{"N":"1","S":"1"}`, "").wants("ValidationException"),
	put("x", "1", `,"n":{"N":"x"}`, "").wants("ValidationException"),
	put("x", "1", `,"n":{"N":"`+strings.Repeat("9", 39)+`"}`, "").wants("ValidationException"),
	put("x", "1", `,"n":{"N":"1e126"}`, "").wants("ValidationException"),
	put("x", "1", `,"n":{"N":"9.9e125"}`, ""),
	put("x", "1", `,"n":{"N":"1e-131"}`, "").wants("ValidationException"),
	put("x", "1", `,"text":{"S":"`+strings.Repeat("x", 400<<10)+`"}`, "").wants("ValidationException"),
	{"PutItem", `{"TableName":"tbl","Item":{"pk":{"S":"a"}}}`, "ValidationException"},
	{"PutItem", `{"TableName":"tbl","Item":{"pk":{"N":"1"},"sk":{"S":"a"}}}`, "ValidationException"},
	{"GetItem", `{"TableName":"tbl","Key":{"pk":{"S":"a"}}}`, "ValidationException"},
	{"GetItem", `{"TableName":"tbl","Key":` + thing("a", "1", `,"n":{"N":"1"}`) + `}`, "ValidationException"},
	{"DeleteItem", `{"TableName":"tbl","ReturnValues":"ALL_OLD","Key":` + thing("a", "1", "") + `}`, `"Attributes":{"pk"`},
	{"DeleteItem", `{"TableName":"tbl","Key":` + thing("a", "1", "") + condition("attribute_exists(pk)", "", "") + `}`, refused},

	update("ADD n :one, v :half", `":one":{"N":"1"},":half":{"N":"0.5"}`),
	update("ADD n :one", `":one":{"N":"-3"}`),
	get("u", "1", `"n":{"N":"-2"}`),
	get("u", "1", `"v":{"N":"0.5"}`),
	update("ADD n :one, n :one", `":one":{"N":"1"}`).wants("ValidationException"),
	update("ADD pk :one", `":one":{"N":"1"}`).wants("ValidationException"),
	update("ADD n :text", `":text":{"S":"x"}`).wants("ValidationException"),
	update("ADD n", ``).wants("ValidationException"),
	update("ADD n :big", `":big":{"N":"1e40"}`).wants("ValidationException"),

	put("q", "1", `,"due":{"N":"10"}`, ""), put("q", "2", `,"due":{"N":"9"}`, ""), put("q", "3", "", ""), put("r", "1", `,"due":{"N":"-1"}`, ""),
	query("pk = :p", `":p":{"S":"q"}`, "", `"Count":3`),
	query("pk = :p AND sk > :s", `":p":{"S":"q"},":s":{"S":"1"}`, "", `"Count":2`),
	query("(pk = :p) and (sk between :s and :t)", `":p":{"S":"q"},":s":{"S":"2"},":t":{"S":"3"}`, "", `"Count":2`),
	query("pk = :p AND begins_with(sk, :s)", `":p":{"S":"q"},":s":{"S":"3"}`, "", `"Count":1`),
	query("pk = :p AND sk < :s", `":p":{"S":"q"},":s":{"S":"3"}`, `,"ScanIndexForward":false,"Limit":1`, `"LastEvaluatedKey":{"pk":{"S":"q"},"sk":{"S":"2"}}`),
	query("sk = :s", `":s":{"S":"1"}`, `,"IndexName":"by-sk"`, `"Items":[{"due":{"N":"-1"},"pk":{"S":"r"},"sk":{"S":"1"}},{"due":{"N":"10"},"pk":{"S":"q"},"sk":{"S":"1"}}]`),
	query("sk = :s AND due >= :d", `":s":{"S":"1"},":d":{"N":"0"}`, `,"IndexName":"by-sk"`, `"Count":1`),
	query("sk = :s", `":s":{"S":"3"}`, `,"IndexName":"by-sk"`, `"Count":0`),
	query("sk = :s", `":s":{"S":"1"}`, `,"IndexName":"by-sk","ConsistentRead":true`, "ValidationException"),
	query("sk = :s", `":s":{"S":"1"}`, `,"IndexName":"nobody"`, "ValidationException"),
	query("sk = :s", `":s":{"S":"1"}`, "", "ValidationException"),
	query("pk > :p", `":p":{"S":"q"}`, "", "ValidationException"),
	query("pk = :p AND sk <> :s", `":p":{"S":"q"},":s":{"S":"3"}`, "", "ValidationException"),
	query("pk = :p AND sk > :s AND sk < :s", `":p":{"S":"q"},":s":{"S":"3"}`, "", "ValidationException"),
	query("pk = :p AND sk = :s", `":p":{"S":"q"},":s":{"N":"3"}`, "", "ValidationException"),
	query("pk = :p AND n = :s", `":p":{"S":"q"},":s":{"N":"3"}`, "", "ValidationException"),
	query("pk = :p", `":p":{"S":""}`, "", "ValidationException"),
	query("pk = :p", `":p":{"S":"q"}`, `,"Limit":0`, "ValidationException"),

	{"BatchWriteItem", `{"RequestItems":{"tbl":[{"PutRequest":{"Item":` + thing("b", "1", "") + `}},{"DeleteRequest":{"Key":` + thing("q", "3", "") + `}}]}}`, `"UnprocessedItems":{}`},
	{"BatchWriteItem", `{"RequestItems":{"tbl":[{"PutRequest":{"Item":` + thing("b", "1", "") + `}},{"DeleteRequest":{"Key":` + thing("b", "1", "") + `}}]}}`, "ValidationException"},
	{"BatchWriteItem", `{"RequestItems":{}}`, "ValidationException"},
	{"BatchGetItem", `{"RequestItems":{"tbl":{"Keys":[` + thing("b", "1", "") + `,` + thing("b", "2", "") + `]}}}`, `"Responses":{"tbl":[{"pk":{"S":"b"},"sk":{"S":"1"}}]}`},
	{"BatchGetItem", `{"RequestItems":{"tbl":{"Keys":[` + thing("b", "1", "") + `,` + thing("b", "1", "") + `]}}}`, "ValidationException"},
	{"BatchGetItem", `{"RequestItems":{"nobody":{"Keys":[` + thing("b", "1", "") + `]}}}`, "ResourceNotFoundException"},

	{"TransactWriteItems", `{"TransactItems":[
		{"Put":{"TableName":"tbl","Item":` + thing("x", "new", `,"due":{"N":"1"}`) + `}},
		{"Update":{"TableName":"tbl","Key":` + thing("u", "1", "") + `,"UpdateExpression":"ADD #n :n","ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{":n":{"N":"3"}}}},
		{"Delete":{"TableName":"tbl","Key":` + thing("b", "1", "") + `}},
		{"ConditionCheck":{"TableName":"tbl","Key":` + thing("q", "1", "") + condition("attribute_exists(pk)", "", "") + `}}]}`, "{}"},
	get("u", "1", `"n":{"N":"1"}`),
	get("b", "1", "{}"),
	get("q", "1", `"due":{"N":"10"}`),
	{
		"TransactWriteItems", `{"TransactItems":[
		{"Put":{"TableName":"tbl","Item":` + thing("x", "new", "") + `}},
		{"ConditionCheck":{"TableName":"tbl","Key":` + thing("q", "1", "") + condition("attribute_not_exists(pk)", "", "") + `,"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}]}`,
		`"CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Item":{"due":{"N":"10"},"pk":{"S":"q"},"sk":{"S":"1"}},"Message":"The conditional request failed`,
	},
	get("x", "new", `"due":{"N":"1"}`),
	{"TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"tbl","Key":` + thing("q", "1", "") + `}},{"Put":{"TableName":"tbl","Item":` + thing("q", "1", "") + `}}]}`, "ValidationException"},
	{"TransactWriteItems", `{"TransactItems":[]}`, "ValidationException"},
	{"TransactWriteItems", `{"ClientRequestToken":"once","TransactItems":[{"Update":{"TableName":"tbl","Key":` + thing("u", "2", "") + `,"UpdateExpression":"ADD #n :n","ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{":n":{"N":"3"}}}}]}`, ""},
	{"TransactWriteItems", `{"ClientRequestToken":"once","TransactItems":[{"Update":{"TableName":"tbl","Key":` + thing("u", "2", "") + `,"UpdateExpression":"ADD #n :n","ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{":n":{"N":"3"}}}}]}`, ""},
	get("u", "2", `"n":{"N":"3"}`),
	{"TransactWriteItems", `{"ClientRequestToken":"once","TransactItems":[{"Delete":{"TableName":"tbl","Key":` + thing("u", "2", "") + `}}]}`, "IdempotentParameterMismatchException"},
}

// play calls a service and returns the answer, or the name of the error and its further members.
func play(ctx context.Context, service awssim.Protected, s step) (string, error) {
	account := awssim.NewAccount(awssim.AccountOptions{Place: awssim.Place{Region: "ap-southeast-2", Account: "123456789012"}, Now: now}, service)
	var answer any
	err := account.Deployer().Call(ctx, "dynamodb", s.action, json.RawMessage(s.body), &answer)
	var failure *awssim.Error
	if errors.As(err, &failure) {
		more, err := json.Marshal(failure.More)
		return failure.Code + " " + string(more) + " " + failure.Message, err
	}
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(answer)
	return string(text), err
}

func check(t *testing.T, service awssim.Protected, steps []step) {
	t.Helper()
	for i, s := range steps {
		t.Run(fmt.Sprintf("step %d: %s", i, s.action), func(t *testing.T) {
			got, err := play(t.Context(), service, s)
			body := s.body
			if len(body) > 300 {
				body = body[:300] + "…"
			}
			switch {
			case err != nil:
				t.Errorf("%s: %v", body, err)
			case s.want == "" && strings.Contains(got, "Exception "), !strings.Contains(got, s.want):
				t.Errorf("%s\nanswered %.400s\nwant %q", body, got, s.want)
			}
		})
	}
}

func TestTheWireIsThatOfDynamoDB(t *testing.T) {
	check(t, dynamosim.New(dynamosim.Options{}), script)
}

func TestWhatIsNotSimulatedIsAnErrorAndNotIgnored(t *testing.T) {
	unknown := func(s step, what string) step { return s.wants(what) }
	check(t, dynamosim.New(dynamosim.Options{}), []step{
		{"CreateTable", `{` + schema + `}`, ""},
		{"Scan", `{"TableName":"tbl"}`, "UnknownOperationException"},
		{"CreateTable", `{"TableName":"two","BillingMode":"PROVISIONED"}`, "is not simulated"},
		{"CreateTable", `{"TableName":"two","BillingMode":"PAY_PER_REQUEST","StreamSpecification":{}}`, `StreamSpecification`},
		unknown(get("a", "1", ""), "{}"),
		{"GetItem", `{"TableName":"tbl","Key":` + thing("a", "1", "") + `,"ProjectionExpression":"pk"}`, "ProjectionExpression"},
		{"GetItem", `{"TableName":"tbl","Key":[]}`, "SerializationException"},
		unknown(put("a", "1", `,"s":{"SS":["x"]}`, ""), "values of type SS are not simulated"),
		unknown(put("a", "1", "", `,"ConditionExpression":"attribute_exists(pk)"`), "without a placeholder"),
		unknown(put("a", "1", "", condition("contains(sk, :v)", "", `":v":{"S":"x"}`)), "function contains is not simulated"),
		unknown(put("a", "1", "", condition("sk IN (:v)", "", `":v":{"S":"x"}`)), "ValidationException"),
		unknown(put("a", "1", "", condition("#x.#y = :v", `"#x":"x","#y":"y"`, `":v":{"S":"x"}`)), "nested paths are not simulated"),
		unknown(put("a", "1", "", `,"ReturnValues":"ALL_NEW"`), "ReturnValues ALL_NEW"),
		unknown(put("a", "1", "", `,"ReturnValuesOnConditionCheckFailure":"ALL_NEW"`), "ALL_NEW is not simulated"),
		unknown(update("SET n = :v", `":v":{"N":"1"}`), "clause"),
		unknown(update("ADD n :v REMOVE v", `":v":{"N":"1"}`), "a second clause"),
		query("pk = :p", `":p":{"S":"q"}`, `,"FilterExpression":"x"`, "FilterExpression"),
		query("pk = :p", `":p":{"S":"q"}`, `,"ExclusiveStartKey":{}`, "ExclusiveStartKey"),
	})
}

// What holds for both is what DynamoDB does; so ours is no imagination.
func TestDynamoDBLocalPlaysTheSameScript(t *testing.T) {
	check(t, dynamosim.NewForward(local(t)), script)
}

// local is the address of DynamoDB Local. It takes a while to start, so this is for make conformance, which sets the variable.
func local(t *testing.T) (endpoint string) {
	t.Helper()
	if os.Getenv("WINBACK_CONFORMANCE") == "" {
		t.Skip("not asked for: run make conformance")
	}
	endpoint, stop, err := dynamosim.StartLocal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return endpoint
}
