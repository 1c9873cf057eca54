// Package dynamosim answers the AWS SDK as DynamoDB does, in one process: tables with global secondary indexes, single
// writes with conditions, transactions, batches and queries.
//
// It knows the operations and the expressions that dynamotable uses and what they need around them; everything else, an
// unknown parameter included, is an error and never ignored. Its table contract is the one that the real service is held to,
// without an exception. Limits of items, keys, numbers, pages and batches are those of the service, and every call is
// counted in request units.
//
// Known differences from the service: indexes never lag; partitions have no throughput of their own; time to live removes
// nothing; transactions never meet, because calls are carried out one after the other; sets, nested paths, filters,
// projections, start keys, scans, streams and backups do not exist.
package dynamosim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// Options choose how unpleasant the service is. All of it is legal.
type Options struct {
	// Unprocessed makes entries of a batch come back unprocessed, by action and the entry's place; nil: none.
	Unprocessed func(action string, n int) bool
}

// DynamoDB is the service. It is safe for concurrent use.
type DynamoDB struct {
	awssim.Regional
	options Options

	mu     sync.Mutex
	tables map[string]*tableData
	tokens map[string]requestToken // of transactions
}

var _ awssim.Protected = (*DynamoDB)(nil)

// New makes the service without any table.
func New(options Options) *DynamoDB {
	return &DynamoDB{
		Regional: awssim.Regional{Prefix: "dynamodb", Signing: "dynamodb"}, options: options,
		tables: map[string]*tableData{}, tokens: map[string]requestToken{},
	}
}

// Name implements awssim.Service.
func (d *DynamoDB) Name() string { return "dynamodb" }

// Action implements awssim.Service.
func (d *DynamoDB) Action(r *http.Request) string { return awssim.Target(r, "DynamoDB_20120810") }

// Hosts implements awssim.Protected. Clients that know their account prefer its own address.
func (d *DynamoDB) Hosts() []string {
	return append(d.Regional.Hosts(), strings.Replace(d.Regional.Hosts()[0], "dynamodb.", d.Account+".ddb.", 1))
}

// Answer implements awssim.Service.
func (d *DynamoDB) Answer(r awssim.Request) (any, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch r.Action {
	case "CreateTable":
		return answer(r, d.createTable)
	case "DescribeTable":
		return answer(r, d.describeTable)
	case "DeleteTable":
		return answer(r, d.deleteTable)
	case "UpdateTimeToLive":
		return answer(r, d.updateTimeToLive)
	case "GetItem":
		return answer(r, d.getItem)
	case "BatchGetItem":
		return answer(r, d.batchGetItem)
	case "Query":
		return answer(r, d.query)
	case "PutItem":
		return answer(r, d.putItem)
	case "DeleteItem":
		return answer(r, d.deleteItem)
	case "UpdateItem":
		return answer(r, d.updateItem)
	case "TransactWriteItems":
		return answer(r, d.transactWriteItems)
	case "BatchWriteItem":
		return answer(r, d.batchWriteItem)
	}
	return nil, &awssim.Error{Status: http.StatusBadRequest, Code: coral + "UnknownOperationException", Message: r.Action + " is not simulated"}
}

// answer decodes the request of an action, which may have no other members than the known ones, and carries it out.
func answer[In any](r awssim.Request, do func(awssim.Request, *In) (any, error)) (any, error) {
	var in In
	decoder := json.NewDecoder(bytes.NewReader(r.Body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		var bad badValue
		switch text := err.Error(); {
		case errors.As(err, &bad):
			return nil, invalid("%s", text)
		case strings.Contains(text, "unknown field"):
			return nil, invalid("dynamosim: %s of %s is not simulated", strings.TrimPrefix(text, "json: unknown field "), r.Action)
		}
		return nil, &awssim.Error{Status: http.StatusBadRequest, Code: coral + "SerializationException", Message: err.Error()}
	}
	return do(r, &in)
}

// Prefixes of the names of errors.
const (
	shapes = "com.amazonaws.dynamodb.v20120810#"
	coral  = "com.amazon.coral.service#"
)

func failure(code, format string, args ...any) *awssim.Error {
	return &awssim.Error{Status: http.StatusBadRequest, Code: shapes + code, Message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *awssim.Error {
	return &awssim.Error{Status: http.StatusBadRequest, Code: "com.amazon.coral.validate#ValidationException", Message: fmt.Sprintf(format, args...)}
}

// Refuse implements awssim.Protected.
func (d *DynamoDB) Refuse(code, message string) *awssim.Error {
	return d.Regional.Refuse(coral+code, message)
}

// tokenLife is how long DynamoDB remembers the token of a transaction.
const tokenLife = 10 * time.Minute

// requestToken is a transaction that was carried out.
type requestToken struct {
	digest string
	at     time.Time
}
