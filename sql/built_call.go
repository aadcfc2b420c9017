package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// builtCall writes functions of any number and type of arguments, whose values are brought into one form first.
func (t *translator) builtCall(name string, args []expr, loc int32) (expr, bool, error) {
	var e expr
	var err error
	switch name {
	case "format":
		if len(args) == 0 {
			return e, true, t.noFunction(name, args, loc)
		}
		e, err = t.formatCall(args, loc)
	case "json_build_array", "jsonb_build_array":
		e, err = t.jsonArrayCall(args, name[:5] == "jsonb", loc)
	case "json_build_object", "jsonb_build_object":
		e, err = t.jsonObjectCall(args, name[:5] == "jsonb", loc)
	case "json_extract_path", "json_extract_path_text", "jsonb_extract_path", "jsonb_extract_path_text":
		if len(args) < 2 {
			return e, true, t.noFunction(name, args, loc)
		}
		e, err = t.jsonPathCall(name, args, loc)
	case "num_nulls", "num_nonnulls":
		if len(args) == 0 {
			return e, true, t.noFunction(name, args, loc)
		}
		word := "IS NULL"
		if name == "num_nonnulls" {
			word = "IS NOT NULL"
		}
		parts := make([]string, len(args))
		for i := range args {
			args[i] = t.settle(args[i])
			parts[i] = fmt.Sprintf("CAST((%s %s) AS INTEGER)", args[i].sql, word)
		}
		e = typed("("+strings.Join(parts, " + ")+")", sqltype.Int4, args...)
		e.inex = true
	case "overlaps":
		if len(args) != 4 {
			return e, true, t.noFunction(name, args, loc)
		}
		moved := false
		for _, i := range []int{1, 3} {
			if args[i].typ.OID == sqltype.Interval {
				if args[i], err = t.binary("+", args[i-1], args[i], loc); err != nil {
					return e, true, err
				}
				moved = true
			}
		}
		if !moved && args[0].typ.OID != sqltype.Time {
			return e, false, nil
		}
		e = t.bind(sqltype.Bool, "pg_overlaps($1, $2, $3, $4)", args...)
	case "array_fill":
		e, err = t.arrayFill(args, loc)
	case "trim_scale":
		if len(args) != 1 {
			return e, true, t.noFunction(name, args, loc)
		}
		a, cerr := t.coerce(args[0], sqltype.Of(sqltype.Numeric), implicitCast, loc)
		if cerr != nil {
			return e, true, t.noFunction(name, args, loc)
		}
		e = a
		e.lit, e.shown = nil, t.bind(sqltype.Text, "pg_call('trim_scale', $1)", t.textOf(a)).sql
	default:
		return expr{}, false, nil
	}
	return e, true, err
}

// textList writes values as a list of their texts, in JSON.
func (t *translator) textList(args []expr) (string, []expr) {
	parts, used := make([]string, len(args)), make([]expr, len(args))
	for i, a := range args {
		a = t.settle(a)
		if a.typ.OID == sqltype.Bool {
			a = t.bind(sqltype.Text, "CASE WHEN $1 THEN 't' WHEN NOT $1 THEN 'f' END", a)
		}
		used[i] = t.textOf(a)
		parts[i] = "CAST(" + used[i].sql + " AS VARCHAR)"
	}
	return "CAST(to_json([" + strings.Join(parts, ", ") + "]) AS VARCHAR)", used
}

func (t *translator) formatCall(args []expr, loc int32) (expr, error) {
	f, err := t.coerce(args[0], sqltype.Of(sqltype.Text), implicitCast, loc)
	if err != nil || category(f.typ.OID) != "S" {
		return expr{}, t.noFunction("format", args, loc)
	}
	list, used := "'[]'", []expr(nil)
	if len(args) > 1 {
		list, used = t.textList(args[1:])
	}
	return typed("pg_call('format', "+f.sql+", "+list+")", sqltype.Text, append(used, f)...), nil
}

func (t *translator) jsonArrayCall(args []expr, b bool, loc int32) (expr, error) {
	oid, comma := sqltype.JSON, ", "
	if b {
		oid = sqltype.JSONB
	}
	parts := make([]string, len(args))
	for i := range args {
		args[i] = t.exact(t.settle(args[i]))
		text, err := t.jsonText(args[i], b, loc)
		if err != nil {
			return expr{}, err
		}
		parts[i] = "coalesce(" + text + ", 'null')"
	}
	sql := "'[]'"
	if len(parts) > 0 {
		sql = "'[' || " + strings.Join(parts, " || '"+comma+"' || ") + " || ']'"
	}
	return typed("CAST("+sql+" AS JSON)", oid, args...), nil
}

func (t *translator) jsonObjectCall(args []expr, b bool, loc int32) (expr, error) {
	if len(args)%2 != 0 {
		return expr{}, t.errorf(-1, pgerrcode.InvalidParameterValue, "argument list must have even number of elements").
			WithHint("The arguments of %s must consist of alternating keys and values.", map[bool]string{true: "jsonb_build_object()", false: "json_build_object()"}[b])
	}
	oid, colon := sqltype.JSON, " : "
	if b {
		oid, colon = sqltype.JSONB, ": "
	}
	var parts []string
	for i := 0; i < len(args); i += 2 {
		k := t.settle(args[i])
		args[i+1] = t.exact(t.settle(args[i+1]))
		switch _, isArray := k.typ.Elem(); {
		case isArray || k.typ.OID == sqltype.JSON || k.typ.OID == sqltype.JSONB || k.typ.OID == sqltype.Record:
			return expr{}, t.errorf(-1, pgerrcode.InvalidParameterValue, "key value must be scalar, not array, composite, or json")
		}
		missing := fmt.Sprintf("!22023!argument %d cannot be null", i+1)
		if b {
			missing = fmt.Sprintf("!22023!argument %d: key must not be null", i+1)
		}
		key := t.textOf(k)
		text, err := t.jsonText(args[i+1], b, loc)
		if err != nil {
			return expr{}, err
		}
		parts = append(parts, "CAST(to_json(coalesce("+key.sql+", error('"+missing+"'))) AS VARCHAR) || '"+colon+"' || coalesce("+text+", 'null')")
	}
	sql := "'{}'"
	if len(parts) > 0 {
		sql = "'{' || " + strings.Join(parts, " || ', ' || ") + " || '}'"
	}
	if b && len(parts) > 1 {
		sql = "pg_call('jsonb_in', " + sql + ")"
	}
	return typed("CAST("+sql+" AS JSON)", oid, args...), nil
}

func (t *translator) jsonPathCall(name string, args []expr, loc int32) (expr, error) {
	want := sqltype.JSON
	if strings.HasPrefix(name, "jsonb") {
		want = sqltype.JSONB
	}
	j, err := t.coerce(args[0], sqltype.Of(want), implicitCast, loc)
	if err != nil || j.typ.OID != want {
		return expr{}, t.noFunction(name, args, loc)
	}
	for i := range args[1:] {
		if c := category(args[i+1].typ.OID); c != "S" && c != "X" {
			return expr{}, t.noFunction(name, args, loc)
		}
	}
	list, used := t.textList(args[1:])
	if strings.HasSuffix(name, "_text") {
		return typed("pg_call('json_path', CAST("+j.sql+" AS VARCHAR), "+list+", 'text')", sqltype.Text, append(used, j)...), nil
	}
	return typed("CAST(pg_call('json_path', CAST("+j.sql+" AS VARCHAR), "+list+", 'json') AS JSON)", want, append(used, j)...), nil
}

// arrayFill writes array_fill(value, ARRAY[n]).
func (t *translator) arrayFill(args []expr, loc int32) (expr, error) {
	if len(args) != 2 || args[0].isUnknown() {
		return expr{}, t.noFunction("array_fill", args, loc)
	}
	arr, ok := sqltype.Of(args[0].typ.OID).Array()
	n, err := t.coerce(args[1], sqltype.Of(1007), implicitCast, loc)
	if !ok || err != nil {
		return expr{}, t.noFunction("array_fill", args, loc)
	}
	duck, _ := t.duckType(arr)
	if dims := len(args[1].elems); dims > 1 {
		if dims > maxDims {
			return expr{}, t.errorf(loc, pgerrcode.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", dims, maxDims)
		}
		sql := "pg_i"
		for d := dims; d > 0; d-- {
			if d == dims {
				sql = args[0].sql
			}
			sql = fmt.Sprintf("list_transform(range(0, pg_fill(%s)), lambda pg_i: %s)", args[1].elems[d-1].sql, sql)
		}
		out := typed("pg_full(CAST("+sql+" AS "+t.listOf(arr, dims-1)+"))", arr.OID, args[0], n).ofType(arr)
		out.nest = dims - 1
		return out, nil
	}
	return t.bind(arr.OID, "CAST(list_transform(range(0, pg_fill($2[1])), lambda pg_i: $1) AS "+strings.ReplaceAll(duck, "$", "$$")+")", args[0], n).ofType(arr), nil
}
