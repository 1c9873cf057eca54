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

func (a api) rejected(ctx context.Context, in *rejectedInput) (*web.ListReply[intake.Remark], error) {
	page, next, err := a.rejectedPage(ctx, in.ID, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	return web.Page(page, next), nil
}

// rejectedPage reads on in the rejected rows of a batch. A page ends where its item does; the cursor is the number of the
// next row.
func (a api) rejectedPage(ctx context.Context, id string, limit int, cursor string) (page []intake.Remark, next string, err error) {
	co := access.From(ctx).Company
	batch, err := a.visibleBatch(ctx, BatchID(id))
	if err != nil {
		return nil, "", err
	}
	binding := "rejected " + id
	start := 0
	if cursor != "" {
		position, err := a.Links.OpenCursor(ctx, co, binding, cursor)
		if err != nil {
			return nil, "", err
		}
		if start, err = strconv.Atoi(string(position)); err != nil {
			return nil, "", fmt.Errorf("recapture: our own cursor: %w", err)
		}
	}
	if start >= batch.Value.Rejected {
		return nil, "", nil
	}
	stored, err := rejections.Get(ctx, a.Table, rejectedPartition(co, BatchID(id)).At(number(start/rejectedPage)))
	if err != nil {
		return nil, "", err
	}
	page = stored.Value.Rows[start%rejectedPage:]
	page = page[:min(len(page), limit)]
	end := start + len(page)
	if end >= batch.Value.Rejected {
		return page, "", nil
	}
	next, err = a.Links.SealCursor(ctx, co, binding, []byte(strconv.Itoa(end)))
	return page, next, err
}
