// Command bundle builds what is deployed: for every function of the catalogue dist/<function>/bootstrap, the static binary
// that Lambda starts, and dist/<function>.zip with nothing else in it. For another processor there are only the binaries.
//
// Both follow from the sources and the toolchain alone: the same commit gives the same bytes on every machine, so that a
// deployment changes the functions that have changed and no others. With -twice it proves that on this one: it builds a
// second time from a copy elsewhere, with nothing cached, and compares.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/partner/autograb"
)

// MaxZip is the most that a function's zip may have, in bytes: what is larger starts slower.
const MaxZip = 9_000_000

// deployed is the architecture of what is deployed.
const deployed = "arm64"

func main() {
	b := builder{root: ".", log: os.Stderr}
	flag.StringVar(&b.arch, "arch", deployed, "architecture: arm64, which is deployed, or amd64, to run here")
	flag.StringVar(&b.out, "out", "dist", "folder for the binaries and zips")
	only := flag.String("only", "", "build these functions only, for example mail-send,mail-event; empty: all")
	twice := flag.Bool("twice", false, "build again elsewhere, and compare byte for byte")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, b, *only, *twice); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, b builder, only string, twice bool) error {
	if b.arch != deployed && b.arch != "amd64" {
		return fmt.Errorf("there is no architecture %q: it is arm64 or amd64", b.arch)
	}
	names, err := choose(only)
	if err != nil {
		return err
	}
	built, err := b.build(ctx, names)
	if err != nil {
		return err
	}
	report(os.Stdout, b, built)
	if twice {
		if err := b.again(ctx, built); err != nil {
			return err
		}
		fmt.Println("a second build from another folder, with nothing cached, gave the same bytes")
	}
	if b.arch != deployed {
		return nil // what only runs here may be larger
	}
	return tooLarge(built)
}

// choose is the catalogue, or a part of it.
func choose(only string) ([]string, error) {
	var all []string
	for _, f := range functions.All(autograb.Dial(autograb.Options{}), autograb.DialValuer(autograb.Options{}), autograb.ParsePush) {
		all = append(all, f.Name)
	}
	if only == "" {
		return all, nil
	}
	names := strings.Split(only, ",")
	for _, name := range names {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("there is no function %q: the catalogue has %s", name, strings.Join(all, ", "))
		}
	}
	return names, nil
}

// bundle is a function that was built.
type bundle struct {
	name        string
	binary, zip int64 // bytes; without a zip 0
}

func (b builder) binary(name string) string { return filepath.Join(b.out, name, "bootstrap") }
func (b builder) zip(name string) string    { return filepath.Join(b.out, name+".zip") }

// zips reports whether the binaries are zipped: those for another processor never stand where deployments look.
func (b builder) zips() bool { return b.arch == deployed }
