package pgvalue

import (
	"encoding/binary"
	"strings"

	"github.com/miniodb/miniodb/internal/vector"
)

// numericOfText prints a numeric that the engine holds as text, because each value has digits of its own.
func numericOfText(inBinary bool) AppendFunc {
	return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
		s := v.Bytes(row)
		if !inBinary {
			return append(dst, s...)
		}
		return appendNumericText(dst, string(s))
	}
}

// appendNumericText appends the binary form (PostgreSQL: numeric_send) of digits with an optional sign and point.
func appendNumericText(dst []byte, s string) []byte {
	if sign := map[string]uint16{"NaN": numericNaN, "Infinity": numericPInf, "-Infinity": numericNInf}[s]; sign != 0 {
		dscale := uint16(0)
		if sign != numericNaN {
			dscale = numericInfScale
		}
		return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(append(dst, 0, 0, 0, 0), sign), dscale)
	}
	neg := strings.HasPrefix(s, "-")
	whole, frac, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	scale := len(frac)
	whole = strings.Repeat("0", (4-len(whole)%4)%4) + whole
	frac += strings.Repeat("0", (4-len(frac)%4)%4)
	digits := whole + frac
	first, last := 0, len(digits)/4
	at := func(i int) uint16 {
		d := digits[i*4 : i*4+4]
		return uint16(d[0]-'0')*1000 + uint16(d[1]-'0')*100 + uint16(d[2]-'0')*10 + uint16(d[3]-'0')
	}
	for first < last && at(first) == 0 {
		first++
	}
	for last > first && at(last-1) == 0 {
		last--
	}
	weight := len(whole)/4 - 1 - first
	sign := uint16(0)
	if first == last {
		weight, neg = 0, false
	}
	if neg {
		sign = 0x4000
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(last-first))
	dst = binary.BigEndian.AppendUint16(dst, uint16(int16(weight)))
	dst = binary.BigEndian.AppendUint16(dst, sign)
	dst = binary.BigEndian.AppendUint16(dst, uint16(scale))
	for i := first; i < last; i++ {
		dst = binary.BigEndian.AppendUint16(dst, at(i))
	}
	return dst
}
