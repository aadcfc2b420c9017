package definition

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
)

// analyser makes nodes of parse trees. The first error stays and what follows it has no meaning.
type analyser struct {
	env   Env
	err   error
	depth int
	again bool // the text has been spelled: its casts are where they are
}

func newAnalyser(env Env) *analyser { return &analyser{env: env} }

// fail keeps the first error and returns a node that can stand anywhere.
func (a *analyser) fail(format string, args ...any) *node {
	if a.err == nil {
		a.err = fmt.Errorf("%w: %s", errUnknown, fmt.Sprintf(format, args...))
	}
	return &node{kind: kindConst, typ: typeText, mod: -1, null: true}
}

// parse reads one expression.
func (a *analyser) parse(expr string) *pg_query.Node {
	tree, err := pg_query.Parse("SELECT " + expr)
	if err != nil || len(tree.Stmts) != 1 {
		a.fail("not an expression")
		return nil
	}
	list := tree.Stmts[0].Stmt.GetSelectStmt().GetTargetList()
	if len(list) != 1 {
		a.fail("not an expression")
		return nil
	}
	return list[0].GetResTarget().GetVal()
}

func words(nodes []*pg_query.Node) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = n.GetString_().GetSval()
	}
	return out
}

func last(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[len(s)-1]
}

func literal(text string) *node { return &node{kind: kindConst, typ: typeUnknown, mod: -1, name: text} }

func (a *analyser) exprs(s *scope, list []*pg_query.Node) []*node {
	out := make([]*node, len(list))
	for i, n := range list {
		out[i] = a.expr(s, n)
	}
	return out
}

// expr analyses an expression.
func (a *analyser) expr(s *scope, n *pg_query.Node) *node {
	a.depth++
	defer func() { a.depth-- }()
	if a.err != nil || a.depth > maxDepth {
		return a.fail("nesting")
	}
	switch x := n.GetNode().(type) {
	case *pg_query.Node_AConst:
		return a.aConst(x.AConst)
	case *pg_query.Node_ColumnRef:
		return a.column(s, x.ColumnRef)
	case *pg_query.Node_AExpr:
		return a.aExpr(s, x.AExpr)
	case *pg_query.Node_BoolExpr:
		out := &node{kind: kindBool, typ: typeBool, mod: -1, name: strings.TrimSuffix(x.BoolExpr.Boolop.String(), "_EXPR")}
		for _, e := range x.BoolExpr.Args {
			out.args = append(out.args, a.coerce(a.expr(s, e), typeBool, implicitCast))
		}
		return out
	case *pg_query.Node_NullTest:
		test := "IS NULL"
		if x.NullTest.Nulltesttype == pg_query.NullTestType_IS_NOT_NULL {
			test = "IS NOT NULL"
		}
		return &node{kind: kindNullTest, typ: typeBool, mod: -1, name: test, args: []*node{a.resolved(a.expr(s, x.NullTest.Arg))}}
	case *pg_query.Node_BooleanTest:
		test := strings.ReplaceAll(x.BooleanTest.Booltesttype.String(), "_", " ")
		return &node{kind: kindBooleanTest, typ: typeBool, mod: -1, name: test, args: []*node{a.coerce(a.expr(s, x.BooleanTest.Arg), typeBool, implicitCast)}}
	case *pg_query.Node_TypeCast:
		return a.typeCast(s, x.TypeCast)
	case *pg_query.Node_FuncCall:
		return a.call(s, x.FuncCall)
	case *pg_query.Node_SubLink:
		return a.subLink(s, x.SubLink)
	case *pg_query.Node_CaseExpr:
		return a.caseExpr(s, x.CaseExpr)
	case *pg_query.Node_CoalesceExpr:
		typ, args := a.unify(a.exprs(s, x.CoalesceExpr.Args))
		return &node{kind: kindCoalesce, typ: typ, mod: commonMod(args), name: "COALESCE", args: args}
	case *pg_query.Node_MinMaxExpr:
		typ, args := a.unify(a.exprs(s, x.MinMaxExpr.Args))
		name := "GREATEST"
		if x.MinMaxExpr.Op == pg_query.MinMaxOp_IS_LEAST {
			name = "LEAST"
		}
		return &node{kind: kindMinMax, typ: typ, mod: commonMod(args), name: name, args: args}
	case *pg_query.Node_AArrayExpr:
		return a.array(s, x.AArrayExpr, 0)
	case *pg_query.Node_AIndirection:
		return a.subscripts(s, x.AIndirection)
	case *pg_query.Node_SqlvalueFunction:
		return a.sqlValue(x.SqlvalueFunction)
	case *pg_query.Node_CollateClause:
		arg := a.resolved(a.expr(s, x.CollateClause.Arg))
		return &node{kind: kindCollate, typ: arg.typ, mod: arg.mod, name: last(words(x.CollateClause.Collname)), args: []*node{arg}}
	}
	return a.fail("%T", n.GetNode())
}

// resolved takes an unknown constant for text.
func (a *analyser) resolved(n *node) *node {
	if n.typ == typeUnknown && n.kind == kindConst {
		out := a.constant(n, typeText, -1)
		out.literal = true
		return out
	}
	return n
}

func (a *analyser) aConst(c *pg_query.A_Const) *node {
	if c.Isnull {
		return &node{kind: kindConst, typ: typeUnknown, mod: -1, null: true}
	}
	out := &node{kind: kindConst, mod: -1}
	switch v := c.Val.(type) {
	case *pg_query.A_Const_Ival:
		out.typ, out.name = typeInt4, strconv.Itoa(int(v.Ival.GetIval()))
	case *pg_query.A_Const_Fval:
		s, ok := numeric(v.Fval.GetFval())
		if !ok {
			return a.fail("number")
		}
		out.typ, out.name = typeNumeric, s
		if _, err := strconv.ParseInt(s, 10, 64); err == nil && !strings.ContainsAny(v.Fval.GetFval(), ".eE") {
			out.typ = typeInt8
		}
	case *pg_query.A_Const_Boolval:
		out.typ, out.name = typeBool, "f"
		if v.Boolval.GetBoolval() {
			out.name = "t"
		}
	case *pg_query.A_Const_Sval:
		return literal(v.Sval.GetSval())
	default:
		return a.fail("constant")
	}
	return out
}

func (a *analyser) aExpr(s *scope, e *pg_query.A_Expr) *node {
	name := last(words(e.Name))
	switch e.Kind {
	case pg_query.A_Expr_Kind_AEXPR_OP, pg_query.A_Expr_Kind_AEXPR_LIKE, pg_query.A_Expr_Kind_AEXPR_ILIKE, pg_query.A_Expr_Kind_AEXPR_SIMILAR:
		var l *node
		if e.Lexpr != nil {
			l = a.expr(s, e.Lexpr)
		}
		return a.op(name, l, a.expr(s, e.Rexpr))
	case pg_query.A_Expr_Kind_AEXPR_OP_ANY, pg_query.A_Expr_Kind_AEXPR_OP_ALL:
		return a.arrayOp(name, a.expr(s, e.Lexpr), a.expr(s, e.Rexpr), e.Kind == pg_query.A_Expr_Kind_AEXPR_OP_ALL)
	case pg_query.A_Expr_Kind_AEXPR_DISTINCT, pg_query.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		out := a.op("=", a.expr(s, e.Lexpr), a.expr(s, e.Rexpr))
		out.kind = kindDistinct
		if e.Kind == pg_query.A_Expr_Kind_AEXPR_NOT_DISTINCT {
			out = &node{kind: kindBool, typ: typeBool, mod: -1, name: "NOT", args: []*node{out}}
		}
		return out
	case pg_query.A_Expr_Kind_AEXPR_NULLIF:
		out := a.op("=", a.expr(s, e.Lexpr), a.expr(s, e.Rexpr))
		out.kind, out.typ = kindNullIf, out.args[0].typ
		return out
	case pg_query.A_Expr_Kind_AEXPR_IN:
		return a.in(s, name, e)
	case pg_query.A_Expr_Kind_AEXPR_BETWEEN, pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN:
		ends := e.Rexpr.GetList().GetItems()
		if len(ends) != 2 {
			return a.fail("between")
		}
		ops, word := [2]string{">=", "<="}, "AND"
		if e.Kind == pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN {
			ops, word = [2]string{"<", ">"}, "OR"
		}
		return &node{kind: kindBool, typ: typeBool, mod: -1, name: word, args: []*node{
			a.op(ops[0], a.expr(s, e.Lexpr), a.expr(s, ends[0])), a.op(ops[1], a.expr(s, e.Lexpr), a.expr(s, ends[1])),
		}}
	}
	return a.fail("%s", e.Kind)
}

func (a *analyser) op(name string, l, r *node) *node {
	args, result := a.operator(name, l, r)
	return &node{kind: kindOp, typ: result, mod: -1, name: name, args: args}
}

// arrayOp is x op ANY (array).
func (a *analyser) arrayOp(name string, l, r *node, all bool) *node {
	inner := &node{kind: kindVar, typ: elem(r.typ), mod: -1}
	if r.typ == typeUnknown {
		if r = a.coerce(r, arrayOf(l.typ), implicitCast); r.typ == 0 {
			return a.fail("array")
		}
		inner.typ = elem(r.typ)
	}
	if inner.typ == 0 {
		return a.fail("array")
	}
	args, _ := a.operator(name, l, inner)
	array := r
	if want := args[1].typ; want != inner.typ {
		array = a.coerce(r, arrayOf(want), implicitCast)
	}
	return &node{kind: kindArrayOp, typ: typeBool, mod: -1, name: name, args: []*node{args[0], array}, all: all}
}

// in is IN with a list (PostgreSQL: transformAExprIn): constants become an array, columns comparisons of their own.
func (a *analyser) in(s *scope, name string, e *pg_query.A_Expr) *node {
	l := a.expr(s, e.Lexpr)
	var constants, others []*node
	for _, x := range e.Rexpr.GetList().GetItems() {
		n := a.expr(s, x)
		if hasColumn(n) {
			others = append(others, n)
		} else {
			constants = append(constants, n)
		}
	}
	not := name == "<>"
	var parts []*node
	if len(constants) > 1 {
		if to := a.common(append([]*node{l}, constants...)); arrayOf(to) != 0 {
			array := &node{kind: kindArray, typ: arrayOf(to), mod: -1}
			for _, n := range constants {
				array.args = append(array.args, a.coerce(n, to, implicitCast))
			}
			parts, constants = append(parts, a.arrayOp(name, l, array, not)), nil
		}
	}
	for _, n := range append(constants, others...) {
		parts = append(parts, a.op(name, l, n))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	word := "OR"
	if not {
		word = "AND"
	}
	return &node{kind: kindBool, typ: typeBool, mod: -1, name: word, args: parts}
}

func hasColumn(n *node) bool {
	return n.kind == kindVar || n.kind == kindSublink || slices.ContainsFunc(n.args, hasColumn)
}

// typeName reads a type and its modifier.
func (a *analyser) typeName(t *pg_query.TypeName) (oid uint32, mod int32) {
	names := words(t.GetNames())
	if len(names) == 2 && a.env.Enum != nil && !t.Setof && !t.PctType && len(t.Typmods) == 0 {
		if oid = a.env.Enum(catalog.Name{Schema: names[0], Name: names[1]}); oid != 0 {
			if len(t.ArrayBounds) > 0 {
				oid++
			}
			return oid, -1
		}
	}
	if len(names) == 2 && names[0] != "pg_catalog" || len(names) > 2 || len(names) == 0 || t.Setof || t.PctType {
		a.fail("type")
		return typeText, -1
	}
	b := pgcatalog.TypeByName(last(names))
	if b == nil {
		a.fail("type %s", last(names))
		return typeText, -1
	}
	oid, mod = b.OID, -1
	var mods []int32
	for _, m := range t.Typmods {
		mods = append(mods, m.GetAConst().GetIval().GetIval())
	}
	switch {
	case len(mods) == 0:
	case oid == typeVarchar || oid == typeBpchar:
		mod = mods[0] + 4
	case oid == typeNumeric && len(mods) == 1:
		mod = mods[0]<<16 + 4
	case oid == typeNumeric:
		mod = (mods[0]<<16 | mods[1]&0x7ff) + 4
	case len(mods) == 1 && (oid == typeTime || oid == typeTimestamp || oid == typeTimestamptz):
		mod = mods[0]
	default:
		a.fail("modifier of %s", b.Name)
	}
	if len(t.ArrayBounds) > 0 {
		if oid = b.Array; oid == 0 {
			a.fail("array of %s", b.Name)
			oid = typeText
		}
	}
	return oid, mod
}

func (a *analyser) typeCast(s *scope, t *pg_query.TypeCast) *node {
	to, mod := a.typeName(t.TypeName)
	var arg *node
	if array := t.Arg.GetAArrayExpr(); array != nil && elem(to) != 0 && (!a.again || len(array.Elements) == 0) {
		arg = a.array(s, array, elem(to))
	} else {
		arg = a.expr(s, t.Arg)
	}
	if arg.typ == typeUnknown && arg.kind != kindConst {
		return a.fail("cast")
	}
	out := a.coerce(arg, to, explicitCast)
	return a.modify(out, mod, out != arg, false)
}

// array is ARRAY[...]; of says what it is cast to, 0: nothing.
func (a *analyser) array(s *scope, x *pg_query.A_ArrayExpr, of uint32) *node {
	out := &node{kind: kindArray, mod: -1}
	args := a.exprs(s, x.Elements)
	if of != 0 {
		for _, n := range args {
			out.args = append(out.args, a.coerce(n, of, explicitCast))
		}
	} else if len(args) > 0 {
		of, out.args = a.unify(args)
	}
	if elem(of) != 0 { // an array of arrays
		out.typ = of
	} else {
		out.typ = arrayOf(of)
	}
	if out.typ == 0 {
		return a.fail("array")
	}
	return out
}

func (a *analyser) subscripts(s *scope, x *pg_query.A_Indirection) *node {
	arg := a.expr(s, x.Arg)
	out := &node{kind: kindSubscript, typ: elem(arg.typ), mod: arg.mod, args: []*node{arg}}
	if out.typ == 0 {
		return a.fail("subscript")
	}
	for _, i := range x.Indirection {
		ind := i.GetAIndices()
		if ind == nil {
			return a.fail("field")
		}
		b := bound{slice: ind.IsSlice}
		index := func(n *pg_query.Node) *node {
			if n == nil {
				return nil
			}
			return a.coerce(a.expr(s, n), typeInt4, assignmentCast)
		}
		b.lower, b.upper = index(ind.Lidx), index(ind.Uidx)
		if b.slice {
			out.typ = arg.typ
		}
		out.bounds = append(out.bounds, b)
	}
	return out
}

func (a *analyser) caseExpr(s *scope, x *pg_query.CaseExpr) *node {
	out := &node{kind: kindCase, mod: -1}
	var operand *node
	if x.Arg != nil {
		operand = a.resolved(a.expr(s, x.Arg))
		out.args = []*node{operand}
	}
	var results []*node
	if x.Defresult != nil {
		results = append(results, a.expr(s, x.Defresult))
	} else {
		results = append(results, &node{kind: kindConst, typ: typeUnknown, mod: -1, null: true})
	}
	for _, w := range x.Args {
		cw := w.GetCaseWhen()
		cond := a.expr(s, cw.Expr)
		if operand != nil {
			cond = a.op("=", &node{kind: kindCaseTest, typ: operand.typ, mod: operand.mod}, cond)
			if len(cond.args) == 2 {
				cond = cond.args[1]
			}
		} else {
			cond = a.coerce(cond, typeBool, implicitCast)
		}
		out.whens = append(out.whens, when{cond: cond})
		results = append(results, a.expr(s, cw.Result))
	}
	out.typ, results = a.unify(results)
	out.mod = commonMod(results)
	out.result = results[0]
	for i := range out.whens {
		out.whens[i].result = results[i+1]
	}
	return out
}

func (a *analyser) sqlValue(x *pg_query.SQLValueFunction) *node {
	name := strings.TrimPrefix(x.Op.String(), "SVFOP_")
	out := &node{kind: kindValue, mod: x.Typmod}
	out.name = strings.TrimSuffix(name, "_N")
	switch out.name {
	case "CURRENT_DATE":
		out.typ = typeDate
	case "CURRENT_TIME":
		out.typ = typeTimetz
	case "CURRENT_TIMESTAMP":
		out.typ = typeTimestamptz
	case "LOCALTIME":
		out.typ = typeTime
	case "LOCALTIMESTAMP":
		out.typ = typeTimestamp
	default:
		out.typ, out.mod = typeName, -1
	}
	if !strings.HasSuffix(name, "_N") {
		out.mod = -1
	}
	return out
}
