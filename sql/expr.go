package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// expr is a translated expression.
type expr struct {
	sql string
	// typ is the PostgreSQL type. OID 0: not known here, DuckDB decides; Unknown: a string literal, NULL or parameter that takes
	// its type from where it stands.
	typ    sqltype.Type
	scale  int     // of DuckDB's DECIMAL when typ is numeric; -1: not known
	lit    *string // text of a constant: with typ Unknown or of a number, boolean or typed literal
	null   bool    // the constant NULL
	param  int     // n of a parameter
	inex   bool    // DuckDB's type may differ from that of typ: cast before it leaves
	loc    int32   // of a constant: where it stands, plus 1
	weight int     // how much evaluating it costs when a macro does so twice
	col    *scopeCol
	origin Origin
	row    []*scopeCol // of a whole-row reference
	rowOf  uint32      // of a whole-row reference: pg_class.oid of the relation, or 0
	elems  []expr      // of ROW(...) and ARRAY[...]
	nest   int         // of an array: its dimensions beyond the first
	fields []Field     // of a composite value, or of the elements of an array of composites
	grown  bool        // computed from what a subquery computed: its length can double with each one
	isAgg  bool        // holds an aggregate or window function
	isSet  bool        // holds a set-returning function
	passes bool        // an output column through which comparisons reach the scan below
	table  string      // a set-returning function as a table, when DuckDB has one
	shown  string      // of a numeric: its text with the digits that PostgreSQL gives, where the scale of sql is another
	collat string      // of text: the locale by which it is ordered, see collate; "": by bytes
	jsonb  string      // of a jsonb that a query is grouped by: the value itself
	whole  [2]string   // if the first is sql: the second is the same value as a BIGINT
}

// isUnknown reports a value that still looks for its type.
func (e expr) isUnknown() bool { return e.typ.OID == sqltype.Unknown }

// known reports that the PostgreSQL type is known.
func (e expr) known() bool { return e.typ.OID != 0 && e.typ.OID != sqltype.Unknown }

func typed(sql string, oid sqltype.OID, from ...expr) expr {
	e := expr{sql: sql, typ: sqltype.Of(oid), weight: 1, scale: -1}
	for _, f := range from {
		e.weight += f.weight
		e.isAgg = e.isAgg || f.isAgg
		e.isSet = e.isSet || f.isSet
		e.grown = e.grown || f.grown
	}
	return e
}

func (e expr) loose() expr                { e.inex = true; return e }
func (e expr) scaled(s int) expr          { e.scale = s; return e }
func (e expr) ofType(t sqltype.Type) expr { e.typ = t; return e }

// place says where an expression stands, for what PostgreSQL refuses there.
type place struct {
	name   string // "WHERE", "GROUP BY"...; "" where everything is allowed
	aggs   bool   // aggregates are allowed
	window bool   // window functions are allowed
	sets   bool   // set-returning functions are allowed
	inAgg  bool   // arguments of an aggregate
}

var (
	inTarget  = place{name: "SELECT", aggs: true, window: true, sets: true}
	inOrder   = place{name: "ORDER BY", aggs: true, window: true, sets: true}
	inHaving  = place{name: "HAVING", aggs: true}
	inWhere   = place{name: "WHERE"}
	inJoin    = place{name: "JOIN conditions"}
	inGroup   = place{name: "GROUP BY", sets: false}
	inValues  = place{name: "VALUES"}
	inFrom    = place{name: "functions in FROM", sets: true}
	inCheck   = place{name: "check constraints"}
	inDefault = place{name: "DEFAULT expressions"}

	inReturning = place{name: "RETURNING"}
)

// exprCtx is what an expression is translated in.
type exprCtx struct {
	s       *scope
	place   place
	windows map[string]*pg_query.WindowDef
	level   *selectInfo
}

// selectInfo collects what the expressions of one SELECT hold.
type selectInfo struct {
	aggs, windows, sets bool
	groups              map[string]bool // texts of the items of GROUP BY
}

func (c exprCtx) mark(f func(*selectInfo)) {
	if c.level != nil {
		f(c.level)
	}
}

func (c exprCtx) in(p place) exprCtx { c.place = p; return c }

// expr translates one expression node.
func (t *translator) expr(c exprCtx, n *pg_query.Node) (expr, error) {
	if err := t.enter(); err != nil {
		return expr{}, err
	}
	defer t.leave()
	uses := len(c.s.uses)
	e, err := t.exprNode(c, n)
	if err != nil {
		return expr{}, err
	}
	if c.level != nil && len(c.level.groups) > 0 && c.level.groups[e.sql] && c.place.aggs {
		c.s.uses = c.s.uses[:uses] // the whole is grouped by
		if e.shown != "" {
			e.shown = "CASE WHEN " + e.sql + " IS NOT NULL THEN any_value(" + e.shown + ") END"
		}
		if e.typ.OID == sqltype.JSONB { // grouped by its key: one value stands for those that are equal
			e.jsonb = e.sql
			e.sql = "CASE WHEN pg_jsonb_key(" + e.sql + ") IS NOT NULL THEN any_value(" + e.sql + ") END"
			e.col = nil
		}
	}
	if e.lit != nil && e.loc == 0 {
		e.loc = nodeLocation(n) + 1
	}
	if len(e.sql) > 1<<16 && len(e.sql) > 1<<16+maxGrowth*t.input {
		return expr{}, tooComplex()
	}
	if e.weight < 1 {
		e.weight = 1
	}
	return e, nil
}

func (t *translator) exprNode(c exprCtx, n *pg_query.Node) (expr, error) {
	if n == nil {
		return expr{}, unsupportedNode("missing expression")
	}
	switch x := n.Node.(type) {
	case *pg_query.Node_AConst:
		return t.constant(x.AConst)
	case *pg_query.Node_ColumnRef:
		return t.columnNode(c, x.ColumnRef)
	case *pg_query.Node_ParamRef:
		return t.paramRef(x.ParamRef)
	case *pg_query.Node_AExpr:
		return t.aExpr(c, x.AExpr)
	case *pg_query.Node_BoolExpr:
		return t.boolExpr(c, x.BoolExpr)
	case *pg_query.Node_NullTest:
		return t.nullTest(c, x.NullTest)
	case *pg_query.Node_BooleanTest:
		return t.booleanTest(c, x.BooleanTest)
	case *pg_query.Node_TypeCast:
		return t.typeCast(c, x.TypeCast)
	case *pg_query.Node_FuncCall:
		return t.funcCall(c, x.FuncCall)
	case *pg_query.Node_SubLink:
		return t.subLink(c, x.SubLink)
	case *pg_query.Node_CaseExpr:
		return t.caseExpr(c, x.CaseExpr)
	case *pg_query.Node_CoalesceExpr:
		return t.commonCall(c, "coalesce", "COALESCE", x.CoalesceExpr.Args, x.CoalesceExpr.Location)
	case *pg_query.Node_MinMaxExpr:
		name := "greatest"
		if x.MinMaxExpr.Op == pg_query.MinMaxOp_IS_LEAST {
			name = "least"
		}
		return t.commonCall(c, name, strings.ToUpper(name), x.MinMaxExpr.Args, x.MinMaxExpr.Location)
	case *pg_query.Node_AArrayExpr:
		return t.arrayExpr(c, x.AArrayExpr)
	case *pg_query.Node_AIndirection:
		return t.indirection(c, x.AIndirection)
	case *pg_query.Node_RowExpr:
		return t.rowExpr(c, x.RowExpr)
	case *pg_query.Node_SqlvalueFunction:
		return t.sqlValue(x.SqlvalueFunction)
	case *pg_query.Node_GroupingFunc:
		return t.groupingFunc(c, x.GroupingFunc)
	case *pg_query.Node_CollateClause:
		return t.collate(c, x.CollateClause)
	case *pg_query.Node_SetToDefault:
		return expr{}, t.errorf(x.SetToDefault.Location, pgerrcode.SyntaxError, "DEFAULT is not allowed in this context")
	case *pg_query.Node_NamedArgExpr:
		return expr{}, t.unsupported(x.NamedArgExpr.Location, "a named argument here")
	}
	return expr{}, unsupportedNode("this kind of expression is not supported")
}

func (t *translator) columnNode(c exprCtx, x *pg_query.ColumnRef) (expr, error) {
	c.s.rec = c.place.aggs
	fields := make([]string, 0, len(x.Fields))
	for _, f := range x.Fields {
		if f.GetAStar() != nil {
			// count(*) has no argument; t.* as a value is the whole row
			if len(fields) == 0 {
				return expr{}, t.errorf(x.Location, pgerrcode.SyntaxError, "* is not allowed here")
			}
			return t.columnRef(c.s, fields[len(fields)-1:], x.Location)
		}
		fields = append(fields, f.GetString_().GetSval())
	}
	return t.columnRef(c.s, fields, x.Location)
}

func joinSQL(list []expr) string {
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = e.sql
	}
	return strings.Join(parts, ", ")
}

func lastName(names []*pg_query.Node) string {
	if len(names) == 0 {
		return ""
	}
	return names[len(names)-1].GetString_().GetSval()
}
