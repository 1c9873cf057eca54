package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Precondition is what a PUT or PATCH of settings embeds: an update that is not to overwrite somebody else's.
type Precondition struct {
	IfMatch string `header:"If-Match" maxLength:"200" doc:"The ETag that was read; if it has changed since, the answer is 412."`
}

// ETag is the entity tag of a record's version, see table.Record.Version.
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// Match refuses with 412 an update of something else than the version that its client has read. No If-Match, or *, match
// any version.
func (p Precondition) Match(version int64) error {
	if p.IfMatch == "" {
		return nil
	}
	for tag := range strings.SplitSeq(p.IfMatch, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || tag == ETag(version) {
			return nil
		}
	}
	return Stale(readAgain)
}

// Stale turns a lost race into 412 where the client had named the version it read; other errors stay what they are.
func (p Precondition) Stale(err error) error {
	if p.IfMatch != "" && errs.Is(err, errs.Conflict) {
		return Stale(readAgain)
	}
	return err
}

// Stale is the problem 412 with the words for what happened since the client has read the record.
func Stale(happened string) error {
	return newProblem(http.StatusPreconditionFailed, "stale", happened)
}

const readAgain = "read it again and repeat the change"
