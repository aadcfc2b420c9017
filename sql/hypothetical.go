package sql

import (
	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

var hypotheticalSets = wordSet("rank dense_rank percent_rank cume_dist")

// hypothetical translates a hypothetical-set aggregate, rank(x) WITHIN GROUP (ORDER BY key), which DuckDB has not: it counts the rows that sort before a row
// whose key were x (PostgreSQL documentation, "Hypothetical-Set Aggregate Functions").
func (t *translator) hypothetical(c exprCtx, name string, x *pg_query.FuncCall) (expr, error) {
	switch {
	case x.Over != nil:
		return expr{}, t.errorf(x.Location, pgerrcode.FeatureNotSupported, "OVER is not supported for ordered-set aggregate %s", name)
	case c.place.inAgg:
		return expr{}, t.errorf(x.Location, pgerrcode.GroupingError, "aggregate function calls cannot be nested")
	case !c.place.aggs:
		return expr{}, t.errorf(x.Location, pgerrcode.GroupingError, "aggregate functions are not allowed in %s", c.place.name)
	case x.FuncVariadic:
		return expr{}, t.unsupported(x.Location, "VARIADIC")
	}
	c.mark(func(l *selectInfo) { l.aggs = true })
	direct, err := t.args(c, x.Args)
	if err != nil {
		return expr{}, err
	}
	inner := c
	inner.place = place{name: "aggregate function arguments", inAgg: true}
	if len(direct) != len(x.AggOrder) {
		return expr{}, t.errorf(x.Location, pgerrcode.UndefinedFunction, "function %s(%s) does not exist", name, t.typeNames(direct)).
			WithHint("To use the hypothetical-set aggregate %s, the number of hypothetical direct arguments (here %d) must match the number of ordering columns (here %d).",
				name, len(direct), len(x.AggOrder))
	}
	before, same, keys := "false", "true", ""
	for i := len(direct) - 1; i >= 0; i-- {
		sb := x.AggOrder[i].GetSortBy()
		key, err := t.expr(inner, sb.GetNode())
		if err != nil {
			return expr{}, err
		}
		sorted, err := t.sortKey("k", sb)
		if err != nil {
			return expr{}, err
		}
		op := "<"
		if len(sorted) > 6 && sorted[:6] == "k DESC" {
			op = ">"
		}
		less, err := t.compare(op, op, key, direct[i], x.Location)
		if err != nil {
			return expr{}, err
		}
		equal, err := t.compare("IS NOT DISTINCT FROM", "=", key, direct[i], x.Location)
		if err != nil {
			return expr{}, err
		}
		k, d := t.settle(key).sql, t.settle(direct[i]).sql
		null := k + " IS NOT NULL AND " + d + " IS NULL" // nulls last: any value comes before one
		if sorted[len(sorted)-5:] == "FIRST" {
			null = k + " IS NULL AND " + d + " IS NOT NULL"
		}
		before = "(coalesce(" + less.sql + ", false) OR (" + null + ") OR (" + equal.sql + " AND " + before + "))"
		same = "(" + equal.sql + " AND " + same + ")"
		keys = ", " + k + keys
	}
	filter := ""
	if x.AggFilter != nil {
		f, err := t.boolean(inner, x.AggFilter, "FILTER")
		if err != nil {
			return expr{}, err
		}
		filter = f.sql + " AND "
	}
	all := "count(*)"
	if filter != "" {
		all += " FILTER (WHERE " + filter + "true)"
	}
	ahead := " FILTER (WHERE " + filter + before + ")"
	var out expr
	switch name {
	case "rank":
		out = typed("(1 + count(*)"+ahead+")", sqltype.Int8, direct...)
	case "dense_rank":
		out = typed("(1 + count(DISTINCT row("+keys[2:]+"))"+ahead+")", sqltype.Int8, direct...)
	case "percent_rank":
		out = typed("(CASE WHEN "+all+" = 0 THEN 0.0::DOUBLE ELSE count(*)"+ahead+"::DOUBLE / "+all+" END)", sqltype.Float8, direct...)
	default:
		out = typed("((count(*) FILTER (WHERE "+filter+"("+before+" OR "+same+")) + 1)::DOUBLE / ("+all+" + 1))", sqltype.Float8, direct...)
	}
	out.isAgg, out.weight = true, 1
	return out, nil
}
