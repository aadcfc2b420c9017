package sql

import (
	"strings"

	"github.com/miniodb/miniodb/internal/sqltype"
)

const textArray = sqltype.OID(1009)

// jsonOp writes the operators of json and jsonb, those that exist for other types too aside (PostgreSQL: JSON Functions and Operators).
func (t *translator) jsonOp(op string, l, r expr, loc int32) (expr, error) {
	if l.isUnknown() || l.typ.OID != sqltype.JSON && l.typ.OID != sqltype.JSONB && l.typ.OID != 0 {
		return expr{}, t.noOperator(op, &l, &r, loc)
	}
	l = t.exact(l)
	var err error
	as := func(oid sqltype.OID) error {
		orig := r
		if r, err = t.coerce(r, sqltype.Of(oid), implicitCast, loc); err != nil || r.typ.OID != oid && (oid != sqltype.Text || category(r.typ.OID) != "S") {
			return t.noOperator(op, &l, &orig, loc)
		}
		return nil
	}
	if strings.ContainsAny(op, "?@") || op == "#-" {
		if l.typ.OID == sqltype.JSON {
			return expr{}, t.noOperator(op, &l, &r, loc)
		}
	}
	call := func(ret sqltype.OID, sql string) (expr, error) {
		if ret == sqltype.Bool || ret == sqltype.JSONB || ret == sqltype.JSON {
			duck, _ := t.duckType(sqltype.Of(ret))
			sql = "CAST(" + sql + " AS " + duck + ")"
		}
		return t.bind(ret, sql, l, r), nil
	}
	switch op {
	case "?":
		if err := as(sqltype.Text); err != nil {
			return expr{}, err
		}
		return call(sqltype.Bool, "pg_call('jsonb_exists', CAST($1 AS VARCHAR), $2)")
	case "?|", "?&", "#-":
		if err := as(textArray); err != nil {
			return expr{}, err
		}
		switch op {
		case "?|":
			return call(sqltype.Bool, "pg_call('jsonb_exists_any', CAST($1 AS VARCHAR), pg_list_in($2))")
		case "?&":
			return call(sqltype.Bool, "pg_call('jsonb_exists_all', CAST($1 AS VARCHAR), pg_list_in($2))")
		}
		return call(sqltype.JSONB, "pg_call('jsonb_delete_path', CAST($1 AS VARCHAR), pg_list_in($2))")
	case "@?", "@@": // a path has no type of its own here: it is text
		if err := as(sqltype.Text); err != nil {
			return expr{}, err
		}
		fn := "jsonb_path_exists"
		if op == "@@" {
			fn = "jsonb_path_match"
		}
		return call(sqltype.Bool, "pg_call('"+fn+"', CAST($1 AS VARCHAR), $2, '', 'true')")
	}
	ret, how := l.typ.OID, "json"
	if strings.HasSuffix(op, ">>") {
		ret, how = sqltype.Text, "text"
	}
	switch {
	case strings.HasPrefix(op, "#"):
		if err := as(textArray); err != nil {
			return expr{}, err
		}
		return call(ret, "pg_call('json_path', CAST($1 AS VARCHAR), pg_list_in($2), '"+how+"')")
	case isInt(r.typ.OID):
		return call(ret, "pg_call('json_get', CAST($1 AS VARCHAR), CAST($2 AS VARCHAR), 'index "+how+"')")
	}
	if err := as(sqltype.Text); err != nil {
		return expr{}, err
	}
	return call(ret, "pg_call('json_get', CAST($1 AS VARCHAR), $2, 'key "+how+"')")
}

// jsonDelete writes jsonb - text, text[] and integer.
func (t *translator) jsonDelete(l, r expr, loc int32) (expr, error) {
	l = t.exact(l)
	fn, arg := "jsonb_delete", "$2"
	switch {
	case isInt(r.typ.OID):
		fn, arg = "jsonb_delete_index", "CAST($2 AS VARCHAR)"
	case r.typ.OID == textArray || r.typ.OID == 1015:
		fn, arg = "jsonb_delete_keys", "pg_list_in($2)"
	case r.isUnknown() || category(r.typ.OID) == "S":
		var err error
		if r, err = t.coerce(r, sqltype.Of(sqltype.Text), implicitCast, loc); err != nil {
			return expr{}, err
		}
	default:
		return expr{}, t.noOperator("-", &l, &r, loc)
	}
	return t.bind(sqltype.JSONB, "CAST(pg_call('"+fn+"', CAST($1 AS VARCHAR), "+arg+") AS JSON)", l, r), nil
}
