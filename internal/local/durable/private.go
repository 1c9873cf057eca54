package durable

import (
	"fmt"
	"io"
	"os"
	"runtime"
)

// ReadPrivate reads a file of at most limit bytes that must be a plain file and readable by its owner alone; it says how to
// mend a mode that is too open. A missing file is fs.ErrNotExist.
func ReadPrivate(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a plain file", path)
	}
	if others := info.Mode().Perm() & 0o077; others != 0 && runtime.GOOS != "windows" { // where modes say nothing
		return nil, fmt.Errorf("%s holds secrets and has mode %#o; allow its owner alone: chmod %#o %s", path, info.Mode().Perm(), Private, path)
	}
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes", path, limit)
	}
	return content, nil
}
