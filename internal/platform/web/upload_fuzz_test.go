package web_test

import (
	"bytes"
	"testing"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\nvin\r\n1\r\n--x--\r\n",
		"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n\r\n--x\r\nContent-Disposition: form-data; name=file\r\n\r\n--x--",
		"--x\r\nContent-Disposition: form-data; name=\"file\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41\r\n--x--",
		"--x\r\nContent-Disposition: form-data; name*=utf-8''file; filename*0=\"a\"; filename*1=\"/../b\"\r\n\r\nz\r\n--x--",
		"--x--", "--x\nContent-Disposition: form-data; name=file\n\nlines\n--x--\n", "--x\r\n\r\n--x--", "", "\x00",
	} {
		f.Add("multipart/form-data; boundary=x", []byte(seed))
		f.Add("multipart/form-data; boundary=\"\"", []byte(seed))
	}
	f.Add("text/csv; charset=utf-8", []byte("vin\r\n"))
	f.Fuzz(func(t *testing.T, mediaType string, body []byte) {
		before := bytes.Clone(body)
		upload := web.Upload{MediaType: mediaType, RawBody: body}
		file, err := upload.File()
		if err != nil {
			if !errs.Is(err, errs.Invalid) || len(errs.ViolationsOf(err)) == 0 {
				t.Errorf("error %v", err)
			}
			return
		}
		if !bytes.Contains(before, file.Body) {
			t.Errorf("the file is no part of the body: %q of %q", file.Body, body)
		}
		if bytes.ContainsAny([]byte(file.Name), "/\x00") {
			t.Errorf("the name %q is a path", file.Name)
		}
		if !bytes.Equal(before, body) {
			t.Error("the body was written to")
		}
	})
}
