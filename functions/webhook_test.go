package functions_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/table"
)

// hookEvent is what API Gateway makes of a push to a path.
func hookEvent(t *testing.T, path, body string, isBase64 bool, headers map[string]string) []byte {
	t.Helper()
	all := map[string]string{"content-type": "application/json", "host": "api.winback.example"}
	maps.Copy(all, headers)
	payload, err := json.Marshal(map[string]any{
		"version": "2.0", "routeKey": "POST /webhooks/autograb/{token}", "rawPath": path, "headers": all,
		"pathParameters": map[string]string{"token": strings.TrimPrefix(path, company.HookPath)},
		"requestContext": map[string]any{
			"http":      map[string]string{"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"},
			"requestId": "r1", "stage": "$default", "timeEpoch": 1795352400000,
		},
		"body": body, "isBase64Encoded": isBase64,
	})
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// aPush is a push of the partner about a vehicle, with more members of its customer.
func aPush(ref, more string) string {
	return fmt.Sprintf(`{"event":"recapture_new","customer":{"id":%q,"external_id":"x"%s}}`, ref, more)
}

func zipped(t *testing.T, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// T034: what is too much, too deep or of the wrong kind is refused before it is parsed, whoever knows the address; nothing
// is written for it, nobody is asked, and memory stays small.
func TestPushesMadeToHurtAreRefusedBeforeTheyDo(t *testing.T) {
	w := newWorld(t)
	handle := app.Handle(w.functions["sighting-webhook"], w.Deps)
	hook := w.pushes[0]
	long := func(size int) string {
		const frame = `{"event":"unknown","pad":""}`
		return frame[:len(frame)-2] + strings.Repeat("x", size-len(frame)) + `"}`
	}
	sightings := func(n int) string {
		return aPush("ref", `,"sightings":[`+strings.TrimSuffix(strings.Repeat("{},", n), ",")+"]")
	}
	bomb := zipped(t, make([]byte, 64<<20))
	for name, attack := range map[string]struct {
		body    string
		base64  bool
		headers map[string]string
		status  int // 0: no request at all
	}{
		"as large as a push may be":   {long(autograb.MaxPush), false, nil, 204},
		"one byte more":               {long(autograb.MaxPush + 1), false, nil, 413},
		"10 MB":                       {strings.Repeat("[", 10<<20), false, nil, 0},
		"5 MB":                        {strings.Repeat(" ", 5<<20), false, nil, 413},
		"100,000 sightings":           {sightings(100_000), false, nil, 413},
		"1,001 sightings":             {sightings(1001), false, nil, 422},
		"20,000 levels":               {strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), false, nil, 400},
		"20,000 levels below a push":  {aPush("ref", `,"x":`+strings.Repeat(`{"x":`, 20_000)+"1"+strings.Repeat("}", 20_000)), false, nil, 400},
		"text":                        {aPush("ref", ""), false, map[string]string{"content-type": "text/plain"}, 415},
		"a form":                      {aPush("ref", ""), false, map[string]string{"content-type": "application/x-www-form-urlencoded"}, 415},
		"no type":                     {aPush("ref", ""), false, map[string]string{"content-type": ""}, 415},
		"another character set":       {aPush("ref", ""), false, map[string]string{"content-type": "application/json; charset=utf-16"}, 415},
		"a bomb":                      {base64.StdEncoding.EncodeToString(bomb), true, map[string]string{"content-encoding": "gzip"}, 415},
		"a bomb that says nothing":    {base64.StdEncoding.EncodeToString(bomb), true, nil, 400},
		"a compressed push":           {base64.StdEncoding.EncodeToString(zipped(t, []byte(aPush("ref", "")))), true, map[string]string{"content-encoding": "br, gzip"}, 415},
		"what is not base64":          {`{"event":"ping"}`, true, nil, 0},
		"base64 of nonsense":          {base64.StdEncoding.EncodeToString([]byte("\x00\xff\x00")), true, nil, 400},
		"base64 of UTF-16":            {base64.StdEncoding.EncodeToString([]byte("\xff\xfe{\x00}\x00")), true, nil, 400},
		"base64 beyond the bound":     {base64.StdEncoding.EncodeToString([]byte(long(autograb.MaxPush + 1))), true, nil, 413},
		"a length that is not true":   {long(autograb.MaxPush + 1), false, map[string]string{"content-length": "2"}, 413},
		"chunked":                     {long(autograb.MaxPush + 1), false, map[string]string{"transfer-encoding": "chunked"}, 413},
		"nothing":                     {"", false, nil, 400},
		"data behind the end":         {aPush("ref", "") + "{}", false, nil, 400},
		"no event":                    {`{"customer":{"id":"ref"}}`, false, nil, 422},
		"an id as long as a novel":    {aPush(strings.Repeat("x", 200<<10), ""), false, nil, 422},
		"an object for an id":         {`{"event":"recapture_new","customer":{"id":{"$gt":""}}}`, false, nil, 422},
		"a token with an evil ending": {aPush("ref", ""), false, map[string]string{"x-token": "'; DROP TABLE"}, 204},
	} {
		t.Run(name, func(t *testing.T) {
			payload := hookEvent(t, hook, attack.body, attack.base64, attack.headers)
			w.effects.watch()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			answer, err := handle(t.Context(), payload)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > 32<<20 {
				t.Errorf("allocates %d MB", took>>20)
			}
			effects := w.effects.list(t.Context(), t)
			if attack.status == 0 {
				if err == nil || effects != "" {
					t.Errorf("%s, %v, effects %s", answer, err, effects)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			response, err := event.DecodeResponse(answer)
			if err != nil {
				t.Fatal(err)
			}
			if response.Status() != attack.status || len(response.Body()) > 1000 {
				t.Errorf("%d, want %d: %.1000s", response.Status(), attack.status, response.Body())
			}
			if response.Status() >= 400 && bytes.Contains(response.Body(), []byte(` ","`)) {
				t.Errorf("the reason breaks off: %s", response.Body())
			}
			if effects != "" && attack.status != 204 {
				t.Errorf("effects:\n%s", effects)
			}
		})
	}
}

// T030, T032: the same push again is known by one conditional write, however often it comes; tokens that lead nowhere cost
// one read.
func TestRepeatedPushesAndUnknownTokensAreCheap(t *testing.T) {
	w := newWorld(t)
	handle := app.Handle(w.functions["sighting-webhook"], w.Deps)
	send := func(path, body string) (status int, used table.Usage) {
		t.Helper()
		var meter table.Meter
		answer, err := handle(table.WithMeter(t.Context(), &meter), hookEvent(t, path, body, false, nil))
		if err != nil {
			t.Fatal(err)
		}
		response, err := event.DecodeResponse(answer)
		if err != nil {
			t.Fatal(err)
		}
		return response.Status(), meter.Usage()
	}
	body := aPush(refOf(golf), `,"sightings":[{"at":"2026-11-20T10:00:00Z","lead_id":"L9","listing_price":1}]`)
	if status, _ := send(w.pushes[0], body); status != 204 {
		t.Fatalf("the first: %d", status)
	}
	for i := range 1000 {
		if i == 500 {
			w.Time = w.Time.Add(8 * 24 * time.Hour)
		}
		if status, used := send(w.pushes[0], body); status != 204 || used.WriteUnits > 2 || used.ReadUnits > 1 {
			t.Fatalf("repetition %d: %d, %+v", i, status, used)
		}
	}
	for i := range 1000 {
		if status, used := send(fmt.Sprintf("%s%043d", company.HookPath, i), body); status != 404 || used.WriteUnits != 0 || used.ReadUnits > 1 {
			t.Fatalf("token %d: %d, %+v", i, status, used)
		}
	}
	w.effects.watch()
	send(w.pushes[0], body)
	if effects := w.effects.list(t.Context(), t); effects != "" {
		t.Errorf("effects of a repetition:\n%s", effects)
	}
}

// T033: a push is a hint. What it says of prices, sellers and vehicles is never shown to anybody.
func TestWhatAPushSaysIsNotBelieved(t *testing.T) {
	for name, more := range map[string]string{
		"a price of 1e18":     `,"sightings":[{"lead_id":"L9","listing_price":1e18,"at":"2026-11-20T10:00:00Z"}]`,
		"a negative price":    `,"sightings":[{"lead_id":"L9","listing_price":-1}]`,
		"a year far away":     `,"sightings":[{"lead_id":"L9","at":"9999-01-01T00:00:00Z"}]`,
		"an evil address":     `,"sightings":[{"lead_id":"L9","listing_url":"javascript:alert(1)","listing_title":"<script>"}]`,
		"an invented listing": `,"sightings":[{"lead_id":"made-up","listing_price":5,"seller_type":"private","at":"2026-11-20T10:00:00Z"}]`,
		"another vehicle":     `,"vin":"WBA3A5C51CF256651","sightings":[{"lead_id":"L9"}]`,
	} {
		for about, ref := range map[string]string{"a watched vehicle": refOf(polo), "nobody's": "cus-invented"} {
			t.Run(name+" about "+about, func(t *testing.T) {
				w := newWorld(t)
				if effects := w.verified(t); !shows(effects) {
					t.Fatalf("what the partner confirms has no effect:\n%s", effects)
				}
				answer, err := app.Handle(w.functions["sighting-webhook"], w.Deps)(t.Context(), hookEvent(t, w.pushes[0], aPush(ref, more), false, nil))
				if err != nil {
					t.Fatal(err)
				}
				response, err := event.DecodeResponse(answer)
				if err != nil || response.Status() != 204 && response.Status() != 422 {
					t.Fatalf("%d %s, %v", response.Status(), response.Body(), err)
				}
				if effects := w.verified(t); shows(effects) {
					t.Errorf("it has effects:\n%s", effects)
				}
			})
		}
	}
}

// verified looks into the pushes that wait for it, and returns what happened.
func (w *world) verified(t *testing.T) string {
	t.Helper()
	w.effects.watch()
	f := w.functions["sighting-verify"]
	for _, m := range w.queue.take(f.Consumes.Topic) {
		if err := f.Consumes.Handle(t.Context(), app.Grant(w.Deps, f), m.Body); err != nil {
			t.Fatal(err)
		}
	}
	return w.effects.list(t.Context(), t)
}

// shows reports whether people get to see anything of what happened.
func shows(effects string) bool {
	for line := range strings.Lines(effects) {
		fields := strings.Fields(line)
		if len(fields) > 1 && (fields[1] == "sighting" || fields[1] == "recapture" || fields[1] == "notice" || strings.HasPrefix(fields[1], "notify")) {
			return true
		}
	}
	return false
}
