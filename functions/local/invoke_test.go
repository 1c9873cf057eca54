package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestAnEventSampleIsDeliveredToADataFolder(t *testing.T) {
	folder := t.TempDir()
	invoked := func(function, file string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), console{&out, &bytes.Buffer{}}, []string{"invoke", function, file, "-data", folder})
		return out.String(), err
	}
	const sample = "../../events/company-api/me.json"
	if out, err := invoked("company-api", sample); err == nil || !strings.Contains(err.Error(), "is no data folder") {
		t.Errorf("before any server: %s, %v", out, err)
	}
	server, err := start(t.Context(), settings{addr: "127.0.0.1:0", partnerAddr: "127.0.0.1:0", data: folder, seed: "demo", log: "error"})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := invoked("company-api", sample); err == nil {
		t.Errorf("while a server has the folder: %s", out)
	}
	if err := server.close(); err != nil {
		t.Fatal(err)
	}
	out, err := invoked("company-api", sample)
	if err != nil || !strings.Contains(out, `"statusCode": 200`) || !strings.Contains(out, "Harbour Motors") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := invoked("lead-api", "../../events/outbox-sweep/tick.json"); err == nil {
		t.Errorf("an event of another sort: %s", out)
	}
	if out, err := invoked("no-api", sample); err == nil {
		t.Errorf("an unknown function: %s", out)
	}
	if out, err := invoked(sample, ""); err == nil {
		t.Errorf("without a file: %s", out)
	}
}
