package autograbsim_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner/autograbsim"
)

// listOf is the body of an upload with n vehicles; different numbers have different vehicles.
func listOf(number, n int) string {
	customers := make([]string, n)
	for i := range customers {
		customers[i] = fmt.Sprintf(`{"external_id":"watch-%d-%d","vin":"WVWZZZ%05d%06d","sale_date":"2023-05-17","monitor_end_date":"2027-05-17"}`,
			number, i, number, i)
	}
	return fmt.Sprintf(`{"name":"chunk-%d","customers":[%s]}`, number, strings.Join(customers, ","))
}

// feedOf lists the vehicles of listOf.
func feedOf(number, n int) string {
	var b strings.Builder
	b.WriteString("vin,price\n")
	for i := range n {
		fmt.Fprintf(&b, "WVWZZZ%05d%06d,13500\n", number, i)
	}
	return b.String()
}

// bench is a simulator on a disk whose clock stands still, without a network in front.
func bench(b *testing.B) (*autograbsim.Simulator, func(method, path, body string)) {
	ids := 0
	sim, err := autograbsim.Open(autograbsim.Options{
		Dir: b.TempDir(), Processing: -1, Now: func() time.Time { return start },
		NewID: func() string { ids++; return fmt.Sprintf("%026d", ids) },
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { sim.Close() })
	handler := sim.Handler()
	return sim, func(method, path, body string) {
		request := httptest.NewRequest(method, path, strings.NewReader(body))
		request.Header.Set("ApiKey", apiKey)
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code > 299 {
			b.Fatalf("%s %s = %d %s", method, path, answer.Code, answer.Body)
		}
	}
}

func BenchmarkAcceptListOf500(b *testing.B) {
	_, ask := bench(b)
	body := listOf(0, 500)
	for b.Loop() {
		ask("POST", "/v2/recapture/upload?region=au", body)
	}
}

func BenchmarkProcessVehicle(b *testing.B) {
	sim, ask := bench(b)
	const size = 500
	for number := range (b.N + size - 1) / size {
		ask("POST", "/v2/recapture/upload?region=au", listOf(number, size))
	}
	b.ResetTimer()
	if err := sim.Work(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "vehicles/s")
}

func BenchmarkMeetListing(b *testing.B) {
	sim, ask := bench(b)
	ask("POST", "/v2/webhooks?region=au", `{"name":"x","region":"au","format":"json","endpoint":"http://127.0.0.1:0","events":["recapture_new"]}`)
	ask("POST", "/v2/recapture/upload?region=au", listOf(0, min(b.N, 5000)))
	if err := sim.Work(b.Context()); err != nil {
		b.Fatal(err)
	}
	feed := feedOf(0, b.N)
	b.ResetTimer()
	if _, err := sim.LoadListings(b.Context(), strings.NewReader(feed), ""); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "vehicles/s")
}

func BenchmarkPush(b *testing.B) {
	sim, ask := bench(b)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer receiver.Close()
	ask("POST", "/v2/webhooks?region=au",
		fmt.Sprintf(`{"name":"x","region":"au","format":"json","endpoint":%q,"events":["recapture_new"]}`, receiver.URL))
	for left := b.N; left > 0; left -= 5000 {
		n := min(left, 5000)
		if _, err := sim.LoadListings(b.Context(), strings.NewReader(feedOf(left, n)), ""); err != nil {
			b.Fatal(err)
		}
		ask("POST", "/v2/recapture/upload?region=au", listOf(left, n))
	}
	b.ResetTimer()
	if err := sim.Work(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "vehicles/s")
}
