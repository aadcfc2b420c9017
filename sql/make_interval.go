package sql

import (
	"slices"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

var intervalFields = []string{"years", "months", "weeks", "days", "hours", "mins", "secs"}

// makeInterval writes make_interval, whose arguments may be named and left out.
func (t *translator) makeInterval(c exprCtx, x *pg_query.FuncCall) (expr, error) {
	args := make([]expr, len(intervalFields))
	given := make([]bool, len(args))
	for i, n := range x.Args {
		if named := n.GetNamedArgExpr(); named != nil {
			if i = slices.Index(intervalFields, named.Name); i < 0 {
				return expr{}, t.noFunction("make_interval", nil, x.Location)
			}
			n = named.Arg
		}
		if i >= len(args) {
			return expr{}, t.noFunction("make_interval", nil, x.Location)
		}
		if given[i] {
			return expr{}, t.errorf(x.Location, pgerrcode.SyntaxError, "argument name \"%s\" used more than once", intervalFields[i])
		}
		e, err := t.expr(c, n)
		if err != nil {
			return expr{}, err
		}
		args[i], given[i] = e, true
	}
	for i := range args {
		if !given[i] {
			args[i] = intConst(0)
		}
		ty := sqltype.Of(sqltype.Int4)
		if i == len(args)-1 {
			ty = sqltype.Of(sqltype.Float8)
		}
		e, err := t.coerce(args[i], ty, implicitCast, x.Location)
		if err != nil {
			return expr{}, t.noFunction("make_interval", args, x.Location)
		}
		args[i] = t.exact(e)
	}
	return t.bind(sqltype.Interval, "(to_months(CAST($1 AS INTEGER) * 12 + CAST($2 AS INTEGER)) + to_days(CAST($3 AS INTEGER) * 7 + CAST($4 AS INTEGER)) + "+
		"to_microseconds(CAST($5 AS BIGINT) * 3600000000 + CAST($6 AS BIGINT) * 60000000 + CAST(round_even($7 * 1000000, 0) AS BIGINT)))", args...), nil
}
