// Package dirmail is the mail provider of local mode: a folder in which every mail that would have gone out is a file.
//
// The folder is a Maildir, so that any reader of mails can open it: a mail is written to tmp, synced, and moved to new; only
// then is it accepted. What SES would report about it (sent, delivered, bounced, complained) is due until the host has
// handed it to the function mail-event (Reports, Handed); then the mail moves on to cur. Both survive kill -9 at any point:
// a mail is there whole or not at all, and its reports come at least once.
//
// Like SES it does not recognise a mail that it is given twice; that is the ledger's business. Unlike SES it can be asked
// whether it has taken a mail (mail.Lookup). Addresses whose local part is bounce, softbounce or complaint, alone or
// before a plus sign, behave as they say.
package dirmail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
)

// The folders of a Maildir.
const (
	temporary = "tmp"
	fresh     = "new" // accepted; reports are due
	current   = "cur" // accepted; reports are handed over
	extension = ".eml"
)

// Dir is a folder of mails. It is safe for concurrent use by one process.
type Dir struct {
	path  string
	now   func() time.Time
	newID func() string

	// Fault, if set, makes sends go wrong; for tests. Set it before the first Send.
	Fault func(mail.Message) Fault

	mu     sync.Mutex
	order  []string            // ids of all mails, oldest first
	names  map[string]string   // their files
	due    map[string]struct{} // those in fresh
	bySend map[string]string   // first mail of a send id
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
	_ mail.Sender = (*Dir)(nil)
	_ mail.Lookup = (*Dir)(nil)
)

// Open opens the folder, or makes it. Mails are dated by now; newID names them and must sort by time.
func Open(path string, now func() time.Time, newID func() string) (*Dir, error) {
	d := &Dir{path: path, now: now, newID: newID, names: map[string]string{}, due: map[string]struct{}{}, bySend: map[string]string{}}
	for _, folder := range []string{temporary, fresh, current} {
		if err := os.MkdirAll(filepath.Join(path, folder), 0o700); err != nil {
			return nil, fmt.Errorf("dirmail: %w", err)
		}
	}
	unfinished, err := os.ReadDir(filepath.Join(path, temporary))
	if err != nil {
		return nil, fmt.Errorf("dirmail: %w", err)
	}
	for _, entry := range unfinished {
		if err := os.Remove(filepath.Join(path, temporary, entry.Name())); err != nil {
			return nil, fmt.Errorf("dirmail: %w", err)
		}
	}
	for _, folder := range []string{current, fresh} {
		entries, err := os.ReadDir(filepath.Join(path, folder))
		if err != nil {
			return nil, fmt.Errorf("dirmail: %w", err)
		}
		for _, entry := range entries {
			d.keep(folder, entry.Name())
		}
	}
	return d, nil
}

// keep enters a file into the index. Files with other names than ours are somebody else's.
func (d *Dir) keep(folder, name string) {
	id, sendID, ok := strings.Cut(strings.TrimSuffix(name, extension), ".")
	if !ok || !strings.HasSuffix(name, extension) {
		return
	}
	at, _ := slices.BinarySearch(d.order, id)
	d.order = slices.Insert(d.order, at, id)
	d.names[id] = name
	if folder == fresh {
		d.due[id] = struct{}{}
	}
	if first, ok := d.bySend[sendID]; !ok || id < first {
		d.bySend[sendID] = id
	}
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
		return "", fmt.Errorf("dirmail: a fault before the mail was taken: %w", mail.ErrAmbiguous)
	}
	if err := ctx.Err(); err != nil {
		return "", errs.E(errs.Unavailable, "there is no time left to send: %w", err)
	}
	id := d.newID()
	raw, err := mail.MIME(m, id+"@"+mail.Domain(m.From), d.now())
	if err != nil {
		return "", err
	}
	name := id + "." + m.SendID + extension
	if err := d.write(name, raw); err != nil {
		return "", err
	}
	d.mu.Lock()
	d.keep(fresh, name)
	d.mu.Unlock()
	if fault == LoseAfter {
		return "", fmt.Errorf("dirmail: a fault after the mail was taken: %w", mail.ErrAmbiguous)
	}
	return id, nil
}

// write makes the file durable under its name. Once it is renamed, only an error that leaves its fate open is possible.
func (d *Dir) write(name string, raw []byte) error {
	draft := filepath.Join(d.path, temporary, name)
	if err := writeSynced(draft, raw); err != nil {
		return errs.E(errs.Unavailable, "the folder for mails cannot be written: %w", err)
	}
	if err := os.Rename(draft, filepath.Join(d.path, fresh, name)); err != nil {
		return errs.E(errs.Unavailable, "the folder for mails cannot be written: %w", err)
	}
	if err := syncFolder(filepath.Join(d.path, fresh)); err != nil {
		return fmt.Errorf("dirmail: %w: %w", err, mail.ErrAmbiguous)
	}
	return nil
}

// Accepted says whether a mail with the send id was taken, and the first such; see mail.Lookup.
func (d *Dir) Accepted(_ context.Context, sendID string) (string, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, ok := d.bySend[sendID]
	return id, ok, nil
}

// folder is where a mail lies. The caller holds the lock.
func (d *Dir) folder(id string) string {
	if _, due := d.due[id]; due {
		return fresh
	}
	return current
}

// forget drops a mail whose file somebody has deleted or damaged. The caller holds the lock.
func (d *Dir) forget(id string) {
	if at, ok := slices.BinarySearch(d.order, id); ok {
		d.order = slices.Delete(d.order, at, at+1)
	}
	delete(d.names, id)
	delete(d.due, id)
}

func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
