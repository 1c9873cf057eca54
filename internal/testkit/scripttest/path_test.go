package scripttest

import (
	"encoding/json"
	"errors"
	"testing"
)

const document = `{
	"items": [{"id": "a", "n": 1, "car": {"vin": "V1"}}, {"id": "b", "n": 2.5, "car": {"vin": "V2"}, "tags": []}],
	"errors": [{"location": "body.cars[1].vin", "message": "is short"}],
	"next": null, "length": 7, "paths": {"/v1/leads/{id}": {"get": true}}
}`

func parsed(t *testing.T) any {
	t.Helper()
	var root any
	if err := json.Unmarshal([]byte(document), &root); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestAPathLeadsToItsValue(t *testing.T) {
	for path, want := range map[string]string{
		".items[0].id":                       "a",
		".items[-1].n":                       "2.5",
		".items.length":                      "2",
		".items[1].tags.length":              "0",
		".length":                            "7",
		".items[0].car.length":               "1",
		".items[id=b].n":                     "2.5",
		".items[car.vin=V2].id":              "b",
		".items[n=1].car.vin":                "V1",
		".errors[location=body.cars[1].vin]": `{"location":"body.cars[1].vin","message":"is short"}`,
		".next":                              "null",
		".paths./v1/leads/{id}.get":          "true",
		".items[1].tags":                     "[]",
	} {
		value, err := at(parsed(t), path)
		if err != nil || text(value) != want {
			t.Errorf("%s: %s, %v, want %s", path, text(value), err, want)
		}
	}
	if value, err := at("x", "."); err != nil || value != "x" {
		t.Errorf(".: %v, %v", value, err)
	}
}

func TestAPathThatLeadsNowhereSaysWhere(t *testing.T) {
	for path, want := range map[string]string{
		".item":              ".item is absent",
		".items[2].id":       ".items[2] is absent",
		".items[-3]":         ".items[-3] is absent",
		".items[id=c]":       ".items[id=c] is absent",
		".items.id":          ".items.id is absent",
		".next.length":       ".next.length is absent",
		".items[0].id.first": ".items[0].id.first is absent",
		".errors[0][0]":      ".errors[0][0] is absent",
	} {
		_, err := at(parsed(t), path)
		if !errors.Is(err, errAbsent) || err.Error() != want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}

func TestAPathThatIsNoneIsNotAbsence(t *testing.T) {
	for _, path := range []string{"items", ".items[0", "..id", ".items.", ".items[first]", ".items[0]x"} {
		if _, err := at(parsed(t), path); err == nil || errors.Is(err, errAbsent) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
