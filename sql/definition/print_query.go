package definition

import (
	"strings"

	"github.com/miniodb/miniodb/sql"
)

// queryDef writes a query; top queries and those in FROM show the names of all columns (PostgreSQL: get_query_def).
func (p *printer) queryDef(q *query, names bool, indent int) {
	in := &printer{env: p.env, buf: p.buf, indent: indent}
	if len(q.ctes) > 0 {
		in.with(q)
	}
	if q.set != "" {
		in.setOperation(q, names)
	} else {
		in.selectQuery(q, names)
	}
	if len(q.order) > 0 {
		in.keyword(" ORDER BY ", -indentStd, indentStd, 1)
		in.orderBy(q.order)
	}
	if q.offset != nil {
		in.keyword(" OFFSET ", -indentStd, indentStd, 0)
		in.expr(q.offset, false)
	}
	if q.limit != nil {
		if q.ties {
			in.keyword(" FETCH FIRST ", -indentStd, indentStd, 0)
			in.write("(")
			in.expr(q.limit, false)
			in.write(") ROWS WITH TIES")
			return
		}
		in.keyword(" LIMIT ", -indentStd, indentStd, 0)
		if q.limit.kind == kindConst && q.limit.null {
			in.write("ALL")
		} else {
			in.expr(q.limit, false)
		}
	}
}

func (p *printer) with(q *query) {
	p.indent += indentStd
	p.write(" ")
	word := "WITH "
	if q.recursive {
		word = "WITH RECURSIVE "
	}
	for _, c := range q.ctes {
		p.write(word + sql.QuoteIdent(c.name))
		if len(c.columns) > 0 {
			p.write("(" + idents(c.columns) + ")")
		}
		p.write(" AS " + c.materialized + "(")
		p.keyword("", 0, 0, 0)
		p.queryDef(c.query, true, p.indent)
		p.keyword("", 0, 0, 0)
		p.write(")")
		word = ", "
	}
	p.indent -= indentStd
	p.keyword("", 0, 0, 0)
}

func idents(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = sql.QuoteIdent(n)
	}
	return strings.Join(out, ", ")
}

// part reports that a side of a set operation is one itself, and no query of its own (PostgreSQL's grammar makes a query of one with ORDER BY or LIMIT).
func part(q *query) bool {
	return q.set != "" && len(q.order) == 0 && q.limit == nil && q.offset == nil && len(q.ctes) == 0
}

func (p *printer) setOperation(q *query, names bool) {
	side := func(s *query, names bool) {
		if part(s) {
			p.setOperation(s, names)
			return
		}
		open := len(s.ctes) > 0 || len(s.order) > 0 || s.limit != nil || s.offset != nil
		if open {
			p.write("(")
		}
		p.queryDef(s, names, p.indent)
		if open {
			p.write(")")
		}
	}
	open, sub := part(q.left) && (q.left.set != q.set || q.left.all != q.all), 0
	if open {
		sub = indentStd
		p.write("(")
		p.keyword("", sub, 0, 0)
	}
	side(q.left, names)
	if open {
		p.keyword(") ", -sub, 0, 0)
	} else {
		p.keyword("", -sub, 0, 0)
	}
	p.write(q.set + " ")
	if q.all {
		p.write("ALL ")
	}
	open, sub = part(q.right), 0
	if open {
		sub = indentStd
		p.write("(")
	}
	p.keyword("", sub, 0, 0)
	side(q.right, false)
	p.indent -= sub
	if open {
		p.keyword(")", 0, 0, 0)
	}
}

func (p *printer) selectQuery(q *query, names bool) {
	p.indent += indentStd
	p.write(" ")
	if q.values != nil {
		p.valuesList(q)
		return
	}
	p.write("SELECT")
	switch {
	case q.distinct:
		p.write(" DISTINCT")
	case len(q.distinctOn) > 0:
		p.write(" DISTINCT ON (")
		for i, n := range q.distinctOn {
			if i > 0 {
				p.write(", ")
			}
			p.sortClause(n)
		}
		p.write(")")
	}
	p.targetList(q, names)
	p.from(q.from)
	if q.where != nil {
		p.keyword(" WHERE ", -indentStd, indentStd, 1)
		p.expr(q.where, false)
	}
	if len(q.group) > 0 {
		p.keyword(" GROUP BY ", -indentStd, indentStd, 1)
		for i, n := range q.group {
			if i > 0 {
				p.write(", ")
			}
			p.sortClause(n)
		}
	}
	if q.having != nil {
		p.keyword(" HAVING ", -indentStd, indentStd, 0)
		p.expr(q.having, false)
	}
	for i, w := range q.windows {
		if i == 0 {
			p.keyword(" WINDOW ", -indentStd, indentStd, 1)
		} else {
			p.write(", ")
		}
		p.write(sql.QuoteIdent(w.name) + " AS ")
		p.window(w)
	}
}

func (p *printer) valuesList(q *query) {
	p.write("VALUES ")
	for i, row := range q.values {
		if i > 0 {
			p.write(", ")
		}
		p.write("(")
		for j, n := range row {
			if j > 0 {
				p.write(",")
			}
			p.expr(n, false)
		}
		p.write(")")
	}
}

// field writes into a text of its own, so that the caller can decide about a new line.
func (p *printer) field(f func()) string {
	whole := p.buf
	p.buf = &strings.Builder{}
	f()
	out := p.buf.String()
	p.buf = whole
	return out
}

func (p *printer) targetList(q *query, names bool) {
	sep, multiline := " ", false
	for i, t := range q.targets {
		p.write(sep)
		sep = ", "
		text := p.field(func() {
			known := ""
			if t.expr.kind == kindVar {
				p.variable(t.expr)
				known = t.expr.name
			} else {
				p.expr(t.expr, true)
				if !names {
					known = "?column?"
				}
			}
			if known != t.name {
				p.write(" AS " + sql.QuoteIdent(t.name))
			}
		})
		rest := text
		if strings.HasPrefix(text, "\n") {
			p.trim()
			rest = text[1:]
		} else if i > 0 {
			p.keyword("", -indentStd, indentStd, indentVar)
		}
		multiline = strings.Contains(rest, "\n")
		p.write(text)
	}
	_ = multiline // every column has a line of its own, as psql asks for
}

func (p *printer) from(items []*item) {
	for i, it := range items {
		if i == 0 {
			p.keyword(" FROM ", -indentStd, indentStd, 2)
			p.fromItem(it)
			continue
		}
		p.write(", ")
		text := p.field(func() { p.fromItem(it) })
		if strings.HasPrefix(text, "\n") {
			p.trim()
		} else {
			p.keyword("", -indentStd, indentStd, indentVar)
		}
		p.write(text)
	}
}

func (p *printer) fromItem(i *item) {
	if i.join != "" {
		p.join(i)
		return
	}
	if i.lateral {
		p.write("LATERAL ")
	}
	always := i.alias != "" || i.printsColumns
	switch {
	case i.relation != "":
		if i.only {
			p.write("ONLY ")
		}
		p.write(i.relation)
		always = always || i.refname != i.plain
	case i.query != nil:
		p.write("(")
		p.queryDef(i.query, true, p.indent)
		p.write(")")
	case i.function:
		p.expr(i.calls[0], true)
		if i.ordinal {
			p.write(" WITH ORDINALITY")
		}
		always = true
	default:
		p.write(sql.QuoteIdent(i.cte))
		always = always || i.refname != i.cte
	}
	if always {
		p.write(" " + sql.QuoteIdent(i.refname))
	}
	if i.printsColumns {
		names := make([]string, len(i.columns))
		for k, c := range i.columns {
			names[k] = c.Name
		}
		p.write("(" + idents(names) + ")")
	}
}

func (p *printer) join(i *item) {
	if !p.env.Pretty {
		p.write("(")
	}
	p.fromItem(i.left)
	word := " " + i.join + " JOIN "
	if i.join == "INNER" {
		if word = " JOIN "; i.on == nil && len(i.using) == 0 {
			word = " CROSS JOIN "
		}
	}
	p.keyword(word, -indentStd, indentStd, indentJoin)
	open := p.env.Pretty && i.right.join != ""
	if open {
		p.write("(")
	}
	p.fromItem(i.right)
	if open {
		p.write(")")
	}
	switch {
	case len(i.using) > 0:
		p.write(" USING (" + idents(i.using) + ")")
	case i.on != nil:
		p.write(" ON ")
		p.inParens(func() { p.expr(i.on, false) })
	case i.join != "INNER":
		p.write(" ON TRUE")
	}
	if !p.env.Pretty {
		p.write(")")
	}
}

// sortClause writes an item of ORDER BY, GROUP BY and their kin (PostgreSQL: get_rule_sortgroupclause).
func (p *printer) sortClause(n *node) {
	switch {
	case n.kind == kindConst:
		p.constant(n, 1)
	case n.kind == kindVar:
		p.variable(n)
	case p.env.Pretty || n.kind == kindCall || n.kind == kindCast && n.function || n.kind == kindAggregate || n.kind == kindWindow:
		p.write("(")
		p.expr(n, true)
		p.write(")")
	default:
		p.expr(n, true)
	}
}

func (p *printer) orderBy(list []order) {
	for i, o := range list {
		if i > 0 {
			p.write(", ")
		}
		if o.column > 0 {
			p.write(itoa(o.column))
		} else {
			p.sortClause(o.expr)
		}
		switch {
		case o.desc:
			p.write(" DESC")
			if !o.nullsFirst {
				p.write(" NULLS LAST")
			}
		case o.nullsFirst:
			p.write(" NULLS FIRST")
		}
	}
}

// Bits of WindowDef.frameOptions (src/include/nodes/parsenodes.h).
const (
	frameNonDefault = 1 << iota
	frameRange
	frameRows
	frameGroups
	frameBetween
	frameStartUnbounded
	_ // END UNBOUNDED PRECEDING, which the grammar refuses
	_ // START UNBOUNDED FOLLOWING
	frameEndUnbounded
	frameStartCurrent
	frameEndCurrent
	frameStartPreceding
	frameEndPreceding
	frameStartFollowing
	frameEndFollowing
	frameExcludeCurrent
	frameExcludeGroup
	frameExcludeTies
)

func (p *printer) window(w *window) {
	var parts []string
	add := func(word string, f func()) { parts = append(parts, word+p.field(f)) }
	if w.ref != "" {
		parts = append(parts, sql.QuoteIdent(w.ref))
	} else if len(w.partition) > 0 {
		add("PARTITION BY ", func() {
			for i, n := range w.partition {
				if i > 0 {
					p.write(", ")
				}
				p.sortClause(n)
			}
		})
	}
	if len(w.order) > 0 {
		add("ORDER BY ", func() { p.orderBy(w.order) })
	}
	if w.frame&frameNonDefault != 0 {
		add("", func() { p.frame(w) })
	}
	p.write("(" + strings.Join(parts, " ") + ")")
}

func (p *printer) frame(w *window) {
	on := func(bit int32) bool { return w.frame&bit != 0 }
	switch {
	case on(frameRange):
		p.write("RANGE ")
	case on(frameRows):
		p.write("ROWS ")
	case on(frameGroups):
		p.write("GROUPS ")
	}
	if on(frameBetween) {
		p.write("BETWEEN ")
	}
	switch {
	case on(frameStartUnbounded):
		p.write("UNBOUNDED PRECEDING")
	case on(frameStartCurrent):
		p.write("CURRENT ROW")
	case on(frameStartPreceding):
		p.expr(w.start, false)
		p.write(" PRECEDING")
	case on(frameStartFollowing):
		p.expr(w.start, false)
		p.write(" FOLLOWING")
	}
	if on(frameBetween) {
		p.write(" AND ")
		switch {
		case on(frameEndUnbounded):
			p.write("UNBOUNDED FOLLOWING")
		case on(frameEndCurrent):
			p.write("CURRENT ROW")
		case on(frameEndPreceding):
			p.expr(w.end, false)
			p.write(" PRECEDING")
		case on(frameEndFollowing):
			p.expr(w.end, false)
			p.write(" FOLLOWING")
		}
	}
	switch {
	case on(frameExcludeCurrent):
		p.write(" EXCLUDE CURRENT ROW")
	case on(frameExcludeGroup):
		p.write(" EXCLUDE GROUP")
	case on(frameExcludeTies):
		p.write(" EXCLUDE TIES")
	}
}

func (p *printer) sublink(n *node) {
	if n.sublink == sublinkArray {
		p.write("ARRAY(")
	} else {
		p.write("(")
	}
	open := true
	switch n.sublink {
	case sublinkExists:
		p.write("EXISTS ")
	case sublinkAny, sublinkAll:
		p.expr(n.args[0], true)
		word := " " + n.name + " ANY "
		if n.sublink == sublinkAll {
			word = " " + n.name + " ALL "
		} else if n.name == "=" {
			word = " IN "
		}
		p.write(word)
	default:
		open = false
	}
	if open {
		p.write("(")
	}
	p.queryDef(n.query, false, p.indent)
	if open {
		p.write("))")
	} else {
		p.write(")")
	}
}
