package web

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// received is the body of the request under way.
type received struct {
	body       []byte
	violations []errs.Violation // found while reading; validation adds to them
}

type receivedKey struct{}

// violationsOf are those found while the body was read.
func violationsOf(ctx context.Context) []errs.Violation {
	if r, ok := ctx.Value(receivedKey{}).(*received); ok {
		return r.violations
	}
	return nil
}

// receive reads the body of an operation that takes one: bounds and media type before anything else, then JSON strictly.
func receive(ctx huma.Context, next func(huma.Context)) {
	operation := ctx.Operation()
	if operation.RequestBody == nil {
		next(ctx)
		return
	}
	r, _ := humago.Unwrap(ctx)
	most := operation.Metadata[maxBodyKey].(int64)
	if r.ContentLength > most {
		refuse(ctx, tooLargeFor(operation))
		return
	}
	if encoding := ctx.Header("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		// What is small on the wire could be large in memory, and nobody here would unpack it.
		refuse(ctx, newProblem(http.StatusUnsupportedMediaType, "unsupported-media-type", "send the body as it is, without a Content-Encoding"))
		return
	}
	body, err := read(r, most+1)
	if err != nil {
		refuse(ctx, newProblem(http.StatusBadRequest, "malformed", "the body ended early"))
		return
	}
	if int64(len(body)) > most {
		refuse(ctx, tooLargeFor(operation))
		return
	}
	media, ok := accepted(operation, ctx.Header("Content-Type"))
	if len(body) > 0 && !ok {
		refuse(ctx, newProblem(http.StatusUnsupportedMediaType, "unsupported-media-type", "send the body as "+mediaTypes(operation)))
		return
	}
	in := &received{body: body}
	if len(body) > 0 && media == jsonMedia {
		if in.violations, err = strict(body); err != nil {
			refuse(ctx, newProblem(http.StatusBadRequest, "malformed", err.Error()))
			return
		}
		if raw, _ := operation.Metadata[rawKey].(bool); raw {
			in.violations = nil // whether a foreign format may double members is for its reader to say
		}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	next(huma.WithValue(ctx, receivedKey{}, in))
}

func read(r *http.Request, most int64) ([]byte, error) {
	if r.ContentLength < 0 {
		return io.ReadAll(io.LimitReader(r.Body, most))
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}

// accepted reports whether the operation takes a body of the content type. Text is UTF-8 or says otherwise, and then only
// what is not JSON may.
func accepted(operation *huma.Operation, contentType string) (media string, ok bool) {
	if contentType == jsonMedia {
		_, ok = operation.RequestBody.Content[jsonMedia]
		return jsonMedia, ok
	}
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", false
	}
	if charset := parameters["charset"]; media == jsonMedia && charset != "" && !strings.EqualFold(charset, "utf-8") {
		return "", false
	}
	_, ok = operation.RequestBody.Content[media]
	return media, ok
}

func mediaTypes(operation *huma.Operation) string {
	var names []string
	for name := range operation.RequestBody.Content {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, " or ")
}
