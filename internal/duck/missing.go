package duck

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// MissingText turns the value of rows that are older than their column, as PostgreSQL prints it, into the text that DuckDB reads as the
// column's storage type. ok is false for no value, which is NULL, and for one that cannot be said so: ALTER TABLE refuses those.
func MissingText(value *string, t sqltype.Type) (text string, ok bool) {
	if value == nil {
		return "", false
	}
	if elem, array := t.Elem(); array {
		return missingArray(*value, elem)
	}
	switch t.OID {
	case sqltype.Bytea:
		raw, err := hex.DecodeString(strings.TrimPrefix(*value, `\x`))
		if err != nil {
			return "", false
		}
		var b strings.Builder
		for _, c := range raw {
			fmt.Fprintf(&b, `\x%02X`, c)
		}
		return b.String(), true
	case sqltype.Time:
		b := vector.NewBuilder([]vector.Type{vector.TypeOf(t)})
		if err := pgvalue.NewDecoder(pgvalue.Options{}).ParseText(b.Col(0), []byte(*value)); err != nil {
			return "", false
		}
		return fmt.Sprint(b.Take().Cols[0].Int64s[0]), true
	}
	return *value, true
}

// missingArray knows the arrays that need no quotes in either spelling.
func missingArray(value string, elem sqltype.Type) (string, bool) {
	inner, open := strings.CutPrefix(value, "{")
	inner, closed := strings.CutSuffix(inner, "}")
	if !open || !closed || strings.ContainsAny(inner, `"'\{}[]() :=`) || converted(elem) || elem.OID == sqltype.Bytea {
		return "", false
	}
	return "[" + inner + "]", true
}

// MissingValue is the same as an expression of the query type.
func MissingValue(value *string, t sqltype.Type) string {
	typ, _ := Type(t) // a column of a table has one
	stored, _ := StorageType(t)
	text, ok := MissingText(value, t)
	if !ok {
		return "CAST(NULL AS " + typ + ")"
	}
	return FromStorage("CAST("+Literal(text)+" AS "+stored+")", t)
}
