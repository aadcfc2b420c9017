package session

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/sql"
)

// A query that takes numbers from a sequence, or acts anywhere but by itself in its select list, calls the session back while it runs
// (engine.ActFunction). Such a query is run to its end when it is opened, so that nothing of it happens later, beside other statements; its rows wait in
// memory. INSERT ... SELECT takes its rows as they come.

// maxActingBytes bounds the rows that such a query may return to the client.
const maxActingBytes = 64 << 20

// gate lets the calls of a running query at the session's state. Threads of the engine make them, one at a time, while the session's goroutine waits
// for the engine: the goroutine holds mu at all other times.
type gate struct {
	mu   sync.Mutex
	ctx  context.Context // of the statement that waits for the engine
	conn *engine.Conn    // that its query runs on
	over bool            // the query is being ended: nothing more is done for it
	err  error           // of a call: the engine passes on no more than the words
}

// let opens the gate for what the engine does next for a query.
func (g *gate) let(ctx context.Context, conn *engine.Conn) {
	g.ctx, g.conn, g.err = ctx, conn, nil
	g.mu.Unlock()
}

// shut closes it again, when no call is being made, and makes an error of the engine what it was in the call.
func (g *gate) shut(err error) error {
	g.mu.Lock()
	if err != nil && err != io.EOF && g.err != nil && (pgerr.Code(err) == pgerr.Code(g.err) || pgerr.Code(err) == pgerrcode.QueryCanceled) {
		err = g.err
	}
	g.ctx, g.conn, g.err = nil, nil, nil
	return err
}

// end runs what ends a query, whose calls are refused meanwhile.
func (g *gate) end(f func()) {
	g.over = true
	g.mu.Unlock()
	f()
	g.mu.Lock()
	g.over = false
}

// openActs makes functions that act callable by this session's queries.
func (s *Session) openActs() error {
	s.gate.mu.Lock()
	token, release, err := engine.NewHost(func(function string, args []*string) (*string, error) {
		g := &s.gate
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.over || g.ctx == nil {
			return nil, pgerr.New(pgerrcode.QueryCanceled, "function %s is called outside of its query", function)
		}
		if err := g.ctx.Err(); err != nil {
			return nil, context.Cause(g.ctx)
		}
		out, err := s.answer(g.ctx, function, args)
		if err != nil {
			g.err = outward(err)
		}
		return out, g.err
	})
	s.actToken, s.closeActs = token, release
	return err
}

// answer calls a function for one row.
func (s *Session) answer(ctx context.Context, function string, texts []*string) (*string, error) {
	act := s.node.actions[function]
	if act == nil || !sql.LenientAction(function) {
		for _, a := range texts {
			if a == nil {
				return nil, nil
			}
		}
	}
	if act == nil {
		n, err := s.sequenceCall(ctx, function, texts)
		if err != nil {
			return nil, err
		}
		text := itoa(n)
		return &text, nil
	}
	args, err := actionArgs(s.decoder(), sql.ActionArgs(function, len(texts)), texts)
	if err != nil {
		return nil, err
	}
	v, err := act(ctx, s, args)
	if err != nil {
		return nil, err
	}
	text := ""
	switch v := v.(type) {
	case bool:
		if text = "false"; v {
			text = "true"
		}
	case string:
		text = v
	}
	return &text, nil
}

// actionArgs reads the arguments of an action from what the engine prints.
func actionArgs(dec *pgvalue.Decoder, types []sqltype.OID, texts []*string) ([]actionArg, error) {
	if len(types) != len(texts) {
		return nil, pgerr.New(pgerrcode.InternalError, "a function is called with %d arguments", len(texts))
	}
	if len(types) == 0 {
		return nil, nil
	}
	layout := make([]vector.Type, len(types))
	for i, oid := range types {
		layout[i] = vector.TypeOf(sqltype.Of(oid))
	}
	b := vector.NewBuilder(layout)
	for i, text := range texts {
		if text == nil {
			b.Col(i).Null()
		} else if err := dec.ParseText(b.Col(i), []byte(*text)); err != nil {
			return nil, err
		}
	}
	batch := b.Take()
	args := make([]actionArg, len(types))
	for i := range args {
		args[i] = actionArg{&batch.Cols[i], 0}
	}
	return args, nil
}

// waitOutside marks a wait for something other than the engine, until the returned function is called: pg_stat_activity shows it, and if it is a function
// in a query that waits, the query gives its slot of the engine to others. resume fails when the context ends before there is a slot again.
func (s *Session) waitOutside(w *wait) (resume func(ctx context.Context) error) {
	done := s.waitFor(w)
	take := func(context.Context) error { return nil }
	if conn := s.gate.conn; conn != nil {
		take = conn.Yield()
	}
	return func(ctx context.Context) error {
		done()
		return take(ctx)
	}
}

// drain runs an acting query to its end and keeps its rows.
func (r *rows) drain(ctx context.Context) {
	size := 0
	var kept []*vector.Batch
	for r.failed == nil {
		b, err := r.pull(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.failed = err
			break
		}
		b = b.Clone()
		if size += b.Bytes(); size > maxActingBytes {
			r.failed = pgerr.New(pgerrcode.ProgramLimitExceeded, "the query returns too many rows").
				WithDetail("A query that takes numbers from sequences, or calls functions that act, can return %d MB.", maxActingBytes>>20).
				WithHint("INSERT ... SELECT has no such limit.")
			kept = nil
			break
		}
		kept = append(kept, b)
	}
	r.endStream()
	r.drained, r.kept = true, kept
}
