package company

import (
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Saved is a setting as the table has it, with the version that its entity tag is made of.
type Saved[T any] struct {
	Value   T
	Version int64
}

func saved[T any](record table.Record[T]) Saved[T] { return Saved[T]{record.Value, record.Version()} }

// full refuses one more of what a company may have so many of.
func full(what string, most int) error {
	return errs.E(errs.Conflict, "a company has at most %d %s", most, what)
}

// named gives a missing record its noun.
func named(err error, noun string) error {
	if errs.Is(err, errs.NotFound) {
		return errs.E(errs.NotFound, "there is no such %s", noun)
	}
	return err
}
