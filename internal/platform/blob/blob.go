// Package blob is the port to what others leave for us as whole files: the mails that came in.
//
// In AWS it is a bucket that the mail provider writes into, locally a folder. Whoever leaves a file announces it by an event
// of the bus, source Source and detail type Created, whose detail is a Notice. We only read: what is left is never changed
// by us and goes by its age.
package blob

import (
	"context"
	"encoding/json"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
)

// The event that announces a file.
const (
	Source  = "aws.s3"
	Created = "Object Created"
)

// Reader reads files.
type Reader interface {
	// Read returns the file of a key; errs.NotFound where there is none (any more), errs.Invalid where it has more bytes
	// than the limit.
	Read(ctx context.Context, key string, limit int) ([]byte, error)
}

// Notice is what an announcement says of its file.
type Notice struct {
	Bucket struct {
		Name string `json:"name"`
	} `json:"bucket"`
	Object struct {
		Key  string `json:"key"`
		Size int64  `json:"size"` // bytes
	} `json:"object"`
}

// Noticed reads the announcement that an event is.
func Noticed(e event.Bridge) (Notice, error) {
	var n Notice
	if err := json.Unmarshal(e.Detail, &n); err != nil || n.Object.Key == "" {
		return Notice{}, errs.E(errs.Invalid, "an announcement of a file without its key")
	}
	return n, nil
}
