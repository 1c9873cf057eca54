package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/web"
)

type uploadInput struct{ web.Upload }

type uploadedFile struct {
	Name string `json:"name"`
	Size int    `json:"size"`
	Head string `json:"head"`
}

func uploaded(_ context.Context, in *uploadInput) (*web.Reply[uploadedFile], error) {
	file, err := in.File()
	if err != nil {
		return nil, err
	}
	return web.OK(uploadedFile{file.Name, len(file.Body), strings.ToValidUTF8(string(file.Body[:min(len(file.Body), 3)]), "?")}), nil
}

// form makes a form with one file per field.
func form(t *testing.T, body string, fields ...string) (mediaType, payload string) {
	t.Helper()
	var buffer bytes.Buffer
	w := multipart.NewWriter(&buffer)
	for _, field := range fields {
		part, err := w.CreateFormFile(field, "../../cars.csv")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), buffer.String()
}

func TestAFileComesAsTheBodyOrInAForm(t *testing.T) {
	api, handler := web.New(web.Config{})
	web.Post(api, "/v1/uploads", web.Public("a test"), web.Route{ID: "upload", MaxBody: 2000}, uploaded)
	good, goodBody := form(t, "M\xfcl;1\r\n", "file")
	two, twoBody := form(t, "x", "file", "file")
	other, otherBody := form(t, "x", "photo")
	none, noneBody := form(t, "x")
	for _, test := range []struct {
		name, mediaType, body string
		status                int
		want                  string
	}{
		{"plain", "text/csv", "vin\r\n", http.StatusOK, `{"name":"","size":5,"head":"vin"}`},
		{"plain with charset", "text/csv; charset=utf-8", "vin", http.StatusOK, `"size":3`},
		{"form", good, goodBody, http.StatusOK, `{"name":"cars.csv","size":7,"head":"M?l"}`},
		{"two files", two, twoBody, http.StatusUnprocessableEntity, "more than one field"},
		{"another field", other, otherBody, http.StatusUnprocessableEntity, "field file"},
		{"no file", none, noneBody, http.StatusUnprocessableEntity, "body.file"},
		{"broken form", "multipart/form-data; boundary=x", "--x\r\nbroken", http.StatusUnprocessableEntity, "is not a form"},
		{"no boundary", "multipart/form-data", "x", http.StatusUnprocessableEntity, "is not a form"},
		{"nothing", "text/csv", "", http.StatusBadRequest, "malformed"},
		{"JSON", "application/json", "{}", http.StatusUnsupportedMediaType, "multipart/form-data or text/csv"},
		{"too large", "text/csv", strings.Repeat("x", 2001), http.StatusRequestEntityTooLarge, "2000 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := do(handler, "POST", "/v1/uploads", test.mediaType, test.body)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func TestAForeignFormatReachesItsReaderAsItCame(t *testing.T) {
	api, handler := web.New(web.Config{})
	web.Post(api, "/webhooks/{token}", web.Public("a test"), web.Route{ID: "push", MaxBody: 2000}, func(_ context.Context, in *struct {
		Token   string `path:"token"`
		RawBody []byte `contentType:"application/json"`
	},
	) (*web.Reply[string], error) {
		return web.OK(in.Token + string(in.RawBody)), nil
	})
	for _, test := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"event":"ping","event":"ping","X":[1]}`, http.StatusOK, `"t{\"event\":\"ping\",\"event\":\"ping\",\"X\":[1]}"`},
		{`{"event":`, http.StatusBadRequest, "malformed"},
		{strings.Repeat("[", 33), http.StatusBadRequest, "deeper than 32"},
	} {
		if w := do(handler, "POST", "/webhooks/t", "application/json", test.body); w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s: %d %s", test.body, w.Code, w.Body)
		}
	}
}

func TestACompressedBodyIsRefusedBeforeItIsRead(t *testing.T) {
	handler, log := api(counted)
	for encoding, status := range map[string]int{"": 200, "identity": 200, "gzip": 415, "br, gzip": 415, "x": 415} {
		r := httptest.NewRequest("POST", "/v1/vehicles", strings.NewReader(`{"vehicles":[]}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Content-Encoding", encoding)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r.WithContext(event.WithCall(r.Context(), event.Call{RequestID: "req-1"})))
		if w.Code != status {
			t.Errorf("%q: %d %s %s", encoding, w.Code, w.Body, log)
		}
	}
}
