package web

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Upload is what the input of an operation embeds that takes a CSV file, either as the body itself (text/csv, in UTF-8)
// or as the field file of a form (multipart/form-data, in any encoding). The route's MaxFile bounds it.
type Upload struct {
	MediaType string `header:"Content-Type" hidden:"true"`
	RawBody   []byte `contentType:"text/csv"`
}

// File is an uploaded file.
type File struct {
	Name      string // as the client calls it; empty for a plain body. Never a path of ours.
	MediaType string
	Body      []byte // valid until the handler returns
}

const (
	formMedia = "multipart/form-data"
	fileField = "file"

	formOverhead = 4096 // bytes that a form with one file is larger than the file, at most
)

type uploader interface{ describe(*huma.Operation) }

// describe adds the form to the media types; huma itself knows one per operation.
func (u *Upload) describe(operation *huma.Operation) {
	operation.RequestBody = &huma.RequestBody{
		Required:    true,
		Description: "The file itself in UTF-8, or a form with the field file in any encoding.",
		Content: map[string]*huma.MediaType{formMedia: {Schema: &huma.Schema{
			Type:       huma.TypeObject,
			Required:   []string{fileField},
			Properties: map[string]*huma.Schema{fileField: {Type: huma.TypeString, Format: "binary"}},
		}}},
	}
}

// File is the file. A form without it, or with anything else, is an Invalid error.
func (u *Upload) File() (File, error) {
	media, parameters, err := mime.ParseMediaType(u.MediaType)
	if err != nil || media != formMedia {
		return File{MediaType: u.MediaType, Body: u.RawBody}, nil //nolint:nilerr // the media type was checked before: this is a plain body
	}
	reader := multipart.NewReader(bytes.NewReader(u.RawBody), parameters["boundary"])
	var file *File
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return File{}, errs.Violate(errs.Violation{Location: "body", Message: "is not a form"})
		}
		if part.FormName() != fileField || file != nil {
			return File{}, errs.Violate(errs.Violation{Location: "body", Message: "is a form with more than one field " + fileField})
		}
		body, err := io.ReadAll(part)
		if err != nil {
			return File{}, errs.Violate(errs.Violation{Location: "body." + fileField, Message: "ends early"})
		}
		file = &File{Name: part.FileName(), MediaType: part.Header.Get("Content-Type"), Body: body}
	}
	if file == nil {
		return File{}, errs.Violate(errs.Violation{Location: "body." + fileField, Message: "is missing"})
	}
	return *file, nil
}
