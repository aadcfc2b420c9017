package session

import (
	"context"
	"errors"
	"io"
	"math"
	"sync/atomic"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// Memory of the rows that cursors keep, in bytes. A cursor declared with SCROLL or WITH HOLD keeps what it needs or fails with 53200. One declared
// with neither SCROLL nor NO SCROLL goes backwards as long as all of its rows so far are few: PostgreSQL lets it if the plan is simple.
const (
	maxCursorBytes     = 64 << 20  // of one cursor
	maxAllCursorsBytes = 512 << 20 // of all cursors of the server
	casualScrollBytes  = 1 << 20
)

// cursor is an open DECLARE: a stream of rows, of which those that were read may be kept.
type cursor struct {
	columns []pgwire.Column
	rows    *rows // nil when all rows are kept
	budget  *atomic.Int64

	read    int64           // rows that were taken from the stream
	kept    []*vector.Batch // the last of them, in order; all of them while keep is set
	first   []int64         // the number of the first row in each, from 1
	bytes   int64           // of kept
	keep    bool
	must    bool          // fail rather than give up keep
	forward bool          // goes forward only
	rest    *vector.Batch // the last batch of the stream; valid until the next is taken
	at      int64         // the row it stands on: 0 before the first, read+1 after the last

	name, statement string
	hold, binary    bool
	persisted       bool // by the end of the transaction that declared it
	created         time.Time
	number          int64 // in the order of declaration, for the ends of transactions and savepoints
}

func (s *Session) runDeclare(ctx context.Context, st *statement, c *sql.DeclareCursor, args []*string) (pgwire.Result, error) {
	if !s.tx.block && !s.several && !c.Hold {
		return nil, pgerr.New(pgerrcode.NoActiveSQLTransaction, "DECLARE CURSOR can only be used in transaction blocks")
	}
	if s.cursors[c.Name] != nil {
		return nil, pgerr.New(pgerrcode.DuplicateCursor, "cursor %q already exists", c.Name)
	}
	if len(s.cursors) >= maxCursors {
		return nil, pgerr.New(pgerrcode.ProgramLimitExceeded, "more than %d open cursors", maxCursors)
	}
	r, err := s.open(ctx, st.query, args)
	if err != nil {
		return nil, err
	}
	number := s.OpenPortal()
	s.cursors[c.Name] = &cursor{
		columns: r.columns, rows: r, budget: &s.node.cursorBytes, keep: !c.NoScroll, must: c.Scroll, forward: c.NoScroll, name: c.Name,
		statement: st.stmt.Text, hold: c.Hold, binary: c.Binary, created: time.Now(), number: number,
	}
	return tagResult(st.stmt.Tag), nil
}

func (s *Session) cursor(name string) (*cursor, error) {
	c := s.cursors[name]
	if c == nil {
		return nil, pgerr.New(pgerrcode.InvalidCursorName, "cursor %q does not exist", name)
	}
	return c, nil
}

func errForwardOnly() error {
	return pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, "cursor can only scan forward").
		WithHint("Declare it with SCROLL option to enable backward scan.")
}

// pull takes the next batch from the stream; io.EOF at its end. The batch is valid until the next call unless it is kept.
func (c *cursor) pull(ctx context.Context) (*vector.Batch, error) {
	if c.rows == nil {
		return nil, io.EOF
	}
	b, err := c.rows.Next(ctx)
	if errors.Is(err, io.EOF) {
		c.rows.Close()
		c.rows = nil
	}
	if err != nil {
		return nil, err
	}
	if c.keep && b.Len > 0 {
		if b, err = c.retain(b); err != nil {
			return nil, err
		}
	}
	c.read += int64(b.Len)
	return b, nil
}

// retain keeps a batch, or gives keeping up if that is allowed and the rows are too many.
func (c *cursor) retain(b *vector.Batch) (*vector.Batch, error) {
	whole := b.Clone() // with its strings, which b only points to
	size := int64(whole.Bytes())
	limit := int64(casualScrollBytes)
	if c.must {
		limit = maxCursorBytes
	}
	if c.bytes+size <= limit {
		if c.budget.Add(size) <= maxAllCursorsBytes {
			c.bytes += size
			c.kept, c.first = append(c.kept, whole), append(c.first, c.read+1)
			return whole, nil
		}
		c.budget.Add(-size)
	}
	if c.must {
		return nil, pgerr.New(pgerrcode.OutOfMemory, "cursor %q needs more memory than it may have", c.name).
			WithDetail("The limits are %d MB a cursor and %d MB for all of the server.", maxCursorBytes>>20, maxAllCursorsBytes>>20).
			WithHint("Declare it with NO SCROLL and without HOLD, or add a LIMIT to its query.")
	}
	c.drop()
	return b, nil
}

// drop forgets the rows that are kept: from now on the cursor goes forward only.
func (c *cursor) drop() {
	c.budget.Add(-c.bytes)
	c.keep, c.forward, c.kept, c.first, c.bytes = false, true, nil, nil, 0
}

// persist reads what is left of the stream, for WITH HOLD at the end of its transaction: no snapshot is kept longer.
func (c *cursor) persist(ctx context.Context) error {
	c.persisted = true
	if c.rows == nil {
		return nil
	}
	if c.must = true; !c.keep { // the rows before the place reached are gone
		if c.keep = true; c.rest != nil && c.at < c.read {
			left := int(c.read - c.at)
			read := c.read
			c.read = c.at
			if _, err := c.retain(c.rest.Slice(c.rest.Len-left, left)); err != nil {
				return err
			}
			c.read = read
		}
		c.rest = nil
	}
	for {
		if _, err := c.pull(ctx); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// close ends the stream and frees the rows.
func (c *cursor) close() {
	if c.rows != nil {
		c.rows.Close()
		c.rows = nil
	}
	c.drop()
}

func (s *Session) runCloseCursor(c *sql.CloseCursor, tag string) (pgwire.Result, error) {
	if c.All {
		s.closeCursors(func(*cursor) bool { return true })
		return tagResult(tag), nil
	}
	if _, err := s.cursor(c.Name); err != nil {
		return nil, err
	}
	s.closeCursor(c.Name)
	return tagResult(tag), nil
}

func (s *Session) closeCursor(name string) {
	s.cursors[name].close()
	delete(s.cursors, name)
}

// closeCursors closes the cursors that gone says.
func (s *Session) closeCursors(gone func(*cursor) bool) {
	for name, c := range s.cursors {
		if gone(c) {
			s.closeCursor(name)
		}
	}
}

// holdCursors prepares the cursors for the end of a transaction that commits.
func (s *Session) holdCursors(ctx context.Context) error {
	for _, c := range s.cursors {
		if !c.hold || c.persisted {
			continue
		}
		if err := c.persist(ctx); err != nil {
			return err
		}
	}
	return nil
}

// OpenPortal implements pgwire.SavepointSession.
func (s *Session) OpenPortal() int64 {
	s.declared++
	return s.declared
}

// DescribeCursor implements pgwire.CursorSession.
func (s *Session) DescribeCursor(name string) (columns []pgwire.Column, binary, ok bool) {
	c := s.cursors[name]
	if c == nil {
		return nil, false, false
	}
	return c.columns, c.binary, true
}

// FetchCursor implements pgwire.CursorSession.
func (s *Session) FetchCursor(name string, limit int64) (pgwire.Result, error) {
	c, err := s.cursor(name)
	if err != nil {
		return nil, err
	}
	if limit == 0 {
		limit = math.MaxInt64
	}
	return &fetchResult{cursor: c, left: limit, tag: "SELECT"}, nil
}

// CloseCursor implements pgwire.CursorSession.
func (s *Session) CloseCursor(name string) {
	if s.cursors[name] != nil {
		s.closeCursor(name)
	}
}
