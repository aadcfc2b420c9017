package pgwire

import (
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// PortalStatement is a Parsed that may name a portal of the protocol, as FETCH, MOVE and CLOSE do: to PostgreSQL portals and cursors are one thing.
type PortalStatement interface {
	// Fetches returns the portal that FETCH or MOVE names and how many rows forward it goes, negative for any other direction.
	Fetches() (name string, forward int64, move, ok bool)
	// Closes returns the portal that CLOSE names.
	Closes() (name string, ok bool)
}

// start executes a statement: here if it is about a portal of this connection, else in the session.
func (c *conn) start(ctx context.Context, parsed Parsed, stmt Statement, params []Param) (Result, error) {
	if s, ok := parsed.(PortalStatement); ok {
		if name, ok := s.Closes(); ok && c.portals[name] != nil {
			c.dropPortal(name)
			return &portalRows{tag: "CLOSE CURSOR", done: true}, nil
		}
		if name, n, move, ok := s.Fetches(); ok {
			if p := c.portals[name]; p != nil && p.stmt.columns() != nil {
				return c.fetch(ctx, p, n, move)
			}
		}
	}
	res, err := c.session.Execute(ctx, stmt, params)
	if err != nil {
		return nil, executeError{err}
	}
	return res, nil
}

// fetch takes the next n rows of a portal; with move it drops them and returns their number alone. The rows depend on the portal's own context,
// which ctx only interrupts.
func (c *conn) fetch(ctx context.Context, p *portal, n int64, move bool) (Result, error) {
	if n < 0 {
		return nil, pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, "cursor can only scan forward").
			WithHint("Declare it with SCROLL option to enable backward scan.")
	}
	p.open(context.WithoutCancel(ctx))
	r := &portalRows{c: c, p: p, left: n, tag: "FETCH"}
	if n == 0 && p.batch != nil && p.row > 0 { // the row again that it stands on
		p.row--
		r.left = 1
	}
	if !move {
		return r, nil
	}
	moved := 0
	for {
		b, err := r.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return &portalRows{tag: "MOVE " + strconv.Itoa(moved), done: true}, nil
		case err != nil:
			return nil, err
		}
		moved += b.Len
	}
}

// portalRows are the next rows of a portal as the result of another statement.
type portalRows struct {
	c    *conn
	p    *portal
	left int64
	tag  string
	done bool // only the tag is left
}

// Columns implements Result.
func (r *portalRows) Columns() []Column {
	if r.done {
		return nil
	}
	return r.p.stmt.columns()
}

// Next implements Result.
func (r *portalRows) Next(ctx context.Context) (*vector.Batch, error) {
	p := r.p
	if r.done || r.left == 0 || p.done {
		return nil, io.EOF
	}
	defer context.AfterFunc(ctx, func() { p.cancel(context.Cause(ctx)) })()
	if err := r.c.startPortal(p); err != nil {
		return nil, err
	}
	if p.batch == nil || p.row >= p.batch.Len {
		var err error
		if p.batch, err = p.res.Next(p.ctx); err != nil {
			err = explain(p.ctx, err)
			p.finish()
			return nil, err
		}
		p.row = 0
	}
	k := int(min(r.left, int64(p.batch.Len-p.row)))
	b := p.batch.Slice(p.row, k)
	p.row += k
	r.left -= int64(k)
	return b, nil
}

// CopyIn implements Result.
func (r *portalRows) CopyIn() CopyIn { return nil }

// CopyOut implements Result.
func (r *portalRows) CopyOut() *CopyOptions { return nil }

// Tag implements Result.
func (r *portalRows) Tag(rows int64) string {
	if r.done {
		return r.tag
	}
	return r.tag + " " + strconv.FormatInt(rows, 10)
}

// Close implements Result; the portal stays open.
func (r *portalRows) Close() {}
