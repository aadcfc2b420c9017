package session

import (
	"context"
	"io"
	"math"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// cursor is an open DECLARE: a stream that FETCH pulls forward.
type cursor struct {
	columns []pgwire.Column
	rows    *rows
	batch   *vector.Batch // the current batch, of which at rows have been fetched
	at      int
	hold    bool
}

// holdLimit bounds the rows that WITH HOLD keeps in memory past the end of its transaction.
const holdLimit = 1_000_000

func (s *Session) runDeclare(ctx context.Context, st *statement, c *sql.DeclareCursor, args []*string) (pgwire.Result, error) {
	if !s.tx.block && !c.Hold {
		return nil, pgerr.New(pgerrcode.NoActiveSQLTransaction, "DECLARE CURSOR can only be used in transaction blocks")
	}
	if c.Scroll {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "SCROLL cursors are not supported").
			WithHint("Declare the cursor with NO SCROLL and fetch forward.")
	}
	if s.cursors[c.Name] != nil {
		return nil, pgerr.New(pgerrcode.DuplicateCursor, "cursor %q already exists", c.Name)
	}
	if len(s.cursors) >= maxCursors {
		return nil, pgerr.New(pgerrcode.ConfigurationLimitExceeded, "more than %d open cursors", maxCursors)
	}
	if c.Hold {
		// The rows are taken now: a snapshot is not kept longer than its transaction.
		batches, columns, err := s.collectRows(ctx, st.query, args, holdLimit)
		if err != nil {
			return nil, err
		}
		s.cursors[c.Name] = &cursor{columns: columns, rows: &rows{columns: columns, held: batches}, hold: true}
		return tagResult(st.stmt.Tag), nil
	}
	r, err := s.open(ctx, st.query, args)
	if err != nil {
		return nil, err
	}
	s.cursors[c.Name] = &cursor{columns: r.columns, rows: r}
	return tagResult(st.stmt.Tag), nil
}

func (s *Session) cursor(name string) (*cursor, error) {
	c := s.cursors[name]
	if c == nil {
		return nil, pgerr.New(pgerrcode.InvalidCursorName, "cursor %q does not exist", name)
	}
	return c, nil
}

func (s *Session) runFetch(ctx context.Context, c *sql.Fetch) (pgwire.Result, error) {
	cur, err := s.cursor(c.Cursor)
	if err != nil {
		return nil, err
	}
	if c.Direction != sql.FetchForward && !(c.Direction == sql.FetchRelative && c.Count >= 0) || c.Count < 0 {
		return nil, pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, "cursor can only scan forward").
			WithHint("Declare it with SCROLL option to enable backward scan.")
	}
	r := &fetchResult{cursor: cur, left: c.Count, tag: "FETCH"}
	if !c.Move {
		return r, nil
	}
	moved := int64(0)
	for {
		b, err := r.Next(ctx)
		if err == io.EOF {
			return tagResult("MOVE " + itoa(moved)), nil
		}
		if err != nil {
			return nil, err
		}
		moved += int64(b.Len)
	}
}

// fetchResult returns the next rows of a cursor.
type fetchResult struct {
	cursor *cursor
	left   int64
	tag    string
}

func (r *fetchResult) Columns() []pgwire.Column     { return r.cursor.columns }
func (r *fetchResult) CopyIn() pgwire.CopyIn        { return nil }
func (r *fetchResult) CopyOut() *pgwire.CopyOptions { return nil }
func (r *fetchResult) Tag(n int64) string           { return r.tag + " " + itoa(n) }
func (r *fetchResult) Close()                       {}

func (r *fetchResult) Next(ctx context.Context) (*vector.Batch, error) {
	if r.left == 0 {
		return nil, io.EOF
	}
	c := r.cursor
	if c.batch == nil || c.at == c.batch.Len {
		b, err := c.rows.Next(ctx)
		if err != nil {
			c.batch, c.at = nil, 0
			return nil, err
		}
		c.batch, c.at = b, 0
	}
	n := int64(c.batch.Len - c.at)
	if n > r.left {
		n = r.left
	}
	out := c.batch.Slice(c.at, int(n))
	c.at += int(n)
	if r.left != math.MaxInt64 {
		r.left -= n
	}
	return out, nil
}

func (s *Session) runCloseCursor(c *sql.CloseCursor, tag string) (pgwire.Result, error) {
	if c.All {
		s.closeCursors(true)
		return tagResult(tag), nil
	}
	cur, err := s.cursor(c.Name)
	if err != nil {
		return nil, err
	}
	cur.rows.Close()
	delete(s.cursors, c.Name)
	return tagResult(tag), nil
}

// closeCursors closes the cursors of a transaction that ends; with held, all of them.
func (s *Session) closeCursors(held bool) {
	for name, c := range s.cursors {
		if held || !c.hold {
			c.rows.Close()
			delete(s.cursors, name)
		}
	}
}
