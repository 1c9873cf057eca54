package rehearse

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Root is the folder of the module that the working directory belongs to.
func Root(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("rehearse: go env: %w", err)
	}
	file := strings.TrimSpace(string(out))
	if file == "" || file == os.DevNull {
		return "", fmt.Errorf("rehearse: the working directory belongs to no module")
	}
	return filepath.Dir(file), nil
}

// once makes a folder anew when what it is made of has changed, as a stamp in it says. It may be run by several processes at
// once: the folder is made under another name and then moved.
func once(folder, stamp string, make func(folder string) error) error {
	marker := filepath.Join(folder, ".stamp")
	if kept, err := os.ReadFile(marker); err == nil && string(kept) == stamp {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(folder), filepath.Base(folder)+"-")
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	defer os.RemoveAll(fresh)
	if err := make(fresh); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(fresh, ".stamp"), []byte(stamp), 0o600); err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	if err := os.Rename(fresh, folder); err != nil {
		if kept, read := os.ReadFile(marker); read == nil && string(kept) == stamp {
			return nil // somebody else was faster
		}
		return fmt.Errorf("rehearse: %w", err)
	}
	return nil
}

// elsewhere are folders whose code never runs in Lambda and is not deployed.
var elsewhere = []string{"/internal/local", "/internal/testkit", "/functions/local"}

// sources is a digest of everything in the module that the folders' code is made of. Tests do not count.
func sources(root string, folders ...string) (string, error) {
	digest := sha256.New()
	add := func(path string) error {
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		content, err := os.Open(path)
		if err != nil {
			return err
		}
		defer content.Close()
		fmt.Fprintf(digest, "%s\n", filepath.ToSlash(name))
		_, err = io.Copy(digest, content)
		return err
	}
	fmt.Fprintln(digest, runtime.Version(), runtime.GOARCH)
	for _, path := range []string{"go.mod", "go.sum"} {
		if err := add(filepath.Join(root, path)); err != nil {
			return "", fmt.Errorf("rehearse: %w", err)
		}
	}
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "testdata" || slices.Contains(elsewhere, filepath.ToSlash(strings.TrimPrefix(path, root)))):
				return fs.SkipDir
			case entry.IsDir(), strings.HasSuffix(path, "_test.go"):
				return nil
			}
			return add(path)
		})
		if err != nil {
			return "", fmt.Errorf("rehearse: %w", err)
		}
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

// Programs builds what runs, for this machine and into a folder below dist: the functions by the builder of what is deployed
// (each has a folder with bootstrap in it), the operator's commands as operate, and as hello what the starts of
// functions are measured against. What has not changed is not built again.
func Programs(ctx context.Context, root string) (folder string, err error) {
	folder = filepath.Join(root, "dist", "rehearsal", "programs-"+runtime.GOARCH)
	stamp, err := sources(root, "functions", "internal", "infra/bundle")
	if err != nil {
		return "", err
	}
	hello, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(helloSource), "main.go"))
	if err != nil {
		return "", fmt.Errorf("rehearse: %w", err)
	}
	return folder, once(folder, stamp+string(hello), func(folder string) error {
		bundle := exec.CommandContext(ctx, "go", "run", "./infra/bundle", "-arch", runtime.GOARCH, "-out", folder)
		bundle.Dir = root
		if err := run(bundle); err != nil {
			return err
		}
		for name, source := range map[string]string{"operate": "functions/operate", "hello": helloSource} {
			build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags=lambda.norpc", "-ldflags=-s -w -buildid=", "-o", filepath.Join(folder, name), "./"+source)
			build.Dir = root
			build.Env = append(os.Environ(), "CGO_ENABLED=0")
			if err := run(build); err != nil {
				return err
			}
		}
		return nil
	})
}

// helloSource is a program that no pattern of packages matches, since nothing but the measurement needs it.
const helloSource = "internal/testkit/rehearse/testdata/hello"

// Synthesize writes the templates of an environment into a folder below dist, in a process of its own: only infra knows CDK.
// What has not changed is not synthesized again.
func Synthesize(ctx context.Context, root, environment string) (folder string, err error) {
	folder = filepath.Join(root, "dist", "rehearsal", "cdk-"+environment)
	stamp, err := sources(root, "functions", "internal", "infra")
	if err != nil {
		return "", err
	}
	return folder, once(folder, stamp, func(folder string) error {
		synth := exec.CommandContext(ctx, "go", "run", "./infra", "-env", environment, "-code", "", "-out", folder)
		synth.Dir = root
		return run(synth)
	})
}

// run runs a command; its words are part of the error.
func run(command *exec.Cmd) error {
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("rehearse: %s: %w\n%s", strings.Join(command.Args, " "), err, out)
	}
	return nil
}
