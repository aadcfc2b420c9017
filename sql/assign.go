package sql

import (
	"fmt"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// assignTargets converts the output columns to the columns of an INSERT, by assignment.
func (t *translator) assignTargets(q *query) error {
	for i := range q.cols {
		if i >= len(t.env.TargetTypes) {
			return t.errorf(-1, pgerrcode.SyntaxError, "INSERT has more expressions than target columns")
		}
		ty := t.env.TargetTypes[i]
		e := q.cols[i].e
		if e.known() && !canCast(e.typ.OID, ty.OID, assignCast) {
			return t.errorf(-1, pgerrcode.DatatypeMismatch, "column %s is of type %s but expression is of type %s", t.targetName(i), ty, e.typ).
				WithHint("You will need to rewrite or cast the expression.")
		}
		if e.known() && !e.inex && e.typ == ty && e.nest == 0 && ty.OID != sqltype.Numeric {
			continue
		}
		if err := q.mapOutput(t, i, func(e expr) (expr, error) { return t.assign(e, ty) }); err != nil {
			return err
		}
	}
	return nil
}

func (t *translator) targetName(i int) string {
	if i < len(t.env.TargetNames) {
		return `"` + t.env.TargetNames[i] + `"`
	}
	return fmt.Sprint(i + 1)
}

// assign converts a value to the type of a column.
func (t *translator) assign(e expr, ty sqltype.Type) (expr, error) {
	if e.nest > 0 {
		return e, t.unsupported(-1, "storing an array of several dimensions")
	}
	out, err := t.coerce(e, ty, assignCast, -1)
	if err != nil {
		return out, err
	}
	duck, ok := t.duckType(ty)
	if ok && (out.sql == e.sql || out.inex || ty.OID == sqltype.Numeric) && (out.lit == nil || ty.OID == sqltype.Numeric) && !out.null {
		out = typed("CAST("+out.sql+" AS "+duck+")", ty.OID, e).ofType(ty)
		out.scale = declaredScale(ty)
	}
	return out, nil
}
