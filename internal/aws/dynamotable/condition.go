package dynamotable

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/winback-auto/winback/internal/platform/table"
)

// built is an op's condition, and an Add's update, as the calls take them. The zero value is none.
type built = expression.Expression

// build says table.Op.Holds in DynamoDB's language.
func build(op table.Op, now time.Time) (built, error) {
	builder := expression.NewBuilder()
	needed := false
	if condition, ok := conditionOf(op, now); ok {
		builder, needed = builder.WithCondition(condition), true
	}
	if op.Action == table.Add {
		update := expression.Add(expression.Name(versionAttribute), expression.Value(1))
		for member, delta := range op.Deltas {
			update = update.Add(expression.NameNoDotSplit(attributeOf(member)), expression.Value(delta))
		}
		builder, needed = builder.WithUpdate(update), true
	}
	if !needed {
		return built{}, nil
	}
	return builder.Build()
}

func conditionOf(op table.Op, now time.Time) (condition expression.ConditionBuilder, ok bool) {
	var (
		stored  = expression.Name(partitionKey).AttributeExists()
		expires = expression.Name(ExpiresAttribute)
		seconds = expression.Value(now.Unix())
		endless = expires.AttributeNotExists()
		lasts   = endless.Or(expires.GreaterThan(seconds))
		version = expression.Name(versionAttribute)
	)
	switch op.If.Test {
	case table.Absent:
		condition = expression.Name(partitionKey).AttributeNotExists()
		if op.Action != table.Add {
			condition = condition.Or(expires.LessThanEqual(seconds))
		}
		return condition, true
	case table.Present:
		return stored.And(lasts), true
	case table.VersionIs:
		if op.If.Version == 0 {
			return stored.And(version.AttributeNotExists(), lasts), true
		}
		return version.Equal(expression.Value(op.If.Version)).And(lasts), true
	case table.Equals:
		member := expression.NameNoDotSplit(attributeOf(op.If.Attribute))
		return member.Equal(expression.Value(op.If.Text)).And(lasts), true
	}
	// An Add must not revive an expired item.
	return lasts, op.Action == table.Add
}
