package web_test

import (
	"encoding/json"
	"testing"
)

func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"vehicles":[]}`, `{"vehicles":[{"vin":` + vin + `,"year":1999}],"labels":{"a":"b"}}`, `{"vehicles":[],"vehicles":[]}`,
		`{"Vehicles":null}`, `[[[[]]]]`, `{"a":{"a":1,"a":2},"b":[{"a":1,"a":1}]}`, `1e999`, `"\ud800"`, "\xef\xbb\xbf{}", `{} {}`, ` `, `{"":{"":""}}`,
	} {
		f.Add(seed)
	}
	handler, log := api(counted)
	f.Fuzz(func(t *testing.T, body string) {
		log.Reset()
		w := do(handler, "POST", "/v1/vehicles", "application/json", body)
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("the answer is no JSON: %s", w.Body)
		}
		switch w.Code {
		case 200:
			if !json.Valid([]byte(body)) {
				t.Errorf("accepted %q", body)
			}
		case 400, 413, 422:
		default:
			t.Errorf("status %d for %q: %s", w.Code, body, log)
		}
	})
}
