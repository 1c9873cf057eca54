package pebbledb

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Schema is the layout of keys and values that this build reads and writes.
const Schema = 1

// folder is where in a data folder the database lies; the rest of it is for others.
const folder = "store"

const defaultCacheMB = 32

// memTable is how much is written before it is sorted into files: a whole list and what becomes of it, so that what was
// written a moment ago is found in memory. It grows to that only where so much is written.
const memTable = 64 << 20

var schemaKey = []byte{byte(meta), 's', 'c', 'h', 'e', 'm', 'a'}

// Options say where the database is and what it may use.
type Options struct {
	Dir     string       // the data folder; made where it does not exist
	Memory  bool         // keep everything in memory and nothing on disk, for tests; Dir does not count
	CacheMB int          // memory for blocks read from disk; 0: 32
	Log     *slog.Logger // the database's own messages, nearly all at debug; nil: none
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	pebble *pebble.DB
	lock   *pebble.Lock
	memory bool
}

// Open opens or makes the database of a data folder and locks the folder. The error is a Conflict where another process
// has the folder or a newer build wrote it.
func Open(o Options) (*DB, error) {
	if o.Memory {
		return open(o, "memory", vfs.NewMem(), nil)
	}
	dir := filepath.Join(o.Dir, folder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unusable(o.Dir, err)
	}
	// The lock goes by the name of the file, so that name has to be the same whichever way the folder is reached.
	dir, err := filepath.EvalSymlinks(dir)
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return nil, unusable(o.Dir, err)
	}
	lock, err := pebble.LockDirectory(dir, vfs.Default)
	if errors.Is(err, fs.ErrPermission) {
		return nil, unusable(o.Dir, err)
	}
	if err != nil {
		return nil, errs.E(errs.Conflict, "another Winback is running on the data folder %s; stop it or choose another folder (%w)", o.Dir, err)
	}
	db, err := open(o, dir, vfs.Default, lock)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return db, nil
}

func unusable(dir string, cause error) error {
	return errs.E(errs.Unavailable, "the data folder %s cannot be used: %w", dir, cause)
}

func open(o Options, dir string, files vfs.FS, lock *pebble.Lock) (*DB, error) {
	if o.CacheMB == 0 {
		o.CacheMB = defaultCacheMB
	}
	options := &pebble.Options{
		FS:                 files,
		Lock:               lock,
		CacheSize:          int64(o.CacheMB) << 20,
		FormatMajorVersion: pebble.FormatNewest,
		Logger:             logger{o.Log},
		MemTableSize:       memTable,
	}
	for i := range options.Levels {
		// Most conditional writes ask for a key that does not exist yet; the filter answers that without reading blocks.
		options.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	p, err := pebble.Open(dir, options)
	if err != nil {
		return nil, unusable(o.Dir, err)
	}
	if err := checkSchema(p, o.Dir); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return &DB{pebble: p, lock: lock, memory: o.Memory}, nil
}

func checkSchema(p *pebble.DB, dir string) error {
	value, closer, err := p.Get(schemaKey)
	if errors.Is(err, pebble.ErrNotFound) {
		return p.Set(schemaKey, strconv.AppendInt(nil, Schema, 10), Durable())
	}
	if err != nil {
		return unusable(dir, err)
	}
	defer closer.Close()
	found, err := strconv.Atoi(string(value))
	if err != nil {
		return unusable(dir, err)
	}
	if found > Schema {
		return errs.E(errs.Conflict, "the data folder %s was written by a newer Winback (layout %d, this one knows %d); start that one, or restore an older backup", dir, found, Schema)
	}
	return nil
}

// DB is the database itself, for the packages that own a Space.
func (d *DB) DB() *pebble.DB { return d.pebble }

// Close ends the use of the database and gives its folder back. Nobody may be using it any more.
func (d *DB) Close() error {
	err := d.pebble.Close()
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
	}
	return err
}

// Backup makes dir, which must not exist, a data folder with everything committed so far. Writers go on meanwhile; on the same
// disk most of the copy is links, which take no space until either side changes.
func (d *DB) Backup(ctx context.Context, dir string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.memory {
		return errs.E(errs.Invalid, "a database in memory cannot be backed up")
	}
	if _, err := os.Stat(dir); err == nil {
		return errs.E(errs.Conflict, "the folder %s exists already; a backup makes a folder of its own", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unusable(dir, err)
	}
	if err := d.pebble.Checkpoint(filepath.Join(dir, folder), pebble.WithFlushedWAL()); err != nil {
		return unusable(dir, err)
	}
	return nil
}
