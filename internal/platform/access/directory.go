package access

import (
	"github.com/winback-auto/winback/internal/platform/table"
)

// Directory reads users and roles.
type Directory struct {
	table *table.Table
}
