package sql

import (
	"fmt"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// A bit string is a text of 0 and 1 to the engine; what it needs more is in package pgfunc.

// bitConst reads B'101', X'1F' and their like.
func (t *translator) bitConst(text string, loc int32) (expr, error) {
	bits, err := pgvalue.ParseBits(text)
	if err != nil {
		return expr{}, pgerr.From(err).WithPosition(t.position(loc))
	}
	e := typed("CAST("+duckString(bits)+" AS VARCHAR)", sqltype.Bit)
	e.lit = &bits
	return e, nil
}

// convertBits casts to and from bit strings.
func (t *translator) convertBits(e expr, ty sqltype.Type) expr {
	from, to := e.typ.OID, ty.OID
	switch {
	case to == sqltype.Int4:
		return t.bind(to, "CAST(pg_call('bit_to_int', $1, '32') AS INTEGER)", e)
	case to == sqltype.Int8:
		return t.bind(to, "CAST(pg_call('bit_to_int', $1, '64') AS BIGINT)", e)
	case isInt(from):
		return t.bind(to, fmt.Sprintf("pg_call('bit_of_int', CAST($1 AS VARCHAR), '64', '%d')", max(ty.Mod, 1)), e).ofType(ty)
	case category(from) == "S":
		e = t.bind(to, "pg_call('bit_in', $1)", t.textOf(e))
	}
	out := e.ofType(ty)
	switch {
	case ty.Mod <= 0 || e.typ == ty:
	case to == sqltype.Bit:
		out = t.bind(to, fmt.Sprintf("pg_call('bit_length_cast', $1, '%d')", ty.Mod), e).ofType(ty)
	default:
		out = t.bind(to, fmt.Sprintf("left($1, %d)", ty.Mod), e).ofType(ty)
	}
	return out
}

// bitStrings writes & | # << >> of bit strings.
func (t *translator) bitStrings(op string, l, r expr, loc int32) (expr, error) {
	var err error
	if op == "<<" || op == ">>" {
		if r, err = t.coerce(r, sqltype.Of(sqltype.Int4), implicitCast, loc); err != nil {
			return expr{}, err
		}
		sign := ""
		if op == ">>" {
			sign = "-"
		}
		return t.bind(sqltype.Bit, "pg_call('bit_shift', $1, CAST("+sign+"$2 AS VARCHAR))", l, r), nil
	}
	if category(l.typ.OID) != "V" || category(r.typ.OID) != "V" {
		return expr{}, t.errorf(loc, pgerrcode.UndefinedFunction, "operator does not exist: %s %s %s", t.typeName(l), op, t.typeName(r))
	}
	name := map[string]string{"&": "bit_and", "|": "bit_or", "#": "bit_xor"}[op]
	return t.bind(sqltype.Bit, "pg_call('"+name+"', $1, $2)", l, r), nil
}
