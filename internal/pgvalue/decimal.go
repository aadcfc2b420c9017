package pgvalue

import (
	"math/bits"
	"strconv"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// pow10 holds the powers of ten of 64 bits.
var pow10 = [20]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// u128 is an unsigned 128-bit number: the digits of a decimal without sign.
type u128 struct{ hi, lo uint64 }

// mulAdd returns x*m + a; ok is false when that has more than 128 bits.
func (x u128) mulAdd(m, a uint64) (y u128, ok bool) {
	hh, hl := bits.Mul64(x.hi, m)
	lh, ll := bits.Mul64(x.lo, m)
	lo, c := bits.Add64(ll, a, 0)
	hi, c2 := bits.Add64(hl, lh, c)
	return u128{hi, lo}, hh == 0 && c2 == 0
}

func (x u128) less(y u128) bool { return x.hi < y.hi || x.hi == y.hi && x.lo < y.lo }

// pow10u128 holds 10^0 to 10^38.
var pow10u128 = func() (p [39]u128) {
	p[0] = u128{0, 1}
	for i := 1; i < len(p); i++ {
		p[i], _ = p[i-1].mulAdd(10, 0)
	}
	return p
}()

// divPow19 returns x / 10^19 and the rest; the quotient of any 127-bit number fits 64 bits.
func (x u128) divPow19() (q, r uint64) {
	if x.hi >= pow10[19] {
		return 0, 0 // more than 10^38 and a sign: no decimal has it
	}
	return bits.Div64(x.hi, x.lo, pow10[19])
}

// abs128 splits a signed number.
func abs128(x vector.Int128) (neg bool, u u128) {
	u = u128{uint64(x.Hi), x.Lo}
	if x.Hi >= 0 {
		return false, u
	}
	lo, borrow := bits.Sub64(0, u.lo, 0)
	hi, _ := bits.Sub64(0, u.hi, borrow)
	return true, u128{hi, lo}
}

// signed128 joins sign and digits.
func signed128(neg bool, u u128) vector.Int128 {
	if neg {
		lo, borrow := bits.Sub64(0, u.lo, 0)
		hi, _ := bits.Sub64(0, u.hi, borrow)
		u = u128{hi, lo}
	}
	return vector.Int128{Lo: u.lo, Hi: int64(u.hi)}
}

// bareNumeric reports a numeric without precision and scale; it is stored as decimal(38,9) and printed without the zeros that come of that.
func bareNumeric(t vector.Type) bool {
	return t.SQL.OID == sqltype.Numeric && t.SQL.Mod == sqltype.NoMod && t.Width == vector.BareNumericPrecision && t.Scale == vector.BareNumericScale
}

func numericText[T int16 | int32 | int64](t vector.Type) AppendFunc {
	scale := int(t.Scale)
	if scale >= len(pow10) {
		scale = len(pow10) - 1
	}
	div := pow10[scale]
	return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
		var x int64
		switch any(T(0)).(type) {
		case int16:
			x = int64(v.Int16s[row])
		case int32:
			x = int64(v.Int32s[row])
		default:
			x = v.Int64s[row]
		}
		u := uint64(x)
		if x < 0 {
			dst, u = append(dst, '-'), -u
		}
		return appendDecimal64(dst, u, div, scale)
	}
}

// appendDecimal64 prints u/10^scale with all digits of the scale; div is 10^scale.
func appendDecimal64(dst []byte, u, div uint64, scale int) []byte {
	if scale == 0 {
		return strconv.AppendUint(dst, u, 10)
	}
	whole := u / div
	dst = strconv.AppendUint(dst, whole, 10)
	dst = append(dst, '.')
	return appendPadded(dst, u-whole*div, scale)
}

// appendPadded prints u with at least width digits, at most 20.
func appendPadded(dst []byte, u uint64, width int) []byte {
	var buf [20]byte
	i := len(buf)
	for u >= 100 {
		q := u / 100
		r := (u - q*100) * 2
		i -= 2
		buf[i], buf[i+1] = digits2[r], digits2[r+1]
		u = q
	}
	if u >= 10 {
		i -= 2
		buf[i], buf[i+1] = digits2[u*2], digits2[u*2+1]
	} else if u > 0 {
		i--
		buf[i] = byte('0' + u)
	}
	for len(buf)-i < width {
		i--
		buf[i] = '0'
	}
	return append(dst, buf[i:]...)
}

func numericText128(t vector.Type) AppendFunc {
	scale, bare := int(t.Scale), bareNumeric(t)
	return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
		neg, u := abs128(v.Int128s[row])
		if neg {
			dst = append(dst, '-')
		}
		if bare {
			return appendBare(dst, u)
		}
		return appendDecimal(dst, u, scale)
	}
}

// appendDecimal prints u/10^scale with all digits of the scale, 0 to 38.
func appendDecimal(dst []byte, u u128, scale int) []byte {
	if u.hi == 0 && scale < len(pow10) {
		return appendDecimal64(dst, u.lo, pow10[scale], scale)
	}
	var buf [40]byte
	q, r := u.divPow19()
	digits := appendPadded(buf[:0], q, 19)
	digits = appendPadded(digits, r, 19)
	lead := 0
	for lead < len(digits)-scale-1 && digits[lead] == '0' {
		lead++
	}
	if cut := len(digits) - scale; scale > 0 && cut > 0 {
		dst = append(dst, digits[lead:cut]...)
		dst = append(dst, '.')
		return append(dst, digits[cut:]...)
	} else if scale > 0 {
		return append(append(dst, '0', '.'), digits...)
	}
	return append(dst, digits[lead:]...)
}

// appendBare prints u/10^9 without trailing zeros.
func appendBare(dst []byte, u u128) []byte {
	if u.hi == 0 && u.lo%1e9 == 0 {
		return strconv.AppendUint(dst, u.lo/1e9, 10)
	}
	dst = appendDecimal(dst, u, vector.BareNumericScale)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// decimalAt returns sign and digits of a numeric in any layout.
func decimalAt(v *vector.Vector, row int) (neg bool, u u128) {
	if v.Type.Kind == vector.KindInt128 {
		return abs128(v.Int128s[row])
	}
	x := intAt(v, row)
	if x < 0 {
		return true, u128{0, -uint64(x)}
	}
	return false, u128{0, uint64(x)}
}
