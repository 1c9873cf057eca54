package dynamosim

import (
	"regexp"
	"slices"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// Bounds of keys, in bytes.
const (
	maxPartitionKey = 2048
	maxSortKey      = 1024
)

type keyElement struct{ AttributeName, KeyType string }

// resourceName is what tables and indexes may be called.
var resourceName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

func badName() *awssim.Error {
	return invalid("Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
}

// keySchema is the pair of key attributes of a table or an index. Sort is empty where there is none.
type keySchema struct{ partition, sort string }

type projection struct {
	ProjectionType   string
	NonKeyAttributes []string
}

type indexRequest struct {
	IndexName          string
	KeySchema          []keyElement
	Projection         projection
	OnDemandThroughput any
}

type createTable struct {
	TableName            string
	AttributeDefinitions []struct{ AttributeName, AttributeType string }
	KeySchema            []keyElement
	BillingMode          string

	GlobalSecondaryIndexes []indexRequest
	// These change nothing here.
	OnDemandThroughput        any
	SSESpecification          any
	DeletionProtectionEnabled bool
	TableClass                string
	Tags                      any
}

func (d *DynamoDB) createTable(_ awssim.Request, in *createTable) (any, error) {
	switch {
	case !resourceName.MatchString(in.TableName):
		return nil, badName()
	case d.tables[in.TableName] != nil:
		return nil, failure("ResourceInUseException", "Table already exists: %s", in.TableName)
	case in.BillingMode != "PAY_PER_REQUEST":
		return nil, invalid("dynamosim: BillingMode %q is not simulated", in.BillingMode)
	}
	t := &tableData{name: in.TableName, types: map[string]string{}, protected: in.DeletionProtectionEnabled, request: in}
	for _, a := range in.AttributeDefinitions {
		if a.AttributeType != typeText && a.AttributeType != typeNumber {
			return nil, invalid("dynamosim: keys of type %q are not simulated", a.AttributeType)
		}
		t.types[a.AttributeName] = a.AttributeType
	}
	var err error
	if t.keys, err = t.schema(in.KeySchema); err != nil {
		return nil, err
	}
	used := []string{t.keys.partition, t.keys.sort}
	for _, raw := range in.GlobalSecondaryIndexes {
		index := &indexData{name: raw.IndexName, projection: raw.Projection}
		if index.keys, err = t.schema(raw.KeySchema); err != nil {
			return nil, err
		}
		switch {
		case !resourceName.MatchString(raw.IndexName):
			return nil, badName()
		case !slices.Contains([]string{"ALL", "KEYS_ONLY", "INCLUDE"}, raw.Projection.ProjectionType):
			return nil, invalid("One or more parameter values were invalid: Unknown ProjectionType: %s", raw.Projection.ProjectionType)
		}
		used = append(used, index.keys.partition, index.keys.sort)
		t.indexes = append(t.indexes, index)
	}
	for name := range t.types {
		if !slices.Contains(used, name) {
			return nil, invalid("One or more parameter values were invalid: Some AttributeDefinitions are not used. AttributeDefinitions: %s", name)
		}
	}
	d.tables[t.name] = t
	return map[string]any{"TableDescription": d.description(t)}, nil
}

// schema reads a pair of keys, which have to be defined.
func (t *tableData) schema(elements []keyElement) (keySchema, error) {
	var s keySchema
	for i, e := range elements {
		switch {
		case i == 0 && e.KeyType == "HASH":
			s.partition = e.AttributeName
		case i == 1 && e.KeyType == "RANGE":
			s.sort = e.AttributeName
		default:
			return s, invalid("Invalid KeySchema: element %d is %s", i, e.KeyType)
		}
		if t.types[e.AttributeName] == "" {
			return s, invalid("One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [%s]", e.AttributeName)
		}
	}
	if s.partition == "" {
		return s, invalid("Invalid KeySchema: no key")
	}
	return s, nil
}

type tableRequest struct{ TableName string }

func (d *DynamoDB) describeTable(_ awssim.Request, in *tableRequest) (any, error) {
	t, err := d.table(in.TableName)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Table": d.description(t)}, nil
}

func (d *DynamoDB) deleteTable(_ awssim.Request, in *tableRequest) (any, error) {
	t, err := d.table(in.TableName)
	switch {
	case err != nil:
		return nil, err
	case t.protected:
		return nil, invalid("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	delete(d.tables, t.name)
	return map[string]any{"TableDescription": d.description(t)}, nil
}

type timeToLive struct {
	TableName               string
	TimeToLiveSpecification struct {
		AttributeName string
		Enabled       bool
	}
}

// updateTimeToLive remembers the setting, and nothing more.
func (d *DynamoDB) updateTimeToLive(_ awssim.Request, in *timeToLive) (any, error) {
	if _, err := d.table(in.TableName); err != nil {
		return nil, err
	}
	return map[string]any{"TimeToLiveSpecification": in.TimeToLiveSpecification}, nil
}

func (d *DynamoDB) table(name string) (*tableData, error) {
	if t := d.tables[name]; t != nil {
		return t, nil
	}
	return nil, failure("ResourceNotFoundException", "Requested resource not found")
}

func (d *DynamoDB) description(t *tableData) map[string]any {
	indexes := []map[string]any{}
	for i, raw := range t.request.GlobalSecondaryIndexes {
		indexes = append(indexes, map[string]any{
			"IndexName": raw.IndexName, "KeySchema": raw.KeySchema, "IndexStatus": "ACTIVE", "ItemCount": t.indexes[i].count(),
			"Projection": map[string]any{"ProjectionType": raw.Projection.ProjectionType}, "IndexArn": d.arn(t.name) + "/index/" + raw.IndexName,
		})
	}
	return map[string]any{
		"TableName": t.name, "TableArn": d.arn(t.name), "TableStatus": "ACTIVE", "ItemCount": t.rows.count(),
		"KeySchema": t.request.KeySchema, "AttributeDefinitions": t.request.AttributeDefinitions, "GlobalSecondaryIndexes": indexes,
		"BillingModeSummary": map[string]any{"BillingMode": t.request.BillingMode}, "DeletionProtectionEnabled": t.protected,
	}
}

func (d *DynamoDB) arn(table string) string { return d.ARN("dynamodb", "table/"+table) }
