package dynamosim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// Forward is DynamoDB in another process, such as DynamoDB Local: calls are carried out there, while an Account decides here
// who may make them. Tables that are made through it are known here, too, without their items.
//
// Units are those that the other process counts, which is asked for them.
type Forward struct {
	*DynamoDB
	endpoint string
	client   *http.Client
}

// NewForward forwards to an endpoint, http://127.0.0.1:8000.
func NewForward(endpoint string) *Forward {
	return &Forward{DynamoDB: New(Options{}), endpoint: endpoint, client: &http.Client{}}
}

// Answer implements awssim.Service.
func (f *Forward) Answer(r awssim.Request) (any, error) {
	if r.Action == "CreateTable" || r.Action == "DeleteTable" {
		if _, err := f.DynamoDB.Answer(r); err != nil {
			return nil, err
		}
	}
	body, wanted, err := counted(r)
	if err != nil {
		return nil, err
	}
	status, answer, err := f.post(r, body)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, forwarded(status, answer)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(answer, &members); err != nil {
		return nil, fmt.Errorf("dynamosim: %s: %w", f.endpoint, err)
	}
	spend(r, members["ConsumedCapacity"])
	if !wanted {
		delete(members, "ConsumedCapacity")
	}
	return members, nil
}

// counted is the request that asks for its units, and whether it did so already.
func counted(r awssim.Request) (body []byte, wanted bool, err error) {
	if strings.HasSuffix(r.Action, "Table") || strings.HasSuffix(r.Action, "TimeToLive") {
		return r.Body, false, nil
	}
	var members map[string]json.RawMessage
	if err := r.Decode(&members); err != nil {
		return nil, false, err
	}
	if _, wanted = members["ReturnConsumedCapacity"]; !wanted {
		members["ReturnConsumedCapacity"] = json.RawMessage(`"TOTAL"`)
	}
	body, err = json.Marshal(members)
	return body, wanted, err
}

func (f *Forward) post(r awssim.Request, body []byte) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(r.HTTP.Context(), http.MethodPost, f.endpoint, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("dynamosim: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+r.Action)
	// DynamoDB Local keeps tables apart by key id and region, and checks neither secret nor signature.
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=rehearsal/20261122/"+f.Region+"/dynamodb/aws4_request, SignedHeaders=host, Signature=none")
	response, err := f.client.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("dynamosim: %w", err)
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// forwarded is the other process's failure.
func forwarded(status int, answer []byte) error {
	var members map[string]any
	if err := json.Unmarshal(answer, &members); err != nil {
		return fmt.Errorf("dynamosim: an answer that is no JSON: %s", answer)
	}
	e := &awssim.Error{Status: status, More: map[string]any{}}
	for name, value := range members {
		switch strings.ToLower(name) {
		case "__type":
			e.Code, _ = value.(string)
		case "message":
			e.Message, _ = value.(string)
		default:
			e.More[name] = value
		}
	}
	return e
}

// spend counts the units of an answer, of one table or of several.
func spend(r awssim.Request, raw json.RawMessage) {
	type used struct {
		CapacityUnits, ReadCapacityUnits, WriteCapacityUnits float64
	}
	var all []used
	if json.Unmarshal(raw, &all) != nil {
		var one used
		if json.Unmarshal(raw, &one) != nil {
			return
		}
		all = []used{one}
	}
	reading := strings.Contains(r.Action, "Get") || r.Action == "Query"
	for _, u := range all {
		read, write := u.ReadCapacityUnits, u.WriteCapacityUnits
		if read+write == 0 { // where it tells the sum only
			if reading {
				read = u.CapacityUnits
			} else {
				write = u.CapacityUnits
			}
		}
		r.Spend(awssim.ReadUnits, read)
		r.Spend(awssim.WriteUnits, write)
	}
}

// rewritten is how many items Rewrite puts at once, the most that the service takes.
const rewritten = 25

// Rewrite does what DynamoDB.Rewrite does, with a scan and puts in bulk. Nobody else may write meanwhile.
func (f *Forward) Rewrite(table string, change func(item []byte) ([]byte, error)) error {
	in := map[string]any{"TableName": table, "ConsistentRead": true}
	for {
		var page struct {
			Items            []json.RawMessage
			LastEvaluatedKey json.RawMessage `json:",omitempty"`
		}
		if err := f.call("Scan", in, &page); err != nil {
			return err
		}
		var puts []any
		for _, before := range page.Items {
			after, err := change(before)
			if err != nil {
				return err
			}
			if after != nil {
				puts = append(puts, map[string]any{"PutRequest": map[string]any{"Item": json.RawMessage(after)}})
			}
		}
		for some := range slices.Chunk(puts, rewritten) {
			if err := f.putAll(table, some); err != nil {
				return err
			}
		}
		if len(page.LastEvaluatedKey) == 0 {
			return nil
		}
		in["ExclusiveStartKey"] = page.LastEvaluatedKey
	}
}

// putAll puts items, which takes several calls where the other process does not manage all of them at once.
func (f *Forward) putAll(table string, puts []any) error {
	for requests := any(map[string]any{table: puts}); ; {
		var answer struct{ UnprocessedItems map[string]json.RawMessage }
		if err := f.call("BatchWriteItem", map[string]any{"RequestItems": requests}, &answer); err != nil {
			return err
		}
		if len(answer.UnprocessedItems) == 0 {
			return nil
		}
		requests = answer.UnprocessedItems
	}
}

// call makes a call that nobody is charged for.
func (f *Forward) call(action string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("dynamosim: %w", err)
	}
	request, err := http.NewRequest(http.MethodPost, f.endpoint, nil)
	if err != nil {
		return fmt.Errorf("dynamosim: %w", err)
	}
	status, answer, err := f.post(awssim.Request{Action: action, HTTP: request}, body)
	switch {
	case err != nil:
		return err
	case status != http.StatusOK:
		return forwarded(status, answer)
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("dynamosim: %s: %w", f.endpoint, err)
	}
	return nil
}
