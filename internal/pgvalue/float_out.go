package pgvalue

import (
	"math"
	"strconv"

	"github.com/miniodb/miniodb/internal/vector"
)

func textFloat64(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
	x := v.Float64s[row]
	if e.s.RoundFloats {
		return appendRounded(dst, x, 15+e.s.FloatDigits)
	}
	return appendFloat64(dst, x)
}

func textFloat32(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
	x := v.Float32s[row]
	if e.s.RoundFloats {
		return appendRounded(dst, float64(x), 6+e.s.FloatDigits)
	}
	return appendFloat32(dst, x)
}

func appendSpecial(dst []byte, x float64) ([]byte, bool) {
	switch {
	case x != x:
		return append(dst, "NaN"...), true
	case x > math.MaxFloat64:
		return append(dst, "Infinity"...), true
	case x < -math.MaxFloat64:
		return append(dst, "-Infinity"...), true
	}
	return dst, false
}

// appendRounded prints like C's %.*g, which extra_float_digits of 0 and below selects.
func appendRounded(dst []byte, x float64, digits int) []byte {
	if dst, ok := appendSpecial(dst, x); ok {
		return dst
	}
	return strconv.AppendFloat(dst, x, 'g', max(digits, 1), 64)
}

// appendFloat64 prints the shortest digits that read back as x, in PostgreSQL's choice of notation: plain from 1e-4 up to below 1e15.
func appendFloat64(dst []byte, x float64) []byte {
	abs := math.Abs(x)
	if abs < 1e9 && abs >= 1e-4 {
		// Most measured values have few decimals. When round(x*10^6)/10^6 gives x back, these at most 15 digits are the shortest ones: no two
		// decimals of 15 digits read as one double.
		if r := math.RoundToEven(abs * 1e6); r/1e6 == abs {
			if x < 0 {
				dst = append(dst, '-')
			}
			return appendMillionths(dst, uint64(r))
		}
	}
	switch {
	case x == 0:
		if math.Signbit(x) {
			return append(dst, '-', '0')
		}
		return append(dst, '0')
	case abs >= 1e-4 && abs < 1e15:
		return strconv.AppendFloat(dst, x, 'f', -1, 64)
	}
	if dst, ok := appendSpecial(dst, x); ok {
		return dst
	}
	return appendExponent(dst, x)
}

// appendMillionths prints n/10^6 without trailing zeros.
func appendMillionths(dst []byte, n uint64) []byte {
	whole, frac := n/1e6, uint32(n%1e6)
	dst = strconv.AppendUint(dst, whole, 10)
	if frac == 0 {
		return dst
	}
	dst = append(dst, '.')
	dst = append2(dst, frac/10000)
	if frac %= 10000; frac != 0 {
		dst = append2(dst, frac/100)
		if frac %= 100; frac != 0 {
			dst = append2(dst, frac)
		}
	}
	if dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// appendExponent prints in scientific notation. PostgreSQL's digits are the shortest strictly inside the interval of numbers that read as x;
// strconv's may lie on its edge, which happens only for integers above 2^53, and then has one digit less.
func appendExponent(dst []byte, x float64) []byte {
	start := len(dst)
	dst = strconv.AppendFloat(dst, x, 'e', -1, 64)
	if abs := math.Abs(x); abs >= 1<<53 && abs < 1e42 && onEdge(dst[start:], x) {
		return closestLonger(dst[:start], x)
	}
	return dst
}

func appendFloat32(dst []byte, x float32) []byte {
	abs := float32(math.Abs(float64(x)))
	switch {
	case x == 0:
		if math.Signbit(float64(x)) {
			return append(dst, '-', '0')
		}
		return append(dst, '0')
	case abs >= 1e-4 && abs < 1e6:
		start := len(dst)
		dst = strconv.AppendFloat(dst, float64(x), 'f', -1, 32)
		if math.Float32bits(x)&(1<<23-1) == 0 {
			evenTie32(dst[start:], x)
		}
		return dst
	}
	if dst, ok := appendSpecial(dst, float64(x)); ok {
		return dst
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, float64(x), 'e', -1, 32)
	if abs >= 1<<24 && abs < 1e21 && onEdge32(dst[start:], x) {
		return closestLonger32(dst[:start], x)
	}
	return dst
}
