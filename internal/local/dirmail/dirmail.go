// Package dirmail is the mail provider of local mode: a folder in which every mail that would have gone out is a file.
//
// The folder is a Maildir (package spool), so that any reader of mails can open it: a mail in new is accepted. What SES would
// report about it (sent, delivered, bounced, complained) is due until the host has handed it to the function mail-event
// (Reports, Handed); then the mail moves on to cur. Both survive kill -9 at any point: a mail is there whole or not at all,
// and its reports come at least once.
//
// Like SES it does not recognise a mail that it is given twice; that is the ledger's business. Unlike SES it can be asked
// whether it has taken a mail (dispatch.Lookup). Addresses whose local part is bounce, softbounce or complaint, alone or
// before a plus sign, behave as they say.
package dirmail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/local/spool"
	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
)

const extension = ".eml"

// Dir is a folder of mails. It is safe for concurrent use by one process.
type Dir struct {
	spool *spool.Spool
	now   func() time.Time
	newID func() string

	// Fault, if set, makes sends go wrong; for tests. Set it before the first Send.
	Fault func(mail.Message) Fault
}

// Fault is how a send goes wrong.
type Fault uint8

// The faults.
const (
	NoFault    Fault = iota
	Refuse           // not taken: later, perhaps
	Reject           // not taken, ever
	LoseBefore       // not taken, and the answer is lost
	LoseAfter        // taken, and the answer is lost
)

var (
	_ mail.Sender     = (*Dir)(nil)
	_ dispatch.Lookup = (*Dir)(nil)
)

// Open opens the folder, or makes it. Mails are dated by now; newID names them and must sort by time.
func Open(path string, now func() time.Time, newID func() string) (*Dir, error) {
	folder, err := spool.Open(path, extension)
	if err != nil {
		return nil, err
	}
	return &Dir{spool: folder, now: now, newID: newID}, nil
}

// Send accepts a mail; see mail.Sender.
func (d *Dir) Send(ctx context.Context, m mail.Message) (string, error) {
	fault := NoFault
	if d.Fault != nil {
		fault = d.Fault(m)
	}
	switch fault {
	case Refuse:
		return "", errs.Later(errs.TooMany, time.Minute, "the mail provider takes no more mails for now")
	case Reject:
		return "", errs.E(errs.Invalid, "the mail provider refuses this mail")
	case LoseBefore:
		return "", fmt.Errorf("dirmail: a fault before the mail was taken: %w", dispatch.ErrAmbiguous)
	}
	if err := ctx.Err(); err != nil {
		return "", errs.E(errs.Unavailable, "there is no time left to send: %w", err)
	}
	id := d.newID()
	raw, err := mail.MIME(m, id+"@"+mail.Domain(m.From), d.now())
	if err != nil {
		return "", err
	}
	if err := d.spool.Put(id, m.SendID, raw); errors.Is(err, spool.ErrUnsure) {
		return "", fmt.Errorf("dirmail: %w: %w", err, dispatch.ErrAmbiguous)
	} else if err != nil {
		return "", err
	}
	if fault == LoseAfter {
		return "", fmt.Errorf("dirmail: a fault after the mail was taken: %w", dispatch.ErrAmbiguous)
	}
	return id, nil
}

// Accepted says whether a mail with the send id was taken, and the first such; see dispatch.Lookup.
func (d *Dir) Accepted(_ context.Context, sendID string) (string, bool, error) {
	id, ok := d.spool.First(sendID)
	return id, ok, nil
}
