package autograbsim

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// maxRow bounds one row of a feed in bytes, so that an open quotation mark does not swallow the memory.
const maxRow = 1 << 20

// readFeed yields the rows of a feed; an error is the last thing that it yields.
func readFeed(r io.Reader) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		source, err := opened(r)
		if err != nil {
			yield(row{}, err)
			return
		}
		meter := &meter{r: source}
		buffered := bufio.NewReader(meter)
		first, err := firstByte(buffered)
		switch {
		case errors.Is(err, io.EOF):
		case err != nil:
			yield(row{}, fmt.Errorf("the listing feed cannot be read: %w", err))
		case first == '[':
			readJSON(buffered, meter, yield)
		default:
			readCSV(buffered, meter, yield)
		}
	}
}

// opened unpacks gzip where the feed begins like it.
func opened(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	if magic, _ := buffered.Peek(2); string(magic) != "\x1f\x8b" {
		return buffered, nil
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("the listing feed is not valid gzip: %w", err)
	}
	return unpacked, nil
}

// firstByte looks at the first byte that is not a space, and leaves it where it is.
func firstByte(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != ' ' && b != '\n' && b != '\r' && b != '\t' {
			return b, r.UnreadByte()
		}
	}
}

func readCSV(r io.Reader, meter *meter, yield func(row, error) bool) {
	reader := csv.NewReader(r)
	reader.FieldsPerRecord, reader.LazyQuotes, reader.ReuseRecord = -1, true, true
	header, err := reader.Read()
	columns := make([]string, len(header))
	for i, name := range header {
		columns[i] = column(name)
	}
	for err == nil {
		meter.used = 0
		var record []string
		if record, err = reader.Read(); err != nil {
			break
		}
		var found row
		for i, value := range record[:min(len(record), len(columns))] {
			found.set(columns[i], value)
		}
		if !yield(found, nil) {
			return
		}
	}
	if !errors.Is(err, io.EOF) {
		yield(row{}, fmt.Errorf("the listing feed is not valid CSV: %w", err))
	}
}

func readJSON(r io.Reader, meter *meter, yield func(row, error) bool) {
	decoder := json.NewDecoder(r)
	decoder.UseNumber()
	_, err := decoder.Token()
	for err == nil && decoder.More() {
		meter.used = 0
		var fields map[string]any
		if err = decoder.Decode(&fields); err != nil {
			break
		}
		var found row
		for name, value := range fields {
			if value != nil {
				found.set(column(name), fmt.Sprint(value))
			}
		}
		if !yield(found, nil) {
			return
		}
	}
	if err == nil {
		_, err = decoder.Token()
	}
	if err != nil {
		yield(row{}, fmt.Errorf("the listing feed is not a valid JSON array of objects: %w", err))
	}
}

// meter refuses to read on when one row has used more than maxRow.
type meter struct {
	r    io.Reader
	used int
}

func (m *meter) Read(p []byte) (int, error) {
	if m.used > maxRow {
		return 0, fmt.Errorf("a row has more than %d bytes", maxRow)
	}
	n, err := m.r.Read(p)
	m.used += n
	return n, err
}
