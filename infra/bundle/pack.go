package main

import (
	"archive/zip"
	"compress/flate"
	"io"
	"os"
	"time"
)

// origin is the time of every file in a zip: the earliest that one can have.
var origin = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// pack writes a zip with a binary as bootstrap, which follows from the binary alone.
func pack(binary, target string) (err error) {
	from, err := os.Open(binary) //nolint:gosec // a file that was just built
	if err != nil {
		return err
	}
	defer from.Close()
	file, err := os.Create(target) //nolint:gosec // beside it
	if err != nil {
		return err
	}
	defer func() {
		if e := file.Close(); err == nil {
			err = e
		}
	}()
	w := zip.NewWriter(file)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestCompression) })
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate, Modified: origin}
	header.SetMode(0o755)
	entry, err := w.CreateHeader(header)
	if err != nil {
		return err
	}
	if _, err := io.Copy(entry, from); err != nil {
		return err
	}
	return w.Close()
}
