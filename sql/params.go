package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// paramRef translates $n: with a type already known it is a cast of the bound text, otherwise it looks for one.
func (t *translator) paramRef(x *pg_query.ParamRef) (expr, error) {
	n := int(x.Number)
	if len(t.frames) > 0 {
		return t.frames[len(t.frames)-1].param(t, x)
	}
	if n < 1 || n > maxParams {
		return expr{}, t.errorf(x.Location, pgerrcode.UndefinedParameter, "there is no parameter $%d", x.Number)
	}
	if t.env.NoParams {
		return expr{}, t.errorf(x.Location, pgerrcode.UndefinedParameter, "there is no parameter $%d", x.Number)
	}
	for len(t.params) < n {
		t.params = append(t.params, sqltype.Type{})
	}
	e := expr{sql: fmt.Sprintf("$%d", n), typ: sqltype.Of(sqltype.Unknown), param: n, weight: 1, scale: -1}
	if t.params[n-1].OID != 0 {
		return t.typedParam(e, t.params[n-1])
	}
	return e, nil
}

// typeParam settles the type of a parameter by its first use; a later use with another one is 42P18, as in PostgreSQL.
func (t *translator) typeParam(e expr, ty sqltype.Type, loc int32) (expr, error) {
	known := t.params[e.param-1]
	if known.OID == 0 {
		base := sqltype.Of(ty.OID)
		t.params[e.param-1] = base
		known = base
	}
	out, err := t.typedParam(e, known)
	if err != nil {
		return expr{}, err
	}
	if known.OID != ty.OID {
		return expr{}, t.errorf(loc, pgerrcode.AmbiguousParameter, "inconsistent types deduced for parameter $%d", e.param).
			WithDetail("%s versus %s", known, sqltype.Of(ty.OID))
	}
	if ty.Mod != sqltype.NoMod && ty.Mod != known.Mod {
		return t.convert(out, ty, explicitCast)
	}
	return out, nil
}

func (t *translator) typedParam(e expr, ty sqltype.Type) (expr, error) {
	duck, ok := t.duckType(ty)
	if !ok {
		return expr{}, t.errorf(-1, pgerrcode.FeatureNotSupported, "parameters of type %s are not supported", ty)
	}
	src := fmt.Sprintf("CAST($%d AS VARCHAR)", e.param)
	out := expr{typ: ty, param: e.param, weight: 1, scale: declaredScale(ty)}
	if ty.OID == sqltype.Numeric && ty.Mod == sqltype.NoMod {
		out.shown = "pg_call('numeric_in', " + src + ")"
	}
	elem, isArray := ty.Elem()
	if n := e.param - 1; isArray && n < len(t.env.ParamDims) && t.env.ParamDims[n] > 1 {
		out.nest = t.env.ParamDims[n] - 1
		duck += strings.Repeat("[]", out.nest)
		if elem.OID == sqltype.Bytea || elem.OID == sqltype.JSON || elem.OID == sqltype.JSONB || ty.Vector() {
			return out, t.errorf(-1, pgerrcode.FeatureNotSupported, "parameters of type %s with several dimensions are not supported", ty)
		}
	}
	switch { // ParamText has the texts for these
	case ty.Enum():
		out.sql = "CAST(" + src + " AS " + duck + ")"
	case isArray && elem.Enum():
		out.sql = "CAST(CAST(CAST(" + src + " AS JSON) AS VARCHAR" + strings.Repeat("[]", out.nest+1) + ") AS " + duck + ")"
	case ty.Reg():
		out.sql = t.regIn(typed(src, sqltype.Text), ty).sql
	case isArray && elem.OID == sqltype.Bytea:
		out.sql = "list_transform(CAST(CAST(" + src + " AS JSON) AS VARCHAR[]), lambda pg_x: pg_bytea_in(pg_x))"
	case isArray && (elem.OID == sqltype.JSON || elem.OID == sqltype.JSONB): // not read as JSON at once: the text stays as it is
		out.sql = "CAST(CAST(CAST(" + src + " AS JSON) AS VARCHAR[]) AS JSON[])"
	case isArray:
		out.sql = "CAST(CAST(" + src + " AS JSON) AS " + duck + ")"
	case ty.OID == sqltype.Bytea:
		out.sql = "pg_bytea_in(" + src + ")"
	case ty.OID == sqltype.Bool:
		out.sql = "pg_bool_in(" + src + ")"
	case duck == "VARCHAR":
		out.sql = src
	case ty.OID == sqltype.Numeric: // as many digits as a client is likely to send, for it may be compared with any column
		out.sql = "CAST(" + src + " AS DECIMAL(38,12))"
		out.scale = 12
	default:
		out.sql = fmt.Sprintf("CAST($%d AS %s)", e.param, duck)
	}
	return out, nil
}
