package engine

import (
	"context"
	"errors"
	"time"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// interruptInterval is how often an interrupt is sent again: one that arrives between planning and execution is lost.
const interruptInterval = 5 * time.Millisecond

// interruptible runs f, a call into DuckDB on c, and interrupts it once ctx ends. When it returns, nothing touches c any more.
// The error of a cancelled call says so, whatever DuckDB made of it.
func (c *Conn) interruptible(ctx context.Context, f func() error) error {
	if ctx.Err() != nil {
		return canceled(ctx)
	}
	if ctx.Done() == nil {
		return f()
	}
	done, gone := make(chan struct{}), make(chan struct{})
	stop := context.AfterFunc(ctx, func() { // waited for below
		defer close(gone)
		tick := time.NewTicker(interruptInterval)
		defer tick.Stop()
		for {
			b.Interrupt(c.raw)
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	err := f()
	close(done)
	if !stop() {
		<-gone
	}
	if err != nil && ctx.Err() != nil && !IsFatal(err) {
		return canceled(ctx)
	}
	return err
}

// canceled is the error of a statement whose context has ended: the cause if it is made for the client, otherwise 57014.
func canceled(ctx context.Context) error {
	var e *pgerr.Error
	if errors.As(context.Cause(ctx), &e) {
		return e
	}
	if err := ctx.Err(); err != nil {
		return pgerr.From(err)
	}
	return pgerr.New(pgerrcode.QueryCanceled, "canceling statement due to user request")
}
