package enquiry

import (
	"mime"
	"strings"
)

// Media are the types of content that Parse reads, besides application/json.
var Media = []string{
	"application/x-adf+xml", "application/adf+xml", "application/x-adf", "application/xml", "text/xml",
	"message/rfc822", "text/plain", "text/html",
}

// Parse reads a document in the form that its Content-Type names. A plain text may be each of the others but JSON: senders
// name their documents carelessly, and the first characters tell.
func Parse(contentType string, document []byte, o Options) (Document, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = ""
	}
	charset := parameters["charset"]
	switch {
	case kind == "application/json":
		e, err := ParseJSON(document, o)
		if err != nil {
			return Document{}, err
		}
		return Document{Enquiries: []Enquiry{e}}, nil
	case kind == "message/rfc822":
		return ParseMail(document, o)
	case media[kind]:
		return ParseADF(document, charset, o)
	case kind == "text/html":
		return ParseText(document, charset, o)
	case beginsAsADF(document):
		return ParseADF(document, charset, o)
	case isMail(document):
		return ParseMail(document, o)
	default:
		return ParseText(document, charset, o)
	}
}

func beginsAsADF(document []byte) bool {
	text := strings.ToLower(strings.TrimLeft(string(document[:min(len(document), 100)]), "\ufeff \t\r\n"))
	return strings.HasPrefix(text, "<?xml") || strings.HasPrefix(text, "<?adf") || strings.HasPrefix(text, "<adf")
}
