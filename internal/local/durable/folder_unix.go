//go:build !windows

package durable

import "os"

// syncFolder makes a folder's entries durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
