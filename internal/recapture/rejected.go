package recapture

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/recapture/intake"
)

// rejectedRows are some of the rejected rows of a batch, as many as fit well into one item.
type rejectedRows struct {
	Rows []intake.Remark `json:"rows"`
}

// rejectedPage is the number of rejected rows of one item, and the most of one page.
const rejectedPage = 200

// storeRejected makes the writes that keep the rejected rows of a batch.
func storeRejected(co ident.Company, id BatchID, rows []intake.Remark) []table.Op {
	var ops []table.Op
	for part := range slices.Chunk(rows, rejectedPage) {
		ops = append(ops, rejections.Overwrite(rejectedPartition(co, id).At(number(len(ops))), rejectedRows{part}))
	}
	return ops
}

type rejectedInput struct {
	ID string `path:"id" maxLength:"64"`
	web.Paging
}

// rejected pages through the rejected rows of a batch. A page ends where its item does; the cursor is the number of the
// next row.
func (a api) rejected(ctx context.Context, in *rejectedInput) (*web.ListReply[intake.Remark], error) {
	co := access.From(ctx).Company
	batch, err := a.visibleBatch(ctx, BatchID(in.ID))
	if err != nil {
		return nil, err
	}
	binding := "rejected " + in.ID
	start := 0
	if in.Cursor != "" {
		position, err := a.Links.OpenCursor(ctx, co, binding, in.Cursor)
		if err != nil {
			return nil, err
		}
		if start, err = strconv.Atoi(string(position)); err != nil {
			return nil, fmt.Errorf("recapture: our own cursor: %w", err)
		}
	}
	if start >= batch.Value.Rejected {
		return web.Page[intake.Remark](nil, ""), nil
	}
	stored, err := rejections.Get(ctx, a.Table, rejectedPartition(co, BatchID(in.ID)).At(number(start/rejectedPage)))
	if err != nil {
		return nil, err
	}
	page := stored.Value.Rows[start%rejectedPage:]
	page = page[:min(len(page), in.Limit)]
	end := start + len(page)
	if end >= batch.Value.Rejected {
		return web.Page(page, ""), nil
	}
	next, err := a.Links.SealCursor(ctx, co, binding, []byte(strconv.Itoa(end)))
	return web.Page(page, next), err
}
