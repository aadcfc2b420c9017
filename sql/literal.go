package sql

import (
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// LiteralDefault tells whether a DEFAULT expression is a plain constant, so that it needs no engine. An empty expression is NULL.
func LiteralDefault(expr string) (Cell, bool) {
	if expr == "" {
		return Cell{Kind: CellNull}, true
	}
	node, err := parseExpr(expr)
	if err != nil {
		return Cell{}, false
	}
	cell, ok := cellOf(node)
	return cell, ok && cell.Kind != CellParam && cell.Kind != CellDefault
}

// SequenceDefault tells whether a DEFAULT expression is nextval of a constant name. The name's Schema is "" if not given.
func SequenceDefault(expr string) (catalog.Name, bool) {
	node, err := parseExpr(expr)
	if err != nil {
		return catalog.Name{}, false
	}
	call := node.GetFuncCall()
	name := stringsOf(call.GetFuncname())
	if len(name) == 0 || name[len(name)-1] != "nextval" || len(name) > 2 || len(name) == 2 && name[0] != "pg_catalog" || len(call.Args) != 1 {
		return catalog.Name{}, false
	}
	arg := call.Args[0]
	for arg.GetTypeCast() != nil {
		arg = arg.GetTypeCast().Arg
	}
	text, ok := arg.GetAConst().GetVal().(*pg_query.A_Const_Sval)
	if !ok {
		return catalog.Name{}, false
	}
	return ParseName(text.Sval.GetSval())
}

// ParseName reads a relation's name as regclass does: an optional schema, before it optionally this database, folded unless quoted.
func ParseName(s string) (catalog.Name, bool) {
	l := &lexer{text: s}
	var parts []string
	for {
		t := l.next()
		switch t.kind {
		case tokWord:
			parts = append(parts, foldASCII(s[t.start:t.end]))
		case tokQuoted:
			parts = append(parts, strings.ReplaceAll(s[t.start+1:t.end-1], `""`, `"`))
		default:
			return catalog.Name{}, false
		}
		t = l.next()
		if t.kind == tokEOF {
			break
		}
		if t.op != '.' || len(parts) == 3 {
			return catalog.Name{}, false
		}
	}
	if len(parts) == 3 {
		if parts[0] != catalog.DatabaseName {
			return catalog.Name{}, false
		}
		parts = parts[1:]
	}
	if len(parts) == 1 {
		return catalog.Name{Name: parts[0]}, true
	}
	return catalog.Name{Schema: parts[0], Name: parts[1]}, true
}

// cellRows makes rows of cells; nil if any value is more than a constant, a parameter or DEFAULT.
func (c *classifier) cellRows(rows []*pg_query.Node) [][]Cell {
	out := make([][]Cell, 0, len(rows))
	for _, r := range rows {
		cells, ok := cellsOf(r.GetList().GetItems())
		if !ok {
			return nil
		}
		out = append(out, cells)
	}
	return out
}

func cellsOf(nodes []*pg_query.Node) ([]Cell, bool) {
	cells := make([]Cell, 0, len(nodes))
	for _, n := range nodes {
		cell, ok := cellOf(n)
		if !ok {
			return nil, false
		}
		cells = append(cells, cell)
	}
	return cells, true
}

// cellOf makes a cell of a node; ok is false if the node is more than a constant.
func cellOf(n *pg_query.Node) (cell Cell, ok bool) {
	switch v := n.GetNode().(type) {
	case *pg_query.Node_AConst:
		return constCell(v.AConst)
	case *pg_query.Node_SetToDefault:
		return Cell{Kind: CellDefault}, true
	case *pg_query.Node_ParamRef:
		return Cell{Kind: CellParam, Param: v.ParamRef.Number}, v.ParamRef.Number > 0
	case *pg_query.Node_AExpr:
		// +5: minus has been folded into the constant by the grammar.
		e := v.AExpr
		if e.Kind != pg_query.A_Expr_Kind_AEXPR_OP || e.Lexpr != nil || len(e.Name) != 1 || e.Name[0].GetString_().GetSval() != "+" {
			return Cell{}, false
		}
		cell, ok = constCell(e.Rexpr.GetAConst())
		return cell, ok && (cell.Kind == CellInteger || cell.Kind == CellDecimal)
	case *pg_query.Node_TypeCast:
		return castCell(v.TypeCast)
	case *pg_query.Node_AArrayExpr:
		elems, ok := cellsOf(v.AArrayExpr.Elements)
		for _, e := range elems {
			// Nested arrays and typed elements are PostgreSQL's to resolve.
			if e.Kind == CellArray || e.Kind == CellDefault || e.Cast != nil {
				return Cell{}, false
			}
		}
		return Cell{Kind: CellArray, Elems: elems}, ok
	}
	return Cell{}, false
}

func castCell(t *pg_query.TypeCast) (Cell, bool) {
	cell, ok := cellOf(t.Arg)
	if !ok || cell.Cast != nil || cell.Kind == CellDefault {
		return Cell{}, false
	}
	if t.Arg.GetAExpr() != nil {
		return Cell{}, false // (+5)::int is not worth a case
	}
	typ, err := ResolveType(t.TypeName)
	if err != nil || typ.OID == sqltype.Interval && len(t.TypeName.Typmods) > 0 {
		return Cell{}, false
	}
	cell.Cast = &typ
	return cell, true
}

func constCell(a *pg_query.A_Const) (Cell, bool) {
	if a == nil {
		return Cell{}, false
	}
	if a.Isnull {
		return Cell{Kind: CellNull}, true
	}
	switch v := a.Val.(type) {
	case *pg_query.A_Const_Ival:
		return Cell{Kind: CellInteger, Text: strconv.Itoa(int(v.Ival.GetIval()))}, true
	case *pg_query.A_Const_Fval:
		return numberCell(v.Fval.GetFval())
	case *pg_query.A_Const_Sval:
		return Cell{Kind: CellString, Text: v.Sval.GetSval()}, true
	case *pg_query.A_Const_Boolval:
		return Cell{Kind: CellBool, Text: strconv.FormatBool(v.Boolval.GetBoolval())}, true
	}
	return Cell{}, false // bit strings
}

// numberCell makes a cell of the text of a number: digits are an integer, however many. Leading zeros go, and the minus of an integer
// zero; underscores and other bases are refused.
func numberCell(s string) (Cell, bool) {
	digits := strings.TrimPrefix(s, "-")
	kind := CellInteger
	for i := 0; i < len(digits); i++ {
		switch c := digits[i]; {
		case isDigit(c):
		case c == '.', c == 'e', c == 'E', c == '+', c == '-':
			kind = CellDecimal
		default:
			return Cell{}, false
		}
	}
	if digits == "" {
		return Cell{}, false
	}
	if kind == CellDecimal || digits[0] != '0' {
		return Cell{Kind: kind, Text: s}, true
	}
	digits = strings.TrimLeft(digits, "0")
	switch {
	case digits == "":
		return Cell{Kind: CellInteger, Text: "0"}, true
	case len(s) > 0 && s[0] == '-':
		return Cell{Kind: CellInteger, Text: "-" + digits}, true
	}
	return Cell{Kind: CellInteger, Text: digits}, true
}
