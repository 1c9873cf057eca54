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
	"math"
	"strconv"
	"strings"
	"time"
)

// maxRow bounds one row of a feed in bytes, so that an open quotation mark does not swallow the memory.
const maxRow = 1 << 20

// row is one line of a listing feed. Its columns are found by name, without regard to case, spaces, underscores and hyphens;
// other columns are passed over.
type row struct {
	VIN, Rego, State  string
	URL               string
	Make, Model, Year string
	Price             int64
	Seller            string // dealer or private
	At                time.Time
	Removed           bool
}

// set puts one field of a feed where it belongs.
func (r *row) set(column, value string) {
	value = strings.TrimSpace(value)
	if value == "" {
		return
	}
	switch column {
	case "vin":
		r.VIN = plain(value)
	case "rego":
		r.Rego = plain(value)
	case "state":
		r.State = plain(value)
	case "url", "listingurl":
		r.URL = value
	case "make":
		r.Make = value
	case "model":
		r.Model = value
	case "year":
		r.Year = value
	case "price", "primaryprice":
		r.Price = wholeUnits(value)
	case "seller", "sellertype", "dealer":
		r.Seller = kindOfSeller(value)
	case "date", "firstseen":
		r.At = instant(value)
	case "removed":
		r.Removed, _ = strconv.ParseBool(strings.ToLower(value))
	}
}

// digest tells rows of a feed apart by what they say, not by when they are read.
func (r row) digest() string {
	return digest(r.VIN, r.Rego, r.State, r.URL, r.Make, r.Model, r.Year, strconv.FormatInt(r.Price, 10), r.Seller,
		r.At.Format(time.RFC3339Nano), strconv.FormatBool(r.Removed))
}

func column(header string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "", "\ufeff", "").Replace(header))
}

// wholeUnits reads a price as people write it ($39,998.00); 0 when it is none.
func wholeUnits(text string) int64 {
	number := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return -1
	}, text)
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || value < 0 || value > 1e9 {
		return 0
	}
	return int64(math.Round(value))
}

// kindOfSeller is what the partner says about a seller: a name of a business is a dealer.
func kindOfSeller(text string) string {
	if strings.Contains(strings.ToLower(text), "private") {
		return "private"
	}
	return "dealer"
}

// instant reads a date, with or without a time of day, in UTC; the zero time when it is none.
func instant(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, time.DateTime} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

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
