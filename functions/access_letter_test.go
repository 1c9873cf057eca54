package functions_test

import (
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/letter"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/blob/s3event"
)

// answered lets the customer of a lead write to the lead's address, with a file, and returns the id of what came in.
func (s *stage) answered(t *testing.T, who *person, id string) string {
	t.Helper()
	deps := s.host.Deps()
	address, err := lead.Address(t.Context(), deps, who.home.co, lead.ID(id))
	if err != nil {
		t.Fatal(err)
	}
	s.secrets = append(s.secrets, address)
	raw := s.fill(t, who, "From: <mark> <<email>>\r\nSubject: <ymark>\r\nTo: ", nil, true) + address + "\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		strings.ReplaceAll("--b\n\n@\n--b\nContent-Type: text/plain; name=\"@.txt\"\nContent-Disposition: attachment\n\n@\n--b--\n", "@", who.value(t, "<ymark>"))
	var kept struct{ Key string }
	s.want(t, 202, nil, "POST", "/_local/inbox", raw).into(t, &kept)
	if _, err := app.Handle(letter.Receiver, deps)(t.Context(), s3event.Created("mails", kept.Key, int64(len(raw)), s.wall.Now())); err != nil {
		t.Fatal(err)
	}
	ids, _ := s.want(t, 200, who, "GET", "/v1/leads/"+id+"/conversation", "").page(t)
	if len(ids) != 1 {
		t.Fatalf("the conversation of %s has %d messages", id, len(ids))
	}
	return ids[0]
}
