package sql

import (
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// A json value is held as it was written, a jsonb value as the text that PostgreSQL prints for it. What takes them apart or puts them together is
// in package pgfunc, but for the construction of values whose types are known.

// jsonCall writes to_json, to_jsonb and row_to_json.
func (t *translator) jsonCall(name string, args []expr, loc int32) (expr, bool, error) {
	if name == "array_to_json" && len(args) == 1 {
		if _, ok := args[0].typ.Elem(); ok {
			name = "to_json"
		}
	}
	if name != "to_json" && name != "to_jsonb" && name != "row_to_json" || len(args) != 1 {
		return expr{}, false, nil
	}
	a := t.settle(args[0])
	if name == "row_to_json" && a.typ.OID != sqltype.Record {
		return expr{}, true, t.noFunction(name, args, loc)
	}
	oid := sqltype.JSON
	if name == "to_jsonb" {
		oid = sqltype.JSONB
	}
	text, err := t.jsonText(a, oid == sqltype.JSONB, loc)
	if err != nil {
		return expr{}, true, err
	}
	out := typed("CAST("+text+" AS JSON)", oid, a)
	out.weight++
	return out, true, nil
}

// jsonText writes a value as JSON text, as PostgreSQL prints json or jsonb; NULL stays NULL.
func (t *translator) jsonText(e expr, b bool, loc int32) (string, error) {
	quoted := func(text string) string { return `('"' || ` + text + ` || '"')` }
	plain := "CAST(" + e.sql + " AS VARCHAR)"
	comma := ","
	if b {
		comma = ", "
	}
	if elem, ok := e.typ.Elem(); ok {
		in := expr{sql: "pg_j", typ: elem, weight: 1, scale: -1, fields: e.fields}
		if e.nest > 0 {
			in.typ, in.nest = e.typ, e.nest-1
		}
		one, err := t.jsonText(in, b, loc)
		if err != nil {
			return "", err
		}
		return "('[' || array_to_string(list_transform(" + e.sql + ", lambda pg_j: coalesce(" + one + ", 'null')), '" + comma + "') || ']')", nil
	}
	switch e.typ.OID {
	case sqltype.Record:
		return t.jsonRow(e, b, loc)
	case sqltype.Bool, sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Numeric, sqltype.JSON:
		if b && e.typ.OID == sqltype.JSON {
			return t.bind(sqltype.Text, "pg_jsonb_out($1)", e).sql, nil
		}
		return plain, nil
	case sqltype.JSONB:
		return t.textOf(e).sql, nil
	case sqltype.Bpchar:
		return "CAST(to_json(" + t.padded(e).sql + ") AS VARCHAR)", nil
	case sqltype.Float4, sqltype.Float8:
		return t.bind(sqltype.Text, "pg_json_float($1)", e).sql, nil
	case sqltype.Date, sqltype.Time, sqltype.UUID:
		return quoted(plain), nil
	case sqltype.Timestamp:
		return quoted("replace(" + plain + ", ' ', 'T')"), nil
	case sqltype.Timestamptz:
		return quoted("regexp_replace(replace(" + plain + `, ' ', 'T'), '([+-]\d\d)$', '\1:00')`), nil
	case sqltype.Interval, sqltype.Bytea:
		return "CAST(to_json(" + t.textOf(e).sql + ") AS VARCHAR)", nil
	}
	return "CAST(to_json(" + e.sql + ") AS VARCHAR)", nil
}

// jsonRow writes a row as an object; jsonb keeps keys by length and then by their bytes, each once.
func (t *translator) jsonRow(e expr, b bool, loc int32) (string, error) {
	out, err := once(e, func(e expr) (expr, error) {
		text, err := t.jsonFields(e, b, loc)
		return typed(text, sqltype.Text, e), err
	})
	return out.sql, err
}

func (t *translator) jsonFields(e expr, b bool, loc int32) (string, error) {
	type field struct{ key, value string }
	var fields []field
	add := func(key string, v expr) error {
		v = t.settle(v)
		text, err := t.jsonText(v, b, loc)
		fields = append(fields, field{key, "coalesce(" + text + ", 'null')"})
		return err
	}
	for i, v := range t.parts(e) {
		if err := add(e.fields[i].Name, v); err != nil {
			return "", err
		}
	}
	if len(fields) == 0 {
		return "", t.unsupported(loc, "this row as JSON")
	}
	comma, colon := ",", ":"
	if b {
		comma, colon = ", ", ": "
		slices.SortStableFunc(fields, func(x, y field) int {
			if len(x.key) != len(y.key) {
				return len(x.key) - len(y.key)
			}
			return strings.Compare(x.key, y.key)
		})
		last := fields[:0]
		for i, f := range fields {
			if i+1 == len(fields) || fields[i+1].key != f.key {
				last = append(last, f)
			}
		}
		fields = last
	}
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = "CAST(to_json(" + duckString(f.key) + ") AS VARCHAR) || '" + colon + "' || " + f.value
	}
	text := "('{' || " + strings.Join(parts, " || '"+comma+"' || ") + " || '}')"
	if e.elems == nil && e.sql[0] != 'r' { // it may be NULL
		text = "(CASE WHEN " + e.sql + " IS NOT NULL THEN " + text + " END)"
	}
	return text, nil
}

// jsonAgg writes json_agg and jsonb_agg; json puts composites on lines of their own.
func (w *aggWriter) jsonAgg(a expr) (expr, error) {
	t, b := w.t, w.name == "jsonb_agg"
	_, nested := a.typ.Elem()
	comma, oid := "', '", sqltype.JSON
	if b {
		oid = sqltype.JSONB
	} else if nested || a.typ.OID == sqltype.Record {
		comma = `', ' || chr(10) || ' '`
	}
	list, one := a.sql, expr{sql: "pg_k", typ: a.typ, weight: 1, scale: -1, inex: a.inex}
	if a.typ.OID == sqltype.Record {
		text, err := t.jsonRow(a, b, w.x.Location)
		if err != nil {
			return expr{}, err
		}
		list, one.typ = "CAST("+text+" AS JSON)", sqltype.Of(sqltype.JSON)
	}
	text, err := "CAST(pg_k AS VARCHAR)", error(nil)
	if a.typ.OID != sqltype.Record {
		if text, err = t.jsonText(one, b, w.x.Location); err != nil {
			return expr{}, err
		}
	}
	sql := "CAST('[' || array_to_string(list_transform(" + w.plain("array_agg", list) + ", lambda pg_k: coalesce(" + text + ", 'null')), " + comma + ") || ']' AS JSON)"
	return typed(sql, oid), nil
}

// objectAgg writes json_object_agg and jsonb_object_agg: the pairs are collected and put together at once.
func (w *aggWriter) objectAgg() (expr, error) {
	t, b := w.t, w.name == "jsonb_object_agg"
	kind, oid := "json", sqltype.JSON
	if b {
		kind, oid = "jsonb", sqltype.JSONB
	}
	k, v := t.textOf(t.settle(w.args[0])), t.exact(t.settle(w.args[1]))
	text, err := t.jsonText(v, b, w.x.Location)
	if err != nil {
		return expr{}, err
	}
	pair := "struct_pack(k := CAST(" + k.sql + " AS VARCHAR), v := CAST(" + text + " AS VARCHAR))"
	if w.x.AggDistinct {
		return w.distinctPairs(k, v, pair, kind, oid)
	}
	return typed("CAST(pg_call('json_merge_rows', CAST(to_json("+w.plain("array_agg", pair)+") AS VARCHAR), '"+kind+"') AS JSON)", oid), nil
}

// distinctPairs writes json_object_agg(DISTINCT k, v): PostgreSQL sorts the pairs to find them.
func (w *aggWriter) distinctPairs(k, v expr, pair, kind string, oid sqltype.OID) (expr, error) {
	t := w.t
	switch {
	case v.typ.OID == sqltype.JSON:
		return expr{}, t.errorf(w.x.Location, pgerrcode.UndefinedFunction, "could not identify an equality operator for type json")
	case len(w.keys) > 0 || v.composite() || v.typ.OID == sqltype.Record:
		return expr{}, t.unsupported(w.x.Location, w.name+"(DISTINCT) of these values, or with ORDER BY")
	case v.typ.OID == sqltype.JSONB:
		v = t.jsonComparable(v)
	}
	whole := "struct_pack(a := " + k.sql + ", b := " + v.sql + ", c := " + pair + ")"
	w.keys = []string{whole}
	list := "list_transform(" + w.plain("array_agg", whole) + ", lambda pg_e: pg_e.c)"
	return typed("CAST(pg_call('json_merge_rows', CAST(to_json("+list+") AS VARCHAR), '"+kind+"') AS JSON)", oid), nil
}

// jsonComparable prepares jsonb for comparisons and ORDER BY: numbers are equal whatever zeros end them. Objects and arrays sort by their size first.
func (t *translator) jsonComparable(e expr) expr {
	return t.bind(sqltype.Text, "pg_jsonb_key($1)", t.exact(e))
}

// jsonConcat writes || of jsonb: objects are merged at their top level, anything else is put together as arrays.
func (t *translator) jsonConcat(l, r expr, loc int32) (expr, error) {
	ty := sqltype.Of(sqltype.JSONB)
	l, err := t.coerce(l, ty, implicitCast, loc)
	if err != nil {
		return expr{}, err
	}
	if r, err = t.coerce(r, ty, implicitCast, loc); err != nil {
		return expr{}, err
	}
	return t.bind(sqltype.JSONB, "pg_jsonb_concat($1, $2)", l, r), nil
}
