package ingest

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/ingest/wal"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// Scanned is what the write-ahead log of a stopped server holds.
type Scanned struct {
	Stream  uuid.UUID
	Records int
	Ranges  map[uuid.UUID]map[int32][2]int64 // by table and column: smallest and largest value of integer columns
}

// Scan reads all records of the log in a directory, those that are in the tables' files, too. Like any start it cuts a torn tail. A record that cannot be
// read is an error.
func Scan(dir string) (s *Scanned, err error) {
	w, err := wal.Open(wal.Config{Dir: dir})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	s = &Scanned{Stream: w.Stream(), Ranges: map[uuid.UUID]map[int32][2]int64{}}
	return s, w.Replay(0, func(offset int64, data []byte) error {
		s.Records++
		r, err := decodeRecord(data)
		if err == nil && (r.kind == kindCommit || r.kind == kindPrepared) {
			err = r.decodeBody()
		}
		if err != nil {
			return fmt.Errorf("record at offset %d: %w", offset, err)
		}
		for i := range r.tables {
			s.take(&r.tables[i])
		}
		return nil
	})
}

// take adds the values of one table's part of a record.
func (s *Scanned) take(t *tableRecord) {
	for n, c := range t.columns {
		if c.Type.OID != sqltype.Int2 && c.Type.OID != sqltype.Int4 && c.Type.OID != sqltype.Int8 {
			continue
		}
		for _, b := range t.batches {
			if n < len(b.Cols) {
				eachInteger(&b.Cols[n], b.Len, func(v int64) { s.widen(t.id, c.ID, v) })
			}
		}
		for i := range t.files {
			stats := t.files[i].Stats[c.ID]
			for _, bound := range []*string{stats.Min, stats.Max} {
				if bound == nil {
					continue
				}
				if v, err := strconv.ParseInt(*bound, 10, 64); err == nil {
					s.widen(t.id, c.ID, v)
				}
			}
		}
	}
}

func (s *Scanned) widen(table uuid.UUID, column int32, v int64) {
	columns := s.Ranges[table]
	if columns == nil {
		columns = map[int32][2]int64{}
		s.Ranges[table] = columns
	}
	r, ok := columns[column]
	if !ok {
		r = [2]int64{v, v}
	}
	columns[column] = [2]int64{min(r[0], v), max(r[1], v)}
}

func eachInteger(v *vector.Vector, n int, visit func(int64)) {
	for i := range n {
		if v.IsNull(i) {
			continue
		}
		switch v.Type.Kind {
		case vector.KindInt16:
			visit(int64(v.Int16s[i]))
		case vector.KindInt32:
			visit(int64(v.Int32s[i]))
		case vector.KindInt64:
			visit(v.Int64s[i])
		}
	}
}
