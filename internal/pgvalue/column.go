package pgvalue

import (
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// ColumnFunc chooses the function that prints a vector as the type that was described to the client, which may differ from the vector's own: a char(3) that the engine keeps as text.
func ColumnFunc(described sqltype.Type, t vector.Type, binary bool) AppendFunc {
	if t.Kind != vector.KindBytes && textual(described.OID) {
		return TextFunc(t)
	}
	if t.Kind == vector.KindBytes && described.OID == sqltype.Numeric {
		return numericOfText(binary)
	}
	if described.OID != 0 && described.OID != sqltype.Unknown {
		t.SQL = described
		if elem, ok := described.Elem(); ok && t.Elem != nil && t.Elem.Kind != vector.KindList {
			e := *t.Elem
			e.SQL = elem
			t.Elem = &e
		}
	}
	if binary {
		return BinaryFunc(t)
	}
	return TextFunc(t)
}

// textual reports the types whose binary form is their text.
func textual(oid sqltype.OID) bool {
	switch oid {
	case sqltype.Text, sqltype.Varchar, sqltype.Bpchar, sqltype.Name, sqltype.JSON, sqltype.Char:
		return true
	}
	return false
}
