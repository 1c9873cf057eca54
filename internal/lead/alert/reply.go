package alert

import (
	"context"
	"net/http"
)

// replyForm is the form that sends a reply.
type replyForm struct {
	Action     string
	Subject    string
	Paragraphs [][]string
	Digest     string // of what is shown: what has changed since is shown again before it is sent
}

// replyPage is the page that shows a reply before it is sent.
func (s *visit) replyPage(context.Context) *sheet {
	return s.message(http.StatusOK, s.words.ReplyHeading)
}
