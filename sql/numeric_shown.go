package sql

import (
	"strings"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// DuckDB's decimals have one scale for a whole column; PostgreSQL's numerics have one for each value. Where the two differ, an expression carries
// beside the decimal the text that PostgreSQL would print, computed in package pgfunc. It is what a query's output and casts to text use.

// showNumerics lets the output columns of a query leave as such text.
func (t *translator) showNumerics(q *query, visible int) {
	if !q.plainSelect() || q.distinct != "" {
		return
	}
	for i := range q.cols[:visible] {
		if e := q.cols[i].e; (e.typ.OID == sqltype.Numeric && e.typ.Mod == sqltype.NoMod || e.composite()) && e.shown != "" && (q.wrapped == nil || q.wrapped[i] == "") {
			q.exprs[i] = e.shown
		}
	}
}

// shownBy gives a numeric its text: a function of pgfunc over the texts of other numbers.
func (t *translator) shownBy(e expr, fn string, args ...expr) expr {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = t.textOf(a).sql
		e.weight += a.weight
	}
	e.shown = "pg_call('" + fn + "', " + strings.Join(parts, ", ") + ")"
	if len(e.shown) > 1<<14 {
		e.shown = ""
	}
	return e
}

// ownScale tells that the text of a number is not that of its decimal.
func ownScale(list ...expr) bool {
	for _, e := range list {
		if e.shown != "" {
			return true
		}
	}
	return false
}

// mixedScales tells that values brought together under one scale had several.
func mixedScales(list []expr) bool {
	scale, seen := 0, false
	for _, e := range list {
		if e.param > 0 || e.isUnknown() && !e.null {
			return false
		}
		if e.null {
			continue
		}
		s := scaleOf(e)
		if seen && s != scale {
			return true
		}
		scale, seen = s, true
	}
	return ownScale(list...)
}

// texts are the values as text, as the branches of COALESCE and CASE need them.
func (t *translator) texts(list []expr) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = "NULL"
		if !e.null {
			out[i] = t.textOf(e).sql
		}
	}
	return out
}
