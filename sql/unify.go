package sql

import (
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// unify gives all values one type, as PostgreSQL does for CASE, UNION and the like, and converts the list in place.
func (t *translator) unify(list []expr, construct string, loc int32) (sqltype.Type, error) {
	ty, err := t.commonType(list, construct, loc)
	if err != nil {
		return ty, err
	}
	nest := -1
	for _, e := range list {
		if _, isArray := e.typ.Elem(); !isArray || e.null {
			continue
		}
		if nest >= 0 && e.nest != nest && construct != "ARRAY" {
			return ty, t.unsupported(loc, construct+" of arrays with different numbers of dimensions")
		}
		nest = e.nest
	}
	for i := range list {
		e, err := t.unifyOne(list[i], ty, loc)
		if err != nil {
			return ty, err
		}
		if e.null && nest > 0 {
			e.sql, e.nest = "CAST(NULL AS "+t.listOf(ty, nest)+")", nest
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
	if e.typ.OID == sqltype.JSONB {
		e = t.exact(e)
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
	for _, e := range list {
		out.nest = max(out.nest, e.nest)
		if out.fields == nil {
			out.fields, out.rowOf = e.fields, e.rowOf
		}
		if out.rowOf != e.rowOf && !e.null {
			out.rowOf = 0
		}
	}
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
