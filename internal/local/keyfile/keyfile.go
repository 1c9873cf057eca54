// Package keyfile keeps the keys of local mode in one file of the data folder, where AWS has KMS and Secrets Manager.
//
// The file is JSON, private to its owner, and holds the master key that seals secrets and the ring of keys that sign
// links. Open creates it once, whole and durable before the first use of a key, and afterwards only reads it: a damaged
// file is an error and never replaced, since a new master key would lose every sealed secret. Rotate puts a new signing
// key first and keeps the old ones, because unsubscribe links never expire.
//
// One process at a time opens a data folder (its database is locked), so the keys in memory are those of the file.
package keyfile

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/winback-auto/winback/internal/local/durable"
	"github.com/winback-auto/winback/internal/platform/link"
)

// Name is the file's name within the data folder.
const Name = "keys.json"

const (
	format     = 1       // the file's version; others are refused
	maxFile    = 1 << 20 // some 8,000 rotations
	masterSize = 32      // AES-256
)

// content is the file.
type content struct {
	Version int        `json:"version"`
	Master  []byte     `json:"master"`
	Links   []link.Key `json:"links"` // the first signs
}

// Keys are the keys of one data folder. They are safe for concurrent use.
type Keys struct {
	path   string
	sealer *sealer

	mu      sync.Mutex
	content content
	ring    link.Keyring
}

// Open reads the folder's keys, and creates the folder and the keys where they are missing. Its errors name the file and
// are for whoever starts the process.
func Open(folder string) (*Keys, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	path := filepath.Join(folder, Name)
	raw, err := durable.ReadPrivate(path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	keys, err := read(raw)
	if err != nil {
		return nil, fmt.Errorf("key file %s is damaged (%w); restore it from a backup: without it sealed secrets and sent links are lost", path, err)
	}
	keys.path = path
	return keys, nil
}

// create writes fresh keys and reads back what is there: ours, or those of whoever came first.
func create(path string) ([]byte, error) {
	raw, err := encode(content{Version: format, Master: random(masterSize), Links: []link.Key{newLinkKey()}})
	if err != nil {
		return nil, err
	}
	if err := durable.Create(path, raw); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return durable.ReadPrivate(path, maxFile)
}

func read(raw []byte) (*Keys, error) {
	var c content
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return nil, errors.New("it is not the JSON that was written") // the decoder would quote what it found
	}
	if rest := bytes.TrimSpace(raw[decoder.InputOffset():]); len(rest) > 0 {
		return nil, errors.New("something follows its JSON")
	}
	if c.Version != format {
		return nil, fmt.Errorf("its version is %d, this program knows %d", c.Version, format)
	}
	ring, err := link.NewKeyring(c.Links...)
	if err != nil {
		return nil, err
	}
	sealer, err := newSealer(c.Master)
	if err != nil {
		return nil, err
	}
	return &Keys{sealer: sealer, content: c, ring: ring}, nil
}

func encode(c content) ([]byte, error) {
	raw, err := json.MarshalIndent(c, "", "  ")
	return append(raw, '\n'), err
}

func random(size int) []byte {
	b := make([]byte, size)
	rand.Read(b) // never fails: it ends the process instead
	return b
}
