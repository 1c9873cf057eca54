package pebblequeue_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebblequeue"
	"github.com/winback-auto/winback/internal/platform/queue"
)

const topic = "recapture-submit"

// message is a message whose group and id do not matter.
func message(body string) queue.Outgoing {
	return queue.Outgoing{ID: body, Topic: topic, Group: "harbour", Body: []byte(body)}
}

func send(t testing.TB, q *pebblequeue.Queue, messages ...queue.Outgoing) {
	t.Helper()
	if err := q.Send(t.Context(), messages); err != nil {
		t.Fatal(err)
	}
}

func receive(t testing.TB, q *pebblequeue.Queue, limit int) []queue.Received {
	t.Helper()
	received, err := q.Receive(t.Context(), topic, limit, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return received
}

func counts(t testing.TB, q *pebblequeue.Queue) queue.Counts {
	t.Helper()
	counts, err := q.Count(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func openDB(t testing.TB, dir string) *pebbledb.DB {
	t.Helper()
	db, err := pebbledb.Open(pebbledb.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestEveryStateOfAMessageSurvivesARestart(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	db := openDB(t, dir)
	q := pebblequeue.New(db, c.now)
	send(t, q, message("poison"))
	for range queue.MaxReceives {
		receive(t, q, 1)
		c.advance(time.Minute)
	}
	receive(t, q, 1)
	send(t, q, message("held"))
	held := receive(t, q, 1)
	send(t, q, message("handed back"))
	if err := q.Delay(t.Context(), topic, receive(t, q, 1)[0].Receipt, 3*time.Minute); err != nil {
		t.Fatal(err)
	}
	late := message("delayed")
	late.Delay = 2 * time.Minute
	send(t, q, late, message("ready"))
	want := queue.Counts{Ready: 1, InFlight: 1, Delayed: 2, Dead: 1}
	if got := counts(t, q); got != want {
		t.Fatalf("before: %+v, want %+v", got, want)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	db = openDB(t, dir)
	defer db.Close()
	q = pebblequeue.New(db, c.now)
	if got := counts(t, q); got != want {
		t.Fatalf("after: %+v, want %+v", got, want)
	}
	var order []string
	for range 4 {
		for _, r := range receive(t, q, 10) {
			order = append(order, fmt.Sprintf("%s %d", r.Body, r.Receives))
			if string(r.Body) == "held" && (r.ID != held[0].ID || !r.Sent.Equal(held[0].Sent) || !r.FirstSeen.Equal(held[0].FirstSeen)) {
				t.Errorf("held was %+v, is %+v", held[0], r)
			}
			if err := q.Delete(t.Context(), topic, []string{r.Receipt}); err != nil {
				t.Fatal(err)
			}
		}
		c.advance(time.Minute)
	}
	if got := strings.Join(order, ", "); got != "ready 1, held 2, delayed 1, handed back 2" {
		t.Errorf("received %s", got)
	}
}

// The child of the next test sends until it is killed, and says of each call when it has returned.
func TestMain(m *testing.M) {
	if dir := os.Getenv("PEBBLEQUEUE_CHILD"); dir != "" {
		sendForEver(dir)
	}
	os.Exit(m.Run())
}

func sendForEver(dir string) {
	db, err := pebbledb.Open(pebbledb.Options{Dir: dir})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	q := pebblequeue.New(db, time.Now)
	for n := 0; ; n++ {
		var messages []queue.Outgoing
		for i := range 5 {
			messages = append(messages, message(fmt.Sprintf("%d-%d", n, i)))
		}
		if err := q.Send(context.Background(), messages); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("sent", n)
		if n%2 == 0 {
			if _, err := q.Receive(context.Background(), topic, 3, time.Hour); err != nil {
				fmt.Println("error", err)
				os.Exit(1)
			}
		}
	}
}

func TestWhatWasSentBeforeAKillIsThereAfterwards(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "PEBBLEQUEUE_CHILD="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	told := 0
	lines := bufio.NewScanner(out)
	for told < 40 && lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "sent ") {
			t.Fatal(lines.Text())
		}
		told++
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		told++ // sent between the last line that was read and the kill
	}
	child.Wait() // its end is the kill

	db := openDB(t, dir)
	defer db.Close()
	q := pebblequeue.New(db, time.Now)
	if err := q.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for {
		received := receive(t, q, 100)
		if len(received) == 0 {
			break
		}
		for _, r := range received {
			got[string(r.Body)] = true
		}
	}
	if told < 40 {
		t.Fatalf("the child sent only %d times", told)
	}
	for n := range told {
		for i := range 5 {
			if body := fmt.Sprintf("%d-%d", n, i); !got[body] {
				t.Errorf("%s was sent and is lost", body)
			}
		}
	}
}
