package sql

import (
	"fmt"
	"strings"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// outCol is an output column: its PostgreSQL name, the name DuckDB knows it by, and what it is.
type outCol struct {
	name string
	duck string
	e    expr
}

// coerceOutput gives output column i the type announced for it: no unknown leaves a query.
func (q *query) coerceOutput(t *translator, i int) {
	_ = q.mapOutput(t, i, func(e expr) (expr, error) { return t.exact(t.settle(e)), nil })
}

// exact casts a value whose DuckDB type may not be that of its PostgreSQL type.
func (t *translator) exact(e expr) expr {
	if e.typ.OID == sqltype.JSONB && e.inex {
		e = t.bind(sqltype.JSONB, "CAST(pg_jsonb_out($1) AS JSON)", e)
		return e
	}
	if duck, ok := t.duckType(e.typ); ok && e.inex && e.typ.OID != sqltype.Numeric {
		e.sql, e.inex = "CAST("+e.sql+" AS "+duck+")", false
	}
	return e
}

// mapOutput converts output column i. Where order or distinctness depend on the old value, the new one is computed by a query around
// this one.
func (q *query) mapOutput(t *translator, i int, f func(expr) (expr, error)) error {
	old := q.cols[i].e
	if q.values != nil && old.isUnknown() {
		for _, row := range q.values {
			v, err := f(row[i])
			if err != nil {
				return err
			}
			row[i] = v
			old.typ, old.scale = v.typ, max(old.scale, v.scale)
		}
		q.cols[i].e = old
		return nil
	}
	if q.wrapped == nil && q.plainSelect() && (!q.sorted || old.isUnknown()) {
		e, err := f(old)
		if err != nil {
			return err
		}
		q.cols[i].e, q.exprs[i] = e, e.sql
		return nil
	}
	from := old
	if q.wrapped == nil || q.wrapped[i] == "" {
		from.sql = "pg_q." + duckIdent(innerName(i))
		from.weight = 1
	}
	e, err := f(from)
	if err != nil {
		return err
	}
	if e.sql == from.sql {
		e.sql = old.sql
		q.cols[i].e = e
		return nil
	}
	if q.wrapped == nil {
		q.wrapped = make([]string, len(q.cols))
	}
	q.wrapped[i] = e.sql
	q.cols[i].e = e
	return nil
}

func innerName(i int) string { return fmt.Sprintf("pg_c%d", i+1) }

// render writes the query. At the top, output names are as PostgreSQL's, even when they repeat; elsewhere they are made unique.
func (q *query) render(top bool) string {
	names := make([]string, len(q.cols))
	for i, c := range q.cols {
		names[i] = c.duck
		if top || names[i] == "" {
			names[i] = c.name
		}
	}
	if q.wrapped == nil {
		return q.body(names)
	}
	inner := make([]string, len(names))
	outer := make([]string, len(names))
	for i := range names {
		inner[i] = innerName(i)
		sql := "pg_q." + duckIdent(inner[i])
		if q.wrapped[i] != "" {
			sql = q.wrapped[i]
		}
		outer[i] = sql + " AS " + duckIdent(names[i])
	}
	return "SELECT " + strings.Join(outer, ", ") + " FROM (" + q.body(inner) + ") AS pg_q"
}

func (q *query) body(names []string) string {
	var b strings.Builder
	b.WriteString(q.with)
	switch {
	case q.left != nil:
		for _, side := range []*query{q.left, q.right} {
			for i := range side.cols {
				side.cols[i].duck = names[i]
			}
		}
		b.WriteString("(" + q.left.render(false) + ") " + q.setOp + " (" + q.right.render(false) + ")")
	case q.values != nil:
		b.WriteString("SELECT * FROM (VALUES ")
		for i, row := range q.values {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("(" + joinSQL(row) + ")")
		}
		b.WriteString(") AS pg_values(")
		for i, n := range names {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(duckIdent(n))
		}
		b.WriteString(")")
	default:
		b.WriteString("SELECT " + q.distinct)
		for i, sql := range q.exprs {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(sql + " AS " + duckIdent(names[i]))
		}
		if len(q.cols) == 0 {
			b.WriteString("NULL AS pg_none")
		}
	}
	if q.late != nil && q.order+q.limit != "" {
		b.WriteString(" FROM (SELECT " + strings.Join(q.late, ", ") + q.from + q.where + q.lateOrder + q.limit + ") AS pg_late")
		return b.String()
	}
	for _, part := range []string{q.from, q.where, q.group, q.having, q.order, q.limit} {
		b.WriteString(part)
	}
	return b.String()
}

// uniqueNames gives the columns names that differ without regard to case.
func uniqueNames(cols []outCol) {
	seen := map[string]bool{}
	for i := range cols {
		name := cols[i].name
		for n := 1; seen[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s_%d", cols[i].name, n)
		}
		seen[strings.ToLower(name)] = true
		cols[i].duck = name
	}
}
