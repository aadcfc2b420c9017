package sql

import (
	"fmt"
	"math"
	"strconv"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// tableSample translates TABLESAMPLE BERNOULLI (percent) and SYSTEM (percent), which takes rows as BERNOULLI does. Which rows they are differs from
// PostgreSQL's, also under REPEATABLE.
func (t *translator) tableSample(x *pg_query.RangeTableSample, sc *scope) (fromItem, error) {
	item, err := t.fromNode(x.Relation, sc)
	if err != nil {
		return fromItem{}, err
	}
	method := lastName(x.Method)
	if method != "bernoulli" && method != "system" {
		return fromItem{}, t.errorf(x.Location, pgerrcode.UndefinedObject, "tablesample method %s does not exist", method)
	}
	if len(x.Args) != 1 {
		return fromItem{}, t.errorf(x.Location, pgerrcode.InvalidTablesampleArgument, "tablesample method %s requires 1 argument, not %d", method, len(x.Args))
	}
	number := func(n *pg_query.Node) (float64, error) {
		e, err := t.expr(exprCtx{s: &scope{ctes: sc.ctes}, place: place{name: "TABLESAMPLE"}}, n)
		if err != nil {
			return 0, err
		}
		if e, err = t.coerce(e, sqltype.Of(sqltype.Float8), implicitCast, nodeLocation(n)); err != nil {
			return 0, err
		}
		if e.lit == nil {
			return 0, t.unsupported(x.Location, "TABLESAMPLE with an argument that is not a constant")
		}
		return strconv.ParseFloat(*e.lit, 64)
	}
	percent, err := number(x.Args[0])
	if err != nil {
		return fromItem{}, err
	}
	if math.IsNaN(percent) || percent < 0 || percent > 100 {
		return fromItem{}, t.errorf(-1, pgerrcode.InvalidTablesampleArgument, "sample percentage must be between 0 and 100")
	}
	item.sql += fmt.Sprintf(" TABLESAMPLE BERNOULLI (%s PERCENT)", strconv.FormatFloat(percent, 'f', -1, 64))
	if x.Repeatable != nil {
		seed, err := number(x.Repeatable)
		if err != nil {
			return fromItem{}, err
		}
		item.sql += fmt.Sprintf(" REPEATABLE (%d)", int64(math.Mod(math.Abs(seed), 1<<31)))
	}
	item.single = -1
	for _, c := range item.cols {
		c.strict = false // rows are drawn before the query's conditions
	}
	return item, nil
}
