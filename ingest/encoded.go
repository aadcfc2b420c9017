package ingest

import (
	"encoding/binary"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/vector"
)

// Encoded is a batch as a record of the write-ahead log holds it, made before the transaction commits: while a COPY still receives rows, another core
// can do this part of its commit.
type Encoded struct {
	table    *catalog.Table
	batch    *vector.Batch // as it was given
	bucketed *vector.Batch
	blocks   []byte
}

// Encode checks a batch, finds its rows' buckets and encodes it for t. The batch must not be changed any more.
func Encode(t *catalog.Table, batch *vector.Batch) (*Encoded, error) {
	if err := checkBatch(t, batch); err != nil {
		return nil, err
	}
	e := &Encoded{table: t, batch: batch, bucketed: withBucket(t, batch)}
	e.blocks = appendBlocks(nil, appendBatch(make([]byte, 0, batch.Bytes()+512), t, e.bucketed))
	return e, nil
}

// of reports whether e is what this batch is in a record about this very version of the table.
func (e *Encoded) of(t *catalog.Table, batch *vector.Batch) bool {
	return e != nil && e.table == t && e.batch == batch
}

// appendBatch encodes the number of rows and the table's columns; the bucket is computed again when it is read.
func appendBatch(b []byte, t *catalog.Table, batch *vector.Batch) []byte {
	b = binary.AppendUvarint(b, uint64(batch.Len))
	for i := range t.Columns {
		b = appendVector(b, &batch.Cols[i], batch.Len)
	}
	return b
}
