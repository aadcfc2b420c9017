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

// Keep says what of a text is kept for the next time that it is run. A plan is made from the statistics of the moment, so such a text must read
// nothing that can change, as buffered rows do.
type Keep int

const (
	KeepNothing   Keep = iota
	KeepStatement      // the plan is made again where parameters have other values: they decide which parts of files are read
	KeepPlan           // the plan serves all values
)

// kept are prepared statements by their text.
type kept struct {
	stmts map[string]prepared
	order []string // the longest unused first
}

// prepared is a statement with the types that DuckDB expects of its parameters.
type prepared struct {
	b.PreparedStatement
	types []b.Type // by parameter
	order []int    // which of the query's parameters they are; nil: the first ones, in order
}

// QueryAgain is Query for a text that may well be run again unchanged: the connection keeps it prepared.
func (c *Conn) QueryAgain(ctx context.Context, sql string, params []*string, keep Keep) (*Rows, error) {
	if len(sql) > maxKeptText {
		keep = KeepNothing
	}
	return c.query(ctx, &Rows{conn: c, sql: sql, params: params, keep: keep})
}

// take removes and returns a kept statement.
func (k *kept) take(sql string) (prepared, bool) {
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
func (k *kept) put(sql string, stmt prepared) {
	if k.stmts == nil {
		k.stmts = make(map[string]prepared, maxKept)
	}
	if old, ok := k.take(sql); ok {
		b.DestroyPrepare(&old.PreparedStatement)
	}
	if len(k.order) == maxKept {
		old, _ := k.take(k.order[0])
		b.DestroyPrepare(&old.PreparedStatement)
	}
	k.stmts[sql] = stmt
	k.order = append(k.order, sql)
}

func (k *kept) clear() {
	for _, stmt := range k.stmts {
		b.DestroyPrepare(&stmt.PreparedStatement)
	}
	*k = kept{}
}
