package sheet

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// cut reads a text to its end, as "line: cell|cell" and "line: !column reason".
func cut(text string, delimiter byte, multiline func(int) bool) (all []string) {
	r := newReader(text, delimiter)
	r.multiline = multiline
	for {
		rec, ok := r.next()
		switch {
		case !ok:
			return all
		case rec.fault != nil:
			all = append(all, fmt.Sprintf("%d: !%d %s", rec.line, rec.fault.column, rec.fault.reason))
		default:
			all = append(all, fmt.Sprintf("%d: %s", rec.line, strings.Join(rec.cells, "|")))
		}
	}
}

func anywhere(int) bool { return true }

func TestARecordIsCutIntoCells(t *testing.T) {
	for name, test := range map[string]struct {
		text      string
		delimiter byte
		multiline func(int) bool
		want      []string
	}{
		"all three line breaks":            {"a,b\nc,d\r\ne,f\rg,h", ',', nil, []string{"1: a|b", "2: c|d", "3: e|f", "4: g|h"}},
		"empty lines":                      {"a\n\n\r\n\rb", ',', nil, []string{"1: a", "2: ", "3: ", "4: ", "5: b"}},
		"empty cells":                      {",a,\n,", ',', nil, []string{"1: |a|", "2: |"}},
		"semicolon":                        {"a,b;c", ';', nil, []string{"1: a,b|c"}},
		"tab":                              {"a\tb\t", '\t', nil, []string{"1: a|b|"}},
		"quotes":                           {`"a,b","say ""hi""","",x`, ',', nil, []string{`1: a,b|say "hi"||x`}},
		"blanks around quotes":             {`a, "b,c" ,d`, ',', nil, []string{"1: a|b,c|d"}},
		"a quote inside a cell":            {`a,6" wheels,b"` + "\nc", ',', nil, []string{`1: a|6" wheels|b"`, "2: c"}},
		"a line break in a quoted cell":    {"a,\"b\r\nc\nd\re\",f\ng", ',', anywhere, []string{"1: a|b\r\nc\nd\re|f", "5: g"}},
		"a line break where none may be":   {"a,\"b\nc\",d\ne", ',', nil, []string{"1: !1 " + reasonBreak, "2: c\"|d", "3: e"}},
		"no closing quote, line of text":   {"a,\"b\nc,d\n\"e\",f", ',', anywhere, []string{"1: !1 " + reasonAfter, "2: c|d", "3: e|f"}},
		"no closing quote to the end":      {"a,\"b\nc,d\n", ',', anywhere, []string{"1: !1 " + reasonOpen, "2: c|d"}},
		"no closing quote, last line":      {"a\n\"b", ',', nil, []string{"1: a", "2: !0 " + reasonOpen}},
		"text after a closing quote":       {"\"a\"b,c\nd", ',', nil, []string{"1: !0 " + reasonAfter, "2: d"}},
		"no closing quote within 1,000":    {"\"" + strings.Repeat("ä", 1001) + "\nb\",c\nd", ',', anywhere, []string{"1: !0 " + reasonOpen, `2: b"|c`, "3: d"}},
		"quoted, 1,000 characters":         {`"` + strings.Repeat("ä", 1000) + `"`, ',', nil, []string{"1: " + strings.Repeat("ä", 1000)}},
		"quoted, 1,000 escaped quotes":     {`"` + strings.Repeat(`""`, 1000) + `"`, ',', nil, []string{"1: " + strings.Repeat(`"`, 1000)}},
		"quoted, 1,001 characters":         {`"` + strings.Repeat("ä", 1001) + "\"\nb", ',', nil, []string{"1: !0 " + reasonOpen, "2: b"}},
		"plain, 1,000 characters":          {strings.Repeat("ä", 1000), ',', nil, []string{"1: " + strings.Repeat("ä", 1000)}},
		"plain, 1,001 characters":          {"a," + strings.Repeat("ä", 1001) + ",c\nb", ',', nil, []string{"1: !1 " + reasonCell, "2: b"}},
		"200 columns":                      {strings.Repeat(",", 199) + "\nb", ',', nil, []string{"1: " + strings.Repeat("|", 199), "2: b"}},
		"201 columns":                      {strings.Repeat(",", 200) + "\nb", ',', nil, []string{"1: !-1 " + reasonColumns, "2: b"}},
		"NUL":                              {"a\nb\x00,c\nd", ',', nil, []string{"1: a", "2: !-1 " + reasonNUL, "3: d"}},
		"not UTF-8":                        {"a\nb,M\xfcller\nd", ',', nil, []string{"1: a", "2: !1 " + reasonEncoding, "3: d"}},
		"the fault in a line of its own":   {"a\r\n\"b\r\nc", ',', nil, []string{"1: a", "2: !0 " + reasonBreak, "3: c"}},
		"a multi-line cell before a fault": {"\"a\nb\",\"c\nd", ',', anywhere, []string{"1: !1 " + reasonOpen, "3: d"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := cut(test.text, test.delimiter, test.multiline); !slices.Equal(got, test.want) {
				t.Errorf("got  %.300q\nwant %.300q", got, test.want)
			}
		})
	}
}

// checkAccounts reads a text to its end and demands that the records cover it byte for byte and count its lines.
func checkAccounts(t interface{ Fatalf(string, ...any) }, text string, delimiter byte, multiline func(int) bool) {
	r := newReader(text, delimiter)
	r.multiline = multiline
	at := 0
	for {
		rec, ok := r.next()
		if !ok {
			break
		}
		if rec.start != at || rec.end <= rec.start {
			t.Fatalf("a record covers %d to %d, want it to begin at %d", rec.start, rec.end, at)
		}
		if want := 1 + lineBreaks(text[:rec.start]); rec.line != want {
			t.Fatalf("the record at byte %d is said to be on line %d, want %d", rec.start, rec.line, want)
		}
		if len(rec.cells) > maxColumns {
			t.Fatalf("%d cells", len(rec.cells))
		}
		if rec.fault == nil {
			checkCells(t, rec, text[rec.start:rec.end], delimiter)
		}
		at = rec.end
	}
	if at != len(text) {
		t.Fatalf("the records end at byte %d of %d", at, len(text))
	}
}

// checkCells demands that an understood record contains what its cells say: written again, they read the same.
func checkCells(t interface{ Fatalf(string, ...any) }, rec record, raw string, delimiter byte) {
	cells := slices.Clone(rec.cells)
	written := make([]string, len(cells))
	for i, cell := range cells {
		if tooLong(cell) {
			t.Fatalf("a cell of %d bytes", len(cell))
		}
		written[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	again := newReader(strings.Join(written, string(delimiter)), delimiter)
	again.multiline = anywhere
	if back, _ := again.next(); back.fault != nil || !slices.Equal(back.cells, cells) {
		t.Fatalf("%q reads as %q, which written again reads as %q (%+v)", raw, cells, back.cells, back.fault)
	}
}

func lineBreaks(s string) int {
	return strings.Count(s, "\n") + strings.Count(s, "\r") - strings.Count(s, "\r\n")
}

func TestTheRecordsCoverTheTextByteForByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab\"\"\"\n\r,,; \x00ä")), 0, 300, -1).Draw(t, "text")
		mask := rapid.Uint8().Draw(t, "multiline columns")
		checkAccounts(t, text, ',', func(column int) bool { return mask>>(column%8)&1 == 1 })
	})
}

func FuzzTheRecordsCoverTheTextByteForByte(f *testing.F) {
	for _, seed := range []string{
		"a,b\r\nc,d\n", "\"a\nb\",\"c\nd", "a,\"b\"\"\n\"c\"x,\"", "\r\r\n\n", ",,,\x00,\xff", strings.Repeat("\"a\n", 50),
		"\"" + strings.Repeat("x\n", 600) + "\"", strings.Repeat(",", 250) + "\n", " \"a\" ,\" b\"c",
	} {
		f.Add(seed, byte(','), uint8(0xff))
		f.Add(seed, byte(';'), uint8(0x00))
	}
	f.Fuzz(func(t *testing.T, text string, delimiter byte, mask uint8) {
		if !strings.ContainsRune(",;\t", rune(delimiter)) {
			delimiter = ','
		}
		checkAccounts(t, text, delimiter, func(column int) bool { return mask>>(column%8)&1 == 1 })
	})
}

// hostile are texts that make careless readers look at the rest of the file again and again.
var hostile = map[string]func(size int) string{
	"one opening quote":            func(n int) string { return "\"" + strings.Repeat("a", n) },
	"an opening quote on each row": func(n int) string { return strings.Repeat("\"a\n", n/3) },
	"far quotes":                   func(n int) string { return strings.Repeat("\"\n"+strings.Repeat("a\n", 450), n/902) },
	"escaped quotes":               func(n int) string { return strings.Repeat("\"a\"\"\n", n/5) },
	"escaped quotes, then more":    func(n int) string { return strings.Repeat("\"\n"+strings.Repeat("\"\"\n", 300), n/902) },
	"multi-line cells, then fault": func(n int) string { return strings.Repeat("\"a\nb\",\"a\nb\",\"c\"d\n", n/18) },
	"delimiters":                   func(n int) string { return strings.Repeat(",", n) },
	"carriage returns":             func(n int) string { return strings.Repeat("\r", n) },
	"NULs":                         func(n int) string { return strings.Repeat("\x00\n", n/2) },
}

// BenchmarkHostileTexts shows ns per byte at two sizes: linear when they are alike.
func BenchmarkHostileTexts(b *testing.B) {
	for name, text := range hostile {
		for _, size := range []int{MaxBytes / 8, MaxBytes} {
			text := text(size)
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				began := time.Now()
				for b.Loop() {
					r := newReader(text, ',')
					r.multiline = anywhere
					for _, ok := r.next(); ok; _, ok = r.next() {
					}
				}
				b.ReportMetric(float64(time.Since(began).Nanoseconds())/float64(b.N*len(text)), "ns/byte")
			})
		}
	}
}

func TestHostileTextsAreReadToTheEnd(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			text := text(60_000)
			checkAccounts(t, text, ',', anywhere)
			checkAccounts(t, text, ',', nil)
		})
	}
}
