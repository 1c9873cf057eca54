// Package durable writes small files whole or not at all: a reader, and whoever starts again after a crash or a power cut,
// finds the old content or the new, never a part. Files are private to their owner.
package durable

import (
	"fmt"
	"os"
	"path/filepath"
)

// Private is the mode of every file written here; ReadPrivate refuses files that are more open.
const Private os.FileMode = 0o600

// Create writes a file that must not exist yet; of several that try at once one succeeds and the others get an error
// that is fs.ErrExist.
func Create(path string, content []byte) error {
	return write(path, content, func(temporary string) error {
		defer os.Remove(temporary)
		return os.Link(temporary, path) // unlike a rename, it refuses to replace
	})
}

// Replace writes a file, in place of the one that is there, if any.
func Replace(path string, content []byte) error {
	return write(path, content, func(temporary string) error { return os.Rename(temporary, path) })
}

// write makes the content durable under a temporary name, publishes it, and makes the folder's entry durable.
func write(path string, content []byte, publish func(temporary string) error) error {
	folder := filepath.Dir(path)
	file, err := os.CreateTemp(folder, "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		os.Remove(file.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := publish(file.Name()); err != nil {
		os.Remove(file.Name())
		return err
	}
	return syncFolder(folder)
}
