package sql

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/sqltype"
)

func (t *translator) concat(l, r expr, loc int32) (expr, error) {
	_, la := l.typ.Elem()
	_, ra := r.typ.Elem()
	la, ra = la || l.typ.OID == 0 && l.elems != nil, ra || r.typ.OID == 0 && r.elems != nil
	if la || ra {
		return t.concatArrays(l, r, la, ra, loc)
	}
	if l.typ.OID == sqltype.Bytea && (r.typ.OID == sqltype.Bytea || r.isUnknown()) || r.typ.OID == sqltype.Bytea && l.isUnknown() {
		by := sqltype.Of(sqltype.Bytea)
		l, err := t.coerce(l, by, implicitCast, loc)
		if err != nil {
			return expr{}, err
		}
		if r, err = t.coerce(r, by, implicitCast, loc); err != nil {
			return expr{}, err
		}
		return typed("("+l.sql+" || "+r.sql+")", sqltype.Bytea, l, r), nil
	}
	if l.typ.OID == sqltype.JSONB && (r.typ.OID == sqltype.JSONB || r.isUnknown()) || r.typ.OID == sqltype.JSONB && l.isUnknown() {
		return t.jsonConcat(l, r, loc)
	}
	if lv, rv := category(l.typ.OID) == "V", category(r.typ.OID) == "V"; (lv || l.isUnknown()) && (rv || r.isUnknown()) && (lv || rv) {
		varbit := sqltype.Of(sqltype.Varbit)
		l, err := t.coerce(l, varbit, implicitCast, loc)
		if err != nil {
			return expr{}, err
		}
		if r, err = t.coerce(r, varbit, implicitCast, loc); err != nil {
			return expr{}, err
		}
		return typed("("+l.sql+" || "+r.sql+")", sqltype.Varbit, l, r), nil
	}
	text := func(e expr) expr { return t.textOf(t.settle(e)) }
	if l.known() && r.known() && category(l.typ.OID) != "S" && category(r.typ.OID) != "S" {
		return expr{}, t.noOperator("||", &l, &r, loc)
	}
	l, r = text(l), text(r)
	if l.null || r.null { // DuckDB gives the constant another type
		return typed("CAST(NULL AS VARCHAR)", sqltype.Text, l, r), nil
	}
	if l.grown || r.grown {
		return t.bind(sqltype.Text, "pg_join($1, $2)", l, r), nil
	}
	out := typed("("+l.sql+" || "+r.sql+")", sqltype.Text, l, r)
	return out, nil
}

func (t *translator) concatArrays(l, r expr, la, ra bool, loc int32) (expr, error) {
	ty := l.typ
	if !la || l.typ.OID == 0 {
		ty = r.typ
	}
	elem, ok := ty.Elem()
	if ok && (l.nest > 0 || r.nest > 0) {
		if (la || l.isUnknown()) && (ra || r.isUnknown()) {
			return t.concatMatrices(l, r, ty, loc)
		}
		return expr{}, t.errorf(-1, pgerrcode.DataException, "argument must be empty or one-dimensional array")
	}
	var err error
	fix := func(e expr, isArray bool) (expr, error) {
		switch {
		case !ok:
			return t.settle(e), nil
		case isArray || e.isUnknown():
			return t.coerce(e, sqltype.Of(ty.OID), implicitCast, loc)
		case !canCast(e.typ.OID, elem.OID, implicitCast):
			return e, t.noOperator("||", &l, &r, loc)
		}
		return t.coerce(e, sqltype.Of(elem.OID), implicitCast, loc)
	}
	lArr, rArr := la || l.isUnknown(), ra || r.isUnknown()
	if l, err = fix(l, la); err != nil {
		return expr{}, err
	}
	if r, err = fix(r, ra); err != nil {
		return expr{}, err
	}
	if lArr && rArr {
		if l.grown || r.grown {
			return t.bind(ty.OID, "pg_cat_some($1, $2)", l, r), nil
		}
		return t.bind(ty.OID, "pg_cat($1, $2)", l, r), nil
	}
	sql := ""
	switch {
	case lArr && !rArr:
		sql = "list_append(" + l.sql + ", " + r.sql + ")"
	case !lArr:
		sql = "list_prepend(" + l.sql + ", " + r.sql + ")"
	}
	return typed(sql, ty.OID, l, r), nil
}

func (t *translator) textArgs(l, r expr, op string, loc int32) (expr, expr, error) {
	for _, e := range []*expr{&l, &r} {
		if e.isUnknown() || e.typ.OID == 0 {
			v, err := t.coerce(*e, sqltype.Of(sqltype.Text), implicitCast, loc)
			if err != nil {
				return l, r, err
			}
			*e = v
		}
		if category(e.typ.OID) != "S" {
			return l, r, t.noOperator(op, &l, &r, loc)
		}
	}
	return l, r, nil
}

func (t *translator) textCall(fn string, ret sqltype.OID, l, r expr, loc int32) (expr, error) {
	l, r, err := t.textArgs(l, r, "^@", loc)
	if err != nil {
		return expr{}, err
	}
	return typed(fn+"("+l.sql+", "+r.sql+")", ret, l, r), nil
}

// regex writes ~ and its kin. PostgreSQL's "." matches a newline, hence the option "s".
func (t *translator) regex(op string, l, r expr, loc int32) (expr, error) {
	l, r, err := t.textArgs(l, r, op, loc)
	if err != nil {
		return expr{}, err
	}
	l = t.padded(l)
	if r.lit == nil && !r.null || r.lit != nil && (!plainRegex.MatchString(*r.lit) || strings.HasPrefix(*r.lit, "***")) {
		flags := ""
		if strings.HasSuffix(op, "*") {
			flags = "i"
		}
		out := t.bind(sqltype.Bool, "CAST(pg_call('regexp_like', $1, $2, '"+flags+"') AS BOOLEAN)", l, r)
		if op[0] == '!' {
			out.sql = "(NOT " + out.sql + ")"
		}
		return out, nil
	}
	opts := "s"
	if strings.HasSuffix(op, "*") {
		opts = "si"
	}
	sql := "regexp_matches(" + l.sql + ", " + r.sql + ", '" + opts + "')"
	if op[0] == '!' {
		sql = "(NOT " + sql + ")"
	}
	return typed(sql, sqltype.Bool, l, r), nil
}

// plainRegex is what PostgreSQL and RE2 read alike, so that DuckDB can match it.
var plainRegex = regexp.MustCompile(`^([^\\\[\](){}*+?|^$]|\\[.\\*+?()\[\]{}|^$dws]|\[\^?[a-zA-Z0-9_ .,;:@/-]+\]|[*+^$|()])*$`)

func (t *translator) bits(op string, l, r expr, loc int32) (expr, error) {
	var err error
	if l.isUnknown() && r.known() {
		l, err = t.coerce(l, sqltype.Of(r.typ.OID), implicitCast, loc)
	} else if r.isUnknown() && l.known() {
		r, err = t.coerce(r, sqltype.Of(l.typ.OID), implicitCast, loc)
	}
	if err != nil {
		return expr{}, err
	}
	if category(l.typ.OID) == "V" {
		return t.bitStrings(op, l, r, loc)
	}
	if !isInt(l.typ.OID) || !isInt(r.typ.OID) {
		return expr{}, t.noOperator(op, &l, &r, loc)
	}
	result := l.typ.OID
	if op != "<<" && op != ">>" && numberRank[r.typ.OID] > numberRank[result] {
		result = r.typ.OID
	}
	a, b := plainInt(l, result), plainInt(r, result)
	switch op {
	case "#":
		return typed("xor("+a+", "+b+")", result, l, r), nil
	case "<<": // PostgreSQL drops bits that leave the type
		bits := map[sqltype.OID]int{sqltype.Int2: 16, sqltype.Int4: 32, sqltype.Int8: 64}[result]
		return t.bind(result, fmt.Sprintf("pg_shl%d($1, $2)", bits), l, r), nil
	case ">>":
		return typed("("+a+" >> "+b+")", result, l, r).loose(), nil
	}
	return typed("("+a+" "+op+" "+b+")", result, l, r), nil
}

func (t *translator) arrayOp(op string, l, r expr, loc int32) (expr, error) {
	var err error
	if l.isUnknown() && r.known() {
		l, err = t.coerce(l, sqltype.Of(r.typ.OID), implicitCast, loc)
	} else if r.isUnknown() && l.known() {
		r, err = t.coerce(r, sqltype.Of(l.typ.OID), implicitCast, loc)
	}
	if err != nil {
		return expr{}, err
	}
	if l.typ.OID == sqltype.JSONB && r.typ.OID == sqltype.JSONB && op != "&&" {
		if op == "<@" {
			l, r = r, l
		}
		return t.bind(sqltype.Bool, "CAST(pg_call('jsonb_contains', CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)) AS BOOLEAN)", t.exact(l), t.exact(r)), nil
	}
	_, la := l.typ.Elem()
	_, ra := r.typ.Elem()
	if !la && l.typ.OID != 0 || !ra && r.typ.OID != 0 {
		return expr{}, t.noOperator(op, &l, &r, loc)
	}
	l, r = l.flat(), r.flat()
	fn := map[string]string{"&&": "list_has_any($1, $2)", "@>": "pg_has_all($1, $2)", "<@": "pg_has_all($2, $1)"}[op]
	return t.bind(sqltype.Bool, fn, l, r), nil
}
