package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// PostgreSQL's array types say nothing about dimensions: int[] holds arrays of one as of six. An array of several is a list of lists here, whose depth is
// known when a query is translated (expr.nest) and whose lists are of one length at each level, which is checked where rows make them. Lower bounds are 1.

// maxDims is PostgreSQL's MAXDIM.
const maxDims = 6

// listOf spells the type of an array with nest further dimensions.
func (t *translator) listOf(ty sqltype.Type, nest int) string {
	duck, _ := t.duckType(ty)
	return duck + strings.Repeat("[]", nest)
}

// flat makes an array of one dimension, as most functions see arrays.
func (e expr) flat() expr {
	for ; e.nest > 0; e.nest-- {
		e.sql = "flatten(" + e.sql + ")"
		e.elems = nil
	}
	return e
}

// dimension writes the length of a dimension, from 1; NULL where there is none.
func dimension(e expr, n int) string {
	return "CAST(nullif(len(" + e.sql + strings.Repeat("[1]", n-1) + "), 0) AS INTEGER)"
}

// dimensionOf chooses a dimension by a value.
func dimensionOf(e, n expr) string {
	var b strings.Builder
	b.WriteString("CASE " + n.sql)
	for i := 1; i <= e.nest+1; i++ {
		fmt.Fprintf(&b, " WHEN %d THEN %s", i, dimension(e, i))
	}
	return b.String() + " END"
}

// rectangular checks that the arrays that became one have the same shape; otherwise it raises 2202E with this message.
func (t *translator) rectangular(e expr, message string) expr {
	out := t.bind(e.typ.OID, fmt.Sprintf("pg_rectangular($1, %s)", duckString("!"+pgerrcode.ArraySubscriptError+"!"+message)), e)
	out.typ, out.nest, out.fields = e.typ, e.nest, e.fields
	return out
}

// arrayCall writes functions of arrays that have several dimensions; ok is false for others, whose arguments have been made flat where that is what they see.
func (t *translator) arrayCall(c exprCtx, name string, args []expr, loc int32) (out expr, ok bool, err error) {
	at := -1
	for i, a := range args {
		if a.nest > 0 {
			at = i
			break
		}
	}
	if at < 0 {
		return out, false, nil
	}
	a := args[at]
	second := func() (expr, error) {
		if len(args) != 2 || at != 0 {
			return expr{}, t.noFunction(name, args, loc)
		}
		return t.coerce(args[1], sqltype.Of(sqltype.Int4), implicitCast, loc)
	}
	switch name {
	case "array_ndims":
		out = typed(fmt.Sprintf("CAST(CASE WHEN %s IS NOT NULL THEN %d END AS INTEGER)", dimension(a, 1), a.nest+1), sqltype.Int4, a)
	case "array_length", "array_upper", "array_lower":
		n, err := second()
		if err != nil {
			return out, true, err
		}
		out = typed("("+dimensionOf(a, n)+")", sqltype.Int4, a, n)
		if name == "array_lower" {
			out.sql = "CASE WHEN " + out.sql + " IS NOT NULL THEN 1 END"
		}
	case "array_dims":
		parts := make([]string, a.nest+1)
		for i := range parts {
			parts[i] = "'[1:' || " + dimension(a, i+1) + " || ']'"
		}
		out = typed("("+strings.Join(parts, " || ")+")", sqltype.Text, a)
	case "generate_subscripts":
		n, err := t.coerce(args[1], sqltype.Of(sqltype.Int4), implicitCast, loc)
		if err != nil || at != 0 {
			return out, true, t.noFunction(name, args, loc)
		}
		list := typed("range(1, coalesce("+dimensionOf(a, n)+", 0) + 1)", 1007)
		out, err = t.callFunction(c, "unnest", []expr{typed("CAST("+list.sql+" AS INTEGER[])", 1007, a)}, loc)
		if len(args) != 2 {
			err = t.unsupported(loc, name+" in reverse of an array of several dimensions")
		}
		return out, true, err
	case "array_append", "array_prepend":
		return out, true, t.errorf(-1, pgerrcode.DataException, "argument must be empty or one-dimensional array")
	case "array_cat":
		if len(args) != 2 {
			return out, true, t.noFunction(name, args, loc)
		}
		out, err = t.concat(args[0], args[1], loc)
		return out, true, err
	case "array_position", "array_positions":
		return out, true, t.errorf(-1, pgerrcode.FeatureNotSupported, "searching for elements in multidimensional arrays is not supported")
	case "array_remove":
		return out, true, t.errorf(-1, pgerrcode.FeatureNotSupported, "removing elements from multidimensional arrays is not supported")
	case "width_bucket":
		return out, true, t.errorf(-1, pgerrcode.ArraySubscriptError, "thresholds must be one-dimensional array")
	case "array_replace":
		if len(args) != 3 || at != 0 {
			return out, true, t.noFunction(name, args, loc)
		}
		inner := a
		inner.sql, inner.nest, inner.weight, inner.elems = "pg_a", a.nest-1, 1, nil
		body, err := t.callFunction(c, name, []expr{inner, args[1], args[2]}, loc)
		out = typed("list_transform("+a.sql+", lambda pg_a: "+body.sql+")", a.typ.OID, a, args[1], args[2]).ofType(a.typ)
		out.nest = a.nest
		return out, true, err
	case "trim_array":
		inner := a
		inner.nest = 0
		out, err = t.callFunction(c, name, []expr{inner, args[1]}, loc)
		out.nest = a.nest
		return out, true, err
	case "cardinality", "unnest", "array_to_string":
		for i := range args {
			args[i] = args[i].flat()
		}
		return out, false, nil
	case "to_json", "to_jsonb", "array_to_json", "json_build_array", "json_build_object", "jsonb_build_array", "jsonb_build_object", "pg_typeof", "concat", "concat_ws", "format", "num_nulls", "num_nonnulls":
		return out, false, nil
	default:
		return out, true, t.unsupported(loc, "function "+name+" of an array of several dimensions")
	}
	return out, true, nil
}

// subscripts translates a[i], a[i][j] and slices of an array.
func (t *translator) subscripts(e expr, list []subscript) (expr, error) {
	elem, _ := e.typ.Elem()
	slice := false
	for _, s := range list {
		slice = slice || s.slice
	}
	if !slice {
		if len(list) != e.nest+1 { // not an element
			return t.coerce(expr{sql: "NULL", typ: sqltype.Of(sqltype.Unknown), null: true, weight: 1}, elem, explicitCast, -1)
		}
		out := e
		for _, s := range list {
			if s.hi.null {
				return t.coerce(expr{sql: "NULL", typ: sqltype.Of(sqltype.Unknown), null: true, weight: 1}, elem, explicitCast, -1)
			}
			out = t.bind(elem.OID, "pg_subscript($1, $2)", out, s.hi)
		}
		out.typ, out.fields, out.rowOf, out.scale = elem, e.fields, e.rowOf, -1
		return out, nil
	}
	if len(list) > e.nest+1 {
		return typed("CAST([] AS "+t.listOf(e.typ, e.nest)+")", e.typ.OID).ofType(e.typ), nil
	}
	out := t.slices(e.sql, list, e)
	out.typ, out.nest, out.fields, out.rowOf = e.typ, e.nest, e.fields, e.rowOf
	return out, nil
}

// subscript is one pair of brackets. A single subscript beside slices is a slice from 1.
type subscript struct {
	slice  bool
	lo, hi expr
}

func (t *translator) slices(sql string, list []subscript, e expr) expr {
	in := typed(sql, e.typ.OID)
	if sql == e.sql {
		in.weight = e.weight
	}
	out := t.bind(e.typ.OID, "pg_slice($1, $2, $3)", in, list[0].lo, list[0].hi)
	if len(list) > 1 {
		name := fmt.Sprintf("pg_d%d", len(list))
		inner := t.slices(name, list[1:], e)
		out.sql = "pg_full(list_transform(" + out.sql + ", lambda " + name + ": " + inner.sql + "))"
		out.weight += inner.weight
	}
	return out
}

// matrix makes an array of arrays: ARRAY[a, b] whose elements are arrays.
func (t *translator) matrix(list []expr, ty sqltype.Type, loc int32) (expr, error) {
	const mismatch = "multidimensional arrays must have array expressions with matching dimensions"
	nest, same := -1, true
	for _, e := range list {
		if e.null {
			continue
		}
		same = same && (nest < 0 || nest == e.nest)
		nest = max(nest, e.nest)
	}
	switch {
	case !same:
		return expr{}, t.errorf(loc, pgerrcode.ArraySubscriptError, mismatch)
	case nest+2 > maxDims:
		return expr{}, t.errorf(loc, pgerrcode.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", nest+2, maxDims)
	}
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = e.sql
		if e.null {
			parts[i] = "NULL"
		}
	}
	out := typed("["+strings.Join(parts, ", ")+"]", ty.OID, list...).ofType(ty)
	out.nest = max(nest, 0) + 1
	if elem, _ := ty.Elem(); elem.OID != sqltype.Numeric && elem.OID != sqltype.Record {
		out.sql = "CAST(" + out.sql + " AS " + t.listOf(ty, out.nest) + ")"
	}
	out = t.rectangular(out, mismatch)
	return out, nil
}

// concatMatrices writes || of arrays of which one has more than one dimension.
func (t *translator) concatMatrices(l, r expr, ty sqltype.Type, loc int32) (expr, error) {
	var err error
	if l, err = t.coerce(l, ty, implicitCast, loc); err != nil {
		return expr{}, err
	}
	if r, err = t.coerce(r, ty, implicitCast, loc); err != nil {
		return expr{}, err
	}
	nest := max(l.nest, r.nest)
	template := "pg_cat($1, $2)"
	switch {
	case l.null:
		l = typed("CAST(NULL AS "+t.listOf(ty, nest)+")", ty.OID)
	case r.null:
		r = typed("CAST(NULL AS "+t.listOf(ty, nest)+")", ty.OID)
	case l.nest == r.nest:
	case l.nest == r.nest+1:
		template = "pg_cat($1, CASE WHEN len($2) > 0 THEN [$2] END)"
	case r.nest == l.nest+1:
		template = "pg_cat(CASE WHEN len($1) > 0 THEN [$1] END, $2)"
	default:
		return expr{}, t.errorf(-1, pgerrcode.ArraySubscriptError, "cannot concatenate incompatible arrays").
			WithDetail("Arrays of %d and %d dimensions are not compatible for concatenation.", l.nest+1, r.nest+1)
	}
	out := t.bind(ty.OID, template, l, r).ofType(ty)
	out.nest = nest
	return t.rectangular(out, "cannot concatenate incompatible arrays"), nil
}

// collected is what an aggregate or a subquery makes of arrays: one with a dimension more.
func (t *translator) collected(out expr, of expr) (expr, error) {
	out.typ, out.nest = of.typ, of.nest+1
	if out.nest+1 > maxDims {
		return expr{}, t.errorf(-1, pgerrcode.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", out.nest+1, maxDims)
	}
	isAgg := out.isAgg
	out = t.bind(out.typ.OID, "pg_accumulated($1)", out).ofType(of.typ)
	out.nest, out.isAgg, out.fields = of.nest+1, isAgg, of.fields
	return out, nil
}
