package pgvalue

import (
	"encoding/binary"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// Sign words of numeric's binary form (src/backend/utils/adt/numeric.c).
const (
	numericPositive = 0x0000
	numericNegative = 0x4000
	numericNaN      = 0xC000
	numericPInf     = 0xD000
	numericNInf     = 0xF000

	numericDscaleMask = 0x3FFF
	numericInfScale   = 0x20 // what numeric_send gives infinities
)

// numericBinary sends digits in base 10,000 around the decimal point: count, weight of the first, sign, display scale.
func numericBinary(t vector.Type) AppendFunc {
	scale, bare := int(t.Scale), bareNumeric(t)
	return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
		neg, u := decimalAt(v, row)
		if u.hi == 0 && scale <= maxShortScale && !bare {
			return appendShortNumeric(dst, neg, u.lo, scale)
		}
		// 44 digits before the point and 40 after it, zero-filled on both sides.
		var buf [96]byte
		point := 44
		q, r := u.divPow19()
		raw := appendPadded(buf[:0], q, 19)
		raw = appendPadded(raw, r, 19)
		var digits [96]byte
		for i := range digits {
			digits[i] = '0'
		}
		copy(digits[point+scale-len(raw):], raw)
		groups := (scale + 3) / 4
		first, last := 0, point/4+groups // in groups of four digits
		for first < last && group(&digits, first) == 0 {
			first++
		}
		for last > first && group(&digits, last-1) == 0 {
			last--
		}
		dscale := scale
		if bare {
			for dscale > 0 && digits[point+dscale-1] == '0' {
				dscale--
			}
		}
		sign, weight := uint16(numericPositive), point/4-1-first
		if neg {
			sign = numericNegative
		}
		if first == last {
			weight = 0
		}
		dst = binary.BigEndian.AppendUint16(dst, uint16(last-first))
		dst = binary.BigEndian.AppendUint16(dst, uint16(int16(weight)))
		dst = binary.BigEndian.AppendUint16(dst, sign)
		dst = binary.BigEndian.AppendUint16(dst, uint16(dscale))
		for ; first < last; first++ {
			dst = binary.BigEndian.AppendUint16(dst, group(&digits, first))
		}
		return dst
	}
}

// maxShortScale is the largest scale at which a fraction, filled up to whole groups of four digits, fits 64 bits.
const maxShortScale = 16

// appendShortNumeric is the same for numbers of 64 bits, by division.
func appendShortNumeric(dst []byte, neg bool, u uint64, scale int) []byte {
	var groups [9]uint16 // five before the point, up to four behind it
	after := (scale + 3) / 4
	whole, frac := u/pow10[scale], u%pow10[scale]
	frac *= pow10[after*4-scale]
	for i := 4 + after; i > 4; i-- {
		groups[i] = uint16(frac % 10000)
		frac /= 10000
	}
	for i := 4; i >= 0 && whole > 0; i-- {
		groups[i] = uint16(whole % 10000)
		whole /= 10000
	}
	first, last := 0, 5+after
	for first < last && groups[first] == 0 {
		first++
	}
	for last > first && groups[last-1] == 0 {
		last--
	}
	sign, weight := uint16(numericPositive), 4-first
	if neg {
		sign = numericNegative
	}
	if first == last {
		weight = 0
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(last-first))
	dst = binary.BigEndian.AppendUint16(dst, uint16(int16(weight)))
	dst = binary.BigEndian.AppendUint16(dst, sign)
	dst = binary.BigEndian.AppendUint16(dst, uint16(scale))
	for _, g := range groups[first:last] {
		dst = binary.BigEndian.AppendUint16(dst, g)
	}
	return dst
}

func group(digits *[96]byte, i int) uint16 {
	d := digits[i*4 : i*4+4]
	return uint16(d[0]-'0')*1000 + uint16(d[1]-'0')*100 + uint16(d[2]-'0')*10 + uint16(d[3]-'0')
}

func parseNumericBinary(a *vector.Appender, b []byte) error {
	if len(b) < 8 {
		return errShort()
	}
	n := int(binary.BigEndian.Uint16(b))
	weight := int(int16(binary.BigEndian.Uint16(b[2:])))
	sign := binary.BigEndian.Uint16(b[4:])
	dscale := binary.BigEndian.Uint16(b[6:])
	switch sign {
	case numericPositive, numericNegative:
	case numericNaN, numericPInf, numericNInf:
		return errNumericSpecial()
	default:
		return pgerr.New(pgerrcode.InvalidBinaryRepresentation, `invalid sign in external "numeric" value`)
	}
	if dscale&^numericDscaleMask != 0 {
		return pgerr.New(pgerrcode.InvalidBinaryRepresentation, `invalid scale in external "numeric" value`)
	}
	if len(b) != 8+2*n {
		return errFormat()
	}
	// Digits before the first kept one matter only as an overflow, those far behind the scale not at all.
	p := decimalParser{neg: sign == numericNegative, point: (weight + 1) * 4}
	for i := range n {
		g := binary.BigEndian.Uint16(b[8+2*i:])
		if g > 9999 {
			return pgerr.New(pgerrcode.InvalidBinaryRepresentation, `invalid digit in external "numeric" value`)
		}
		p.digit(byte(g / 1000))
		p.digit(byte(g / 100 % 10))
		p.digit(byte(g / 10 % 10))
		p.digit(byte(g % 10))
	}
	return p.finish(a)
}

// NumericBinaryText returns the binary form of a numeric as text with all its digits, as numeric_recv and numeric_out would; NaN and infinities
// are words.
func NumericBinaryText(b []byte) ([]byte, error) {
	check := vector.NewBuilder([]vector.Type{vector.TypeOf(sqltype.NumericOf(vector.BareNumericPrecision, 0))})
	if err := parseNumericBinary(check.Col(0), b); err != nil && pgerr.Code(err) != pgerrcode.NumericValueOutOfRange && pgerr.Code(err) != pgerrcode.FeatureNotSupported {
		return nil, err
	}
	switch binary.BigEndian.Uint16(b[4:]) {
	case numericNaN:
		return []byte("NaN"), nil
	case numericPInf:
		return []byte("Infinity"), nil
	case numericNInf:
		return []byte("-Infinity"), nil
	}
	n := int(binary.BigEndian.Uint16(b))
	weight := int(int16(binary.BigEndian.Uint16(b[2:])))
	scale := int(binary.BigEndian.Uint16(b[6:]))
	var dst []byte
	if binary.BigEndian.Uint16(b[4:]) == numericNegative && n > 0 {
		dst = append(dst, '-')
	}
	digits := func(i int) [4]byte { // of the group that counts 10000^(weight-i)
		if i < 0 || i >= n {
			return [4]byte{'0', '0', '0', '0'}
		}
		g := binary.BigEndian.Uint16(b[8+2*i:])
		return [4]byte{'0' + byte(g/1000), '0' + byte(g/100%10), '0' + byte(g/10%10), '0' + byte(g%10)}
	}
	start := len(dst)
	for i := 0; i <= weight; i++ {
		g := digits(i)
		dst = append(dst, g[:]...)
	}
	for len(dst) > start+1 && dst[start] == '0' {
		dst = append(dst[:start], dst[start+1:]...)
	}
	if len(dst) == start {
		dst = append(dst, '0')
	}
	if scale == 0 {
		return dst, nil
	}
	dst = append(dst, '.')
	point := len(dst)
	for i := weight + 1; len(dst) < point+scale; i++ {
		g := digits(i)
		dst = append(dst, g[:]...)
	}
	return dst[:point+scale], nil
}
