package sql

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// maxPredicateValues bounds an IN list handed to the planner; a longer one prunes nothing.
const maxPredicateValues = 1000

// wherePredicates notes the conjuncts of a WHERE clause by which scans can be pruned. Every row of a scan that fails one is dropped by WHERE
// itself. On the nullable side of an outer join a missing row gives NULLs, which fail a comparison as well, but pass IS NULL.
func (t *translator) wherePredicates(n *pg_query.Node, sc *scope) {
	own := &scope{rels: sc.rels, cols: sc.cols}
	t.conjuncts(n, own, func(c *scopeCol, p Predicate) {
		if p.Op == IsNull && c.nullable {
			return
		}
		t.scans[c.scan].scan.Predicates = append(t.scans[c.scan].scan.Predicates, p)
	}, 0)
}

// joinPredicates notes the conjuncts of a join condition: for both sides of an inner join, for the nullable side of LEFT and RIGHT.
func (t *translator) joinPredicates(x *pg_query.JoinExpr, l, r fromItem, on *scope) {
	has := func(item fromItem, c *scopeCol) bool {
		for _, col := range item.cols {
			if col == c {
				return true
			}
		}
		for _, rel := range item.rels {
			for _, col := range rel.cols {
				if col == c {
					return true
				}
			}
		}
		return false
	}
	t.conjuncts(x.Quals, on, func(c *scopeCol, p Predicate) {
		if p.Op == IsNull && c.nullable {
			return
		}
		ok := false
		switch x.Jointype {
		case pg_query.JoinType_JOIN_INNER:
			ok = true
		case pg_query.JoinType_JOIN_LEFT:
			ok = has(r, c)
		case pg_query.JoinType_JOIN_RIGHT:
			ok = has(l, c)
		}
		if ok {
			t.scans[c.scan].scan.Predicates = append(t.scans[c.scan].scan.Predicates, p)
		}
	}, 0)
}

func (t *translator) conjuncts(n *pg_query.Node, sc *scope, found func(*scopeCol, Predicate), depth int) {
	if depth > maxExprDepth {
		return
	}
	if b := n.GetBoolExpr(); b != nil {
		if b.Boolop == pg_query.BoolExprType_AND_EXPR {
			for _, a := range b.Args {
				t.conjuncts(a, sc, found, depth+1)
			}
		}
		return
	}
	if nt := n.GetNullTest(); nt != nil {
		c := t.prunable(nt.Arg, sc)
		if c == nil {
			return
		}
		op := IsNull
		if nt.Nulltesttype == pg_query.NullTestType_IS_NOT_NULL {
			op = IsNotNull
		}
		found(c, Predicate{Column: c.id, Op: op})
		return
	}
	x := n.GetAExpr()
	if x == nil {
		return
	}
	switch x.Kind {
	case pg_query.A_Expr_Kind_AEXPR_OP:
		op := Op(lastName(x.Name))
		flip := map[Op]Op{Eq: Eq, Lt: Gt, Le: Ge, Gt: Lt, Ge: Le}
		if flip[op] == "" || x.Lexpr == nil {
			return
		}
		col, value := x.Lexpr, x.Rexpr
		c := t.prunable(col, sc)
		if c == nil {
			col, value = x.Rexpr, x.Lexpr
			if c, op = t.prunable(col, sc), flip[op]; c == nil {
				return
			}
		}
		if v, ok := t.pruneValue(c, value, sc); ok {
			found(c, Predicate{Column: c.id, Op: op, Values: []Constant{v}})
		}
	case pg_query.A_Expr_Kind_AEXPR_BETWEEN:
		c, items := t.prunable(x.Lexpr, sc), x.Rexpr.GetList().GetItems()
		if c == nil || len(items) != 2 {
			return
		}
		for i, op := range []Op{Ge, Le} {
			if v, ok := t.pruneValue(c, items[i], sc); ok {
				found(c, Predicate{Column: c.id, Op: op, Values: []Constant{v}})
			}
		}
	case pg_query.A_Expr_Kind_AEXPR_IN, pg_query.A_Expr_Kind_AEXPR_OP_ANY:
		items := x.Rexpr.GetList().GetItems()
		if x.Kind == pg_query.A_Expr_Kind_AEXPR_OP_ANY {
			items = x.Rexpr.GetAArrayExpr().GetElements()
		}
		c := t.prunable(x.Lexpr, sc)
		if c == nil || lastName(x.Name) != "=" || len(items) == 0 || len(items) > maxPredicateValues {
			return
		}
		p := Predicate{Column: c.id, Op: In}
		for _, it := range items {
			v, ok := t.pruneValue(c, it, sc)
			if !ok {
				return
			}
			p.Values = append(p.Values, v)
		}
		found(c, p)
	}
}

// prunable finds the scan column that a bare column reference stands for, or nil.
func (t *translator) prunable(n *pg_query.Node, sc *scope) *scopeCol {
	if n.GetColumnRef() == nil {
		return nil
	}
	e, err := t.columnNode(exprCtx{s: sc}, n.GetColumnRef())
	if err != nil || e.col == nil || e.col.scan < 0 || !e.col.strict {
		return nil
	}
	return e.col
}

// pruneValue reads a constant or parameter that is compared in the column's own type, or number against number.
func (t *translator) pruneValue(c *scopeCol, n *pg_query.Node, sc *scope) (Constant, bool) {
	if !constantNode(n, 0) {
		return Constant{}, false
	}
	e, err := t.expr(exprCtx{s: &scope{}}, n)
	if err != nil {
		return Constant{}, false
	}
	_, v, err := t.comparable(c.e, e, "=", -1)
	if err != nil || v.null {
		return Constant{}, false
	}
	col, val := c.e.typ.OID, v.typ.OID
	if c.e.typ.Enum() { // labels do not have the order of their texts, which the bounds of files are in
		return Constant{}, false
	}
	same := col == val || category(col) == "N" && category(val) == "N" && numberRank[col] > 0 && numberRank[val] > 0 ||
		category(col) == "S" && category(val) == "S"
	if !same || col == sqltype.Bpchar || val == sqltype.Bpchar {
		return Constant{}, false
	}
	switch {
	case v.param > 0:
		return Constant{Param: v.param, Type: sqltype.Of(val)}, true
	case v.lit != nil:
		return Constant{Text: *v.lit, Type: sqltype.Of(val)}, true
	}
	return Constant{}, false
}

// constantNode reports a literal, a parameter, a cast of one, or the clock moved by an interval.
func constantNode(n *pg_query.Node, depth int) bool {
	if depth > 8 {
		return false
	}
	switch x := n.GetNode().(type) {
	case *pg_query.Node_AConst, *pg_query.Node_ParamRef, *pg_query.Node_SqlvalueFunction:
		return true
	case *pg_query.Node_TypeCast:
		return constantNode(x.TypeCast.Arg, depth+1)
	case *pg_query.Node_AExpr:
		op := lastName(x.AExpr.Name)
		return x.AExpr.Kind == pg_query.A_Expr_Kind_AEXPR_OP && (op == "-" || op == "+") && x.AExpr.Lexpr != nil &&
			constantNode(x.AExpr.Lexpr, depth+1) && constantNode(x.AExpr.Rexpr, depth+1)
	case *pg_query.Node_FuncCall:
		return len(x.FuncCall.Args) == 0 && lastName(x.FuncCall.Funcname) == "now"
	}
	return false
}
