package engine

import (
	"context"
	"io"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// causeTries is how often a query is run to learn why it failed.
const causeTries = 3

// spurious reports an interruption that nobody asked for. When one task of a query fails, DuckDB stops the others, and about one time in a
// hundred it is their "Interrupted!" that comes out in place of the cause.
func spurious(ctx context.Context, err error) bool {
	return ctx.Err() == nil && pgerr.Code(err) == pgerrcode.QueryCanceled
}

// causeLocked ends r and runs its query again, over what is committed now, to find out what its error was.
func (r *Rows) causeLocked(ctx context.Context) error {
	c := r.conn
	own := r.tx
	r.endLocked(nil)
	for try := 0; own && try < causeTries; try++ { // a transaction of the caller's is aborted: nothing more can be run in it
		again := &Rows{conn: c, sql: r.sql, params: r.params}
		err := c.interruptible(ctx, func() error {
			if err := again.startLocked(); err != nil {
				return err
			}
			for {
				if err := again.fetchLocked(); err != nil {
					return err
				}
			}
		})
		again.freeLocked()
		if err == io.EOF {
			break
		}
		if !spurious(ctx, err) {
			return err
		}
	}
	return pgerr.New(pgerrcode.InternalError, "the query failed in the engine, which did not say why").WithHint("Run it again.")
}
