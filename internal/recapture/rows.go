package recapture

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// packedRows are the vehicles of a chunk, compressed: durable before the user gets an answer, read once by the worker.
type packedRows struct {
	Connection company.ConnectionID `json:"connection"`
	LookUpVIN  bool                 `json:"lookUpVin"`
	Data       []byte               `json:"data"` // zstd of a JSON list of recaptures to be
}

// maxUnpacked bounds what a chunk may unpack to, in bytes.
const maxUnpacked = 16 << 20

// The (de)compressors are shared: making one costs megabytes, and a long list has hundreds of chunks. Both are safe for
// concurrent use.
var (
	compressor = sync.OnceValues(func() (*zstd.Encoder, error) {
		return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(2), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(512<<10))
	})
	decompressor = sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxUnpacked))
	})
)

func pack(connection company.ConnectionID, lookUpVIN bool, rows []Recapture) (packedRows, error) {
	plain, err := json.Marshal(rows)
	if err != nil {
		return packedRows{}, err
	}
	encoder, err := compressor()
	if err != nil {
		return packedRows{}, err
	}
	return packedRows{connection, lookUpVIN, encoder.EncodeAll(plain, nil)}, nil
}

// loadRows reads the vehicles of a chunk and who takes them to the partner.
func loadRows(ctx context.Context, t *table.Table, co ident.Company, ref chunkRef, chunk *Chunk) (lookUpVIN bool, drafts []Recapture, err error) {
	rows, err := packed.Get(ctx, t, rowsPartition(co, ref.Batch).At(number(ref.Chunk)))
	if err != nil {
		return false, nil, err
	}
	chunk.Connection = rows.Value.Connection
	drafts, err = rows.Value.unpack()
	return rows.Value.LookUpVIN, drafts, err
}

// fits reports whether the rows fit into one item. Real ones always do; the longest texts, without any repetition, do not.
func (p packedRows) fits() bool {
	return base64.StdEncoding.EncodedLen(len(p.Data))+200 <= table.MaxBody
}

func (p packedRows) unpack() ([]Recapture, error) {
	decoder, err := decompressor()
	if err != nil {
		return nil, err
	}
	plain, err := decoder.DecodeAll(p.Data, nil)
	if err != nil {
		return nil, fmt.Errorf("rows of a chunk: %w", err)
	}
	var rows []Recapture
	return rows, json.Unmarshal(plain, &rows)
}
