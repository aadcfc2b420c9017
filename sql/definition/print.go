package definition

import (
	"strconv"
	"strings"

	"github.com/miniodb/miniodb/sql"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Indentation (PostgreSQL: ruleutils.c, PRETTYINDENT_...).
const (
	indentStd   = 8
	indentJoin  = 4
	indentVar   = 4
	indentLimit = 40
)

// printer writes nodes as ruleutils.c does.
type printer struct {
	env    Env
	buf    *strings.Builder
	indent int
}

func (p *printer) write(s string) { p.buf.WriteString(s) }

// trim removes blanks at the end of what was written.
func (p *printer) trim() {
	s := p.buf.String()
	if t := strings.TrimRight(s, " "); len(t) < len(s) {
		p.buf.Reset()
		p.buf.WriteString(t)
	}
}

// keyword begins a line (PostgreSQL: appendContextKeyword).
func (p *printer) keyword(word string, before, after, plus int) {
	p.indent += before
	p.trim()
	n := max(p.indent, 0)
	if p.indent >= indentLimit {
		n = (indentLimit + (p.indent-indentLimit)/(indentStd/2)) % indentLimit
	}
	p.write("\n" + strings.Repeat(" ", n+plus) + word)
	p.indent = max(p.indent+after, 0)
}

// inParens writes parentheses where each operation has them.
func (p *printer) inParens(f func()) {
	if p.env.Pretty {
		f()
		return
	}
	p.write("(")
	f()
	p.write(")")
}

// paren writes an operand in parentheses if it needs them beside its parent (PostgreSQL: get_rule_expr_paren).
func (p *printer) paren(n *node, implicit bool, parent *node) {
	if p.env.Pretty && !simple(n, parent) {
		p.write("(")
		p.expr(n, implicit)
		p.write(")")
		return
	}
	p.expr(n, implicit)
}

// simple reports that a node needs no parentheses beside its parent (PostgreSQL: isSimpleNode).
func simple(n, parent *node) bool {
	switch n.kind {
	case kindCast:
		return n.function || simple(n.args[0], n)
	case kindOp:
		if parent.kind == kindOp {
			return binds(n, parent)
		}
		return enclosed(parent)
	case kindSublink, kindNullTest, kindBooleanTest, kindDistinct:
		return enclosed(parent)
	case kindBool:
		if parent.kind == kindBool {
			switch n.name {
			case "AND", "NOT":
				return parent.name == "AND" || parent.name == "OR"
			}
			return parent.name == "OR"
		}
		return parent.kind != kindBool && enclosed(parent)
	case kindArrayOp, kindCollate:
		return false
	}
	return true
}

// enclosed reports a parent that encloses its operands by itself.
func enclosed(parent *node) bool {
	switch parent.kind {
	case kindCall:
		return !parent.syntax
	case kindBool, kindSubscript, kindArray, kindRow, kindCoalesce, kindMinMax, kindNullIf, kindAggregate, kindWindow, kindCase:
		return true
	}
	return false
}

// binds compares the arithmetic operators of a node and its parent.
func binds(n, parent *node) bool {
	basic := func(n *node) (low, high bool) {
		if len(n.args) != 2 || len(n.name) != 1 {
			return false, false
		}
		return strings.Contains("+-", n.name), strings.Contains("*/%", n.name)
	}
	low, high := basic(n)
	parentLow, parentHigh := basic(parent)
	switch {
	case !low && !high || !parentLow && !parentHigh:
		return false
	case high && parentLow:
		return true
	case low && parentHigh:
		return false
	}
	return parent.args[0] == n
}

// list writes values with commas.
func (p *printer) list(nodes []*node, implicit bool) {
	for i, n := range nodes {
		if i > 0 {
			p.write(", ")
		}
		p.expr(n, implicit)
	}
}

// expr writes an expression; implicit says whether a cast at its top that was not written is shown (PostgreSQL: get_rule_expr).
func (p *printer) expr(n *node, implicit bool) {
	if p.buf.Len() > maxBytes {
		return
	}
	switch n.kind {
	case kindVar:
		p.variable(n)
	case kindConst:
		p.constant(n, 0)
	case kindCast:
		if n.implicit && !implicit {
			p.paren(n.args[0], false, n)
			return
		}
		p.cast(n)
	case kindCall:
		if n.syntax && p.syntax(n) {
			return
		}
		p.write(sql.QuoteIdent(n.name) + "(")
		p.list(n.args, true)
		p.write(")")
	case kindOp:
		p.inParens(func() { p.operation(n, n.name) })
	case kindDistinct:
		p.inParens(func() { p.operation(n, "IS DISTINCT FROM") })
	case kindNullIf, kindCoalesce, kindMinMax:
		name := n.name
		if n.kind == kindNullIf {
			name = "NULLIF"
		}
		p.write(name + "(")
		p.list(n.args, true)
		p.write(")")
	case kindArrayOp:
		p.inParens(func() {
			word := " ANY ("
			if n.all {
				word = " ALL ("
			}
			p.paren(n.args[0], true, n)
			p.write(" " + n.name + word)
			p.paren(n.args[1], true, n)
			if n.args[1].kind == kindSublink {
				p.write("::" + p.env.FormatType(n.args[1].typ, n.args[1].mod))
			}
			p.write(")")
		})
	case kindBool:
		p.inParens(func() {
			if n.name == "NOT" {
				p.write("NOT ")
			}
			for i, arg := range n.args {
				if i > 0 {
					p.write(" " + n.name + " ")
				}
				p.paren(arg, false, n)
			}
		})
	case kindNullTest:
		p.inParens(func() { p.paren(n.args[0], true, n); p.write(" " + n.name) })
	case kindBooleanTest:
		p.inParens(func() { p.paren(n.args[0], false, n); p.write(" " + n.name) })
	case kindCase:
		p.caseExpr(n)
	case kindArray:
		p.write("ARRAY[")
		p.list(n.args, true)
		p.write("]")
		if len(n.args) == 0 {
			p.write("::" + p.env.FormatType(n.typ, -1))
		}
	case kindSubscript:
		p.subscripts(n)
	case kindSublink:
		p.sublink(n)
	case kindAggregate, kindWindow:
		p.aggregate(n)
	case kindValue:
		p.write(n.name)
		if n.mod >= 0 {
			p.write("(" + itoa(int(n.mod)) + ")")
		}
	case kindCollate:
		p.inParens(func() { p.paren(n.args[0], implicit, n); p.write(" COLLATE " + sql.QuoteIdent(n.name)) })
	}
}

func (p *printer) operation(n *node, word string) {
	if len(n.args) == 1 {
		p.write(word + " ")
		p.paren(n.args[0], true, n)
		return
	}
	p.paren(n.args[0], true, n)
	p.write(" " + word + " ")
	p.paren(n.args[1], true, n)
}

func (p *printer) variable(n *node) {
	if n.rel != nil && n.rel.refname != "" {
		p.write(sql.QuoteIdent(n.rel.refname) + ".")
	}
	p.write(sql.QuoteIdent(n.name))
}

// cast writes value::type (PostgreSQL: get_coercion_expr).
func (p *printer) cast(n *node) {
	arg := n.args[0]
	if arg.kind == kindConst && arg.typ == n.typ && arg.mod == -1 {
		p.constant(arg, -1)
	} else {
		p.inParens(func() { p.paren(arg, false, n) })
	}
	p.write("::" + p.env.FormatType(n.typ, n.mod))
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// constant writes a constant; show is -1 to leave out its type, 1 to show it always (PostgreSQL: get_const_expr).
func (p *printer) constant(n *node, show int) {
	label := false
	switch {
	case n.null:
		p.write("NULL")
		label = true
	case n.typ == typeInt4:
		if label = strings.HasPrefix(n.name, "-"); label {
			p.write(quote(n.name))
		} else {
			p.write(n.name)
		}
	case n.typ == typeNumeric:
		if label = strings.HasPrefix(n.name, "-") || !strings.Contains(n.name, "."); label {
			p.write(quote(n.name))
		} else {
			p.write(n.name)
		}
	case n.typ == typeBool:
		p.write(map[bool]string{true: "true", false: "false"}[n.name == "t"])
	default:
		p.write(quote(n.name))
		label = n.typ != typeUnknown
	}
	if show >= 0 && (label || show > 0) {
		p.write("::" + p.env.FormatType(n.typ, n.mod))
	}
}

func (p *printer) caseExpr(n *node) {
	p.keyword("CASE", 0, indentVar, 0)
	if len(n.args) > 0 {
		p.write(" ")
		p.expr(n.args[0], true)
	}
	for _, w := range n.whens {
		p.keyword("WHEN ", 0, 0, 0)
		p.expr(w.cond, false)
		p.write(" THEN ")
		p.expr(w.result, true)
	}
	p.keyword("ELSE ", 0, 0, 0)
	p.expr(n.result, true)
	p.keyword("END", -indentVar, 0, 0)
}

func (p *printer) subscripts(n *node) {
	if n.args[0].kind == kindVar {
		p.expr(n.args[0], true)
	} else {
		p.write("(")
		p.expr(n.args[0], true)
		p.write(")")
	}
	for _, b := range n.bounds {
		p.write("[")
		if b.lower != nil {
			p.expr(b.lower, false)
		}
		if b.slice {
			p.write(":")
		}
		if b.upper != nil {
			p.expr(b.upper, false)
		}
		p.write("]")
	}
}

// syntax writes calls that the SQL standard has words for (PostgreSQL: get_func_sql_syntax); false: as any other call.
func (p *printer) syntax(n *node) bool {
	arg := func(i int) { p.expr(n.args[i], false) }
	switch {
	case n.name == "timezone" && len(n.args) == 2:
		p.write("(")
		p.paren(n.args[1], false, n)
		p.write(" AT TIME ZONE ")
		p.paren(n.args[0], false, n)
		p.write(")")
	case n.name == "extract" && len(n.args) == 2:
		p.write("EXTRACT(" + n.args[0].name + " FROM ")
		arg(1)
		p.write(")")
	case n.name == "position" && len(n.args) == 2:
		p.write("POSITION((")
		arg(1)
		p.write(") IN (")
		arg(0)
		p.write("))")
	case n.name == "substring" && len(n.args) >= 2 && n.args[1].typ == typeInt4:
		p.write("SUBSTRING(")
		arg(0)
		p.write(" FROM ")
		arg(1)
		if len(n.args) == 3 {
			p.write(" FOR ")
			arg(2)
		}
		p.write(")")
	case n.name == "overlay" && len(n.args) >= 3:
		p.write("OVERLAY(")
		arg(0)
		p.write(" PLACING ")
		arg(1)
		p.write(" FROM ")
		arg(2)
		if len(n.args) == 4 {
			p.write(" FOR ")
			arg(3)
		}
		p.write(")")
	case n.name == "btrim" || n.name == "ltrim" || n.name == "rtrim":
		p.write("TRIM(" + map[string]string{"btrim": "BOTH", "ltrim": "LEADING", "rtrim": "TRAILING"}[n.name])
		if len(n.args) == 2 {
			p.write(" ")
			arg(1)
		}
		p.write(" FROM ")
		arg(0)
		p.write(")")
	default:
		return false
	}
	return true
}

func (p *printer) aggregate(n *node) {
	p.write(sql.QuoteIdent(n.name) + "(")
	if n.distinct {
		p.write("DISTINCT ")
	}
	p.list(n.args, true)
	if n.within {
		p.write(") WITHIN GROUP (ORDER BY ")
		p.orderBy(n.order)
	} else {
		if n.star {
			p.write("*")
		}
		if len(n.order) > 0 {
			p.write(" ORDER BY ")
			p.orderBy(n.order)
		}
	}
	if n.filter != nil {
		p.write(") FILTER (WHERE ")
		p.expr(n.filter, false)
	}
	p.write(")")
	if n.kind == kindWindow {
		p.write(" OVER ")
		if n.over.name != "" {
			p.write(sql.QuoteIdent(n.over.name))
		} else {
			p.window(n.over)
		}
	}
}
