// Command conformance reports what contract suites found at the imitations of AWS.
//
// It reads the events of go test -json, one file for each suite and endpoint, named after both, and prints how many cases
// passed, which differ as declared, with the reasons, and which fail. It ends with an error if any failed, and if a file
// holds no case at all: a contract that did not run shows nothing. run.sh makes the files.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: conformance results.json...")
		os.Exit(2)
	}
	var reports []report
	for _, name := range os.Args[1:] {
		file, err := os.Open(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		r, err := read(strings.TrimSuffix(filepath.Base(name), ".json"), file)
		file.Close()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		reports = append(reports, r)
	}
	if !write(os.Stdout, reports) {
		os.Exit(1)
	}
}
