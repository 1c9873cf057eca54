// Package spool keeps what would have gone out of the house as files in a folder, each whole or not at all, whenever the
// process is killed.
//
// The folder is laid out as a Maildir: a file is written to tmp, synced, and moved to new; only then is it in. Something is
// due about it (reports of a provider) until Handed moves it on to cur. Files with other names than ours are somebody
// else's. Packages dirmail and dirtext say what is in the files.
package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// The folders of a Maildir.
const (
	temporary = "tmp"
	fresh     = "new" // in; something is due
	current   = "cur" // in; nothing is due any more
)

// ErrUnsure marks a Put that may have happened or not.
var ErrUnsure = errors.New("nobody knows whether the file is in")

// Report is what a provider would report about one file: events as EventBridge brings them, in the order they happened.
type Report struct {
	ID     string // of the file
	Events [][]byte
}

// Spool is a folder of files. It is safe for concurrent use by one process.
type Spool struct {
	path, extension string

	mu     sync.Mutex
	order  []string            // ids of all files, oldest first
	names  map[string]string   // of files
	due    map[string]struct{} // those in fresh
	bySend map[string]string   // first file of a send id
}

// Open opens the folder, or makes it. The extension begins with a dot.
func Open(path, extension string) (*Spool, error) {
	s := &Spool{path: path, extension: extension, names: map[string]string{}, due: map[string]struct{}{}, bySend: map[string]string{}}
	for _, folder := range []string{temporary, fresh, current} {
		if err := os.MkdirAll(filepath.Join(path, folder), 0o700); err != nil {
			return nil, fmt.Errorf("spool: %w", err)
		}
	}
	unfinished, err := os.ReadDir(filepath.Join(path, temporary))
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	for _, entry := range unfinished {
		if err := os.Remove(filepath.Join(path, temporary, entry.Name())); err != nil {
			return nil, fmt.Errorf("spool: %w", err)
		}
	}
	for _, folder := range []string{current, fresh} {
		entries, err := os.ReadDir(filepath.Join(path, folder))
		if err != nil {
			return nil, fmt.Errorf("spool: %w", err)
		}
		for _, entry := range entries {
			s.keep(folder, entry.Name())
		}
	}
	return s, nil
}

// keep enters a file into the index.
func (s *Spool) keep(folder, name string) {
	id, sendID, ok := strings.Cut(strings.TrimSuffix(name, s.extension), ".")
	if !ok || !strings.HasSuffix(name, s.extension) {
		return
	}
	at, _ := slices.BinarySearch(s.order, id)
	s.order = slices.Insert(s.order, at, id)
	s.names[id] = name
	if folder == fresh {
		s.due[id] = struct{}{}
	}
	if first, ok := s.bySend[sendID]; !ok || id < first {
		s.bySend[sendID] = id
	}
}

// Put makes a file durable. Ids sort by time; send ids name intents. An error is Unavailable where the file is surely not in,
// and wraps ErrUnsure where it may be.
func (s *Spool) Put(id, sendID string, content []byte) error {
	name := id + "." + sendID + s.extension
	draft := filepath.Join(s.path, temporary, name)
	if err := writeSynced(draft, content); err != nil {
		return errs.E(errs.Unavailable, "the folder of the outbox cannot be written: %w", err)
	}
	if err := os.Rename(draft, filepath.Join(s.path, fresh, name)); err != nil {
		return errs.E(errs.Unavailable, "the folder of the outbox cannot be written: %w", err)
	}
	if err := syncFolder(filepath.Join(s.path, fresh)); err != nil {
		return fmt.Errorf("spool: %w: %w", err, ErrUnsure)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(fresh, name)
	return nil
}

// First is the first file of a send id.
func (s *Spool) First(sendID string) (id string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok = s.bySend[sendID]
	return id, ok
}

// Latest are the latest files, newest first.
func (s *Spool) Latest(limit int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	latest := slices.Clone(s.order[max(0, len(s.order)-max(limit, 0)):])
	slices.Reverse(latest)
	return latest
}

// Read is what is in a file, or a NotFound error: somebody may have deleted it.
func (s *Spool) Read(id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, ok := s.names[id]
	if !ok {
		return nil, errs.E(errs.NotFound, "there is no such message")
	}
	content, err := os.ReadFile(filepath.Join(s.path, s.folder(id), name))
	if errors.Is(err, fs.ErrNotExist) {
		s.forget(id)
		return nil, errs.E(errs.NotFound, "there is no such message any more")
	}
	return content, err
}

// folder is where a file lies. The caller holds the lock.
func (s *Spool) folder(id string) string {
	if _, due := s.due[id]; due {
		return fresh
	}
	return current
}

// Due are the files about which something is due, oldest first.
func (s *Spool) Due(limit int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	due := slices.Sorted(maps.Keys(s.due))
	return due[:min(len(due), max(limit, 0))]
}

// Waiting is how many files something is due about.
func (s *Spool) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.due)
}

// Handed ends what is due. Ending it twice is harmless.
func (s *Spool) Handed(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, due := s.due[id]; !due {
		return nil
	}
	name := s.names[id]
	// Not synced: a move that a crash undoes makes it due again, which is allowed.
	err := os.Rename(filepath.Join(s.path, fresh, name), filepath.Join(s.path, current, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("spool: %w", err)
	}
	delete(s.due, id)
	return nil
}

// Forget drops a file that somebody has damaged.
func (s *Spool) Forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(id)
}

func (s *Spool) forget(id string) {
	if at, ok := slices.BinarySearch(s.order, id); ok {
		s.order = slices.Delete(s.order, at, at+1)
	}
	delete(s.names, id)
	delete(s.due, id)
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
