package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// compareRows compares two row values (PostgreSQL documentation, 9.24.5 Row Constructor Comparison, 9.24.6 Composite Type Comparison): row
// constructors field by field, so that a NULL makes the answer unknown; other composites as values, in which NULLs are equal and come last.
func (t *translator) compareRows(duck, op string, l, r expr, loc int32) (expr, error) {
	ls, rs := t.parts(l), t.parts(r)
	built := l.elems != nil && r.elems != nil
	if len(ls) != len(rs) {
		if built {
			return expr{}, t.errorf(loc, pgerrcode.SyntaxError, "unequal number of entries in row expressions")
		}
		return expr{}, t.errorf(loc, pgerrcode.DatatypeMismatch, "cannot compare record types with different numbers of columns")
	}
	as, bs := make([]expr, len(ls)), make([]expr, len(ls))
	for i := range ls {
		if !built && ls[i].known() && rs[i].known() && ls[i].typ.OID != rs[i].typ.OID {
			return expr{}, t.errorf(loc, pgerrcode.DatatypeMismatch, "cannot compare dissimilar column types %s and %s at record column %d",
				sqltype.Of(ls[i].typ.OID), sqltype.Of(rs[i].typ.OID), i+1)
		}
		var err error
		if as[i], bs[i], err = t.comparable(ls[i], rs[i], op, loc); err != nil {
			return expr{}, err
		}
	}
	if !built {
		a, b := "row("+joinSQL(as)+")", "row("+joinSQL(bs)+")"
		out := typed("("+a+" "+duck+" "+b+")", sqltype.Bool, l, r)
		out.weight *= 2
		for _, e := range []expr{l, r} { // one that an outer join did not find, or a field that is none
			if e.elems == nil && !strings.HasPrefix(duck, "IS ") && e.sql[0] != 'r' {
				out.sql = "(CASE WHEN " + e.sql + " IS NOT NULL THEN " + out.sql + " END)"
			}
		}
		return out, nil
	}
	parts := make([]string, len(as))
	for i := range as {
		parts[i] = "(" + as[i].sql + " " + duck + " " + bs[i].sql + ")"
		if as[i].composite() && bs[i].composite() {
			e, err := t.compareRows(duck, op, ls[i], rs[i], loc)
			if err != nil {
				return expr{}, err
			}
			parts[i] = e.sql
		}
	}
	all := append(append([]expr{}, as...), bs...)
	switch duck {
	case "=", "IS NOT DISTINCT FROM":
		return typed("("+strings.Join(parts, " AND ")+")", sqltype.Bool, all...), nil
	case "<>", "IS DISTINCT FROM":
		return typed("("+strings.Join(parts, " OR ")+")", sqltype.Bool, all...), nil
	}
	// lexicographic: unknown as soon as an earlier field is NULL
	n := len(as)
	sql := parts[n-1]
	strict := duck[:1]
	for i := n - 2; i >= 0; i-- {
		sql = fmt.Sprintf("((%s %s %s) OR ((%s = %s) AND %s))", as[i].sql, strict, bs[i].sql, as[i].sql, bs[i].sql, sql)
	}
	out := typed(sql, sqltype.Bool, all...)
	out.weight *= 2
	return out, nil
}
