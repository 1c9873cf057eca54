package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// report prints a table of sizes, in megabytes of a million bytes.
func report(to io.Writer, b builder, built []bundle) {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "linux/%s\tbinary MB\tzip MB\t\n", b.arch)
	var binary, zip int64
	for _, one := range built {
		fmt.Fprintf(w, "%s\t%s\t%s\t\n", one.name, megabytes(one.binary), megabytes(one.zip))
		binary, zip = binary+one.binary, zip+one.zip
	}
	fmt.Fprintf(w, "%d together\t%s\t%s\t\n", len(built), megabytes(binary), megabytes(zip))
	_ = w.Flush()
}

// megabytes writes a size; a dash where there is nothing.
func megabytes(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(bytes)/1e6)
}

// tooLarge names what is over the limit.
func tooLarge(built []bundle) error {
	var over []string
	for _, one := range built {
		if one.zip > MaxZip {
			over = append(over, fmt.Sprintf("%s has %s MB", one.name, megabytes(one.zip)))
		}
	}
	if len(over) > 0 {
		return fmt.Errorf("a zip may have %s MB: %s", megabytes(MaxZip), strings.Join(over, ", "))
	}
	return nil
}
