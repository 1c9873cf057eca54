package autograbsim_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/winback-auto/winback/internal/partner/autograbsim"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestRunWakesUpForNewWorkAndWhenItIsDue runs on the false clock of a synctest bubble.
func TestRunWakesUpForNewWorkAndWhenItIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pushed atomic.Int32
		var last atomic.Value
		var ids atomic.Int32
		sim, err := autograbsim.Open(autograbsim.Options{
			Now: time.Now, NewID: func() string { return fmt.Sprint(ids.Add(1)) }, Processing: 10 * time.Second, PushDelay: time.Minute,
			Client: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				pushed.Add(1)
				last.Store(time.Now())
				return &http.Response{StatusCode: 204, Body: http.NoBody}, nil
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- sim.Run(ctx) }()
		ask := func(path, body string) {
			request := httptest.NewRequest("POST", path, strings.NewReader(body))
			request.Header.Set("ApiKey", apiKey)
			request.Header.Set("Content-Type", "application/json")
			answer := httptest.NewRecorder()
			sim.Handler().ServeHTTP(answer, request)
			if answer.Code > 299 {
				t.Errorf("%s = %d %s", path, answer.Code, answer.Body)
			}
		}
		synctest.Wait() // Run has nothing to do
		ask("/v2/webhooks?region=au", `{"name":"x","region":"au","format":"json","endpoint":"http://x.example/","events":["recapture_new"]}`)
		ask("/_sim/listings", "vin\n"+polo)
		began := time.Now()
		ask("/v2/recapture/upload?region=au", `{"name":"x","customers":[{"vin":"`+polo+`"}]}`)
		time.Sleep(time.Hour)
		if at, _ := last.Load().(time.Time); pushed.Load() != 1 || at.Sub(began) != 70*time.Second {
			t.Errorf("%d pushes, the last after %v", pushed.Load(), at.Sub(began))
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
}
