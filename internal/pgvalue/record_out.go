package pgvalue

import (
	"encoding/binary"

	"github.com/miniodb/miniodb/internal/vector"
)

// recordText prints (1,"a b",) as record_out does (PostgreSQL documentation, 8.16.6 Composite Type Input and Output Syntax).
func recordText(t vector.Type) AppendFunc {
	fields := recordFields(t, false)
	return func(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
		dst = append(dst, '(')
		for i, field := range fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			f := &v.Fields[i]
			if f.IsNull(row) {
				continue
			}
			start := len(dst)
			if dst = field(dst, f, row, e); fieldNeedsQuotes(dst[start:]) {
				dst = quoteField(dst, start)
			}
		}
		return append(dst, ')')
	}
}

// recordBinary sends what record_send does: the number of fields, and of each its type's OID, its length, -1 for NULL, and its value.
func recordBinary(t vector.Type) AppendFunc {
	fields := recordFields(t, true)
	return func(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(fields)))
		for i, field := range fields {
			f := &v.Fields[i]
			dst = binary.BigEndian.AppendUint32(dst, uint32(t.Fields[i].SQL.OID))
			if f.IsNull(row) {
				dst = binary.BigEndian.AppendUint32(dst, ^uint32(0))
				continue
			}
			at := len(dst)
			dst = field(append(dst, 0, 0, 0, 0), f, row, e)
			binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
		}
		return dst
	}
}

func recordFields(t vector.Type, binary bool) []AppendFunc {
	fields := make([]AppendFunc, len(t.Fields))
	for i, f := range t.Fields {
		fields[i] = ColumnFunc(f.SQL, f, binary)
	}
	return fields
}

func fieldNeedsQuotes(s []byte) bool {
	if len(s) == 0 {
		return true
	}
	for _, c := range s {
		switch c {
		case '"', '\\', '(', ')', ',', ' ', '\t', '\n', '\r', '\v', '\f':
			return true
		}
	}
	return false
}

// quoteField puts dst[start:] in double quotes. Quotes and backslashes in it are doubled.
func quoteField(dst []byte, start int) []byte {
	text := append([]byte(nil), dst[start:]...)
	dst = append(dst[:start], '"')
	for _, c := range text {
		if c == '"' || c == '\\' {
			dst = append(dst, c)
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
