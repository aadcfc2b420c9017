package sql

import (
	"strconv"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// truncatedDivision writes div(numeric, numeric).
func (t *translator) truncatedDivision(args []expr, loc int32) (expr, error) {
	var digits [2]expr
	scale := 0
	for i := range args {
		a, err := t.coerce(args[i], sqltype.Of(sqltype.Numeric), implicitCast, loc)
		if err != nil || a.typ.OID != sqltype.Numeric {
			return expr{}, t.noFunction("div", args, loc)
		}
		digits[i], scale = a, max(scale, scaleOf(a))
	}
	for i := range digits {
		a := typed("CAST("+digits[i].sql+" AS DECIMAL(38,"+strconv.Itoa(scale)+"))", sqltype.Numeric, digits[i])
		digits[i] = t.unscaled(a, scale)
	}
	return t.bind(sqltype.Numeric, "CAST($1 // pg_nz($2) AS DECIMAL(38,0))", digits[0], digits[1]).scaled(0), nil
}

// roundTo writes round(numeric, n) and trunc(numeric, n), whose scale is n when n is a constant.
func (t *translator) roundTo(name string, args []expr, loc int32) (expr, bool, error) {
	if name != "round" && name != "trunc" || len(args) != 2 {
		return expr{}, false, nil
	}
	v := args[0]
	if v.isUnknown() || v.typ.OID == 0 {
		var err error
		if v, err = t.coerce(v, sqltype.Of(sqltype.Numeric), implicitCast, loc); err != nil {
			return expr{}, true, err
		}
	}
	if v.typ.OID != sqltype.Numeric && !isInt(v.typ.OID) {
		return expr{}, true, t.noFunction(name, args, loc)
	}
	n, err := t.coerce(args[1], sqltype.Of(sqltype.Int4), implicitCast, loc)
	if err != nil || n.typ.OID != sqltype.Int4 && n.typ.OID != sqltype.Int2 {
		return expr{}, true, t.noFunction(name, args, loc)
	}
	scale := scaleOf(v)
	if n.lit == nil {
		out := t.bind(sqltype.Numeric, "pg_"+name+"($1, $2)", typed("CAST("+v.sql+" AS DECIMAL(38,"+strconv.Itoa(scale)+"))", sqltype.Numeric, v), n)
		return out.scaled(scale), true, nil
	}
	k, _ := strconv.Atoi(*n.lit)
	k = max(min(k, 38), -38)
	src := v.sql
	if isInt(v.typ.OID) {
		src = "CAST(" + src + " AS DECIMAL(19,0))"
	}
	if k >= scale {
		out := typed("CAST("+src+" AS DECIMAL(38,"+strconv.Itoa(min(k, 30))+"))", sqltype.Numeric, v)
		return out.scaled(min(k, 30)), true, nil
	}
	out := typed(name+"("+src+", "+strconv.Itoa(k)+")", sqltype.Numeric, v).scaled(max(k, 0))
	if name == "round" && k >= 0 {
		out.sql = "CAST(" + src + " AS DECIMAL(38," + strconv.Itoa(k) + "))" // rounds half away from zero
	}
	return out, true, nil
}
