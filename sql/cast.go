package sql

import (
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

func (t *translator) typeCast(c exprCtx, x *pg_query.TypeCast) (expr, error) {
	loc := x.Location
	if loc < 0 {
		loc = x.TypeName.GetLocation()
	}
	ty, err := resolveTypeIn(x.TypeName, t.namedType)
	if err != nil {
		e := *pgerr.From(err)
		if e.Position > 0 {
			e.Position = t.position(int32(e.Position - 1))
		}
		return expr{}, &e
	}
	if a := x.Arg.GetAArrayExpr(); a != nil && len(a.Elements) == 0 {
		duck, ok := t.duckType(ty)
		if _, isArray := ty.Elem(); !ok || !isArray {
			return expr{}, t.errorf(loc, pgerrcode.CannotCoerce, "cannot cast type text[] to %s", ty)
		}
		return typed("CAST([] AS "+duck+")", ty.OID).ofType(ty), nil
	}
	e, err := t.expr(c, x.Arg)
	if err != nil {
		return expr{}, err
	}
	if ty.OID == sqltype.Interval && e.lit != nil && e.isUnknown() {
		if len(x.TypeName.GetTypmods()) == 0 {
			return t.literal(*e.lit, ty, explicitCast, nodeLocation(x.Arg))
		}
		mask, digits := intervalMods(x.TypeName)
		v, ok := parseInterval(strings.TrimSpace(*e.lit), mask)
		if !ok {
			return expr{}, t.errorf(nodeLocation(x.Arg), pgerrcode.InvalidDatetimeFormat, "invalid input syntax for type interval: \"%s\"", *e.lit)
		}
		v.micros = roundMicros(v.micros, digits)
		return v.expr(), nil
	}
	if _, isArray := ty.Elem(); isArray && e.typ.OID == 0 && e.elems != nil {
		duck, _ := t.duckType(ty)
		return typed("CAST("+e.sql+" AS "+duck+")", ty.OID, e).ofType(ty), nil
	}
	at := nodeLocation(x.Arg)
	if e.lit == nil || !e.isUnknown() {
		at = loc
	}
	if ty.OID == sqltype.Interval && len(x.TypeName.GetTypmods()) > 0 {
		return t.roundInterval(e, x.TypeName, at)
	}
	if ty.Mod >= 0 && (ty.OID == sqltype.Time || ty.OID == sqltype.Timestamp || ty.OID == sqltype.Timestamptz) {
		return t.roundTime(e, ty, at)
	}
	out, err := t.coerce(e, ty, explicitCast, at)
	if err != nil {
		return expr{}, err
	}
	if out.sql == e.sql && out.typ.OID == e.typ.OID {
		out.typ = ty
	}
	return out, nil
}

// roundTime casts to time(p), timestamp(p) and timestamptz(p).
func (t *translator) roundTime(e expr, ty sqltype.Type, loc int32) (expr, error) {
	bare := sqltype.Of(ty.OID)
	out, err := t.coerce(e, bare, explicitCast, loc)
	if err != nil || ty.Mod >= 6 {
		out.typ = bare
		return out, err
	}
	unit := []string{"1000000", "100000", "10000", "1000", "100", "10"}[ty.Mod]
	switch ty.OID {
	case sqltype.Time:
		return t.bind(ty.OID, "pg_round_time($1, "+unit+")", out), nil
	case sqltype.Timestamp:
		return t.bind(ty.OID, "pg_round_timestamp($1, "+unit+")", out), nil
	}
	return t.bind(ty.OID, "pg_round_timestamptz($1, "+unit+")", out), nil
}

// shiftConstant moves a constant timestamp by a constant interval.
func shiftConstant(at, by string, back bool, oid sqltype.OID) (string, bool) {
	layout := "2006-01-02 15:04:05.999999"
	suffix := ""
	if oid == sqltype.Timestamptz {
		suffix = "+00"
		if !strings.HasSuffix(at, suffix) {
			return "", false
		}
	} else if oid != sqltype.Timestamp {
		return "", false
	}
	d, err := time.Parse("2006-01-02 15:04:05", strings.TrimSuffix(at, suffix))
	v, ok := parseInterval(by, 0)
	if err != nil || !ok || v.months != 0 || oid == sqltype.Timestamptz && v.days != 0 { // days and months depend on the time zone
		return "", false
	}
	if back {
		v = interval{days: -v.days, micros: -v.micros}
	}
	d = d.AddDate(0, 0, int(v.days)).Add(time.Duration(v.micros) * time.Microsecond)
	return d.Format(layout) + suffix, true
}

// sqlValue translates CURRENT_DATE and its kin: constants of the transaction and the session.
func (t *translator) sqlValue(x *pg_query.SQLValueFunction) (expr, error) {
	s := t.env.Session
	var e expr
	var err error
	switch x.Op {
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_USER, pg_query.SQLValueFunctionOp_SVFOP_USER, pg_query.SQLValueFunctionOp_SVFOP_CURRENT_ROLE:
		return nameConst(s.User), nil
	case pg_query.SQLValueFunctionOp_SVFOP_SESSION_USER:
		return nameConst(s.sessionUser()), nil
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:
		return nameConst(s.Database), nil
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:
		return t.currentSchema(), nil
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_DATE:
		return t.now(s.Now, sqltype.Date), nil
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP, pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N:
		e = t.now(s.Now, sqltype.Timestamptz)
	case pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP, pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		e = t.now(s.Now, sqltype.Timestamp)
	case pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME, pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME_N:
		e = t.now(s.Now, sqltype.Time)
	default:
		return expr{}, t.unsupported(x.Location, "type time with time zone")
	}
	if x.Typmod >= 0 && x.Typmod < 6 && (x.Op == pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N ||
		x.Op == pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N || x.Op == pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME_N) {
		e, err = t.roundTime(e, sqltype.Type{OID: e.typ.OID, Mod: x.Typmod}, x.Location)
	}
	return e, err
}

func nameConst(s string) expr {
	e := typed(duckString(s), sqltype.Name)
	e.lit = &s
	return e
}

func (t *translator) currentSchema() expr {
	t.timed = true
	if p := t.env.Session.SearchPath; len(p) > 0 {
		return nameConst(p[0])
	}
	return typed("CAST(NULL AS VARCHAR)", sqltype.Name)
}

// now writes an instant as a constant of the type, in the session's time zone.
func (t *translator) now(at time.Time, oid sqltype.OID) expr {
	t.timed = true
	loc := t.env.Session.Location
	if loc == nil {
		loc = time.UTC
	}
	var text string
	switch oid {
	case sqltype.Date:
		text = at.In(loc).Format("2006-01-02")
	case sqltype.Timestamptz:
		text = at.UTC().Format("2006-01-02 15:04:05.000000") + "+00"
	case sqltype.Timestamp:
		text = at.In(loc).Format("2006-01-02 15:04:05.000000")
	default:
		text = at.In(loc).Format("15:04:05.000000")
	}
	duck, _ := t.duckType(sqltype.Of(oid))
	e := typed("CAST('"+text+"' AS "+duck+")", oid)
	e.lit = &text
	return e
}
