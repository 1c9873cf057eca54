package rehearse

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"
)

// client calls an interface as any front end would.
type client struct {
	base  string
	token string // empty: nobody is signed in
}

// answered bounds one call, in each world.
const answered = time.Minute

// refusal is an answer that is no success.
type refusal struct {
	request string
	status  int
	body    []byte
}

func (r *refusal) Error() string {
	return fmt.Sprintf("rehearse: %s: %d %.500s", r.request, r.status, r.body)
}

// call sends a request and decodes the answer; a nil body sends none, a nil answer reads none. It is as careful as a client
// should be: what failed without a word about the request itself is said again, a POST under the same idempotency key.
func (c client) call(ctx context.Context, method, path, contentType string, body []byte, answer any) error {
	key := rand.Text()
	for attempt := 1; ; attempt++ {
		err := c.once(ctx, method, path, contentType, key, body, answer)
		var refused *refusal
		if err == nil || attempt == attempts || errors.As(err, &refused) && refused.status < 500 && refused.status != http.StatusTooManyRequests && refused.status != http.StatusConflict {
			return err
		}
		if refused != nil && refused.status == http.StatusConflict && attempt == 1 {
			return err // not of our making
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// How often a request is sent, and the pause in between.
const (
	attempts = 40
	pause    = time.Second
)

func (c client) once(ctx context.Context, method, path, contentType, key string, body []byte, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, answered)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if method == http.MethodPost && strings.HasPrefix(path, "/v1/") {
		r.Header.Set("Idempotency-Key", key)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return fmt.Errorf("rehearse: %s %s: %w", method, path, err)
	}
	if got.StatusCode/100 != 2 {
		return &refusal{method + " " + path, got.StatusCode, text}
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("rehearse: %s %s: %w", method, path, err)
	}
	return nil
}

func (c client) get(ctx context.Context, path string, answer any) error {
	return c.call(ctx, http.MethodGet, path, "", nil, answer)
}

func (c client) send(ctx context.Context, method, path string, body, answer any) error {
	sent, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	return c.call(ctx, method, path, "application/json", sent, answer)
}

// post sends JSON and returns the id of what was made, if the answer has one.
func (c client) post(ctx context.Context, path string, body any) (id string, err error) {
	var made struct{ ID string }
	err = c.send(ctx, http.MethodPost, path, body, &made)
	return made.ID, err
}

// upload sends a list as a form, as a browser does.
func (c client) upload(ctx context.Context, path, name string, list []byte, answer any) error {
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	part, err := parts.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(list)
	}
	if err == nil {
		err = parts.Close()
	}
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	return c.call(ctx, http.MethodPost, path, parts.FormDataContentType(), form.Bytes(), answer)
}

// signIn is the client of a user, by e-mail address.
func (c client) signIn(ctx context.Context, email string) (client, error) {
	var answer struct{ Token string }
	err := c.send(ctx, http.MethodPost, "/_local/token", map[string]string{"email": email}, &answer)
	return client{c.base, answer.Token}, err
}
