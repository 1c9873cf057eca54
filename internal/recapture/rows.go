package recapture

import (
	"encoding/json"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"github.com/winback-auto/winback/internal/company"
)

// packedRows are the vehicles of a chunk, compressed: durable before the user gets an answer, read once by the worker.
type packedRows struct {
	Connection company.ConnectionID `json:"connection"`
	LookUpVIN  bool                 `json:"lookUpVin"`
	Data       []byte               `json:"data"` // zstd of a JSON list of recaptures to be
}

// maxUnpacked bounds what a chunk may unpack to, in bytes.
const maxUnpacked = 16 << 20

func pack(connection company.ConnectionID, lookUpVIN bool, rows []Recapture) (packedRows, error) {
	plain, err := json.Marshal(rows)
	if err != nil {
		return packedRows{}, err
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return packedRows{}, err
	}
	defer encoder.Close()
	return packedRows{connection, lookUpVIN, encoder.EncodeAll(plain, nil)}, nil
}

func (p packedRows) unpack() ([]Recapture, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked))
	if err != nil {
		return nil, err
	}
	defer decoder.Close()
	plain, err := decoder.DecodeAll(p.Data, nil)
	if err != nil {
		return nil, fmt.Errorf("rows of a chunk: %w", err)
	}
	var rows []Recapture
	return rows, json.Unmarshal(plain, &rows)
}
