package dynamosim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The types of attribute values, as the wire calls them.
const (
	typeText   = "S"
	typeNumber = "N"
	typeBinary = "B"
	typeTruth  = "BOOL"
	typeNull   = "NULL"
	typeList   = "L"
	typeMap    = "M"
)

// value is an attribute value.
type value struct {
	kind    string
	text    string // of S and, as bytes, of B
	number  number
	truth   bool
	list    []value
	members item
}

// badValue is what is wrong with an attribute value that is proper JSON.
type badValue string

func (b badValue) Error() string { return string(b) }

// item are the attributes of an item by name.
type item map[string]value

// UnmarshalJSON reads the wire's form, an object of one member that names the type.
func (v *value) UnmarshalJSON(b []byte) error {
	var wire map[string]json.RawMessage
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if len(wire) != 1 {
		return badValue("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	}
	for kind, raw := range wire {
		v.kind = kind
		return v.read(raw)
	}
	return nil
}

func (v *value) read(raw json.RawMessage) (err error) {
	switch v.kind {
	case typeText:
		return json.Unmarshal(raw, &v.text)
	case typeNumber:
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
		if v.number, err = parseNumber(text); err != nil {
			return badValue(err.Error())
		}
		return nil
	case typeBinary:
		var content []byte
		err := json.Unmarshal(raw, &content)
		v.text = string(content)
		return err
	case typeTruth, typeNull:
		return json.Unmarshal(raw, &v.truth)
	case typeList:
		v.list = []value{}
		return json.Unmarshal(raw, &v.list)
	case typeMap:
		v.members = item{}
		return json.Unmarshal(raw, &v.members)
	}
	return badValue(fmt.Sprintf("dynamosim: values of type %s are not simulated", v.kind))
}

// MarshalJSON writes the wire's form.
func (v value) MarshalJSON() ([]byte, error) {
	var content any
	switch v.kind {
	case typeText:
		content = v.text
	case typeNumber:
		content = v.number.String()
	case typeBinary:
		content = []byte(v.text)
	case typeTruth, typeNull:
		content = v.truth
	case typeList:
		content = v.list
	case typeMap:
		content = v.members
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(map[string]any{v.kind: content})
	return b.Bytes(), err
}

// equal compares values of any types.
func (v value) equal(other value) bool {
	return v.kind == other.kind && v.text == other.text && v.number == other.number && v.truth == other.truth &&
		slices.EqualFunc(v.list, other.list, value.equal) && maps.EqualFunc(v.members, other.members, value.equal)
}

// compare orders values of one type that has an order; not ok for others.
func (v value) compare(other value) (order int, ok bool) {
	switch {
	case v.kind != other.kind:
		return 0, false
	case v.kind == typeText, v.kind == typeBinary:
		return strings.Compare(v.text, other.text), true
	case v.kind == typeNumber:
		return v.number.compare(other.number), true
	}
	return 0, false
}

// size is what the value takes in an item, in bytes.
func (v value) size() int {
	const collection = 3
	size := 1
	switch v.kind {
	case typeText, typeBinary:
		return len(v.text)
	case typeNumber:
		return v.number.size()
	case typeList:
		size = collection
		for _, element := range v.list {
			size += 1 + element.size()
		}
	case typeMap:
		size = collection
		for name, member := range v.members {
			size += 1 + len(name) + member.size()
		}
	}
	return size
}

// size is that of the whole item: names and values.
func (i item) size() int {
	size := 0
	for name, v := range i {
		size += len(name) + v.size()
	}
	return size
}

// only keeps the named attributes.
func (i item) only(names ...string) item {
	kept := item{}
	for _, name := range names {
		if v, ok := i[name]; ok {
			kept[name] = v
		}
	}
	return kept
}
