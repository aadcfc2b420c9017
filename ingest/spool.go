package ingest

import (
	"context"
	"fmt"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/vector"
)

// spoolBytes is how much a spool gathers before it writes a file.
const spoolBytes = 256 << 20

// Spool writes the rows of a bulk load straight to Parquet files in the store, which a Tx then names in Bulk. Until that is committed they
// are orphans, which cleaning leaves alone for a day. One goroutine at a time; end it with Finish or Abort.
type Spool struct {
	in       *Ingest
	table    *catalog.Table
	conn     *engine.Conn
	name     string
	relation string
	made     bool
	rows     int64 // in the engine
	bytes    int64
	files    []catalog.DataFile
}

// SpoolBulk begins a bulk load of a table. No log is touched.
func (i *Ingest) SpoolBulk(t *catalog.Table) (*Spool, error) {
	i.applying.Lock()
	db := i.engine
	i.applying.Unlock()
	conn, err := db.Conn()
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	i.nextGen++
	name := fmt.Sprintf("s%d", i.nextGen)
	i.mu.Unlock()
	return &Spool{in: i, table: t, conn: conn, name: name, relation: `hot.main."` + name + `"`}, nil
}

// Append adds rows, with columns as the table's, in order. After an error only Abort is left.
func (s *Spool) Append(ctx context.Context, b *vector.Batch) error {
	if b.Len == 0 {
		return nil
	}
	if err := checkBatch(s.table, b); err != nil {
		return err
	}
	if !s.made {
		ddl, err := hotTable(s.relation, s.table)
		if err != nil {
			return err
		}
		if _, err := s.conn.Exec(ctx, ddl); err != nil {
			return fmt.Errorf("create spool table: %w", err)
		}
		s.made = true
	}
	if err := s.conn.AppendOffset(ctx, engine.HotDatabase, s.name, 1, withBucket(s.table, b)); err != nil {
		return err
	}
	s.rows += int64(b.Len)
	s.bytes += int64(b.Bytes())
	if s.bytes >= spoolBytes {
		return s.write(ctx)
	}
	return nil
}

// write moves the rows gathered so far to one file.
func (s *Spool) write(ctx context.Context) error {
	if s.rows == 0 {
		return nil
	}
	query := unite(s.table, []source{{relation: s.relation, schema: s.table}})
	f, err := s.in.writeFile(ctx, s.conn, s.table.UUID, s.table, query)
	if err != nil {
		return fmt.Errorf("write bulk file: %w", err)
	}
	s.files = append(s.files, f)
	s.drop(ctx)
	s.rows, s.bytes = 0, 0
	return nil
}

func (s *Spool) drop(ctx context.Context) {
	if s.made {
		s.made = false
		if _, err := s.conn.Exec(ctx, "DROP TABLE IF EXISTS "+s.relation); err != nil {
			s.in.log.Warn().Err(err).Str("spool", s.name).Msg("spool table not dropped")
		}
	}
}

// Finish writes the rest and returns the files. After an error the files are gone.
func (s *Spool) Finish(ctx context.Context) ([]catalog.DataFile, error) {
	if err := s.write(ctx); err != nil {
		s.Abort()
		return nil, err
	}
	files := s.files
	s.files = nil
	s.in.uploads.handOut(s.table.UUID, files)
	s.conn.Close()
	return files, nil
}

// Abort deletes what was written. Safe after Finish, and twice.
func (s *Spool) Abort() {
	s.drop(context.Background())
	s.in.discardFiles(s.table.UUID, s.files)
	s.in.uploads.drop(s.table.UUID, s.files...)
	s.files = nil
	s.conn.Close()
}
