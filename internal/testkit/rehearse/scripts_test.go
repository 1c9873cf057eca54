package rehearse

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/scripttest"
)

// deployed is a stand as scripts see it. Its processes end with Stop and Kill; the account goes on.
type deployed struct {
	tb        testing.TB
	rehearsal *rehearsal
	stand     *Stand
}

func (d *deployed) Start() (at scripttest.Addresses, err error) {
	if d.stand == nil {
		d.stand = d.rehearsal.stand(d.tb, prepare(d.tb))
		if err := d.stand.Seed(d.tb.Context()); err != nil {
			return at, err
		}
	}
	return scripttest.Addresses{Winback: d.stand.url, Partner: d.stand.partner.url}, nil
}

func (d *deployed) Stop() error {
	d.stand.Retire()
	return nil
}

func (d *deployed) Kill() error {
	d.stand.Kill()
	d.stand.Retire()
	return nil
}

// movesTheClock finds scripts that only local mode can play: the programs here live on the wall clock. The script local is
// about the addresses that only local mode has.
var movesTheClock = regexp.MustCompile(`(?m)^(\[.*\] *)?advance |/_local/clock`)

// scripts tells the stories that local mode passes to a deployment.
func (r *rehearsal) scripts(t *testing.T) {
	all, err := filepath.Glob("../../../functions/local/testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !movesTheClock.Match(text) && filepath.Base(file) != "local.txtar" {
			files = append(files, file)
		}
	}
	if len(files) < 28 {
		t.Errorf("only %d of %d scripts do without moving the clock", len(files), len(all))
	}
	begin := func(tb testing.TB, _ string) scripttest.Server { return &deployed{tb: tb, rehearsal: r} }
	scripttest.RunFiles(t, files, scripttest.Servers{"": begin, "process": begin}, scripttest.World{Gateway: true, Propagation: access.CacheFor})
}
