package dynamotable

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// members are the attributes of a JSON object. Numbers go through as text, so that they keep their digits.
func members(body []byte) (attributes, error) {
	stored := attributes{}
	if len(body) == 0 {
		return stored, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, err
	}
	if object == nil {
		return nil, errors.New("null is no object")
	}
	for name, value := range object {
		stored[attributeOf(name)] = attribute(value)
	}
	return stored, nil
}

func attribute(value any) types.AttributeValue {
	switch v := value.(type) {
	case string:
		return &types.AttributeValueMemberS{Value: v}
	case json.Number:
		return &types.AttributeValueMemberN{Value: v.String()}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}
	case []any:
		list := make([]types.AttributeValue, len(v))
		for i, element := range v {
			list[i] = attribute(element)
		}
		return &types.AttributeValueMemberL{Value: list}
	case map[string]any:
		nested := make(attributes, len(v))
		for name, member := range v {
			nested[name] = attribute(member)
		}
		return &types.AttributeValueMemberM{Value: nested}
	default:
		return &types.AttributeValueMemberNULL{Value: true}
	}
}

// bodyOf is the JSON object of an item's members. A record has one even without members, a posting has none.
func bodyOf(stored attributes, record bool) ([]byte, error) {
	object := map[string]any{}
	for name, value := range stored {
		member, ok := memberOf(name)
		if !ok {
			continue
		}
		plain, err := plainOf(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		object[member] = plain
	}
	if len(object) == 0 && !record {
		return nil, nil
	}
	return json.Marshal(object)
}

func plainOf(value types.AttributeValue) (any, error) {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return v.Value, nil
	case *types.AttributeValueMemberN:
		return json.Number(v.Value), nil
	case *types.AttributeValueMemberBOOL:
		return v.Value, nil
	case *types.AttributeValueMemberNULL:
		return nil, nil
	case *types.AttributeValueMemberL:
		list := make([]any, len(v.Value))
		for i, element := range v.Value {
			plain, err := plainOf(element)
			if err != nil {
				return nil, err
			}
			list[i] = plain
		}
		return list, nil
	case *types.AttributeValueMemberM:
		nested := make(map[string]any, len(v.Value))
		for name, member := range v.Value {
			plain, err := plainOf(member)
			if err != nil {
				return nil, err
			}
			nested[name] = plain
		}
		return nested, nil
	default:
		return nil, fmt.Errorf("an attribute of type %T is not ours", value)
	}
}
