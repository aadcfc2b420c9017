package session

import (
	"context"
	"errors"
	"io"
	"math"
	"sort"

	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// runFetch moves a cursor as DoPortalRunFetch of PostgreSQL does: in every direction a FETCH is a move without rows and a scan.
func (s *Session) runFetch(ctx context.Context, c *sql.Fetch) (pgwire.Result, error) {
	cur, err := s.cursor(c.Cursor)
	if err != nil {
		return nil, err
	}
	r := &fetchResult{cursor: cur, tag: "FETCH"}
	if err := cur.begin(ctx, c, r); err != nil {
		return nil, err
	}
	if !c.Move {
		return r, nil
	}
	if r.again {
		return tagResult("MOVE 1"), nil
	}
	moved := int64(0)
	for {
		b, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return tagResult("MOVE " + itoa(moved)), nil
		}
		if err != nil {
			return nil, err
		}
		moved += int64(b.Len)
	}
}

// begin goes to where the scan of a FETCH starts and says how it goes on from there.
func (c *cursor) begin(ctx context.Context, f *sql.Fetch, r *fetchResult) error {
	direction, count := f.Direction, f.Count
	switch direction {
	case sql.FetchAbsolute:
		switch {
		case count > 0:
			if count <= c.at {
				if err := c.rewind(); err != nil {
					return err
				}
			}
			if err := c.skip(ctx, count-1-c.at); err != nil {
				return err
			}
			r.left = 1
			return nil
		case count < 0:
			if err := c.skip(ctx, math.MaxInt64); err != nil {
				return err
			}
			return c.backward(-count-1, 1, r)
		}
		return c.rewind()
	case sql.FetchRelative:
		switch {
		case count > 0:
			if err := c.skip(ctx, count-1); err != nil {
				return err
			}
			r.left = 1
			return nil
		case count < 0:
			return c.backward(-count-1, 1, r)
		}
	case sql.FetchBackward:
		if count > 0 {
			return c.backward(0, count, r)
		}
	}
	if count > 0 {
		r.left = count
		return nil
	}
	if c.at == 0 || c.after() { // FETCH 0 is the row again that the cursor stands on
		return nil
	}
	if f.Move {
		r.again = true
		return nil
	}
	if err := c.backward(0, 0, r); err != nil {
		return err
	}
	r.reverse = false
	c.at--
	r.left = 1
	return nil
}

// after reports whether the cursor stands after the last row.
func (c *cursor) after() bool { return c.rows == nil && c.at > c.read }

// rewind goes before the first row.
func (c *cursor) rewind() error {
	if c.at > 0 && c.forward {
		return errForwardOnly()
	}
	c.at = 0
	return nil
}

// skip goes n rows forward without returning them.
func (c *cursor) skip(ctx context.Context, n int64) error {
	r := &fetchResult{cursor: c, left: n}
	for {
		if _, err := r.Next(ctx); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// backward has the scan go backward: over skip rows first, then count rows.
func (c *cursor) backward(skip, count int64, r *fetchResult) error {
	if c.forward {
		return errForwardOnly()
	}
	if skip > 0 {
		c.at = max(c.at-skip, 0)
	}
	r.left, r.reverse = count, true
	return nil
}

// fetchResult returns the next rows of a cursor, from where it stands.
type fetchResult struct {
	cursor  *cursor
	left    int64
	reverse bool
	again   bool // MOVE 0 on a row
	tag     string
}

func (r *fetchResult) Columns() []pgwire.Column     { return r.cursor.columns }
func (r *fetchResult) CopyIn() pgwire.CopyIn        { return nil }
func (r *fetchResult) CopyOut() *pgwire.CopyOptions { return nil }
func (r *fetchResult) Tag(n int64) string           { return r.tag + " " + itoa(n) }
func (r *fetchResult) Close()                       {}

// Binary says that the rows go out in binary form, by BINARY in DECLARE.
func (r *fetchResult) Binary() bool { return r.cursor.binary }

func (r *fetchResult) Next(ctx context.Context) (*vector.Batch, error) {
	if r.left <= 0 {
		return nil, io.EOF
	}
	if r.reverse {
		return r.previous()
	}
	c := r.cursor
	for {
		b, err := c.following(ctx)
		if err != nil {
			return nil, err
		}
		if b.Len == 0 {
			continue
		}
		if int64(b.Len) > r.left {
			b = b.Slice(0, int(r.left))
		}
		if c.at += int64(b.Len); r.left != math.MaxInt64 {
			r.left -= int64(b.Len)
		}
		return b, nil
	}
}

// following returns rows after the one that the cursor stands on, at least one unless there are none at all; io.EOF puts it after the last.
func (c *cursor) following(ctx context.Context) (*vector.Batch, error) {
	switch left := int(c.read - c.at); {
	case c.at < c.read && !c.keep:
		return c.rest.Slice(c.rest.Len-left, left), nil
	case c.at < c.read:
		i := c.batchOf(c.at + 1)
		from := int(c.at + 1 - c.first[i])
		return c.kept[i].Slice(from, c.kept[i].Len-from), nil
	}
	b, err := c.pull(ctx)
	if errors.Is(err, io.EOF) {
		c.at, c.rest = c.read+1, nil
	}
	if err != nil {
		return nil, err
	}
	c.rest = b
	return b, nil
}

// batchOf finds the kept batch with a row.
func (c *cursor) batchOf(row int64) int {
	return sort.Search(len(c.first), func(i int) bool { return c.first[i] > row }) - 1
}

// previous returns rows before the one that the cursor stands on, the nearest first.
func (r *fetchResult) previous() (*vector.Batch, error) {
	c := r.cursor
	if c.at <= 1 {
		c.at, r.left = 0, 0
		return nil, io.EOF
	}
	i := c.batchOf(c.at - 1)
	b := c.kept[i]
	last := int(c.at - 1 - c.first[i]) // in b
	n := last + 1
	if int64(n) > r.left {
		n = int(r.left)
	}
	types := make([]vector.Type, len(b.Cols))
	for col := range b.Cols {
		types[col] = b.Cols[col].Type
	}
	out := vector.NewBuilder(types)
	for col := range b.Cols {
		to := out.Col(col)
		for row := last; row > last-n; row-- {
			to.Copy(&b.Cols[col], row)
		}
	}
	c.at -= int64(n)
	if r.left != math.MaxInt64 {
		r.left -= int64(n)
	}
	return out.Take(), nil
}
