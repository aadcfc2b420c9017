package sql

import (
	"fmt"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// castLevel tells in which contexts a cast is applied, as pg_cast.castcontext does.
type castLevel int

// divScale is the number of digits after the point that numeric division, avg and the like give. PostgreSQL's depends on the
// values (at least 16 significant digits); DuckDB's DECIMAL has one scale for a column.
const divScale = 16

// bareScale is the scale of numeric without one where no constant tells a better one.
const bareScale = 9

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
	case sqltype.Int8, sqltype.Oid, sqltype.Xid, sqltype.Cid, sqltype.Xid8:
		return "BIGINT", true
	case sqltype.Float4:
		return "FLOAT", true
	case sqltype.Float8:
		return "DOUBLE", true
	case sqltype.Text, sqltype.Varchar, sqltype.Bpchar, sqltype.Name, sqltype.Char, sqltype.Tid, sqltype.NodeTree, sqltype.Inet, sqltype.Aclitem,
		sqltype.Anyarray, sqltype.LSN, sqltype.Bit, sqltype.Varbit:
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
	if t.Reg() {
		return "BIGINT", true
	}
	return "", false
}

// category is pg_type.typcategory, and "" for types that are not known.
func category(oid sqltype.OID) string {
	switch oid {
	case sqltype.Bool:
		return "B"
	case sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Float4, sqltype.Float8, sqltype.Numeric, sqltype.Oid:
		return "N"
	case sqltype.Text, sqltype.Varchar, sqltype.Bpchar, sqltype.Name, sqltype.Char:
		return "S"
	case sqltype.Date, sqltype.Time, sqltype.Timestamp, sqltype.Timestamptz:
		return "D"
	case sqltype.Interval:
		return "T"
	case sqltype.Bit, sqltype.Varbit:
		return "V"
	case sqltype.Unknown:
		return "X"
	case 0:
		return ""
	}
	if _, ok := sqltype.Of(oid).Elem(); ok {
		return "A"
	}
	if sqltype.Of(oid).Reg() {
		return "N"
	}
	if sqltype.Of(oid).Enum() {
		return "E"
	}
	return "U"
}

func preferred(oid sqltype.OID) bool {
	switch oid {
	case sqltype.Bool, sqltype.Float8, sqltype.Text, sqltype.Timestamptz, sqltype.Interval, sqltype.Oid, sqltype.Varbit:
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
	if fromReg, toReg := sqltype.Of(from).Reg(), sqltype.Of(to).Reg(); fromReg || toReg {
		switch {
		case fromReg && to == sqltype.Oid, toReg && (from == sqltype.Oid || isInt(from)), toReg && to == sqltype.Regclass && (from == sqltype.Text || from == sqltype.Varchar):
			return true
		case fromReg && toReg, fromReg && (to == sqltype.Int4 || to == sqltype.Int8):
			return level >= assignCast
		}
		return level == explicitCast && (ct == "S" || cf == "S") || level >= assignCast && ct == "S"
	}
	if from == sqltype.Char && ct != "S" || to == sqltype.Char && cf != "S" {
		return (from == sqltype.Int4 || to == sqltype.Int4) && level == explicitCast
	}
	if to == sqltype.Oid && (numberRank[from] > 3 || from == sqltype.JSONB) || from == sqltype.Oid && (to == sqltype.Int2 || numberRank[to] > 3) {
		return false
	}
	if fr, tr := numberRank[from], numberRank[to]; fr > 0 && tr > 0 {
		return fr < tr || level >= assignCast
	}
	if cf == "N" && ct == "N" {
		return numberRank[from] > 0 && numberRank[from] <= 3 || level >= assignCast
	}
	if cf == "S" && ct == "S" || cf == "V" && ct == "V" {
		return true
	}
	if cf == "V" && (to == sqltype.Int4 || to == sqltype.Int8) || to == sqltype.Bit && (from == sqltype.Int4 || from == sqltype.Int8) {
		return level == explicitCast
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

func declaredScale(ty sqltype.Type) int {
	if ty.OID != sqltype.Numeric {
		return -1
	}
	if _, s, ok := ty.PrecisionScale(); ok {
		return s
	}
	return bareScale
}
