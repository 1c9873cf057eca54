package rehearse

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// Inits is what the packages of a program allocate before its main begins. It is most of what a start does, and other than
// its time it is the same on every machine, but for a few hundred bytes.
type Inits struct {
	Program string // as in the catalogue, or Hello
	Bytes   int
	Ours    int // of them, by packages of this module
}

// ours begins the path of every package of this module.
const ours = "github.com/winback-auto/winback/"

// trace is a line of Go's runtime: init net/http @3.4 ms, 0.023 ms clock, 4712 bytes, 49 allocs.
var trace = regexp.MustCompile(`^init (\S+) @.*, ([0-9]+) bytes, [0-9]+ allocs$`)

// Inits runs every program and Hello, which comes first, without an environment: each ends when it finds that out.
func (s *Stand) Inits(ctx context.Context) (all []Inits, err error) {
	names := []string{Hello}
	for _, f := range s.Plan.Functions {
		names = append(names, program(f.Name))
	}
	for _, name := range names {
		inits := Inits{Program: name}
		if inits.Bytes, inits.Ours, err = initialized(ctx, s.command(name)); err != nil {
			return nil, fmt.Errorf("rehearse: %s: %w", name, err)
		}
		all = append(all, inits)
	}
	return all, nil
}

// initialized sums up what Go's runtime says of the packages of a program.
func initialized(ctx context.Context, command string) (all, own int, err error) {
	process := exec.CommandContext(ctx, command)
	process.Env = []string{"GODEBUG=inittrace=1", "GOGC=off"}
	var out bytes.Buffer
	process.Stderr = &out
	var ended *exec.ExitError
	if err := process.Run(); !errors.As(err, &ended) {
		return 0, 0, fmt.Errorf("it is to end with an error, for there is no Lambda: %w", err)
	}
	lines := bufio.NewScanner(&out)
	for lines.Scan() {
		found := trace.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		n, err := strconv.Atoi(found[2])
		if err != nil {
			return 0, 0, err
		}
		all += n
		if strings.HasPrefix(found[1], ours) {
			own += n
		}
	}
	if all == 0 {
		return 0, 0, errors.New("the runtime traces no package")
	}
	return all, own, lines.Err()
}
