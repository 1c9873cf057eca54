package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAListOfTheUsersOwnIsRead(t *testing.T) {
	const list = "vin\nWVWZZZAWZLY012345\n"
	for name, content := range map[string][]byte{"my.csv": []byte(list), "my.csv.gz": packed(t, list)} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := newMaterial(path, path, 10)
		if err != nil || string(m.list) != list || m.name != name || !bytes.Equal(m.feed, content) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

func TestWhatCannotBePlayedWithIsNamed(t *testing.T) {
	folder := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sample := file("sample.csv", []byte("vin\n"))
	for _, test := range []struct {
		file, listings string
		cars           int
		want           string
	}{
		{filepath.Join(folder, "none.csv"), "", 10, "there is no such file, seen from "},
		{"", filepath.Join(folder, "none.csv"), 10, "LISTINGS " + folder + "/none.csv: there is no such file"},
		{folder, "", 10, "is a folder"},
		{sample, folder, 10, "is a folder"},
		{sample + "/x", "", 10, "FILE: "},
		{file("empty.csv", nil), "", 10, "is empty"},
		{file("book.xlsx", []byte("PK\x03\x04...")), "", 10, "is a spreadsheet or an archive; save the list as CSV"},
		{file("book.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1")), "", 10, "is a spreadsheet"},
		{file("large.csv", bytes.Repeat([]byte("x"), maxList+1)), "", 10, "larger than 4500000 bytes"},
		{file("bomb.csv.gz", packed(t, strings.Repeat("x", maxList+1))), "", 10, "larger than 4500000 bytes"},
		{file("broken.csv.gz", packed(t, "vin\n")[:15]), "", 10, "cannot be unpacked"},
		{"", "", 0, "-cars 0"},
		{"", "", 1_000_001, "-cars 1000001"},
	} {
		if _, err := newMaterial(test.file, test.listings, test.cars); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s: %v, want it to say %q", test.file, test.listings, err, test.want)
		}
	}
}

func TestTheSampleIsTheSameEachTime(t *testing.T) {
	one, err := newMaterial("", "", 100)
	if err != nil {
		t.Fatal(err)
	}
	two, err := newMaterial("", "", 100)
	if err != nil || !bytes.Equal(one.list, two.list) || !bytes.Equal(one.feed, two.feed) {
		t.Errorf("%v; the samples differ", err)
	}
	if rows := bytes.Count(one.feed, []byte("\n")); rows != 1+3 {
		t.Errorf("%d lines of listings, want a header and 3", rows)
	}
}
