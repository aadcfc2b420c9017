package pgvalue

import (
	"math"
	"math/big"
	"strconv"
)

// onEdge reports whether the decimal text is exactly half-way between x and one of its neighbours.
func onEdge(text []byte, x float64) bool {
	if math.Float64bits(x)&1 != 0 { // of an odd number strconv never uses the edges
		return false
	}
	return isMiddle(text, x, math.Nextafter(x, math.Inf(1))) || isMiddle(text, x, math.Nextafter(x, math.Inf(-1)))
}

func onEdge32(text []byte, x float32) bool {
	if math.Float32bits(x)&1 != 0 {
		return false
	}
	return isMiddle(text, float64(x), float64(math.Nextafter32(x, float32(math.Inf(1))))) ||
		isMiddle(text, float64(x), float64(math.Nextafter32(x, float32(math.Inf(-1)))))
}

// evenTie32 changes the last digit of a power of two when the digit below is as close and even, which PostgreSQL then prefers: 2^-12.
func evenTie32(text []byte, x float32) {
	last := &text[len(text)-1]
	if *last&1 == 0 || *last == '.' {
		return
	}
	below := append(append(make([]byte, 0, 24), text[:len(text)-1]...), *last-1, '5')
	if mid, err := strconv.ParseFloat(string(below), 64); err != nil || mid != float64(x) {
		return
	}
	if back, err := strconv.ParseFloat(string(below[:len(below)-1]), 32); err == nil && float32(back) == x {
		*last--
	}
}

// isMiddle compares text with (a+b)/2 exactly. The numbers are integers below 2^140 or so.
func isMiddle(text []byte, a, b float64) bool {
	if math.IsInf(b, 0) {
		return false
	}
	sum := new(big.Float).SetPrec(256).SetFloat64(a)
	sum.Add(sum, new(big.Float).SetPrec(256).SetFloat64(b))
	dec, _, err := big.ParseFloat(string(text), 10, 256, big.ToNearestEven)
	return err == nil && dec.Add(dec, dec).Cmp(sum) == 0
}

// closestLonger prints x with the fewest digits whose correctly rounded decimal is not on an edge: one more than the shortest form.
func closestLonger(dst []byte, x float64) []byte {
	start := len(dst)
	for prec := 14; prec < 17; prec++ {
		dst = strconv.AppendFloat(dst[:start], x, 'e', prec, 64)
		if back, err := strconv.ParseFloat(string(dst[start:]), 64); err == nil && back == x && !onEdge(dst[start:], x) {
			break
		}
	}
	return dst
}

func closestLonger32(dst []byte, x float32) []byte {
	start := len(dst)
	for prec := 5; prec < 9; prec++ {
		dst = strconv.AppendFloat(dst[:start], float64(x), 'e', prec, 32)
		if back, err := strconv.ParseFloat(string(dst[start:]), 32); err == nil && float32(back) == x && !onEdge32(dst[start:], x) {
			break
		}
	}
	return dst
}
