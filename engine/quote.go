package engine

import (
	"fmt"
	"strings"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// Literal quotes s as an SQL string.
func Literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Ident quotes s as an SQL identifier. DuckDB compares quoted identifiers without regard to case.
func Ident(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// DuckType spells the DuckDB type in which a buffer table holds values of t; the layout is that of vector.TypeOf(t).
func DuckType(t sqltype.Type) (string, error) {
	if elem, ok := t.Elem(); ok {
		e, err := DuckType(elem)
		return e + "[]", err
	}
	switch t.OID {
	case sqltype.Bool:
		return "BOOLEAN", nil
	case sqltype.Int2:
		return "SMALLINT", nil
	case sqltype.Int4:
		return "INTEGER", nil
	case sqltype.Int8, sqltype.Oid:
		return "BIGINT", nil
	case sqltype.Float4:
		return "FLOAT", nil
	case sqltype.Float8:
		return "DOUBLE", nil
	case sqltype.Numeric:
		v := vector.TypeOf(t)
		if v.Width < 1 || v.Width > 38 || v.Scale > v.Width {
			return "", fmt.Errorf("type %s cannot be stored", t)
		}
		return fmt.Sprintf("DECIMAL(%d,%d)", v.Width, v.Scale), nil
	case sqltype.Text, sqltype.Varchar, sqltype.Bpchar, sqltype.Name, sqltype.Char, sqltype.Unknown:
		return "VARCHAR", nil
	case sqltype.JSON, sqltype.JSONB:
		return "JSON", nil
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
	}
	return "", fmt.Errorf("type %s cannot be stored", t)
}
