package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// A composite value is a DuckDB struct without field names, row(a, b): structs with names would be matched by name where rows meet. What its fields are
// called and which types they have travels beside it, in expr.fields.

// Field is a field of a composite value.
type Field struct {
	Name   string
	Type   sqltype.Type
	Fields []Field // of a field that is composite, or an array of composites

	RowOf   uint32 // as that of a Column
	literal bool   // a constant that found no type: clients are told so, everything else takes it for text
}

// Layout returns the layout of a column that the engine gives, with the types that clients are told: the engine knows a varchar(3) as text. rowType
// gives the OID of the type of a relation's rows, after which comes that of arrays of them.
func (c Column) Layout(have vector.Type, rowType func(relation uint32) uint32) vector.Type {
	return announce(have, Field{Type: c.Type, Fields: c.Fields, RowOf: c.RowOf}, rowType)
}

func announce(have vector.Type, f Field, rowType func(uint32) uint32) vector.Type {
	ty, fields, own := f.Type, f.Fields, f.RowOf >= catalog.FirstOID
	switch {
	case f.literal:
		have.SQL = sqltype.Of(sqltype.Unknown)
	case own && have.Kind == vector.KindRecord:
		have.SQL = sqltype.Of(sqltype.OID(rowType(f.RowOf)))
	case own && have.Kind == vector.KindList && have.Elem.Kind == vector.KindRecord:
		have.SQL = sqltype.Of(sqltype.OID(rowType(f.RowOf) + 1))
	case agrees(have, ty):
		have.SQL = ty
	}
	switch {
	case have.Kind == vector.KindRecord && len(fields) == len(have.Fields):
		list := make([]vector.Type, len(fields))
		for i, f := range fields {
			list[i] = announce(have.Fields[i], f, rowType)
		}
		have.Fields = list
	case have.Kind == vector.KindList:
		elem, _ := ty.Elem()
		if have.Elem.Kind == vector.KindList {
			elem = ty
		}
		e := announce(*have.Elem, Field{Type: elem, Fields: fields, RowOf: f.RowOf}, rowType)
		have.Elem = &e
	}
	return have
}

// agrees reports that a value of the layout can be printed as the type: the fields of rows that meet in a UNION or CASE may have become another one's.
func agrees(have vector.Type, ty sqltype.Type) bool {
	switch {
	case ty.OID == 0:
		return false
	case have.Kind == vector.KindRecord || have.Kind == vector.KindList:
		return true
	case ty.OID == sqltype.Numeric:
		return have.SQL.OID == sqltype.Numeric || have.Kind == vector.KindBytes && ty.Mod == sqltype.NoMod
	}
	return vector.TypeOf(ty).Kind == have.Kind && have.SQL.OID != sqltype.Numeric
}

// composite reports a single row value.
func (e expr) composite() bool { return e.typ.OID == sqltype.Record }

// parts are the fields of a row value, each as an expression: those it was made of, or reads of the struct.
func (t *translator) parts(e expr) []expr {
	switch {
	case e.elems != nil:
		return e.elems
	case e.row != nil:
		out := make([]expr, len(e.row))
		for i, c := range e.row {
			out[i] = t.use(c)
		}
		return out
	}
	out := make([]expr, len(e.fields))
	for i := range e.fields {
		out[i] = t.field(e, i)
	}
	return out
}

// field reads field i of a row value.
func (t *translator) field(e expr, i int) expr {
	f := e.fields[i]
	out := typed(fmt.Sprintf("struct_extract(%s, %d)", e.sql, i+1), f.Type.OID, e).ofType(f.Type)
	out.scale, out.fields, out.rowOf = declaredScale(f.Type), f.Fields, f.RowOf
	if f.Type.OID == sqltype.Numeric && f.Type.Mod == sqltype.NoMod {
		out.scale = -1
	}
	return out
}

// fieldOf selects a field of a composite value by its name; ok is false when it has none.
func (t *translator) fieldOf(e expr, name string, loc int32) (out expr, ok bool, err error) {
	if !e.composite() {
		return out, false, nil
	}
	at := -1
	for i, f := range e.fields {
		if f.Name != name {
			continue
		}
		if at >= 0 {
			return out, false, t.errorf(loc, pgerrcode.AmbiguousColumn, "column reference \"%s\" is ambiguous", name)
		}
		at = i
	}
	if at < 0 {
		return out, false, t.errorf(loc, pgerrcode.UndefinedColumn, "could not identify column \"%s\" in record data type", name)
	}
	return t.parts(e)[at], true, nil
}

// rowOf makes a composite value of its fields.
func (t *translator) rowOf(list []expr, names []string) expr {
	settled, shown, fields, own := make([]string, len(list)), make([]string, len(list)), make([]Field, len(list)), false
	for i, e := range list {
		literal := e.isUnknown() && e.param == 0
		if e.param == 0 || !e.isUnknown() {
			e = t.exact(t.settle(e))
		}
		settled[i], shown[i] = e.sql, e.sql
		if e.shown != "" && e.typ.OID == sqltype.Numeric && e.typ.Mod == sqltype.NoMod || e.typ.OID == sqltype.Record && e.shown != "" {
			shown[i], own = e.shown, true
		}
		fields[i] = Field{Name: names[i], Type: e.typ, Fields: e.fields, RowOf: e.rowOf, literal: literal}
	}
	out := typed("row("+strings.Join(settled, ", ")+")", sqltype.Record, list...)
	out.fields = fields
	if own {
		out.shown = "row(" + strings.Join(shown, ", ") + ")"
	}
	return out
}

// rowExpr translates ROW(a, b) and (a, b).
func (t *translator) rowExpr(c exprCtx, x *pg_query.RowExpr) (expr, error) {
	list := make([]expr, 0, len(x.Args))
	for _, n := range x.Args {
		if cols, ok, err := t.star(c, n); err != nil {
			return expr{}, err
		} else if ok {
			for _, col := range cols {
				c.s.rec = c.place.aggs
				c.s.record(c.s, col, nodeLocation(n))
				list = append(list, t.use(col))
			}
			continue
		}
		e, err := t.expr(c, n)
		if err != nil {
			return expr{}, err
		}
		list = append(list, e)
	}
	if len(list) == 0 {
		return expr{}, t.unsupported(x.Location, "a row without fields")
	}
	names := make([]string, len(list))
	for i := range list {
		names[i] = fmt.Sprintf("f%d", i+1)
	}
	out := t.rowOf(list, names)
	out.elems = list
	return out, nil
}

// expandRow translates (row).*; ok is false for anything else.
func (t *translator) expandRow(c exprCtx, n *pg_query.Node) (list []expr, names []string, ok bool, err error) {
	ind := n.GetAIndirection()
	if ind == nil || len(ind.Indirection) == 0 || ind.Indirection[len(ind.Indirection)-1].GetAStar() == nil {
		return nil, nil, false, nil
	}
	e, err := t.indirection(c, &pg_query.A_Indirection{Arg: ind.Arg, Indirection: ind.Indirection[:len(ind.Indirection)-1]})
	if err != nil {
		return nil, nil, false, err
	}
	if !e.composite() || e.fields == nil {
		return nil, nil, false, t.errorf(nodeLocation(ind.Arg), pgerrcode.WrongObjectType, "type %s is not composite", t.typeName(e))
	}
	if e.isSet || e.weight*len(e.fields) > maxRepeatedWeight && e.elems == nil && e.row == nil {
		return nil, nil, false, t.unsupported(nodeLocation(ind.Arg), "the expansion of this row").WithHint("Call the function, or write the subquery, in FROM.")
	}
	for _, f := range e.fields {
		names = append(names, f.Name)
	}
	return t.parts(e), names, true, nil
}

// once writes what f makes of a row value so that the value is computed once.
func once(e expr, f func(expr) (expr, error)) (expr, error) {
	if e.elems != nil || e.row != nil || e.weight*len(e.fields) <= maxRepeatedWeight {
		return f(e)
	}
	in := e
	in.sql, in.weight = "pg_w", 1
	out, err := f(in)
	out.sql, out.weight = "list_transform(["+e.sql+"], lambda pg_w: "+out.sql+")[1]", out.weight+e.weight
	return out, err
}

// rowText writes a row value as record_out prints it.
func (t *translator) rowText(e expr) expr {
	out, _ := once(e, func(e expr) (expr, error) { return t.rowTextOnce(e), nil })
	return out
}

func (t *translator) rowTextOnce(e expr) expr {
	out := typed("", sqltype.Text, e)
	var parts []string
	for _, f := range t.parts(e) {
		parts = append(parts, "coalesce(pg_record_field_out("+t.textOut(t.settle(f)).sql+"), '')")
	}
	out.sql = "('(' || " + strings.Join(parts, " || ',' || ") + " || ')')"
	if e.elems == nil && (e.row == nil || e.sql[0] != 'r') {
		out.sql = "(CASE WHEN " + e.sql + " IS NOT NULL THEN " + out.sql + " END)"
	}
	return out
}

// textOut writes a value as its output function does, which is the cast to text but for booleans.
func (t *translator) textOut(e expr) expr {
	switch {
	case e.typ.OID == sqltype.Bool:
		return t.bind(sqltype.Text, "CASE WHEN $1 THEN 't' WHEN NOT $1 THEN 'f' END", e)
	case e.typ.OID == sqltype.Bpchar:
		return typed("CAST("+t.padded(e).sql+" AS VARCHAR)", sqltype.Text, e)
	}
	return t.textOf(e)
}
