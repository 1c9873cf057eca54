package queue_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
)

type greeting struct {
	To   string `json:"to"`
	Text string `json:"text"`
}

var greet = queue.Topic[greeting]{Name: "greeting-send"}

func TestWhatATopicWritesItReadsAndEveryDriverTakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := greeting{rapid.String().Draw(t, "to"), rapid.String().Draw(t, "text")}
		m := greet.Message(ident.Trusted("harbour"), want)
		if err := (queue.Outgoing{Topic: m.Topic, Group: "harbour", Body: m.Body}).Check(); err != nil {
			t.Fatal(err)
		}
		company, got, err := greet.Read(m.Body)
		if err != nil || company.ID() != "harbour" || got != want {
			t.Fatalf("got %v %+v, %v; want %+v", company, got, err, want)
		}
	})
}

func TestNoncharactersTravelAsEscapes(t *testing.T) {
	want := greeting{Text: "\ufffe and \uffff"}
	m := greet.Message(ident.Trusted("harbour"), want)
	if err := (queue.Outgoing{Topic: m.Topic, Body: m.Body}).Check(); err != nil {
		t.Fatal(err)
	}
	if _, got, err := greet.Read(m.Body); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAMessageForLaterKnowsItsInstant(t *testing.T) {
	at := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	if m := greet.At(at, ident.Trusted("harbour"), greeting{}); !m.At.Equal(at) || m.Topic != "greeting-send" {
		t.Errorf("got %+v", m)
	}
}

func FuzzABodyThatIsNoMessageIsInvalid(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `null`, `[]`, `{"company":"","data":{}}`, `{"company":"a"}`, `{"company":"a","data":5}`, `{"company":1,"data":{}}`,
		`{"company":"a","data":{"to":1}}`, `{"company":"a","data":{"to":"b"}}`, "\x00", `{"company":"a","data":{}} x`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		company, _, err := greet.Read(body)
		if err == nil && company.IsZero() || err != nil && (!errs.Is(err, errs.Invalid) || !company.IsZero()) {
			t.Errorf("company %q, error %v", company, err)
		}
	})
}
