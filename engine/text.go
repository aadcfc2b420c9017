package engine

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// This file gives the text of values inside structs, maps and unions. Columns of plain types never come here; their text form,
// with the session's settings, is the wire's.

// appendNested appends an element of a nested value: NULL by name, strings quoted where they need it.
func appendNested(dst []byte, v *vector.Vector, i int) []byte {
	if v.IsNull(i) {
		return append(dst, "NULL"...)
	}
	if v.Type.Kind == vector.KindBytes && v.Type.SQL.OID != sqltype.Bytea && v.Raw != nil {
		s := string(v.Bytes(i))
		if s == "" || strings.EqualFold(s, "null") || strings.ContainsAny(s, "{}[]()',:=\"\\") || s[0] == ' ' || s[len(s)-1] == ' ' {
			return appendQuoted(dst, s)
		}
	}
	return appendValue(dst, v, i)
}

func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '\'')
	for j := range len(s) {
		if s[j] == '\'' || s[j] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[j])
	}
	return append(dst, '\'')
}

// appendValue appends the text of a value that is not NULL.
func appendValue(dst []byte, v *vector.Vector, i int) []byte {
	switch v.Type.Kind {
	case vector.KindBool:
		return strconv.AppendBool(dst, v.Bools[i])
	case vector.KindInt16:
		return appendInteger(dst, int64(v.Int16s[i]), v.Type)
	case vector.KindInt32:
		return appendInteger(dst, int64(v.Int32s[i]), v.Type)
	case vector.KindInt64:
		return appendInteger(dst, v.Int64s[i], v.Type)
	case vector.KindInt128:
		return appendInt128(dst, v.Int128s[i], v.Type)
	case vector.KindFloat32:
		return appendFloat(dst, float64(v.Float32s[i]), 32)
	case vector.KindFloat64:
		return appendFloat(dst, v.Float64s[i], 64)
	case vector.KindInterval:
		return appendInterval(dst, v.Intervals[i])
	case vector.KindBytes:
		if v.Type.SQL.OID == sqltype.Bytea {
			return hex.AppendEncode(append(dst, `\x`...), v.Bytes(i))
		}
		return append(dst, v.Bytes(i)...)
	case vector.KindRecord:
		dst = append(dst, '(')
		for k := range v.Fields {
			if k > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendNested(dst, &v.Fields[k], i)
		}
		return append(dst, ')')
	case vector.KindList:
		dst = append(dst, '[')
		e := v.Lists[i]
		for j := e.Offset; j < e.Offset+e.Length; j++ {
			if j > e.Offset {
				dst = append(dst, ", "...)
			}
			dst = appendNested(dst, v.Child, int(j))
		}
		return append(dst, ']')
	}
	return dst
}

// appendInteger renders whatever is kept as an integer of up to 64 bits.
func appendInteger(dst []byte, x int64, t vector.Type) []byte {
	switch t.SQL.OID {
	case sqltype.Numeric:
		start := len(dst)
		return point(strconv.AppendInt(dst, x, 10), start, int(t.Scale))
	case sqltype.Date:
		if x == math.MaxInt32 || x == -math.MaxInt32 {
			return appendInfinity(dst, x)
		}
		return appendTime(dst, time.Unix(x*86400, 0), "2006-01-02")
	case sqltype.Time:
		return appendClock(dst, x)
	case sqltype.Timestamp, sqltype.Timestamptz:
		if infinite(x) {
			return appendInfinity(dst, x)
		}
		dst = appendTime(dst, time.UnixMicro(x), "2006-01-02 15:04:05.999999")
		if t.SQL.OID == sqltype.Timestamptz {
			dst = append(dst, "+00"...)
		}
		return dst
	}
	return strconv.AppendInt(dst, x, 10)
}

func appendInfinity(dst []byte, x int64) []byte {
	if x < 0 {
		dst = append(dst, '-')
	}
	return append(dst, "infinity"...)
}

// appendTime renders a moment in UTC; years before 1 count backwards, as in SQL.
func appendTime(dst []byte, t time.Time, layout string) []byte {
	t = t.UTC()
	if y := t.Year(); y <= 0 {
		return append(t.AddDate(1-2*y, 0, 0).AppendFormat(dst, layout), " (BC)"...)
	}
	return t.AppendFormat(dst, layout)
}

// appendClock renders microseconds since midnight, 24:00:00 included.
func appendClock(dst []byte, us int64) []byte {
	dst = fmt.Appendf(dst, "%02d:%02d:%02d", us/3_600_000_000, us/60_000_000%60, us/1_000_000%60)
	if frac := us % 1_000_000; frac != 0 {
		dst = append(dst, strings.TrimRight(fmt.Sprintf(".%06d", frac), "0")...)
	}
	return dst
}

// appendTimeTZ renders DuckDB's packed time with zone: microseconds in the upper 40 bits, below it the offset counted down
// from 15:59:59.
func appendTimeTZ(dst []byte, bits uint64) []byte {
	const maxOffset = 16*3600 - 1
	dst = appendClock(dst, int64(bits>>24))
	offset := maxOffset - int64(bits&0xffffff)
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = fmt.Appendf(append(dst, sign), "%02d", offset/3600)
	if offset%3600 != 0 {
		dst = fmt.Appendf(dst, ":%02d", offset/60%60)
	}
	if offset%60 != 0 {
		dst = fmt.Appendf(dst, ":%02d", offset%60)
	}
	return dst
}

func appendInt128(dst []byte, x vector.Int128, t vector.Type) []byte {
	if t.SQL.OID == sqltype.UUID {
		hi := uint64(x.Hi) ^ 1<<63
		return fmt.Appendf(dst, "%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, x.Lo>>48, x.Lo&0xffffffffffff)
	}
	n := new(big.Int).Lsh(big.NewInt(x.Hi), 64)
	n.Add(n, new(big.Int).SetUint64(x.Lo))
	start := len(dst)
	return point(n.Append(dst, 10), start, int(t.Scale))
}

// point puts the decimal point into the digits that begin at dst[start].
func point(dst []byte, start, scale int) []byte {
	if scale == 0 {
		return dst
	}
	digits := string(dst[start:])
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale+1-len(digits)) + digits
	}
	cut := len(digits) - scale
	return append(dst[:start], sign+digits[:cut]+"."+digits[cut:]...)
}

// appendFloat renders the shortest text that reads back the same, with an exponent where PostgreSQL uses one.
func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	limit := 1e15
	if bits == 32 {
		limit = 1e6
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= limit) {
		return strconv.AppendFloat(dst, f, 'e', -1, bits)
	}
	return strconv.AppendFloat(dst, f, 'f', -1, bits)
}

// appendInterval renders an interval in PostgreSQL's default style.
func appendInterval(dst []byte, x vector.Interval) []byte {
	start := len(dst)
	unit := func(n int32, one, many string) {
		if n == 0 {
			return
		}
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		name := many
		if n == 1 {
			name = one
		}
		dst = fmt.Appendf(dst, "%d %s", n, name)
	}
	unit(x.Months/12, "year", "years")
	unit(x.Months%12, "mon", "mons")
	unit(x.Days, "day", "days")
	if x.Micros == 0 && len(dst) > start {
		return dst
	}
	if len(dst) > start {
		dst = append(dst, ' ')
	}
	us := x.Micros
	if us < 0 {
		dst = append(dst, '-')
		us = -us
	}
	return appendClock(dst, us)
}

func appendHex(dst, raw []byte) []byte {
	return append(dst, strings.ToUpper(hex.EncodeToString(raw))...)
}
