package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// client calls the HTTPS interface as any front end would.
type client struct {
	base  string
	token string
}

// answered bounds one call.
const answered = time.Minute

// call sends a request and decodes the answer; a nil body sends none, a nil answer reads none.
func (c client) call(ctx context.Context, method, path, contentType string, body io.Reader, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, answered)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode/100 != 2 {
		return refusal(method, path, response.Status, got)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(got, answer); err != nil {
		return fmt.Errorf("%s %s: the answer cannot be read: %w", method, path, err)
	}
	return nil
}

// refusal is a problem document in one line.
func refusal(method, path, status string, body []byte) error {
	var problem struct {
		Detail string
		Errors []struct{ Location, Message string }
	}
	if err := json.Unmarshal(body, &problem); err != nil || problem.Detail == "" {
		return fmt.Errorf("%s %s: %s: %.200s", method, path, status, body)
	}
	text := problem.Detail
	for _, e := range problem.Errors {
		text += fmt.Sprintf("; %s %s", e.Location, e.Message)
	}
	return fmt.Errorf("%s %s: %s: %s", method, path, status, text)
}

func (c client) get(ctx context.Context, path string, answer any) error {
	return c.call(ctx, http.MethodGet, path, "", nil, answer)
}

func (c client) post(ctx context.Context, path string, body, answer any) error {
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.call(ctx, http.MethodPost, path, "application/json", bytes.NewReader(sent), answer)
}

// signIn gets a token of a user of the local data.
func (c client) signIn(ctx context.Context, email string) (client, error) {
	var answer struct{ Token string }
	err := c.post(ctx, "/_local/token", map[string]string{"email": email}, &answer)
	c.token = answer.Token
	return c, err
}
