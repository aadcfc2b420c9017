// Package duck spells PostgreSQL types and names for DuckDB.
//
// It owns the mapping that buffer tables, Parquet files and scans must share: the type a value has in a query, the type it is
// stored as in Parquet (the Delta protocol has no uuid, interval, json or time), and the expressions from one to the other.
// Text only; package engine runs it.
package duck

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// Ident quotes a name.
func Ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Literal quotes a string.
func Literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Type returns DuckDB's name of the type in queries and buffer tables, or a 0A000 error for a type that cannot be stored.
func Type(t sqltype.Type) (string, error) {
	if elem, ok := t.Elem(); ok {
		s, err := Type(elem)
		return s + "[]", err
	}
	switch t.OID {
	case sqltype.Bool:
		return "BOOLEAN", nil
	case sqltype.Int2:
		return "SMALLINT", nil
	case sqltype.Int4:
		return "INTEGER", nil
	case sqltype.Int8, sqltype.Oid, sqltype.Xid, sqltype.Cid, sqltype.Xid8:
		return "BIGINT", nil
	case sqltype.Float4:
		return "FLOAT", nil
	case sqltype.Float8:
		return "DOUBLE", nil
	case sqltype.Numeric:
		p, s, ok := t.PrecisionScale()
		if !ok {
			p, s = vector.BareNumericPrecision, vector.BareNumericScale
		}
		return "DECIMAL(" + strconv.Itoa(p) + "," + strconv.Itoa(s) + ")", nil
	case sqltype.Text, sqltype.Varchar, sqltype.Bpchar, sqltype.Name, sqltype.Unknown, sqltype.Char,
		sqltype.Tid, sqltype.NodeTree, sqltype.Inet, sqltype.Aclitem, sqltype.Anyarray, sqltype.LSN, sqltype.Bit, sqltype.Varbit:
		return "VARCHAR", nil
	case sqltype.Bytea:
		return "BLOB", nil
	case sqltype.Date:
		return "DATE", nil
	case sqltype.Time:
		return "TIME", nil
	case sqltype.Timestamp:
		return "TIMESTAMP", nil
	case sqltype.Timestamptz:
		return "TIMESTAMP WITH TIME ZONE", nil
	case sqltype.Interval:
		return "INTERVAL", nil
	case sqltype.UUID:
		return "UUID", nil
	case sqltype.JSON, sqltype.JSONB:
		return "JSON", nil
	}
	if t.Enum() { // a label; queries make a value of DuckDB's own enums of it, which has an order
		return "VARCHAR", nil
	}
	if t.Reg() {
		return "BIGINT", nil
	}
	return "", pgerr.New(pgerrcode.FeatureNotSupported, "type %s cannot be stored", t)
}

// StorageType returns DuckDB's name of the type a column has in Parquet.
func StorageType(t sqltype.Type) (string, error) {
	if elem, ok := t.Elem(); ok {
		s, err := StorageType(elem)
		return s + "[]", err
	}
	switch t.OID {
	case sqltype.Interval, sqltype.UUID, sqltype.JSON, sqltype.JSONB:
		return "VARCHAR", nil
	case sqltype.Time:
		return "BIGINT", nil
	}
	return Type(t)
}

// ToStorage turns an expression of the query type into one of the storage type.
func ToStorage(expr string, t sqltype.Type) string {
	if elem, ok := t.Elem(); ok {
		if !converted(elem) {
			return expr
		}
		return "list_transform(" + expr + ", lambda x: " + ToStorage("x", elem) + ")"
	}
	switch t.OID {
	case sqltype.Interval, sqltype.UUID, sqltype.JSON, sqltype.JSONB:
		return "CAST(" + expr + " AS VARCHAR)"
	case sqltype.Time:
		return "epoch_us(" + expr + ")"
	}
	return expr
}

// FromStorage turns an expression of the storage type into one of the query type.
func FromStorage(expr string, t sqltype.Type) string {
	if elem, ok := t.Elem(); ok {
		if !converted(elem) {
			return expr
		}
		return "list_transform(" + expr + ", lambda x: " + FromStorage("x", elem) + ")"
	}
	switch t.OID {
	case sqltype.Interval:
		return "CAST(" + expr + " AS INTERVAL)"
	case sqltype.UUID:
		return "CAST(" + expr + " AS UUID)"
	case sqltype.JSON, sqltype.JSONB:
		return "CAST(" + expr + " AS JSON)"
	case sqltype.Time:
		return "CAST(make_timestamp(" + expr + ") AS TIME)"
	}
	return expr
}

func converted(t sqltype.Type) bool { return FromStorage("", t) != "" }
