package pebbletable_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

func TestTheEmbeddedTableKeepsTheContract(t *testing.T) {
	tabletest.Run(t, nil, func(t *testing.T) tabletest.Fixture {
		clock := tabletest.NewClock()
		return tabletest.Fixture{Driver: memtable.Driver(t, clock.Now), Clock: clock}
	})
}
