package arch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Graph is the module's packages by path; a path of the module is relative to it: internal/lead.
type Graph map[string]Package

// Package is one package with what it imports.
type Package struct {
	Name        string
	Imports     []string
	TestImports []string // of its tests, in the package and beside it
	Files       []File   // tests included; only for packages of the module
}

// File is a source file.
type File struct {
	Path    string // relative to the module
	Lines   int
	Trusted bool // it mentions ident.Trusted
}

// listed is what the go command says of a package.
type listed struct {
	ImportPath   string
	Name         string
	Dir          string
	Standard     bool
	Imports      []string
	TestImports  []string
	XTestImports []string
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
	Module       *struct{ Path, Dir string }
}

// Load reads the graph of the module around the working directory, with all that it depends on.
func Load() (Graph, error) {
	fields := "-json=ImportPath,Name,Dir,Standard,Imports,TestImports,XTestImports,GoFiles,TestGoFiles,XTestGoFiles,Module"
	root, err := output("go", "list", "-m", "-f", "{{.Dir}}\t{{.Path}}")
	if err != nil {
		return nil, err
	}
	dir, module, _ := strings.Cut(strings.TrimSpace(string(root)), "\t")
	out, err := output("go", "list", "-C", dir, "-e", "-deps", fields, "./...")
	if err != nil {
		return nil, err
	}
	graph := Graph{}
	relative := func(paths []string) []string {
		short := make([]string, len(paths))
		for i, path := range paths {
			short[i] = strings.TrimPrefix(path, module+"/")
		}
		return short
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return graph, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if p.Standard {
			continue
		}
		pkg := Package{Name: p.Name, Imports: relative(p.Imports), TestImports: relative(append(p.TestImports, p.XTestImports...))}
		if p.Module != nil && p.Module.Path == module {
			if pkg.Files, err = files(dir, p.Dir, slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles)); err != nil {
				return nil, err
			}
		}
		graph[strings.TrimPrefix(p.ImportPath, module+"/")] = pkg
	}
}

func output(name string, args ...string) ([]byte, error) {
	command := exec.Command(name, args...)
	var complaint bytes.Buffer
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", command, err, complaint.Bytes())
	}
	return out, nil
}

func files(root, dir string, names []string) ([]File, error) {
	var all []File
	for _, name := range names {
		path := filepath.Join(dir, name)
		short, err := filepath.Rel(root, path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		f := File{Path: filepath.ToSlash(short)}
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for lines := bufio.NewScanner(bytes.NewReader(source)); lines.Scan(); {
			f.Lines++
			code, _, _ := strings.Cut(lines.Text(), "//")
			f.Trusted = f.Trusted || strings.Contains(code, "ident.Trusted")
		}
		all = append(all, f)
	}
	return all, nil
}

// route is the shortest way from a package to one that is forbidden, or nil.
func (g Graph) route(from string, forbidden func(string) bool) []string {
	came := map[string]string{from: ""}
	queue := []string{from}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if path != from && forbidden(path) {
			var way []string
			for at := path; at != ""; at = came[at] {
				way = append(way, at)
			}
			slices.Reverse(way)
			return way
		}
		for _, next := range g[path].Imports {
			if _, seen := came[next]; !seen {
				came[next] = path
				queue = append(queue, next)
			}
		}
	}
	return nil
}
