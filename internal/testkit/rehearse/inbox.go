package rehearse

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
)

// inboxPath is where mails are handed over, here and in local mode: the mail as it goes over the wire, and in the query from
// and to where its envelope says otherwise than the mail.
const inboxPath = "/_local/inbox"

// mostMail bounds a mail, in bytes, as SES does.
const mostMail = 40 << 20

// Receive hands a mail over to SES, as another mail server does: it is refused where no active rule takes it, else stored
// under the keys. What comes of it comes by events.
func (s *Stand) Receive(ctx context.Context, from string, to []string, content []byte) (keys []string, err error) {
	return s.cloud.ses.Receive(ctx, time.Now(), from, to, content)
}

// postInbox is Receive with the envelope that the mail itself names, unless the query does.
func (s *Stand) postInbox(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostMail))
	if err != nil {
		refuseMail(w, http.StatusRequestEntityTooLarge, err.Error())
		return
	}
	from, to := envelope(content, r.URL.Query())
	if !r.URL.Query().Has("to") {
		to = slices.DeleteFunc(to, func(address string) bool { return !s.cloud.ses.Takes(address) })
	}
	if len(to) == 0 {
		refuseMail(w, http.StatusUnprocessableEntity, "nobody here gets this mail")
		return
	}
	keys, err := s.Receive(r.Context(), from, to, content)
	if err != nil {
		refuseMail(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(map[string]string{"key": keys[0]})
}

func refuseMail(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "title": http.StatusText(status), "detail": detail})
}

// envelope is who a mail comes from and whom it is for, where the mail says it and the query does not. Of those only some are
// here: the others get it from elsewhere.
func envelope(content []byte, query url.Values) (from string, to []string) {
	from, to = bare(query.Get("from")), addresses(query.Get("to"))
	m, err := mail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		return from, to
	}
	if !query.Has("from") {
		from = bare(m.Header.Get("From"))
	}
	if len(to) == 0 {
		for _, name := range []string{"To", "Cc", "Delivered-To"} {
			to = append(to, addresses(m.Header.Get(name))...)
		}
		slices.Sort(to)
		to = slices.Compact(to)
	}
	return from, to
}

// bare is an address without its name; that of a program that wants no answer is empty.
func bare(text string) string {
	if all := addresses(text); len(all) > 0 {
		return all[0]
	}
	return ""
}

// addresses are those of a header, without names.
func addresses(text string) (found []string) {
	list, err := mail.ParseAddressList(text)
	if err != nil {
		return nil
	}
	for _, a := range list {
		found = append(found, strings.TrimSpace(a.Address))
	}
	return found
}

// deliver hands a mail over, in each world.
func (c client) deliver(ctx context.Context, content []byte) (key string, err error) {
	var taken struct{ Key string }
	err = c.call(ctx, http.MethodPost, inboxPath, "message/rfc822", content, &taken)
	return taken.Key, err
}
