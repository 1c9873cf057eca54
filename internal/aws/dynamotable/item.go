package dynamotable

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/winback-auto/winback/internal/platform/table"
)

// attributes are those of one item.
type attributes = map[string]types.AttributeValue

// The attributes that are not members of the body.
const (
	partitionKey     = "pk"
	sortKey          = "sk"
	duePartition     = "due_pk"
	dueSort          = "due_sk"
	kindAttribute    = "_kind"
	schemaAttribute  = "_schema"
	versionAttribute = "_version" // missing where it is 0
	tokenAttribute   = "_token"
	pendingAttribute = "_pending"
	// ExpiresAttribute is the end of an item in seconds since 1970.
	ExpiresAttribute = "_expires"
)

// escaped begins the name of a member that would be taken for one of those attributes. None of them begins like it.
const escaped = "__"

func attributeOf(member string) string {
	switch {
	case member == "", member[0] == '_', member == partitionKey, member == sortKey, member == duePartition, member == dueSort:
		return escaped + member
	default:
		return member
	}
}

// memberOf is the member that is stored as the attribute; not ok for the book-keeping.
func memberOf(attribute string) (member string, ok bool) {
	if member, ok := strings.CutPrefix(attribute, escaped); ok {
		return member, true
	}
	return attribute, attributeOf(attribute) == attribute
}

func keyOf(key table.Key) attributes {
	return attributes{
		partitionKey: &types.AttributeValueMemberS{Value: key.Partition},
		sortKey:      &types.AttributeValueMemberS{Value: key.Sort},
	}
}

// message is how a pending message is stored. Its body is text, because it has to come back byte for byte.
type message struct {
	ID    string    `dynamodbav:"id"`
	Topic string    `dynamodbav:"topic"`
	Body  string    `dynamodbav:"body"`
	At    time.Time `dynamodbav:"at,omitempty"`
}

func marshal(item table.Item) (attributes, error) {
	stored, err := members(item.Body)
	if err != nil {
		return nil, fmt.Errorf("dynamotable: the body of a %s: %w", item.Kind, err)
	}
	stored[partitionKey] = &types.AttributeValueMemberS{Value: item.Partition}
	stored[sortKey] = &types.AttributeValueMemberS{Value: item.Sort}
	setText := func(attribute, text string) {
		if text != "" {
			stored[attribute] = &types.AttributeValueMemberS{Value: text}
		}
	}
	setNumber := func(attribute string, n int64) {
		if n != 0 {
			stored[attribute] = number(n)
		}
	}
	setText(kindAttribute, item.Kind)
	setNumber(schemaAttribute, int64(item.Schema))
	setNumber(versionAttribute, item.Version)
	setText(tokenAttribute, item.Token)
	setText(duePartition, item.Due.Partition)
	setText(dueSort, item.Due.Sort)
	if !item.Expires.IsZero() {
		stored[ExpiresAttribute] = number(item.Expires.Unix())
	}
	if len(item.Pending) == 0 {
		return stored, nil
	}
	pending := make([]message, len(item.Pending))
	for i, m := range item.Pending {
		pending[i] = message{m.ID, m.Topic, string(m.Body), m.At}
	}
	stored[pendingAttribute], err = attributevalue.Marshal(pending)
	return stored, err
}

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// books are the attributes of an item that are not members of its body.
type books struct {
	Partition    string    `dynamodbav:"pk"`
	Sort         string    `dynamodbav:"sk"`
	DuePartition string    `dynamodbav:"due_pk"`
	DueSort      string    `dynamodbav:"due_sk"`
	Kind         string    `dynamodbav:"_kind"`
	Schema       int       `dynamodbav:"_schema"`
	Version      int64     `dynamodbav:"_version"`
	Token        string    `dynamodbav:"_token"`
	Expires      int64     `dynamodbav:"_expires"`
	Pending      []message `dynamodbav:"_pending"`
}

func unmarshal(stored attributes) (table.Item, error) {
	var b books
	if err := attributevalue.UnmarshalMap(stored, &b); err != nil {
		return table.Item{}, fmt.Errorf("dynamotable: a stored item: %w", err)
	}
	item := table.Item{
		Key:     table.Key{Partition: b.Partition, Sort: b.Sort},
		Kind:    b.Kind,
		Schema:  b.Schema,
		Version: b.Version,
		Token:   b.Token,
		Due:     table.IndexKey{Partition: b.DuePartition, Sort: b.DueSort},
	}
	if b.Expires != 0 {
		item.Expires = time.Unix(b.Expires, 0).UTC()
	}
	for _, m := range b.Pending {
		item.Pending = append(item.Pending, table.Message{ID: m.ID, Topic: m.Topic, Body: []byte(m.Body), At: m.At.UTC()})
	}
	body, err := bodyOf(stored, b.Kind != "")
	if err != nil {
		return table.Item{}, fmt.Errorf("dynamotable: the body of a stored %s: %w", b.Kind, err)
	}
	item.Body = body
	return item, nil
}
