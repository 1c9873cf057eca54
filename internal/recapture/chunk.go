package recapture

import (
	"cmp"
	"context"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// loadChunk reads the state of a chunk; one that nobody has begun is a zero Record.
func loadChunk(ctx context.Context, t *table.Table, co ident.Company, ref chunkRef) (table.Record[Chunk], error) {
	record, err := chunks.Get(ctx, t, chunkKey(co, ref))
	if errs.Is(err, errs.NotFound) {
		record.Value = Chunk{Batch: ref.Batch, Number: ref.Chunk}
		return record, nil
	}
	return record, err
}

func chunkKey(co ident.Company, ref chunkRef) table.Key {
	return chunkPartition(co, ref.Batch).At(number(ref.Chunk))
}

// saved is the write of the state of a chunk.
func saved(co ident.Company, ref chunkRef, record table.Record[Chunk]) table.Op {
	return chunks.Save(chunkKey(co, ref), record)
}

// claim makes an attempt the one that holds a chunk and returns the record as it is stored now, or a Conflict error where
// another one was quicker.
func claim(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef, record table.Record[Chunk]) (table.Record[Chunk], error) {
	if err := d.Commit(ctx, saved(co, ref, record)); err != nil {
		return record, err
	}
	stored, err := chunks.Get(ctx, d.Table, chunkKey(co, ref))
	if err == nil && stored.Value.Owner != record.Value.Owner {
		err = errs.E(errs.Conflict, "another attempt holds the chunk")
	}
	return stored, err
}

// end writes the last step of an attempt. Where two attempts met, the quicker one counts: what it wrote promises all that
// is left to do.
func end(ctx context.Context, d app.Deps, ops ...table.Op) error {
	return overtaken(d.Commit(ctx, ops...))
}

// overtaken is the error of a last step; another attempt that was quicker is none.
func overtaken(err error) error {
	if errs.Is(err, errs.Conflict) {
		return nil
	}
	return err
}

// progress folds the chunks of a batch. The problem is what one of them waits for, empty where none has to.
func (b Batch) progress(ctx context.Context, t *table.Table, co ident.Company) (sum Counts, problem string, err error) {
	records, err := chunks.All(ctx, t, chunkPartition(co, b.ID), table.MaxPage)
	if err != nil {
		return sum, "", err
	}
	sum.Duplicates = b.Duplicates
	begun := make(map[int]bool, len(records))
	for _, record := range records {
		begun[record.Value.Number] = true
		sum.add(record.Value.Counts)
		problem = cmp.Or(problem, record.Value.Problem)
	}
	for n, vehicles := range b.Chunks {
		if !begun[n] {
			sum.Queued += vehicles
		}
	}
	return sum, problem, nil
}
