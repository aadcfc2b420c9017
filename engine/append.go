package engine

import (
	"context"
	"runtime"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// chunkRows is DuckDB's vector size (STANDARD_VECTOR_SIZE), the most rows a chunk holds.
const chunkRows = 2048

// HotAppend is a batch for one buffer table, whose first column is the WAL offset.
type HotAppend struct {
	Table  string // in hot.main
	Offset int64  // the value of the first column in every row
	Batch  *vector.Batch
}

// Append adds a batch to database.main.table, whose columns the batch has in order. All rows are added, in one transaction, or none.
func (c *Conn) Append(ctx context.Context, database, table string, batch *vector.Batch) error {
	return c.appendAll(ctx, database, []appendTask{{table: table, batch: batch}})
}

// AppendOffset is Append for a table with a BIGINT column before those of the batch, which gets offset in every row.
func (c *Conn) AppendOffset(ctx context.Context, database, table string, offset int64, batch *vector.Batch) error {
	return c.appendAll(ctx, database, []appendTask{{table: table, offset: &offset, batch: batch}})
}

// AppendAll adds batches to buffer tables in one transaction: readers see all of them or none, and so does a failure.
func (c *Conn) AppendAll(ctx context.Context, appends []HotAppend) error {
	tasks := make([]appendTask, len(appends))
	for i := range appends {
		tasks[i] = appendTask{table: appends[i].Table, offset: &appends[i].Offset, batch: appends[i].Batch}
	}
	return c.appendAll(ctx, HotDatabase, tasks)
}

type appendTask struct {
	table  string
	offset *int64
	batch  *vector.Batch
}

func (c *Conn) appendAll(ctx context.Context, database string, tasks []appendTask) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.beginLocked(database); err != nil {
		return err
	}
	if len(tasks) == 0 {
		return nil
	}
	if _, err := c.execLocked("BEGIN"); err != nil {
		return err
	}
	err := c.interruptible(ctx, func() error { return c.appendTasksLocked(database, tasks) })
	if err == nil {
		// Not interruptible: a commit is quick, and its outcome must be known.
		_, err = c.execLocked("COMMIT")
	}
	if err != nil {
		_, _ = c.execLocked("ROLLBACK") // after a failed COMMIT there is nothing to roll back
	}
	return err
}

func (c *Conn) appendTasksLocked(database string, tasks []appendTask) error {
	var w *writer
	defer func() {
		if w != nil {
			w.discard()
		}
	}()
	for _, t := range tasks {
		if t.batch.Len == 0 {
			continue
		}
		if w != nil && w.table != t.table {
			if err := w.finish(); err != nil {
				return err
			}
			w = nil
		}
		if w == nil {
			var err error
			if w, err = c.openWriter(database, t.table); err != nil {
				return err
			}
		}
		if err := w.write(t); err != nil {
			return err
		}
	}
	if w == nil {
		return nil
	}
	err := w.finish()
	w = nil
	return err
}

// writer appends to one table within the current transaction.
type writer struct {
	db    *DB
	table string
	app   b.Appender
	chunk b.DataChunk
	cols  []vector.Type
}

// openWriter makes an appender and a chunk of the table's column types.
func (c *Conn) openWriter(database, table string) (*writer, error) {
	if err := checkText(table); err != nil {
		return nil, err
	}
	w := &writer{db: c.db, table: table}
	if b.AppenderCreateExt(c.raw, database, "main", table, &w.app) != b.StateSuccess {
		err := w.failure()
		w.discard()
		return nil, err
	}
	types := make([]b.LogicalType, b.AppenderColumnCount(w.app))
	defer func() {
		for i := range types {
			b.DestroyLogicalType(&types[i])
		}
	}()
	w.cols = make([]vector.Type, len(types))
	for i := range types {
		types[i] = b.AppenderColumnType(w.app, b.IdxT(i))
		d, err := newDecoder(types[i], 0)
		if err != nil {
			w.discard()
			return nil, err
		}
		if !d.direct() {
			w.discard()
			return nil, pgerr.New(pgerrcode.DatatypeMismatch, "append to %s: column %d has a type that no batch holds", table, i+1)
		}
		w.cols[i] = d.typ
	}
	w.chunk = b.CreateDataChunk(types)
	return w, nil
}

// write appends a batch in chunks.
func (w *writer) write(t appendTask) error {
	cols := w.cols
	if t.offset != nil {
		if len(cols) == 0 || cols[0].Kind != vector.KindInt64 {
			return pgerr.New(pgerrcode.InternalError, "table %s has no offset column", t.table)
		}
		cols = cols[1:]
	}
	if len(cols) != len(t.batch.Cols) {
		return pgerr.New(pgerrcode.InternalError, "append to %s: %d columns for %d", t.table, len(t.batch.Cols), len(cols))
	}
	for i := range cols {
		if !sameLayout(&cols[i], &t.batch.Cols[i].Type) {
			return pgerr.New(pgerrcode.DatatypeMismatch, "append to %s: column %d is %s, the batch has %s",
				t.table, i+1, cols[i].SQL, t.batch.Cols[i].Type.SQL)
		}
	}
	// DuckDB's chunk points at the batch's strings while it is being copied.
	var pin runtime.Pinner
	defer pin.Unpin()
	for from := 0; from < t.batch.Len; from += chunkRows {
		n := min(chunkRows, t.batch.Len-from)
		b.DataChunkReset(w.chunk)
		if t.offset != nil {
			fillOffset(b.DataChunkGetVector(w.chunk, 0), n, *t.offset)
		}
		for i := range cols {
			at := b.IdxT(len(w.cols) - len(cols) + i)
			if err := fill(&pin, b.DataChunkGetVector(w.chunk, at), &t.batch.Cols[i], from, n); err != nil {
				return err
			}
		}
		b.DataChunkSetSize(w.chunk, b.IdxT(n))
		if b.AppendDataChunk(w.app, w.chunk) != b.StateSuccess {
			return w.failure()
		}
	}
	return nil
}

// sameLayout reports whether values can be copied from one column to the other as they are.
func sameLayout(a, c *vector.Type) bool {
	if a.Kind != c.Kind || a.Width != c.Width && a.Kind != vector.KindBytes || a.Scale != c.Scale {
		return false
	}
	return a.Kind != vector.KindList || sameLayout(a.Elem, c.Elem)
}

// finish hands everything to the transaction and frees the writer.
func (w *writer) finish() error {
	var err error
	if b.AppenderFlush(w.app) != b.StateSuccess {
		err = w.failure()
	}
	w.discard()
	return err
}

// failure is the appender's last error.
func (w *writer) failure() error {
	data := b.AppenderErrorData(w.app)
	defer b.DestroyErrorData(&data)
	return w.db.failure(b.ErrorDataErrorType(data), b.ErrorDataMessage(data), "")
}

// discard frees the writer without appending what it still holds.
func (w *writer) discard() {
	if w.app.Ptr != nil {
		b.AppenderClear(w.app) // destroying an appender would flush it
	}
	b.AppenderDestroy(&w.app)
	b.DestroyDataChunk(&w.chunk)
}
