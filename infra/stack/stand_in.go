package stack

import (
	"os"
	"path/filepath"
)

// StandIn writes a file into a folder that stands for the code of every function, so that templates can be looked at and
// compared without building anything.
func StandIn(folder string) (code func(name string) string, err error) {
	file := filepath.Join(folder, "stand-in.zip")
	if err := os.WriteFile(file, []byte("the code of a function\n"), 0o600); err != nil {
		return nil, err
	}
	return func(string) string { return file }, nil
}
