package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

const (
	implicitCast castLevel = iota
	assignCast
	explicitCast
)

func unsupportedNode(msg string) error { return pgerr.New(pgerrcode.FeatureNotSupported, "%s", msg) }

// settle gives a value that found no type the type text.
func (t *translator) settle(e expr) expr {
	if !e.isUnknown() {
		return e
	}
	out, err := t.coerce(e, sqltype.Of(sqltype.Text), implicitCast, -1)
	if err != nil {
		return e
	}
	return out
}

// coerce converts e to ty where the cast applies at this level; 42846 otherwise.
func (t *translator) coerce(e expr, ty sqltype.Type, level castLevel, loc int32) (expr, error) {
	if ty.OID == 0 || ty.OID == sqltype.Unknown {
		return t.settle(e), nil
	}
	duck, ok := t.duckType(ty)
	if !ok {
		if e.typ.OID == ty.OID {
			return e, nil
		}
		if ty.OID == sqltype.Record && e.null {
			return e.ofType(ty), nil
		}
		if ty.OID == sqltype.Numeric {
			return expr{}, t.errorf(loc, pgerrcode.FeatureNotSupported, "numeric with a precision over 38 or a negative scale is not supported")
		}
		return expr{}, t.errorf(loc, pgerrcode.FeatureNotSupported, "values of type %s are not supported here", ty)
	}
	switch {
	case e.param > 0 && e.isUnknown():
		return t.typeParam(e, ty, loc)
	case e.null:
		out := typed("CAST(NULL AS "+duck+")", ty.OID).ofType(ty)
		out.null = true
		out.scale = declaredScale(ty)
		return out, nil
	case e.isUnknown() && e.lit != nil:
		if e.loc > 0 {
			loc = e.loc - 1
		}
		return t.literal(*e.lit, ty, level, loc)
	case e.typ.OID == 0:
		out := typed("CAST("+e.sql+" AS "+duck+")", ty.OID, e).ofType(ty)
		out.scale = declaredScale(ty)
		return out, nil
	case e.typ.OID == ty.OID && (ty.Mod == sqltype.NoMod || ty.Mod == e.typ.Mod):
		return e, nil
	}
	if e.composite() {
		if category(ty.OID) != "S" || level < assignCast || e.fields == nil {
			return expr{}, t.cannotCast(e, ty, loc)
		}
		return t.convert(t.rowText(e), ty, level)
	}
	if !canCast(e.typ.OID, ty.OID, level) {
		return expr{}, t.cannotCast(e, ty, loc)
	}
	return t.convert(e, ty, level)
}

func (t *translator) cannotCast(e expr, ty sqltype.Type, loc int32) error {
	return t.errorf(loc, pgerrcode.CannotCoerce, "cannot cast type %s to %s", t.typeName(e), ty)
}

func (t *translator) typeName(e expr) string {
	if e.typ.OID == 0 {
		return "unknown"
	}
	return t.spell(e.typ)
}

// convert writes the cast of a typed value; the cast exists.
func (t *translator) convert(e expr, ty sqltype.Type, level castLevel) (expr, error) {
	duck, _ := t.duckType(ty)
	from, to := e.typ.OID, ty.OID
	plain := func() expr {
		out := typed("CAST("+e.sql+" AS "+duck+strings.Repeat("[]", e.nest)+")", to, e).ofType(ty)
		out.scale, out.nest = declaredScale(ty), e.nest
		return out
	}
	cf, ct := category(from), category(to)
	switch {
	case ty.Reg() && cf == "S":
		return t.regIn(t.textOf(e), ty), nil
	case to == sqltype.Char && from == sqltype.Int4:
		return typed("CASE WHEN "+e.sql+" NOT BETWEEN -128 AND 127 THEN error('!22003!\"char\" out of range') WHEN "+e.sql+" > 0 THEN chr("+e.sql+") ELSE '' END", to, e), nil
	case from == sqltype.Bool && to == sqltype.Name:
		return t.bind(to, "CASE WHEN $1 THEN 't' WHEN NOT $1 THEN 'f' END", e), nil
	case ct == "S":
		return t.toText(e, ty, level), nil
	case to == sqltype.Numeric && from != sqltype.JSONB:
		return t.toNumeric(e, ty), nil
	case from == sqltype.Char && to == sqltype.Int4:
		return typed("CASE WHEN "+e.sql+" = '' THEN 0 ELSE CAST(unicode("+e.sql+") AS INTEGER) END", to, e), nil
	case from == sqltype.Timestamptz && to == sqltype.Time:
		return typed("CAST(CAST("+e.sql+" AS TIMESTAMP) AS TIME)", to, e), nil
	case cf == "V" || ct == "V":
		return t.convertBits(e, ty), nil
	case cf == "S":
		return t.fromText(e, ty), nil
	case from == sqltype.Numeric && (to == sqltype.Float4 || to == sqltype.Float8) && (e.lit != nil || e.param > 0 && e.shown != ""):
		if e.lit != nil { // all its digits
			return t.floatLiteral(*e.lit, *e.lit, ty, duck, -1)
		}
		return typed("CAST("+e.shown+" AS "+duck+")", to, e).ofType(ty), nil
	case cf == "A" && ct == "A":
		return t.convertElements(e, ty, level, plain)
	case from == sqltype.JSONB && to == sqltype.JSON:
		return e.ofType(ty), nil
	case from == sqltype.JSON && to == sqltype.JSONB:
		return t.bind(to, "CAST(pg_jsonb_out($1) AS JSON)", e), nil
	case from == sqltype.JSONB && (ct == "N" || ct == "B"):
		word := "numeric"
		if to == sqltype.Bool {
			word = "boolean"
		} else if to != sqltype.Numeric {
			word = sqltype.Of(to).String()
		}
		text := t.bind(sqltype.Text, "pg_call('json_scalar', CAST($1 AS VARCHAR), '"+word+"')", e)
		if to == sqltype.Bool {
			return typed("CAST("+text.sql+" AS BOOLEAN)", to, e), nil
		}
		n := typed("CAST("+text.sql+" AS DECIMAL(38,9))", sqltype.Numeric, e).scaled(9)
		if to == sqltype.Numeric {
			n.shown = text.sql
		}
		if to == sqltype.Numeric && ty.Mod == sqltype.NoMod {
			return n, nil
		}
		return t.convert(n, ty, level)
	case (to == sqltype.Int2 || to == sqltype.Int4 || to == sqltype.Int8) && (from == sqltype.Float4 || from == sqltype.Float8):
		out := typed("CAST(round_even("+e.sql+", 0) AS "+duck+")", to, e).ofType(ty)
		return out, nil
	case isInt(to) && from == sqltype.Numeric && e.whole[0] != "" && e.whole[0] == e.sql:
		return typed("CAST("+e.whole[1]+" AS "+duck+")", to, e).ofType(ty), nil
	case isInt(to) && from == sqltype.Numeric: // by way of HUGEINT, where too large a value is told as such
		return typed("CAST(CAST("+e.sql+" AS HUGEINT) AS "+duck+")", to, e).ofType(ty), nil
	case to == sqltype.Interval && from == sqltype.Time:
		return typed("to_microseconds(epoch_us("+e.sql+"))", to, e), nil
	case to == sqltype.Time && from == sqltype.Interval:
		return typed("(TIME '00:00:00' + "+e.sql+")", to, e), nil
	case numberRank[from] > 0 && numberRank[to] > 0 && e.lit != nil:
		out := plain()
		out.lit = e.lit
		return out, nil
	}
	return plain(), nil
}

// convertElements casts an array. What an element's text is, DuckDB's own cast does not know.
func (t *translator) convertElements(e expr, ty sqltype.Type, level castLevel, plain func() expr) (expr, error) {
	from, _ := e.typ.Elem()
	to, _ := ty.Elem()
	fromText, toText := category(from.OID) == "S", category(to.OID) == "S"
	if from.OID == 0 || fromText == toText || toText && numberRank[from.OID] > 0 && from.OID != sqltype.Float4 && from.OID != sqltype.Float8 || fromText && !to.Reg() {
		return plain(), nil
	}
	inner, err := t.convert(expr{sql: "pg_x", typ: from, weight: 1, scale: -1}, to, level)
	if err != nil {
		return expr{}, err
	}
	return t.bind(ty.OID, "list_transform($1, lambda pg_x: "+strings.ReplaceAll(inner.sql, "$", "$$")+")", e).ofType(ty), nil
}

// textOf writes the value as PostgreSQL's output function does.
func (t *translator) textOf(e expr) expr {
	var sql string
	if e.typ.OID == sqltype.Numeric && e.shown != "" {
		return typed(e.shown, sqltype.Text, e)
	}
	if e.composite() && e.fields != nil {
		return t.rowText(e)
	}
	e = t.exact(e)
	switch category(e.typ.OID) {
	case "S":
		if e.typ.OID == sqltype.Bpchar {
			return typed("rtrim("+e.sql+", ' ')", sqltype.Text, e)
		}
		return e
	case "":
		return typed("CAST("+e.sql+" AS VARCHAR)", sqltype.Text, e)
	case "A":
		elem, _ := e.typ.Elem()
		if e.typ.Vector() {
			return t.bind(sqltype.Text, "array_to_string($1, ' ')", e)
		}
		if e.nest > 0 {
			in := t.textOf(expr{sql: "pg_x", typ: e.typ, nest: e.nest - 1, weight: 1, scale: -1, fields: e.fields})
			return t.bind(sqltype.Text, "('{' || array_to_string(list_transform($1, lambda pg_x: "+strings.ReplaceAll(in.sql, "$", "$$")+"), ',') || '}')", e)
		}
		inner := t.textOf(expr{sql: "pg_x", typ: elem, weight: 1, scale: -1, fields: e.fields})
		return t.bind(sqltype.Text, "pg_array_out(list_transform($1, lambda pg_x: "+strings.ReplaceAll(inner.sql, "$", "$$")+"))", e)
	}
	if e.typ.Reg() {
		return t.regText(e)
	}
	switch e.typ.OID {
	case sqltype.Float4, sqltype.Float8:
		return t.bind(sqltype.Text, "pg_float_out($1)", e)
	case sqltype.Interval:
		return t.bind(sqltype.Text, "pg_interval_out($1)", e)
	case sqltype.Bytea:
		sql = `('\x' || lower(hex(` + e.sql + ")))"
	default:
		sql = "CAST(" + e.sql + " AS VARCHAR)"
	}
	return typed(sql, sqltype.Text, e)
}

// padded gives char(n) its trailing spaces, which tables do not store.
func (t *translator) padded(e expr) expr {
	n, ok := e.typ.Length()
	if e.typ.OID != sqltype.Bpchar || !ok || e.lit != nil || e.null {
		return e
	}
	return typed(fmt.Sprintf("rpad(%s, %d, ' ')", e.sql, n), e.typ.OID, e).ofType(e.typ)
}

func (t *translator) toText(e expr, ty sqltype.Type, level castLevel) expr {
	out := t.textOf(e)
	n, ok := ty.Length()
	switch {
	case ty.OID == sqltype.Name:
		out = typed("left("+out.sql+", 63)", ty.OID, e)
	case ty.OID == sqltype.Char:
		out = typed("left("+out.sql+", 1)", ty.OID, e)
	case ok && ty.OID == sqltype.Varchar && level == explicitCast:
		out = typed(fmt.Sprintf("left(%s, %d)", out.sql, n), ty.OID, e)
	case ok && ty.OID == sqltype.Bpchar && level == explicitCast:
		out = typed(fmt.Sprintf("rpad(left(%s, %d), %d, ' ')", out.sql, n, n), ty.OID, e)
	case ok && ty.OID == sqltype.Varchar:
		out = t.bind(ty.OID, fmt.Sprintf("pg_varchar($1, %d)", n), out)
	case ok:
		out = t.bind(ty.OID, fmt.Sprintf("rpad(pg_bpchar($1, %d), %d, ' ')", n, n), out)
	}
	out.typ = ty
	if e.col != nil && ty.Mod == sqltype.NoMod && category(e.typ.OID) == "S" && e.typ.OID != sqltype.Bpchar {
		out.col = e.col
	}
	return out
}

func (t *translator) fromText(e expr, ty sqltype.Type) expr {
	duck, _ := t.duckType(ty)
	if ty.Enum() {
		return t.enumFromText(e, ty)
	}
	switch ty.OID {
	case sqltype.Bool:
		return t.bind(ty.OID, "pg_bool_in($1)", e)
	case sqltype.Int2, sqltype.Int4, sqltype.Int8:
		out := t.bind(ty.OID, "CAST(pg_int_in($1, "+duckString(ty.String())+") AS "+duck+")", e)
		return out
	case sqltype.Bytea:
		return t.bind(ty.OID, "pg_bytea_in($1)", e)
	case sqltype.JSON:
		return typed("CAST(pg_call('json_in', "+e.sql+") AS JSON)", ty.OID, e)
	case sqltype.JSONB:
		return typed("CAST(pg_call('jsonb_in', "+e.sql+") AS JSON)", ty.OID, e)
	case sqltype.UUID:
		return typed("CAST(pg_call('uuid_in', "+e.sql+") AS UUID)", ty.OID, e)
	case sqltype.Interval:
		return typed("CAST("+e.sql+" AS INTERVAL)", ty.OID, e)
	case sqltype.Time:
		return t.bind(ty.OID, "pg_time_in($1)", e)
	case sqltype.Timestamp:
		return t.bind(ty.OID, "pg_timestamp_in($1)", e)
	case sqltype.Timestamptz:
		return t.bind(ty.OID, "pg_timestamptz_in($1)", e)
	}
	if elem, ok := ty.Elem(); ok {
		_ = elem
		return t.bind(ty.OID, "CAST(pg_array_in($1) AS "+duck+")", e)
	}
	return typed("CAST("+e.sql+" AS "+duck+")", ty.OID, e).ofType(ty)
}

func (t *translator) toNumeric(e expr, ty sqltype.Type) expr {
	p, s, ok := ty.PrecisionScale()
	src, shown := e.sql, ""
	switch e.typ.OID {
	case sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Oid:
		if !ok {
			p, s = map[sqltype.OID]int{sqltype.Int2: 5, sqltype.Int4: 10}[e.typ.OID], 0
			if p == 0 {
				p = 19
			}
		}
	case sqltype.Numeric:
		if !ok {
			return e.ofType(ty)
		}
		e.shown = ""
	case sqltype.Float4, sqltype.Float8:
		digits := 15
		if e.typ.OID == sqltype.Float4 {
			digits = 6
		}
		src = fmt.Sprintf("format('{:.%dg}', CAST(%s AS DOUBLE))", digits, src)
		if !ok {
			p, s = 38, 15
			shown = "pg_call('numeric_in', " + src + ")"
		}
	default:
		if !ok {
			p, s = 38, bareScale
			if category(e.typ.OID) == "S" {
				shown = "pg_call('numeric_in', " + src + ")"
			}
		}
	}
	out := typed(fmt.Sprintf("CAST(%s AS DECIMAL(%d,%d))", src, p, s), sqltype.Numeric, e).ofType(ty)
	out.scale, out.shown = s, shown
	return out
}
