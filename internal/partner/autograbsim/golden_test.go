package autograbsim_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

const wire = "../autograb/testdata/wire"

// TestTheSimulatorAnswersByteForByteAsTheWireFilesSay walks one vehicle through its life. The adapter's tests read the same
// files from the other side.
func TestTheSimulatorAnswersByteForByteAsTheWireFilesSay(t *testing.T) {
	w := goldenWorld{newWorld(t, ""), map[string]bool{}}
	w.exchange("webhook_create")
	w.exchange("upload")
	w.exchange("upload_queued")
	w.work(150 * time.Millisecond)
	w.exchange("upload_processed")
	w.exchange("upload_find")
	w.exchange("upload_find_none")

	w.work(time.Minute)
	w.load("vin,price,url,date,make,model,year,seller,stock\nWVWZZZAWZKU065305,23990,https://www.cars.example/ad/77?a=1&b=2,2026-11-21,Volkswagen,Polo,2019,Coast Cars Pty Ltd,P-77")
	w.work(0)
	w.push("push_new")
	w.exchange("customer")
	w.exchange("customers")
	w.exchange("customers_next")
	w.exchange("customers_none")
	w.work(time.Minute)
	w.load("vin,price,url,date,make,model,year,seller,stock\nWVWZZZAWZKU065305,22490,https://www.cars.example/ad/77?a=1&b=2,2026-11-22,Volkswagen,Polo,2019,Coast Cars Pty Ltd,P-77")
	w.work(0)
	w.push("push_price_change")
	w.work(time.Minute)
	w.load("vin,url,sold\nWVWZZZAWZKU065305,https://www.cars.example/ad/77?a=1&b=2,true")
	w.work(0)
	w.push("push_delist")
	w.exchange("customer_delisted")

	w.exchange("webhook_ping")
	w.work(0)
	w.push("push_ping")
	w.exchange("webhook_foreign")
	w.exchange("webhook_region")
	w.exchange("webhook_delete")
	w.exchange("customer_delete")
	w.exchange("customer_unknown")
	w.exchange("upload_empty")
	for _, name := range []string{"vehicle_vin", "vehicle_plate", "vehicle_unknown", "valuation", "valuation_condition", "valuation_unknown", "valuation_unlicensed"} {
		w.exchange(name)
	}
	w.exchange("key_unknown")
	w.exchange("key_unlicensed")

	files, err := os.ReadDir(wire)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(strings.TrimSuffix(file.Name(), ".txtar"), ".json"); !w.compared[name] {
			t.Errorf("the wire file %s was not compared", file.Name())
		}
	}
}

// goldenWorld remembers the wire files that were compared.
type goldenWorld struct {
	*world
	compared map[string]bool
}

// exchange sends the request of a wire file and compares the answer. The endpoint in the files stands for the listener.
func (w goldenWorld) exchange(name string) {
	w.t.Helper()
	w.compared[name] = true
	archive, err := txtar.ParseFile(filepath.Join(wire, name+".txtar"))
	if err != nil {
		w.t.Fatal(err)
	}
	sections := map[string]string{}
	for _, file := range archive.Files {
		sections[file.Name] = strings.TrimSuffix(string(file.Data), "\n")
	}
	want := sections["response"]
	if got := w.raw(sections["request"]); got != want {
		w.t.Errorf("%s: the simulator answers\n%s\nwant\n%s", name, got, want)
	}
}

const endpoint = "https://winback.example"

func (w *world) raw(text string) string {
	w.t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	body = strings.ReplaceAll(body, endpoint, w.hook.URL)
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(
		strings.Replace(head, "\n", " HTTP/1.1\nHost: simulator\nContent-Length: "+fmt.Sprint(len(body))+"\n", 1) + "\n\n" + body)))
	if err != nil {
		w.t.Fatal(err)
	}
	request.RequestURI = ""
	request.URL.Scheme, request.URL.Host = "http", strings.TrimPrefix(w.server.URL, "http://")
	response, err := w.server.Client().Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(response.Body); err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprintf("%d\nContent-Type: %s\n\n%s", response.StatusCode, response.Header.Get("Content-Type"),
		strings.ReplaceAll(answer.String(), w.hook.URL, endpoint))
}

// push compares the one push since the last look with a wire file.
func (w goldenWorld) push(name string) {
	w.t.Helper()
	w.compared[name] = true
	want, err := os.ReadFile(filepath.Join(wire, name+".json"))
	if err != nil {
		w.t.Fatal(err)
	}
	got := w.pushes()
	if len(got) != 1 {
		w.t.Fatalf("%s: %d pushes, want 1", name, len(got))
	}
	if body := got[0].body + "\n"; body != string(want) {
		w.t.Errorf("%s: the push is\n%s\nwant\n%s", name, body, want)
	}
}
