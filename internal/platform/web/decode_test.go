package web_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

type parcel struct {
	Name string `json:"name" minLength:"2"`
	Size int    `json:"size,omitempty" maximum:"9"`
	Kind string `json:"kind,omitempty" enum:"small,large"`
}

func TestABodyIsDecodedAsStrictlyAsAnOperationsOwn(t *testing.T) {
	if p, err := web.Decode[parcel]([]byte(`{"name":"box","size":9}`)); err != nil || p != (parcel{Name: "box", Size: 9}) {
		t.Errorf("%+v, %v", p, err)
	}
	for body, want := range map[string][]string{
		`{"name":"b","size":10,"kind":"none"}`: {"body.kind", "body.name", "body.size"},
		`{"name":"box","Size":1}`:              {"body.Size"},
		`{"name":"box","name":"bag"}`:          {"body.name"},
		`{}`:                                   {"body"},
		`[]`:                                   {"body"},
		`{"name":"box","size":"1"}`:            {"body.size"},
		`{"name":"box","size":1.5}`:            {"body.size"},
	} {
		p, err := web.Decode[parcel]([]byte(body))
		var at []string
		for _, v := range errs.ViolationsOf(err) {
			at = append(at, v.Location)
		}
		for _, location := range want {
			if !strings.Contains(strings.Join(at, " ")+" ", location+" ") {
				t.Errorf("%s: violations at %q, want %q", body, at, want)
			}
		}
		if p != (parcel{}) {
			t.Errorf("%s is decoded to %+v all the same", body, p)
		}
	}
	for _, body := range []string{"", "{", `{"name":"box"}{}`, "{\"name\":\"\xff\"}", strings.Repeat("[", 40)} {
		if _, err := web.Decode[parcel]([]byte(body)); err == nil {
			t.Errorf("%q is decoded", body)
		}
	}
}

func TestBodiesAreDecodedAtTheSameTime(t *testing.T) {
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := web.Decode[parcel]([]byte(`{"name":"box"}`)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
