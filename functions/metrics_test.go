package functions_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/metric/metrictest"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// counting makes the world's functions log as they do in Lambda, and returns what CloudWatch has taken out of the log, and
// takes no more than that once.
func (w *world) counting(t *testing.T) (take func() map[string]float64) {
	t.Helper()
	var log bytes.Buffer
	w.Deps.Log = slog.New(slog.NewJSONHandler(&log, nil))
	w.Serve(w.functions["recapture-api"]).Serve(w.functions["sighting-webhook"])
	return func() map[string]float64 {
		t.Helper()
		sums := map[string]float64{}
		for line := range bytes.Lines(log.Bytes()) {
			values, err := metrictest.Read(line)
			if err != nil {
				t.Errorf("%v: %s", err, line)
			}
			for _, v := range values {
				if len(v.Dimensions) == 0 {
					sums[v.Name] += v.Value
				}
			}
		}
		log.Reset()
		return sums
	}
}

// The way of a vehicle from the list to the mail, with all that goes wrong on it: each effect is counted by the invocation
// that has it, and by no other; what a repetition finds done counts nothing.
func TestWhatHappensIsCountedOnce(t *testing.T) {
	w := newWorld(t)
	w.partner.down = false
	take := w.counting(t)
	want := func(step string, counts map[string]float64) {
		t.Helper()
		if got := take(); !maps.Equal(got, counts) {
			t.Errorf("%s: %v, want %v", step, got, counts)
		}
	}
	const yaris = "JTDKW923505123450"
	must[int](t)(w.Outbox().Sweep(t.Context()))
	for _, topic := range []string{"recapture-submit", "recapture-poll", "sighting-verify", "notify-send", "mail-send"} {
		w.queue.take(topic) // of the seed, the push about the Golf among them
	}

	w.upload(t, ident.Of("sign-in", people()[dealership.Watcher]), 201, yaris+",,,Toyota,Yaris,2019,Jo,Lind,", refusedVIN+",,,Skoda,Superb,2016,Ari,Petrov,")
	want("upload", map[string]float64{})
	w.again(t, "recapture-submit", func() { want("submit", map[string]float64{"VehiclesSubmitted": 2}) })
	want("submit again", map[string]float64{})
	w.Time = w.Time.Add(time.Second)
	must[int](t)(w.Outbox().Sweep(t.Context()))
	w.again(t, "recapture-poll", func() { want("poll", map[string]float64{"VehiclesActive": 1, "VehiclesErrored": 1}) })
	want("poll again", map[string]float64{})

	w.partner.list(yaris, partner.Sighting{ID: "lst-3001", At: w.Time.Add(-time.Hour), URL: "https://www.cars.example/ad/3001", Title: "2019 Toyota Yaris", Price: 12_990, Seller: "dealer", Site: "www.cars.example"})
	for range 2 {
		w.push(t, 0, "recapture_new", yaris, "lst-3001")
	}
	want("two equal pushes", map[string]float64{"PushesAccepted": 1})
	w.Want(t, 404, "", "POST", w.pushes[0]+"x", aPush(refOf(yaris), ""))
	w.Want(t, 422, "", "POST", w.pushes[0], `{"event":7}`)
	want("pushes that are none", map[string]float64{"PushesRefused": 2})
	w.again(t, "sighting-verify", func() { want("verify", map[string]float64{"Sightings": 1}) })
	want("verify again", map[string]float64{})
	w.work(t, "notify-send")
	want("tell", map[string]float64{})
	mailed := w.queue.messages[slices.IndexFunc(w.queue.messages, func(m queue.Outgoing) bool { return m.Topic == "mail-send" })].Body
	w.again(t, "mail-send", func() { want("mail", map[string]float64{"MailsSent": 1}) })
	want("mail again", map[string]float64{})
	w.tick(t, "mail-event", event.Bridge{ID: "e1", Source: "aws.ses", DetailType: "Email Sent", Time: w.Time, Detail: sentEvent(t, mailed)})
	want("the provider's event", map[string]float64{"MailEvents": 1})

	w.partner.list(yaris, partner.Sighting{ID: "lst-3002", At: w.Time, URL: "https://www.wagen.example/3002", Title: "2019 Toyota Yaris", Price: 12_490, Seller: "private", Site: "www.wagen.example"})
	w.tick(t, "sighting-reconcile", event.Tick("t1", w.Time))
	w.again(t, "sighting-compare", func() { want("compare", map[string]float64{"Sightings": 2, "SightingsMissed": 2}) })
	want("compare again", map[string]float64{})
}

// tick delivers an event to a function.
func (w *world) tick(t *testing.T, function string, e event.Bridge) {
	t.Helper()
	payload := must[[]byte](t)(event.EncodeBridge(e))
	must[[]byte](t)(app.Handle(w.functions[function], w.Deps)(t.Context(), payload))
}

// sentEvent is what SES reports when it has taken the mail that a command to send names.
func sentEvent(t *testing.T, command []byte) json.RawMessage {
	t.Helper()
	_, delivery, err := mail.Deliver.Read(command)
	if err != nil {
		t.Fatal(err)
	}
	return must[[]byte](t)(json.Marshal(map[string]any{
		"eventType": "Send",
		"mail": map[string]any{
			"timestamp": dealership.Noon, "messageId": "0108019ab3e4c0de-" + strings.ToLower(delivery.SendID[:8]) + "-000000",
			"tags": map[string][]string{mail.TagSendID: {delivery.SendID}, mail.TagCompany: {dealership.Harbour.ID()}},
		},
	}))
}

// again has the messages of a topic delivered twice, and calls a function between the two times.
func (w *world) again(t *testing.T, topic string, between func()) {
	t.Helper()
	w.queue.keep = true
	w.work(t, topic)
	between()
	w.queue.keep = false
	w.work(t, topic)
}
