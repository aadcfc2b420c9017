package ingest

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// Write adds rows to a table.
type Write struct {
	Table   *catalog.Table
	Batches []*vector.Batch // columns as Table.Columns, in order; not changed, and not kept after Commit
	Encoded []*Encoded      // by batch: what Encode has made of it; nil, or missing at the end: Commit does it
}

// Bulk adds files that are in the store already to a table.
type Bulk struct {
	Table *catalog.Table
	Files []catalog.DataFile
}

// Tx is one transaction: all of it or nothing.
type Tx struct {
	ID       uuid.UUID // also the nonce of the catalog commit; made by Commit if zero
	Writes   []Write
	Bulk     []Bulk
	Truncate []*catalog.Table // all rows that were there before this transaction are removed
	// Catalog commits DDL to the catalog log with this nonce; nil if there is none. Its commit is the transaction's. An error with
	// SQLSTATE 08007 says that the outcome is not known, any other that nothing was committed.
	Catalog func(ctx context.Context, nonce uuid.UUID) error
}

// part is what a transaction does to one table.
type part struct {
	table    *catalog.Table
	truncate bool
	files    []catalog.DataFile
	batches  []*vector.Batch // the table's columns and then the bucket
	encoded  []*Encoded      // by batch; nil: not yet
	rows     int64
	bytes    int64 // of batches, about
}

// bucketType is the type of the buffer's last column.
var bucketType = vector.Type{SQL: sqltype.Of(sqltype.Int4), Kind: vector.KindInt32}

// parts gathers a transaction by table and checks the batches' shape.
func (tx *Tx) parts() ([]*part, error) {
	var out []*part
	byID := map[uuid.UUID]*part{}
	get := func(t *catalog.Table) *part {
		p := byID[t.UUID]
		if p == nil {
			p = &part{table: t}
			byID[t.UUID] = p
			out = append(out, p)
		}
		return p
	}
	for _, t := range tx.Truncate {
		get(t).truncate = true
	}
	for _, b := range tx.Bulk {
		if len(b.Files) > 0 {
			p := get(b.Table)
			p.files = append(p.files, b.Files...)
		}
	}
	for _, w := range tx.Writes {
		for i, batch := range w.Batches {
			if batch.Len == 0 {
				continue
			}
			p := get(w.Table)
			var encoded *Encoded
			if i < len(w.Encoded) && w.Encoded[i].of(p.table, batch) {
				encoded = w.Encoded[i]
				p.batches = append(p.batches, encoded.bucketed)
			} else {
				if err := checkBatch(w.Table, batch); err != nil {
					return nil, err
				}
				p.batches = append(p.batches, withBucket(w.Table, batch))
			}
			p.encoded = append(p.encoded, encoded)
			p.rows += int64(batch.Len)
			p.bytes += int64(batch.Bytes())
		}
	}
	return out, nil
}

func checkBatch(t *catalog.Table, b *vector.Batch) error {
	if len(b.Cols) != len(t.Columns) {
		return pgerr.New(pgerrcode.InternalError, "batch of %d columns for table %s with %d", len(b.Cols), t.Name, len(t.Columns))
	}
	for i := range b.Cols {
		if want := vector.TypeOf(t.Columns[i].Type); !sameLayout(&want, &b.Cols[i].Type) {
			return pgerr.New(pgerrcode.DatatypeMismatch, "column \"%s\" is of type %s but its values are of type %s",
				t.Columns[i].Name, t.Columns[i].Type, b.Cols[i].Type.SQL)
		}
	}
	return nil
}

// sameLayout reports whether values of one type can be read as the other's.
func sameLayout(a, b *vector.Type) bool {
	if a.Kind != b.Kind || a.Scale != b.Scale {
		return false
	}
	return a.Kind != vector.KindList || sameLayout(a.Elem, b.Elem)
}

// withBucket returns the batch with the rows' hash buckets as one more column.
func withBucket(t *catalog.Table, b *vector.Batch) *vector.Batch {
	key := make([]*vector.Vector, 0, len(t.ShardKey))
	for _, id := range t.ShardKey {
		for i := range t.Columns {
			if t.Columns[i].ID == id {
				key = append(key, &b.Cols[i])
			}
		}
	}
	buckets := vector.Vector{Type: bucketType, Int32s: make([]int32, b.Len)}
	for i := range b.Len {
		buckets.Int32s[i] = catalog.Bucket(key, i, t.Buckets)
	}
	out := &vector.Batch{Len: b.Len, Cols: make([]vector.Vector, 0, len(b.Cols)+1)}
	out.Cols = append(append(out.Cols, b.Cols...), buckets)
	return out
}
