package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"

	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/aws/dynamotable"
)

// usedTable is the table that functions use: the stack's own, or the one that a restore has put in its place. The stack's
// own stays beside it then.
func usedTable(s awscdk.Stack, env Environment) table {
	own := dataTable(s, env)
	var used table = own
	if env.Restored != "" {
		used = restored(env.Restored)
		// The app stack imports these until it is deployed itself, which comes later.
		s.ExportValue(own.Ref(), nil)
		s.ExportValue(own.AttrArn(), nil)
	}
	output(s, deployment.TableOutput, "The table that holds everything.", used.Ref())
	return used
}

// table is what functions are told of a table, and what they are granted.
type table interface {
	Ref() *string
	AttrArn() *string
}

// restored is a table that no stack makes, by its name.
type restored string

func (r restored) Ref() *string { return text(string(r)) }

func (r restored) AttrArn() *string { return arn("dynamodb", "table/"+string(r)) }

// dataTable is the one table, laid out as its driver needs it.
func dataTable(s awscdk.Stack, env Environment) awsdynamodb.CfnTable {
	schema := dynamotable.Schema(env.Name("table"))
	var attributes, keys []any
	for _, a := range schema.AttributeDefinitions {
		attributes = append(attributes, &awsdynamodb.CfnTable_AttributeDefinitionProperty{AttributeName: a.AttributeName, AttributeType: text(string(a.AttributeType))})
	}
	for _, k := range schema.KeySchema {
		keys = append(keys, &awsdynamodb.CfnTable_KeySchemaProperty{AttributeName: k.AttributeName, KeyType: text(string(k.KeyType))})
	}
	most := &awsdynamodb.CfnTable_OnDemandThroughputProperty{
		MaxReadRequestUnits: number(env.Table.Reads), MaxWriteRequestUnits: number(env.Table.Writes),
	}
	var indexes []any
	for _, index := range schema.GlobalSecondaryIndexes {
		var keys []any
		for _, k := range index.KeySchema {
			keys = append(keys, &awsdynamodb.CfnTable_KeySchemaProperty{AttributeName: k.AttributeName, KeyType: text(string(k.KeyType))})
		}
		indexes = append(indexes, &awsdynamodb.CfnTable_GlobalSecondaryIndexProperty{
			IndexName: index.IndexName, KeySchema: &keys,
			Projection:         &awsdynamodb.CfnTable_ProjectionProperty{ProjectionType: text(string(index.Projection.ProjectionType))},
			OnDemandThroughput: most,
		})
	}
	table := awsdynamodb.NewCfnTable(s, text("Table"), &awsdynamodb.CfnTableProps{
		TableName:                        schema.TableName,
		AttributeDefinitions:             &attributes,
		KeySchema:                        &keys,
		GlobalSecondaryIndexes:           &indexes,
		BillingMode:                      text(string(schema.BillingMode)),
		OnDemandThroughput:               most,
		TimeToLiveSpecification:          &awsdynamodb.CfnTable_TimeToLiveSpecificationProperty{Enabled: yes, AttributeName: text(dynamotable.ExpiresAttribute)},
		PointInTimeRecoverySpecification: &awsdynamodb.CfnTable_PointInTimeRecoverySpecificationProperty{PointInTimeRecoveryEnabled: yes, RecoveryPeriodInDays: number(35)},
		DeletionProtectionEnabled:        flag(env.Keep),
		// The account's own key for DynamoDB: every use of it is in the trail, and nobody can delete it.
		SseSpecification: &awsdynamodb.CfnTable_SSESpecificationProperty{SseEnabled: yes, SseType: text("KMS")},
	})
	keep(table, env)
	return table
}

// keep lets a thing outlive its stack.
func keep(resource awscdk.CfnResource, env Environment) {
	if env.Keep {
		resource.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)
		return
	}
	resource.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
}
