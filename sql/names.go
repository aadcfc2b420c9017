package sql

import (
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
)

// FigureColname names an output column without AS, as PostgreSQL's FigureColname does (parser/parse_target.c).
func FigureColname(n *pg_query.Node) string {
	if name, strength := figure(n, 0); strength > 0 {
		return name
	}
	return "?column?"
}

// figure returns a name and how good it is: 2 for a proper name, 1 for that of a type or keyword, 0 for none.
func figure(n *pg_query.Node, depth int) (string, int) {
	if n == nil || depth > maxExprDepth {
		return "", 0
	}
	switch x := n.Node.(type) {
	case *pg_query.Node_ColumnRef:
		name := ""
		for _, f := range x.ColumnRef.Fields {
			if s := f.GetString_(); s != nil {
				name = s.Sval
			}
		}
		if name != "" {
			return name, 2
		}
	case *pg_query.Node_AIndirection:
		name := ""
		for _, f := range x.AIndirection.Indirection {
			if s := f.GetString_(); s != nil {
				name = s.Sval
			}
		}
		if name != "" {
			return name, 2
		}
		return figure(x.AIndirection.Arg, depth+1)
	case *pg_query.Node_FuncCall:
		return lastName(x.FuncCall.Funcname), 2
	case *pg_query.Node_AExpr:
		if x.AExpr.Kind == pg_query.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
	case *pg_query.Node_TypeCast:
		name, strength := figure(x.TypeCast.Arg, depth+1)
		if strength <= 1 && x.TypeCast.TypeName != nil {
			return lastName(x.TypeCast.TypeName.Names), 1
		}
		return name, strength
	case *pg_query.Node_CollateClause:
		return figure(x.CollateClause.Arg, depth+1)
	case *pg_query.Node_GroupingFunc:
		return "grouping", 2
	case *pg_query.Node_SubLink:
		switch x.SubLink.SubLinkType {
		case pg_query.SubLinkType_EXISTS_SUBLINK:
			return "exists", 2
		case pg_query.SubLinkType_ARRAY_SUBLINK:
			return "array", 2
		case pg_query.SubLinkType_EXPR_SUBLINK:
			sel := x.SubLink.Subselect.GetSelectStmt()
			if sel == nil {
				return "", 0
			}
			for sel.GetLarg() != nil {
				sel = sel.Larg
			}
			if len(sel.ValuesLists) > 0 {
				return "column1", 2
			}
			if len(sel.TargetList) == 1 {
				rt := sel.TargetList[0].GetResTarget()
				if rt.GetName() != "" {
					return rt.Name, 2
				}
				return figure(rt.GetVal(), depth+1)
			}
		}
	case *pg_query.Node_CaseExpr:
		name, strength := figure(x.CaseExpr.Defresult, depth+1)
		if strength <= 1 {
			return "case", 1
		}
		return name, strength
	case *pg_query.Node_AArrayExpr:
		return "array", 2
	case *pg_query.Node_RowExpr:
		return "row", 2
	case *pg_query.Node_CoalesceExpr:
		return "coalesce", 2
	case *pg_query.Node_MinMaxExpr:
		if x.MinMaxExpr.Op == pg_query.MinMaxOp_IS_LEAST {
			return "least", 2
		}
		return "greatest", 2
	case *pg_query.Node_SqlvalueFunction:
		return sqlValueNames[x.SqlvalueFunction.Op], 2
	}
	return "", 0
}

var sqlValueNames = map[pg_query.SQLValueFunctionOp]string{
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_DATE: "current_date", pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIME: "current_time",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N: "current_time", pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP: "current_timestamp",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp", pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME: "localtime",
	pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME_N: "localtime", pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP: "localtimestamp",
	pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N: "localtimestamp", pg_query.SQLValueFunctionOp_SVFOP_CURRENT_ROLE: "current_role",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_USER: "current_user", pg_query.SQLValueFunctionOp_SVFOP_USER: "user",
	pg_query.SQLValueFunctionOp_SVFOP_SESSION_USER: "session_user", pg_query.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG: "current_catalog",
	pg_query.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA: "current_schema",
}

// nodeLocation is where an expression begins, as PostgreSQL's exprLocation has it; -1 when the tree does not say.
func nodeLocation(n *pg_query.Node) int32 {
	if n == nil {
		return -1
	}
	least := func(a, b int32) int32 {
		if a < 0 || b >= 0 && b < a {
			return b
		}
		return a
	}
	switch x := n.Node.(type) {
	case *pg_query.Node_AExpr:
		return least(nodeLocation(x.AExpr.Lexpr), x.AExpr.Location)
	case *pg_query.Node_TypeCast:
		return least(nodeLocation(x.TypeCast.Arg), least(x.TypeCast.Location, x.TypeCast.TypeName.GetLocation()))
	case *pg_query.Node_AIndirection:
		return nodeLocation(x.AIndirection.Arg)
	case *pg_query.Node_BoolExpr:
		if len(x.BoolExpr.Args) > 0 && x.BoolExpr.Boolop != pg_query.BoolExprType_NOT_EXPR {
			return nodeLocation(x.BoolExpr.Args[0])
		}
		return x.BoolExpr.Location
	case *pg_query.Node_NullTest:
		return nodeLocation(x.NullTest.Arg)
	case *pg_query.Node_BooleanTest:
		return nodeLocation(x.BooleanTest.Arg)
	case *pg_query.Node_List:
		if items := x.List.GetItems(); len(items) > 0 {
			return nodeLocation(items[0])
		}
		return -1
	}
	if loc, ok := locate(n); ok {
		return loc
	}
	return -1
}

// visitRelations makes a visitor for walkTree that sees the relations of FROM.
func visitRelations(f func(*pg_query.RangeVar)) func(proto.Message) bool {
	return func(m proto.Message) bool {
		if r, ok := m.(*pg_query.RangeVar); ok {
			f(r)
		}
		return true
	}
}

func parseFloat(s string) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return f, err == nil
}
