// Package dirinbox is a folder that mails come into: what Amazon SES and its bucket are in AWS.
//
// Deliver takes a mail as SES would: it puts its stamp on top, with what scanners say, keeps the file, and announces it as S3
// does, until that has been heard (Reports). The texts by which scanners are tried out, GTUBE and EICAR, are found. Whoever
// drops a file that ends with .eml into the folder delivers it, too: it is taken in, and gone from there, once it has not been
// written to for a second; one that nobody here can get is renamed and stays.
//
// The mails themselves lie in new until they have been heard of, and then in cur, and are kept; see package spool. A mail that
// was dropped while the process died is taken in twice, and recognised by who reads it.
package dirinbox

import (
	"context"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/local/spool"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/blob/s3event"
	"github.com/winback-auto/winback/internal/platform/eml"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail/sesinbound"
	"github.com/winback-auto/winback/internal/platform/pattern"
)

const (
	extension = ".eml"
	prefix    = "mails/" // of keys
	sender    = "in"     // in the place where other spools name an intent
	bucket    = "winback-local-mails"
	refused   = ".refused" // behind the name of a dropped file that nobody gets
)

// MaxMail bounds a mail, in bytes, as SES does.
const MaxMail = 40 << 20

// Dir is a folder of mails. It is safe for concurrent use by one process.
type Dir struct {
	path   string
	domain string
	spool  *spool.Spool
	now    func() time.Time // of the application
	wall   func() time.Time // of the file system
	newID  func() string
	log    *slog.Logger

	taking sync.Mutex
}

var _ blob.Reader = (*Dir)(nil)

// Open opens the folder, or makes it, for mails to addresses at a domain. The application's clock says when mails came in,
// that of the wall how old dropped files are; ids sort by time.
func Open(path, domain string, now, wall func() time.Time, newID func() string, log *slog.Logger) (*Dir, error) {
	folder, err := spool.Open(path, extension)
	if err != nil {
		return nil, err
	}
	return &Dir{path: path, domain: domain, spool: folder, now: now, wall: wall, newID: newID, log: log}, nil
}

// Read implements blob.Reader.
func (d *Dir) Read(ctx context.Context, key string, limit int) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, errs.E(errs.Unavailable, "there is no time left to read the mail: %w", err)
	}
	id, ok := strings.CutPrefix(key, prefix)
	if !ok {
		return nil, errs.E(errs.NotFound, "there is no such mail")
	}
	raw, err := d.spool.Read(id)
	if err == nil && len(raw) > limit {
		return nil, errs.E(errs.Invalid, "the mail has more than %d bytes", limit)
	}
	return raw, err
}

// Envelope is what is said when a mail is handed over, besides the mail.
type Envelope struct {
	From string // empty: the one of the mail; <> is that of a program that wants no answer
	To   string // empty: whom the mail names
}

// Deliver takes a mail in, and returns its key. One for nobody at the domain, or too large, is refused as Invalid.
func (d *Dir) Deliver(raw []byte, e Envelope) (key string, err error) {
	if len(raw) > MaxMail {
		return "", errs.E(errs.TooLarge, "a mail has at most %d bytes", MaxMail)
	}
	h := eml.ReadHeader(raw)
	to := d.ours(e.To)
	for _, field := range []string{"to", "cc", "delivered-to"} {
		if e.To == "" {
			to = append(to, d.ours(h.Get(field))...)
		}
	}
	if len(to) == 0 {
		return "", errs.E(errs.Invalid, "nobody here gets this mail: none of its recipients is at %s", d.domain)
	}
	a := sesinbound.Arrival{ID: strings.ToLower(d.newID()), Region: s3event.Region, From: bare(e.From), At: d.now()}
	a.Spam, a.Virus = sesinbound.Scan(raw)
	if e.From == "" {
		a.From = bare(h.Get("from"))
	}
	if len(to) == 1 {
		a.To = to[0]
	}
	return prefix + a.ID, d.Leave(prefix+a.ID, sesinbound.Stamped(raw, a))
}

// Leave keeps a file under a key, as it is, and announces it.
func (d *Dir) Leave(key string, content []byte) error {
	id, ok := strings.CutPrefix(key, prefix)
	if !ok || id == "" || strings.ContainsAny(id, `./\`) {
		return errs.E(errs.Invalid, "the key of a mail is its id behind %s", prefix)
	}
	return d.spool.Put(id, sender, content)
}

// ours are the addresses at the domain in a text.
func (d *Dir) ours(text string) (found []string) {
	for _, address := range anAddress().FindAllString(text, 100) {
		if strings.HasSuffix(strings.ToLower(address), "@"+d.domain) {
			found = append(found, address)
		}
	}
	return found
}

var anAddress = pattern.Of(`[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,253}`)

// bare is an address without its name; empty for what is none.
func bare(text string) string {
	if parsed, err := netmail.ParseAddress(text); err == nil {
		return parsed.Address
	}
	return anAddress().FindString(text)
}

// Due is how many mails nobody has heard of. It takes in what was dropped.
func (d *Dir) Due() int {
	d.takeIn()
	return d.spool.Waiting()
}

// Reports announces what nobody has heard of, oldest first.
func (d *Dir) Reports(_ context.Context, limit int) (reports []spool.Report, err error) {
	for _, id := range d.spool.Due(limit) {
		raw, err := d.spool.Read(id)
		if errs.Is(err, errs.NotFound) {
			continue // somebody has deleted it
		}
		if err != nil {
			return reports, fmt.Errorf("dirinbox: %w", err)
		}
		reports = append(reports, spool.Report{ID: id, Events: [][]byte{s3event.Created(bucket, prefix+id, int64(len(raw)), d.now())}})
	}
	return reports, nil
}

// Handed ends what is due about a mail.
func (d *Dir) Handed(id string) error { return d.spool.Handed(id) }

// settledFor is how long nobody has written to a dropped file before it is taken in.
const settledFor = time.Second

// takeIn delivers the files that were dropped into the folder.
func (d *Dir) takeIn() {
	d.taking.Lock()
	defer d.taking.Unlock()
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return // of the spool's own doings somebody hears
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || !strings.HasSuffix(entry.Name(), extension) || d.wall().Sub(info.ModTime()) < settledFor {
			continue
		}
		path := filepath.Join(d.path, entry.Name())
		if err := d.take(path, info.Size()); err != nil {
			d.log.Warn("a mail in the inbox's folder is refused", "file", entry.Name(), "error", err)
			if err := os.Rename(path, path+refused); err != nil {
				d.log.Error("and cannot be renamed", "file", entry.Name(), "error", err)
			}
		}
	}
}

// take delivers one dropped file.
func (d *Dir) take(path string, size int64) error {
	if size > MaxMail {
		return errs.E(errs.TooLarge, "a mail has at most %d bytes", MaxMail)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if _, err := d.Deliver(raw, Envelope{}); err != nil {
		return err
	}
	return os.Remove(path)
}
