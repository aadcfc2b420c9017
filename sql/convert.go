package sql

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// castLevel tells in which contexts a cast is applied, as pg_cast.castcontext does.
type castLevel int

const (
	implicitCast castLevel = iota
	assignCast
	explicitCast
)

// divScale is the number of digits after the point that numeric division, avg and the like give. PostgreSQL's depends on the
// values (at least 16 significant digits); DuckDB's DECIMAL has one scale for a column.
const divScale = 16

// bareScale is the scale of numeric without one where no constant tells a better one.
const bareScale = 9

func pgerr42601(msg string) error { return pgerr.New(pgerrcode.FeatureNotSupported, "%s", msg) }

// duckType spells a type for DuckDB.
func duckType(t sqltype.Type) (string, bool) {
	if elem, ok := t.Elem(); ok {
		s, ok := duckType(elem)
		return s + "[]", ok
	}
	switch t.OID {
	case sqltype.Bool:
		return "BOOLEAN", true
	case sqltype.Int2:
		return "SMALLINT", true
	case sqltype.Int4:
		return "INTEGER", true
	case sqltype.Int8:
		return "BIGINT", true
	case sqltype.Oid, sqltype.Regclass, sqltype.Regtype, sqltype.Regproc:
		return "UINTEGER", true
	case sqltype.Float4:
		return "FLOAT", true
	case sqltype.Float8:
		return "DOUBLE", true
	case sqltype.Text, sqltype.Varchar, sqltype.Bpchar, sqltype.Name, sqltype.Char:
		return "VARCHAR", true
	case sqltype.Bytea:
		return "BLOB", true
	case sqltype.Date:
		return "DATE", true
	case sqltype.Time:
		return "TIME", true
	case sqltype.Timestamp:
		return "TIMESTAMP", true
	case sqltype.Timestamptz:
		return "TIMESTAMP WITH TIME ZONE", true
	case sqltype.Interval:
		return "INTERVAL", true
	case sqltype.UUID:
		return "UUID", true
	case sqltype.JSON, sqltype.JSONB:
		return "JSON", true
	case sqltype.Numeric:
		if p, s, ok := t.PrecisionScale(); ok {
			if p > 38 || s < 0 || s > p {
				return "", false
			}
			return fmt.Sprintf("DECIMAL(%d,%d)", p, s), true
		}
		return fmt.Sprintf("DECIMAL(38,%d)", bareScale), true
	}
	return "", false
}

// category is pg_type.typcategory, and "" for types that are not known.
func category(oid sqltype.OID) string {
	switch oid {
	case sqltype.Bool:
		return "B"
	case sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Float4, sqltype.Float8, sqltype.Numeric, sqltype.Oid,
		sqltype.Regclass, sqltype.Regtype, sqltype.Regproc:
		return "N"
	case sqltype.Text, sqltype.Varchar, sqltype.Bpchar, sqltype.Name, sqltype.Char:
		return "S"
	case sqltype.Date, sqltype.Time, sqltype.Timestamp, sqltype.Timestamptz:
		return "D"
	case sqltype.Interval:
		return "T"
	case sqltype.Unknown:
		return "X"
	case 0:
		return ""
	}
	if _, ok := sqltype.Of(oid).Elem(); ok {
		return "A"
	}
	return "U"
}

func preferred(oid sqltype.OID) bool {
	switch oid {
	case sqltype.Bool, sqltype.Float8, sqltype.Text, sqltype.Timestamptz, sqltype.Interval, sqltype.Oid:
		return true
	}
	return false
}

var numberRank = map[sqltype.OID]int{sqltype.Int2: 1, sqltype.Int4: 2, sqltype.Int8: 3, sqltype.Numeric: 4, sqltype.Float4: 5, sqltype.Float8: 6}

// canCast reports whether pg_cast has a cast that applies at this level.
func canCast(from, to sqltype.OID, level castLevel) bool {
	if from == to || from == sqltype.Unknown || from == 0 || to == 0 {
		return true
	}
	cf, ct := category(from), category(to)
	if fr, tr := numberRank[from], numberRank[to]; fr > 0 && tr > 0 {
		return fr < tr || level >= assignCast
	}
	if cf == "N" && ct == "N" {
		return numberRank[from] > 0 && numberRank[from] <= 3 || level >= assignCast
	}
	if cf == "S" && ct == "S" {
		return true
	}
	if cf == "A" && ct == "A" {
		f, _ := sqltype.Of(from).Elem()
		e, _ := sqltype.Of(to).Elem()
		return canCast(f.OID, e.OID, level)
	}
	switch from {
	case sqltype.Date:
		if to == sqltype.Timestamp || to == sqltype.Timestamptz {
			return true
		}
	case sqltype.Timestamp:
		if to == sqltype.Timestamptz {
			return true
		}
		if to == sqltype.Date || to == sqltype.Time {
			return level >= assignCast
		}
	case sqltype.Timestamptz:
		if to == sqltype.Timestamp || to == sqltype.Date || to == sqltype.Time {
			return level >= assignCast
		}
	case sqltype.Time:
		if to == sqltype.Interval {
			return true
		}
	case sqltype.Interval:
		if to == sqltype.Time {
			return level >= assignCast
		}
	case sqltype.JSON, sqltype.JSONB:
		if to == sqltype.JSON || to == sqltype.JSONB {
			return level >= assignCast
		}
	case sqltype.Bool:
		if to == sqltype.Int4 {
			return level == explicitCast
		}
	case sqltype.Int4:
		if to == sqltype.Bool {
			return level == explicitCast
		}
	}
	if ct == "S" {
		return level >= assignCast
	}
	if cf == "S" {
		return level == explicitCast
	}
	if cf == "U" && from == sqltype.JSONB && (ct == "N" || ct == "B") {
		return level == explicitCast
	}
	return false
}

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
	duck, ok := duckType(ty)
	if !ok {
		if e.typ.OID == ty.OID {
			return e, nil
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
	if e.typ.OID == sqltype.Record {
		return expr{}, t.cannotCast(e, ty, loc)
	}
	if !canCast(e.typ.OID, ty.OID, level) {
		return expr{}, t.cannotCast(e, ty, loc)
	}
	return t.convert(e, ty, level)
}

func (t *translator) cannotCast(e expr, ty sqltype.Type, loc int32) error {
	return t.errorf(loc, pgerrcode.CannotCoerce, "cannot cast type %s to %s", typeName(e), ty)
}

func typeName(e expr) string {
	if e.typ.OID == 0 {
		return "unknown"
	}
	return e.typ.String()
}

func declaredScale(ty sqltype.Type) int {
	if ty.OID != sqltype.Numeric {
		return -1
	}
	if _, s, ok := ty.PrecisionScale(); ok {
		return s
	}
	return bareScale
}

// convert writes the cast of a typed value; the cast exists.
func (t *translator) convert(e expr, ty sqltype.Type, level castLevel) (expr, error) {
	duck, _ := duckType(ty)
	from, to := e.typ.OID, ty.OID
	plain := func() expr {
		out := typed("CAST("+e.sql+" AS "+duck+")", to, e).ofType(ty)
		out.scale = declaredScale(ty)
		return out
	}
	cf, ct := category(from), category(to)
	switch {
	case ct == "S":
		return t.toText(e, ty, level), nil
	case to == sqltype.Numeric:
		return t.toNumeric(e, ty), nil
	case cf == "S":
		return t.fromText(e, ty), nil
	case cf == "A" && ct == "A":
		return plain(), nil
	case from == sqltype.JSONB && to == sqltype.JSON, from == sqltype.JSON && to == sqltype.JSONB:
		return e.ofType(ty), nil
	case (to == sqltype.Int2 || to == sqltype.Int4 || to == sqltype.Int8) && (from == sqltype.Float4 || from == sqltype.Float8):
		out := typed("CAST(round_even("+e.sql+", 0) AS "+duck+")", to, e).ofType(ty)
		return out, nil
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

// textOf writes the value as PostgreSQL's output function does.
func (t *translator) textOf(e expr) expr {
	var sql string
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
		inner := t.textOf(expr{sql: "pg_x", typ: elem, weight: 1, scale: -1})
		return t.bind(sqltype.Text, "pg_array_out(list_transform($1, lambda pg_x: "+strings.ReplaceAll(inner.sql, "$", "$$")+"))", e)
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
	duck, _ := duckType(ty)
	switch ty.OID {
	case sqltype.Bool:
		return t.bind(ty.OID, "pg_bool_in($1)", e)
	case sqltype.Int2, sqltype.Int4, sqltype.Int8:
		out := t.bind(ty.OID, "CAST(pg_int_in($1, "+duckString(ty.String())+") AS "+duck+")", e)
		return out
	case sqltype.Bytea:
		return t.bind(ty.OID, "pg_bytea_in($1)", e)
	case sqltype.Interval:
		return typed("CAST("+e.sql+" AS INTERVAL)", ty.OID, e)
	}
	if elem, ok := ty.Elem(); ok {
		_ = elem
		return t.bind(ty.OID, "CAST(pg_array_in($1) AS "+duck+")", e)
	}
	return typed("CAST("+e.sql+" AS "+duck+")", ty.OID, e).ofType(ty)
}

func (t *translator) toNumeric(e expr, ty sqltype.Type) expr {
	p, s, ok := ty.PrecisionScale()
	src := e.sql
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
	case sqltype.Float4, sqltype.Float8:
		digits := 15
		if e.typ.OID == sqltype.Float4 {
			digits = 6
		}
		src = fmt.Sprintf("format('{:.%dg}', CAST(%s AS DOUBLE))", digits, src)
		if !ok {
			p, s = 38, 15
		}
	default:
		if !ok {
			p, s = 38, bareScale
		}
	}
	out := typed(fmt.Sprintf("CAST(%s AS DECIMAL(%d,%d))", src, p, s), sqltype.Numeric, e).ofType(ty)
	out.scale = s
	return out
}

// bind puts arguments into a template with $1, $2... Arguments that are costly to evaluate as often as the template, with its macros
// expanded, does are evaluated once, through a one-element list.
func (t *translator) bind(ret sqltype.OID, template string, args ...expr) expr {
	out := typed("", ret, args...)
	names := make([]string, len(args))
	weight, cost, most := 0, 0, 1
	for i, a := range args {
		names[i] = a.sql
		weight += a.weight
		uses := templateUses(template, i+1)
		cost += a.weight * max(uses, 1)
		most = max(most, uses)
	}
	if most > 1 && cost > maxRepeatedWeight {
		var fields []string
		for i, a := range args {
			if a.lit != nil || a.null || a.weight == 1 && a.col != nil {
				continue
			}
			f := "a" + strconv.Itoa(i+1)
			fields = append(fields, f+" := "+a.sql)
			names[i] = "pg_v." + f
		}
		if len(fields) > 0 {
			out.sql = "list_transform([struct_pack(" + strings.Join(fields, ", ") + ")], lambda pg_v: " + fill(template, names) + ")[1]"
			out.weight = weight + 2
			return out
		}
	}
	out.sql = fill(template, names)
	out.weight = cost + 1
	return out
}

func fill(template string, args []string) string {
	var b strings.Builder
	for i := 0; i < len(template); i++ {
		if template[i] == '$' && i+1 < len(template) && template[i+1] >= '1' && template[i+1] <= '9' {
			if n := int(template[i+1] - '1'); n < len(args) {
				b.WriteString(args[n])
			}
			i++
			continue
		}
		if template[i] == '$' && i+1 < len(template) && template[i+1] == '$' {
			b.WriteByte('$')
			i++
			continue
		}
		if template[i] == '$' && i+1 < len(template) && template[i+1] == '*' {
			b.WriteString(strings.Join(args, ", "))
			i++
			continue
		}
		b.WriteByte(template[i])
	}
	return b.String()
}

// unify gives all values one type, as PostgreSQL does for CASE, UNION and the like, and converts the list in place.
func (t *translator) unify(list []expr, construct string, loc int32) (sqltype.Type, error) {
	ty, err := t.commonType(list, construct, loc)
	if err != nil {
		return ty, err
	}
	for i := range list {
		e, err := t.unifyOne(list[i], ty, loc)
		if err != nil {
			return ty, err
		}
		list[i] = e
	}
	return ty, nil
}

func (t *translator) unifyOne(e expr, ty sqltype.Type, loc int32) (expr, error) {
	if ty.OID == 0 {
		if e.isUnknown() && e.null {
			return e.ofType(ty), nil
		}
		return t.settle(e), nil
	}
	return t.coerce(e, ty, implicitCast, loc)
}

func (t *translator) commonType(list []expr, construct string, loc int32) (sqltype.Type, error) {
	best := sqltype.Type{OID: sqltype.Unknown}
	unresolved := false
	sameMod := true
	for _, e := range list {
		switch {
		case e.isUnknown():
			continue
		case e.typ.OID == 0:
			unresolved = true
			continue
		case best.OID == sqltype.Unknown:
			best = e.typ
			continue
		}
		if e.typ.OID == best.OID {
			sameMod = sameMod && e.typ.Mod == best.Mod
			continue
		}
		sameMod = false
		if category(e.typ.OID) != category(best.OID) || category(best.OID) == "U" {
			if canCast(e.typ.OID, best.OID, implicitCast) {
				continue
			}
			if canCast(best.OID, e.typ.OID, implicitCast) {
				best = e.typ
				continue
			}
			return best, t.errorf(loc, pgerrcode.DatatypeMismatch, "%s types %s and %s cannot be matched", construct, sqltype.Of(best.OID), sqltype.Of(e.typ.OID))
		}
		if !preferred(best.OID) && canCast(best.OID, e.typ.OID, implicitCast) && !(canCast(e.typ.OID, best.OID, implicitCast) && category(best.OID) == "S" && !preferred(e.typ.OID)) {
			best = e.typ
		} else if !canCast(e.typ.OID, best.OID, implicitCast) {
			return best, t.errorf(loc, pgerrcode.DatatypeMismatch, "%s types %s and %s cannot be matched", construct, sqltype.Of(best.OID), sqltype.Of(e.typ.OID))
		}
	}
	if unresolved {
		return sqltype.Type{}, nil
	}
	if best.OID == sqltype.Unknown {
		return sqltype.Of(sqltype.Text), nil
	}
	if !sameMod || best.OID == sqltype.Numeric {
		best.Mod = sqltype.NoMod
	}
	return best, nil
}

// finishUnified completes the value made of a unified list.
func (t *translator) finishUnified(out expr, list []expr, ty sqltype.Type) expr {
	out.typ = ty
	out.scale = -1
	if ty.OID == sqltype.Numeric {
		out.scale = 0
		for _, e := range list {
			if e.null {
				continue
			}
			if e.scale < 0 && e.typ.OID == sqltype.Numeric {
				out.scale = -1
				break
			}
			out.scale = max(out.scale, e.scale)
		}
	}
	if ty.OID == sqltype.Int2 || ty.OID == sqltype.Int4 {
		out.inex = true
	}
	return out
}
