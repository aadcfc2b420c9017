package engine

import (
	"context"

	b "github.com/duckdb/duckdb-go-bindings"
)

// Limits of the statements that a connection keeps prepared. Preparing is most of what a small query costs.
const (
	maxKept     = 16
	maxKeptText = 8 << 10 // bytes of one
)

// kept are prepared statements by their text.
type kept struct {
	stmts map[string]b.PreparedStatement
	order []string // the longest unused first
}

// QueryAgain is Query for a text that may well be run again unchanged: the connection keeps it prepared. A plan is made from the statistics of
// the moment, so the text must read nothing that can change, as buffered rows do.
func (c *Conn) QueryAgain(ctx context.Context, sql string, params []*string) (*Rows, error) {
	return c.query(ctx, &Rows{conn: c, sql: sql, params: params, keep: len(sql) <= maxKeptText})
}

// take removes and returns a kept statement.
func (k *kept) take(sql string) (b.PreparedStatement, bool) {
	stmt, ok := k.stmts[sql]
	if ok {
		delete(k.stmts, sql)
		for i, s := range k.order {
			if s == sql {
				k.order = append(k.order[:i], k.order[i+1:]...)
				break
			}
		}
	}
	return stmt, ok
}

// put keeps a statement, in the place of the longest unused one.
func (k *kept) put(sql string, stmt b.PreparedStatement) {
	if k.stmts == nil {
		k.stmts = make(map[string]b.PreparedStatement, maxKept)
	}
	if old, ok := k.take(sql); ok {
		b.DestroyPrepare(&old)
	}
	if len(k.order) == maxKept {
		old, _ := k.take(k.order[0])
		b.DestroyPrepare(&old)
	}
	k.stmts[sql] = stmt
	k.order = append(k.order, sql)
}

func (k *kept) clear() {
	for _, stmt := range k.stmts {
		b.DestroyPrepare(&stmt)
	}
	*k = kept{}
}
