package engine

import (
	"context"
	"io"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// Column is one column of a result.
type Column struct {
	Name string
	Type vector.Type
}

// Rows is a streaming result. One goroutine at a time; it ends with its Conn.
type Rows struct {
	conn   *Conn
	cols   []Column
	sql    string
	params []*string
	keep   Keep
	once   bool // it must not be run twice, see QueryOnce

	// Guarded by conn.mu.
	decs  []*decoder
	batch vector.Batch
	done  bool  // everything below is freed
	err   error // what Next says when done
	stmt  prepared
	pend  b.PendingResult
	res   b.Result
	chunk b.DataChunk // owns the memory that batch shows
	tx    bool        // the transaction is the query's own
}

// Query starts a SELECT or EXPLAIN and returns when DuckDB has all rows or a full buffer of them (1 MB); a query that yields few
// rows computes most of its answer here. Parameters are bound as text, nil as NULL; $n in the text takes params[n-1]. No other kind
// of statement runs (42501), and nothing can be written (EXPLAIN ANALYZE INSERT). An open stream of the connection ends.
func (c *Conn) Query(ctx context.Context, sql string, params []*string) (*Rows, error) {
	return c.query(ctx, &Rows{conn: c, sql: sql, params: params})
}

// QueryOnce is Query for a text that calls ActFunction: it is never run a second time to find out why it failed.
func (c *Conn) QueryOnce(ctx context.Context, sql string, params []*string) (*Rows, error) {
	return c.query(ctx, &Rows{conn: c, sql: sql, params: params, once: true})
}

// query starts r, again where DuckDB does not say why it failed.
func (c *Conn) query(ctx context.Context, first *Rows) (*Rows, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.beginLocked(first.sql); err != nil {
		return nil, err
	}
	if err := c.slot.take(ctx, c.db); err != nil {
		return nil, err
	}
	defer c.slot.drop()
	for try := 1; ; try++ {
		r := &Rows{conn: c, sql: first.sql, params: first.params, keep: first.keep, once: first.once}
		err := c.interruptible(ctx, r.startLocked)
		if err == nil {
			c.rows = r
			return r, nil
		}
		r.keep = KeepNothing
		r.freeLocked()
		if !spurious(ctx, err) || r.once || try == causeTries {
			return nil, err
		}
	}
}

func (r *Rows) startLocked() error {
	c, sql, params := r.conn, r.sql, r.params
	// Outside a transaction, DuckDB would plan in one and execute in another, which sees rows that the plan's statistics exclude:
	// wrong answers and "perfect hash aggregate" failures beside appends. A text that reads nothing that changes does without.
	if !c.tx && r.keep == KeepNothing {
		if err := c.beginQueryLocked(); err != nil {
			return err
		}
		r.tx = true
	}
	if err := r.prepareLocked(); err != nil {
		return err
	}
	if err := bind(c, &r.stmt, params, r.keep == KeepPlan); err != nil {
		return err
	}
	if b.PendingPreparedStreaming(r.stmt.PreparedStatement, &r.pend) != b.StateSuccess {
		return c.db.failure(b.ErrorTypeInvalid, b.PendingError(r.pend), sql)
	}
	if b.ExecutePending(r.pend, &r.res) != b.StateSuccess {
		return c.db.failure(b.ResultErrorType(&r.res), b.ResultError(&r.res), sql)
	}
	n := int(b.ColumnCount(&r.res))
	r.cols, r.decs = make([]Column, n), make([]*decoder, n)
	r.batch.Cols = make([]vector.Vector, n)
	for i := range n {
		t := b.ColumnLogicalType(&r.res, b.IdxT(i))
		d, err := newDecoder(t, 0)
		b.DestroyLogicalType(&t)
		name := b.ColumnName(&r.res, b.IdxT(i))
		if err != nil {
			return columnError(err, name)
		}
		r.cols[i], r.decs[i] = Column{Name: name, Type: d.typ}, d
	}
	return nil
}

func (r *Rows) prepareLocked() error {
	if r.keep != KeepNothing {
		var ok bool
		if r.stmt, ok = r.conn.kept.take(r.sql); ok {
			return nil
		}
	}
	stmt := &r.stmt.PreparedStatement
	if b.Prepare(r.conn.raw, r.sql, stmt) != b.StateSuccess {
		return r.conn.db.failure(b.ErrorTypeInvalid, b.PrepareError(*stmt), r.sql)
	}
	if n := int(b.NParams(*stmt)); n > 0 && n < len(r.params) {
		b.DestroyPrepare(stmt)
		var text string
		if text, r.stmt.order = dense(r.sql); b.Prepare(r.conn.raw, text, stmt) != b.StateSuccess {
			return r.conn.db.failure(b.ErrorTypeInvalid, b.PrepareError(*stmt), r.sql)
		}
	}
	switch b.PreparedStatementType(*stmt) {
	case b.StatementTypeSelect, b.StatementTypeExplain:
		return nil
	}
	return pgerr.New(pgerrcode.InsufficientPrivilege, "this kind of statement is not permitted here")
}

// Columns describes the rows.
func (r *Rows) Columns() []Column { return r.cols }

// Next returns the next rows, never none, or io.EOF after the last. The batch shows DuckDB's own memory and is valid until
// Next or Close is called again, or the connection runs something else. After an error the result is closed and Next
// repeats the error.
func (r *Rows) Next(ctx context.Context) (*vector.Batch, error) {
	c := r.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.done {
		return nil, r.err
	}
	if err := c.slot.take(ctx, c.db); err != nil {
		r.endLocked(err)
		return nil, err
	}
	defer c.slot.drop()
	if err := c.interruptible(ctx, r.fetchLocked); err != nil {
		if err != io.EOF {
			r.keep = KeepNothing // a statement that failed is prepared anew
		}
		if spurious(ctx, err) && !r.once {
			r.err = r.causeLocked(ctx)
			return nil, r.err
		}
		r.endLocked(err)
		return nil, err
	}
	return &r.batch, nil
}

func (r *Rows) fetchLocked() error {
	for {
		b.DestroyDataChunk(&r.chunk)
		r.chunk = b.FetchChunk(r.res)
		if r.chunk.Ptr == nil {
			// No chunk means the end or a failure; only the result's error tells them apart.
			if msg := b.ResultError(&r.res); msg != "" {
				return r.conn.db.failure(b.ResultErrorType(&r.res), msg, "")
			}
			return io.EOF
		}
		n := int(b.DataChunkGetSize(r.chunk))
		if n == 0 {
			continue
		}
		r.batch.Len = n
		for i, d := range r.decs {
			if err := d.decode(b.DataChunkGetVector(r.chunk, b.IdxT(i)), n, &r.batch.Cols[i]); err != nil {
				return columnError(err, r.cols[i].Name)
			}
		}
		return nil
	}
}

// Close stops the query and frees it. Safe twice.
func (r *Rows) Close() {
	r.conn.mu.Lock()
	defer r.conn.mu.Unlock()
	r.endLocked(nil)
}

// endLocked frees the result; Next returns err from now on, nil meaning that it was closed.
func (r *Rows) endLocked(err error) {
	if r.done {
		return
	}
	if err == nil {
		err = pgerr.New(pgerrcode.InvalidCursorState, "the result is closed")
	}
	r.err = err
	r.freeLocked()
	if r.conn.rows == r {
		r.conn.rows = nil
	}
}

func (r *Rows) freeLocked() {
	r.done = true
	clear(r.batch.Cols)
	b.DestroyDataChunk(&r.chunk)
	b.DestroyResult(&r.res)
	b.DestroyPending(&r.pend)
	if r.keep != KeepNothing && r.stmt.Ptr != nil {
		r.conn.kept.put(r.sql, r.stmt)
		r.stmt = prepared{}
	} else {
		b.DestroyPrepare(&r.stmt.PreparedStatement)
	}
	if r.tx {
		r.tx = false
		r.conn.endQueryLocked()
	}
}

// columnError names the column in the detail of a client's error.
func columnError(err error, name string) error {
	e := pgerr.From(err)
	if e.Detail == "" {
		return e.WithDetail("Column %q.", name)
	}
	return e
}
