package scripttest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// request is a request as a line of a script describes it.
type request struct {
	method, base, path string
	who                string
	headers            []string // Name: value
	field, file        string   // of a form
	body               string   // a file's name, or JSON
}

// nobody sends requests without a token.
const nobody = "nobody"

func (s *story) as(_ *testscript.TestScript, args []string) error {
	s.who = args[0]
	return nil
}

func (s *story) http(ts *testscript.TestScript, args []string) error {
	return s.send(ts, request{base: s.at.Winback, who: s.who}, args)
}

func (s *story) partner(ts *testscript.TestScript, args []string) error {
	return s.send(ts, request{base: s.at.Partner, who: nobody}, args)
}

// send sends a request; its answer becomes the last one.
func (s *story) send(ts *testscript.TestScript, r request, args []string) error {
	s.last = nil
	if !s.running {
		return errNotStarted
	}
	if err := r.parse(args); err != nil {
		return err
	}
	built, err := r.build(ts)
	if err != nil {
		return err
	}
	if r.who != "" && r.who != nobody && built.Header.Get("Authorization") == "" {
		token, err := s.signIn(r.who, "")
		if err != nil {
			return err
		}
		built.Header.Set("Authorization", "Bearer "+token)
	}
	s.last, err = s.exchange(built)
	return err
}

func (r *request) parse(args []string) error {
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-as":
			r.who = args[1]
		case "-H":
			r.headers = append(r.headers, args[1])
		case "-F":
			r.field, r.file, _ = strings.Cut(args[1], "=")
		default:
			return fmt.Errorf("there is no flag %s", args[0])
		}
		args = args[2:]
	}
	if len(args) < 2 || len(args) > 3 {
		return errors.New("want METHOD /path [body]")
	}
	r.method, r.path = args[0], pathOf(args[1])
	if !strings.HasPrefix(r.path, "/") {
		return errors.New("want METHOD /path [body]")
	}
	if len(args) == 3 {
		r.body = args[2]
	}
	return nil
}

// pathOf is the path of an address that an answer has named, and any other text as it is.
func pathOf(text string) string {
	for _, scheme := range []string{"http://", "https://"} {
		if address, found := strings.CutPrefix(text, scheme); found {
			_, path, _ := strings.Cut(address, "/")
			return "/" + path
		}
	}
	return text
}

// build makes the request. The type of a body follows from the file's name; a header may say otherwise.
func (r *request) build(ts *testscript.TestScript) (*http.Request, error) {
	body, contentType, err := r.content(ts)
	if err != nil {
		return nil, err
	}
	built, err := http.NewRequest(r.method, r.base+r.path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		built.Header.Set("Content-Type", contentType)
	}
	for _, header := range r.headers {
		name, value, ok := strings.Cut(header, ":")
		if !ok {
			return nil, fmt.Errorf("-H %s: want Name: value", header)
		}
		built.Header.Set(name, strings.TrimSpace(value))
	}
	return built, nil
}

func (r *request) content(ts *testscript.TestScript) (body []byte, contentType string, err error) {
	switch {
	case r.field != "":
		return form(ts, r.field, r.file)
	case r.body == "":
		return nil, "", nil
	case strings.HasPrefix(r.body, "{") || strings.HasPrefix(r.body, "["):
		return []byte(r.body), "application/json", nil
	}
	body, err = os.ReadFile(ts.MkAbs(r.body))
	switch filepath.Ext(r.body) {
	case ".json":
		return []byte(expand(ts, string(body))), "application/json", err
	case ".csv":
		return body, "text/csv", err
	case ".form":
		return []byte(expand(ts, strings.TrimSpace(string(body)))), "application/x-www-form-urlencoded", err
	case ".eml":
		return []byte(expand(ts, string(body))), "message/rfc822", err
	}
	return body, "application/octet-stream", err
}

func form(ts *testscript.TestScript, field, file string) ([]byte, string, error) {
	content, err := os.ReadFile(ts.MkAbs(file))
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(field, filepath.Base(file))
	if err == nil {
		_, err = part.Write(content)
	}
	err = errors.Join(err, w.Close()) // writes the end
	return b.Bytes(), w.FormDataContentType(), err
}

// expand puts in the variables of the script that are written as ${NAME}.
func expand(ts *testscript.TestScript, text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		b.WriteString(before)
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			b.WriteString(text[len(before):])
			return b.String()
		}
		b.WriteString(ts.Getenv(name))
		text = after
	}
}

// exchange sends a request and reads the answer.
func (s *story) exchange(r *http.Request) (*answer, error) {
	got, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		return nil, fmt.Errorf("the answer breaks off: %w", err)
	}
	return &answer{request: r.Method + " " + r.URL.RequestURI(), status: got.StatusCode, header: got.Header, body: body}, nil
}
