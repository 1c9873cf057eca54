package main

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module is the root of ours.
const module = "../.."

func TestTwoBuildsOfTheSameSourcesAreTheSameBytes(t *testing.T) {
	copied := filepath.Join(t.TempDir(), "sources")
	if err := copySources(module, copied); err != nil {
		t.Fatal(err)
	}
	first := builder{root: module, out: t.TempDir(), arch: "arm64"}
	second := builder{root: copied, out: t.TempDir(), arch: "arm64"}
	for _, b := range []builder{first, second} {
		built, err := b.build(t.Context(), []string{"docs-api"})
		if err != nil {
			t.Fatal(err)
		}
		if len(built) != 1 || built[0].zip < 1e6 || built[0].zip >= built[0].binary {
			t.Errorf("built %+v", built)
		}
	}
	for _, pair := range [][2]string{{first.binary("docs-api"), second.binary("docs-api")}, {first.zip("docs-api"), second.zip("docs-api")}} {
		if same, err := equal(pair[0], pair[1]); err != nil || !same {
			t.Errorf("%s differs between two folders: %v", filepath.Base(pair[0]), err)
		}
	}
	lambda(t, first.binary("docs-api"))
	raw, err := os.ReadFile(first.binary("docs-api"))
	if err != nil {
		t.Fatal(err)
	}
	if here, err := filepath.Abs(module); err != nil || bytes.Contains(raw, []byte(here)) {
		t.Errorf("the binary knows where it was built: %v", err)
	}
}

// lambda checks that a binary is one that Lambda can start: for its processor, and in need of nothing else.
func lambda(t *testing.T, path string) {
	t.Helper()
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if file.Machine != elf.EM_AARCH64 {
		t.Errorf("built for %v", file.Machine)
	}
	for _, program := range file.Progs {
		if program.Type == elf.PT_INTERP {
			t.Error("the binary needs a dynamic linker")
		}
	}
	if file.Section(".debug_info") != nil || file.Section(".zdebug_info") != nil {
		t.Error("the binary has symbols of a debugger")
	}
}

func TestNothingForAnotherProcessorStandsWhereDeploymentsLook(t *testing.T) {
	b := builder{root: module, out: t.TempDir(), arch: "amd64"}
	built, err := b.build(t.Context(), []string{"docs-api"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(b.zip("docs-api")); !os.IsNotExist(err) || built[0].zip != 0 || built[0].binary == 0 {
		t.Errorf("built %+v; its zip: %v", built, err)
	}
	var table strings.Builder
	report(&table, b, built)
	if !strings.Contains(table.String(), "linux/amd64") || !strings.Contains(table.String(), "  -\n") {
		t.Errorf("the table:\n%s", &table)
	}
	if err := tooLarge(built); err != nil {
		t.Error(err)
	}
}

func TestAZipFollowsFromItsBinaryAlone(t *testing.T) {
	folder := t.TempDir()
	binary := filepath.Join(folder, "bootstrap")
	content := bytes.Repeat([]byte("a binary "), 10_000)
	if err := os.WriteFile(binary, content, 0o600); err != nil {
		t.Fatal(err)
	}
	first, second := filepath.Join(folder, "first.zip"), filepath.Join(folder, "second.zip")
	for _, target := range []string{first, second} {
		if err := pack(binary, target); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(binary, origin, origin); err != nil { // what the second one sees
			t.Fatal(err)
		}
	}
	if same, err := equal(first, second); err != nil || !same {
		t.Errorf("the zips differ: %v", err)
	}
	r, err := zip.OpenReader(first)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if len(r.File) != 1 || r.File[0].Name != "bootstrap" || r.File[0].Mode() != 0o755 || r.File[0].UncompressedSize64 != uint64(len(content)) {
		t.Errorf("the zip has %+v", r.File)
	}
}

func TestFilesAreComparedToTheEnd(t *testing.T) {
	folder := t.TempDir()
	long := bytes.Repeat([]byte{1}, 64<<10)
	for name, pair := range map[string]struct {
		a, b []byte
		same bool
	}{
		"same":            {long, long, true},
		"empty":           {nil, nil, true},
		"longer":          {long, append(bytes.Clone(long), 2), false},
		"shorter":         {append(bytes.Clone(long), 2), long, false},
		"another byte":    {append(bytes.Clone(long), 2), append(bytes.Clone(long), 3), false},
		"nothing or much": {nil, long, false},
	} {
		a, b := filepath.Join(folder, "a"), filepath.Join(folder, "b")
		for path, content := range map[string][]byte{a: pair.a, b: pair.b} {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if same, err := equal(a, b); err != nil || same != pair.same {
			t.Errorf("%s: %v, %v", name, same, err)
		}
	}
}

func TestWhatIsTooLargeIsNamed(t *testing.T) {
	err := tooLarge([]bundle{{"lead-api", 1, MaxZip}, {"mail-send", 1, MaxZip + 10_000}})
	if err == nil || err.Error() != "a zip may have 9.00 MB: mail-send has 9.01 MB" {
		t.Errorf("error %v", err)
	}
	if err := tooLarge([]bundle{{"lead-api", 1, MaxZip}}); err != nil {
		t.Error(err)
	}
}

func TestBadInputSaysWhatThereIs(t *testing.T) {
	for name, test := range map[string]struct{ arch, only, want string }{
		"architecture": {"riscv64", "", `there is no architecture "riscv64": it is arm64 or amd64`},
		"function":     {"arm64", "mail-send,mail", `there is no function "mail": the catalogue has appraisal-api, `},
	} {
		err := run(t.Context(), builder{root: module, out: t.TempDir(), arch: test.arch}, test.only, false)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		}
	}
}

func TestAFunctionThatDoesNotCompileSaysWhy(t *testing.T) {
	root := t.TempDir()
	for path, content := range map[string]string{"go.mod": "module broken\n", "functions/x-api/main.go": "package main\n\nfunc main() { missing() }\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := builder{root: root, out: t.TempDir(), arch: "arm64"}.build(t.Context(), []string{"x-api"})
	if err == nil || !strings.Contains(err.Error(), "x-api does not build") || !strings.Contains(err.Error(), "undefined: missing") {
		t.Errorf("error %v", err)
	}
}
