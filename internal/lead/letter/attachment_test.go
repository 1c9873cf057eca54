package letter_test

import (
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/mail/sesinbound"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// photo is a mail with a file of so many bytes.
func (w *world) photo(bytes int) string {
	return w.written("--b\r\n\r\nMy car.\r\n--b\r\nContent-Type: text/html; name=\"my car.html\"\r\nContent-Disposition: attachment\r\n\r\n"+strings.Repeat("x", bytes)+"\r\n--b--",
		"Content-Type: multipart/mixed; boundary=b")
}

func TestAnAttachmentIsADownloadForWhoeverSeesTheLead(t *testing.T) {
	w := newWorld(t)
	w.arrive(w.photo(1000))
	got := w.only()
	if got.Text != "My car." || len(got.Received.Attachments) != 1 {
		t.Fatalf("%+v %+v", got, *got.Received)
	}
	letter := "/v1/leads/" + w.id + "/letters/" + got.ID
	if body := w.Want(t, 200, dealership.Sydney, "GET", letter+"/attachments/2", "").Body; body != strings.Repeat("x", 1000) {
		t.Errorf("%d bytes: %.50q", len(body), body)
	}
	other := w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", `{"customer": {"first": "Bob", "last": "Ray", "email": "bob@mail.example"}}`).ID(t)
	unknown := w.Call(t, dealership.Melbourne, "GET", "/v1/leads/unknown/letters/"+got.ID, "").Body
	for _, c := range []struct{ user, path string }{
		{dealership.Melbourne, letter},
		{dealership.Melbourne, letter + "/attachments/2"},
		{dealership.Kiel, letter},
		{dealership.Kiel, letter + "/attachments/2"},
		{dealership.Melbourne, "/v1/leads/" + w.id + "/conversation"},
		{dealership.Kiel, "/v1/leads/" + w.id + "/conversation"},
	} {
		if body := w.Want(t, 404, c.user, "GET", c.path, "").Body; body != unknown {
			t.Errorf("%s of %s: %s", c.path, c.user, body)
		}
	}
	for _, path := range []string{letter + "/attachments/1", letter + "/attachments/3", "/v1/leads/" + other + "/letters/" + got.ID, "/v1/leads/" + w.id + "/letters/x"} {
		w.Want(t, 404, dealership.Sydney, "GET", path, "")
	}
	clear(w.bucket)
	w.Want(t, 410, dealership.Sydney, "GET", letter+"/attachments/2", "")
	w.Want(t, 200, dealership.Sydney, "GET", letter, "")
}

func TestAnAttachmentThatIsTooLargeOrUncheckedIsNotHandedOut(t *testing.T) {
	for status, bytes := range map[int]int{200: 4_000_000, 413: 4_000_001} {
		w := newWorld(t)
		w.arrive(w.photo(bytes))
		w.Want(t, status, dealership.Sydney, "GET", "/v1/leads/"+w.id+"/letters/"+w.only().ID+"/attachments/2", "")
	}
	w := newWorld(t)
	w.arrive(w.photo(10), func(a *sesinbound.Arrival) { a.Virus = "PROCESSING_FAILED" })
	w.Want(t, 409, dealership.Sydney, "GET", "/v1/leads/"+w.id+"/letters/"+w.only().ID+"/attachments/2", "")
}
