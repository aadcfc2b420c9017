package pgvalue

import (
	"math"
	"math/big"
	"strconv"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isDigit(c byte) bool { return c-'0' <= 9 }

// trim cuts the white space that C's isspace knows from both ends.
func trim(s []byte) []byte {
	for len(s) > 0 && isSpace(s[0]) {
		s = s[1:]
	}
	for len(s) > 0 && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// parseInt reads an integer of the given bits as PostgreSQL 15 does: decimal only, white space around it allowed.
func parseInt(s []byte, bits uint, typ string) (int64, error) {
	t := trim(s)
	neg := false
	if len(t) > 0 && (t[0] == '-' || t[0] == '+') {
		neg, t = t[0] == '-', t[1:]
	}
	if len(t) == 0 {
		return 0, errSyntax(typ, s)
	}
	limit := uint64(1) << (bits - 1) // of the magnitude; one less for positive numbers
	if !neg {
		limit--
	}
	var u uint64
	for _, c := range t {
		if !isDigit(c) {
			return 0, errSyntax(typ, s)
		}
		if u > limit/10 {
			return 0, errRange(typ, s)
		}
		if u = u*10 + uint64(c-'0'); u > limit {
			return 0, errRange(typ, s)
		}
	}
	if neg {
		return -int64(u), nil
	}
	return int64(u), nil
}

// parseOid reads an unsigned number of 32 bits; negative ones wrap, as strtoul lets them.
func parseOid(s []byte) (int64, error) {
	t := trim(s)
	neg := false
	if len(t) > 0 && (t[0] == '-' || t[0] == '+') {
		neg, t = t[0] == '-', t[1:]
	}
	if len(t) == 0 {
		return 0, errSyntax("oid", s)
	}
	var u uint64
	for _, c := range t {
		if !isDigit(c) {
			return 0, errSyntax("oid", s)
		}
		if u = u*10 + uint64(c-'0'); u > math.MaxUint32 {
			return 0, errRange("oid", s)
		}
	}
	if neg {
		if u > 1<<31 {
			return 0, errRange("oid", s)
		}
		u = uint64(-uint32(u))
	}
	return int64(u), nil
}

// decimalForm checks that t is a decimal number and reports whether it has a digit other than 0.
func decimalForm(t []byte) (ok, nonzero bool) {
	i, digits := 0, 0
	if i < len(t) && (t[i] == '-' || t[i] == '+') {
		i++
	}
	for ; i < len(t) && (isDigit(t[i]) || t[i] == '.'); i++ {
		if t[i] == '.' {
			for _, c := range t[i+1:] {
				if c == '.' {
					return false, false
				}
			}
			continue
		}
		digits++
		nonzero = nonzero || t[i] != '0'
	}
	if digits == 0 {
		return false, false
	}
	if i < len(t) && (t[i] == 'e' || t[i] == 'E') {
		i++
		if i < len(t) && (t[i] == '-' || t[i] == '+') {
			i++
		}
		if i == len(t) {
			return false, false
		}
		for ; i < len(t) && isDigit(t[i]); i++ {
		}
	}
	return i == len(t), nonzero
}

// hexForm checks for C's hexadecimal floats, whose exponent Go wants and C does not.
func hexForm(t []byte) bool {
	if len(t) > 0 && (t[0] == '-' || t[0] == '+') {
		t = t[1:]
	}
	if len(t) < 3 || t[0] != '0' || t[1]|0x20 != 'x' {
		return false
	}
	for _, c := range t {
		if c == '_' {
			return false
		}
	}
	return true
}

// parseFloat reads a float of 32 or 64 bits as strtod does.
func parseFloat(s []byte, bits int, typ string) (float64, error) {
	t := trim(s)
	if ok, nonzero := decimalForm(t); ok {
		x, err := strconv.ParseFloat(bytesString(t), bits)
		if err != nil || x == 0 && nonzero {
			return 0, pgerr.New(pgerrcode.NumericValueOutOfRange, `"%s" is out of range for type %s`, shown(t), typ)
		}
		return x, nil
	}
	neg, word := false, t
	if len(word) > 0 && (word[0] == '-' || word[0] == '+') {
		neg, word = word[0] == '-', word[1:]
	}
	switch {
	case equalFold(word, "nan"):
		return math.Float64frombits(canonicalNaN), nil
	case equalFold(word, "inf"), equalFold(word, "infinity"):
		if neg {
			return math.Inf(-1), nil
		}
		return math.Inf(1), nil
	case hexForm(t):
		text := string(t)
		if _, _, err := big.ParseFloat(text, 0, 64, big.ToNearestEven); err == nil {
			if x, err := strconv.ParseFloat(text, bits); err == nil {
				return x, nil
			}
			if x, err := strconv.ParseFloat(text+"p0", bits); err == nil {
				return x, nil
			}
		}
	}
	return 0, errSyntax(typ, s)
}

// canonicalNaN is C's NaN; Go's has another bit set.
const canonicalNaN = 0x7ff8000000000000

// equalFold compares with a lower-case ASCII word.
func equalFold(s []byte, word string) bool {
	if len(s) != len(word) {
		return false
	}
	for i, c := range s {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// decimalParser collects the digits of a number, the first with weight 10^(point-1), and rounds them to a column.
type decimalParser struct {
	neg   bool
	point int // digits before the decimal point, leading zeros included
	n     int // significant digits kept in buf
	lead  bool
	buf   [48]byte // more digits can only be cut off
}

func (p *decimalParser) digit(d byte) {
	if !p.lead {
		if d == 0 {
			p.point--
			return
		}
		p.lead = true
	}
	if p.n < len(p.buf) {
		p.buf[p.n] = d
		p.n++
	}
}

// finish rounds half away from zero to the column's scale and appends.
func (p *decimalParser) finish(a *vector.Appender) error {
	t := a.Type()
	precision, scale := int(t.Width), int(t.Scale)
	keep := p.point + scale // how many digits make up the stored integer
	var u u128
	if p.n > 0 && keep > 39 {
		return errNumericOverflow(precision, scale)
	}
	if p.n > 0 && keep >= 0 {
		for i := range keep {
			d := byte(0)
			if i < p.n {
				d = p.buf[i]
			}
			var ok bool
			if u, ok = u.mulAdd(10, uint64(d)); !ok {
				return errNumericOverflow(precision, scale)
			}
		}
		if keep < p.n && p.buf[keep] >= 5 {
			u, _ = u.mulAdd(1, 1)
		}
	}
	return appendNumeric(a, t, p.neg, u)
}

func appendNumeric(a *vector.Appender, t vector.Type, neg bool, u u128) error {
	if int(t.Width) >= len(pow10u128) || !u.less(pow10u128[t.Width]) {
		return errNumericOverflow(int(t.Width), int(t.Scale))
	}
	x := int64(u.lo)
	if neg {
		x = -x
	}
	switch t.Kind {
	case vector.KindInt16:
		a.Int16(int16(x))
	case vector.KindInt32:
		a.Int32(int32(x))
	case vector.KindInt64:
		a.Int64(x)
	default:
		a.Int128(signed128(neg, u))
	}
	return nil
}

// maxExponent is where PostgreSQL stops reading an exponent (NUMERIC_MAX_PRECISION and some room).
const maxExponent = 1 << 20

func parseNumeric(a *vector.Appender, s []byte) error {
	t := trim(s)
	p := decimalParser{}
	i := 0
	if i < len(t) && (t[i] == '-' || t[i] == '+') {
		p.neg = t[i] == '-'
		i++
	}
	digits, seenPoint := 0, false
scan:
	for ; i < len(t); i++ {
		switch c := t[i]; {
		case isDigit(c):
			digits++
			if !seenPoint {
				p.point++
			}
			p.digit(c - '0')
		case c == '.' && !seenPoint:
			seenPoint = true
		default:
			break scan
		}
	}
	if digits == 0 {
		if w := t[i:]; equalFold(w, "nan") || equalFold(w, "inf") || equalFold(w, "infinity") {
			return errNumericSpecial()
		}
		return errSyntax("numeric", s)
	}
	if i < len(t) && t[i]|0x20 == 'e' {
		exp, neg, any := 0, false, false
		if i++; i < len(t) && (t[i] == '-' || t[i] == '+') {
			neg = t[i] == '-'
			i++
		}
		for ; i < len(t) && isDigit(t[i]); i++ {
			any = true
			exp = min(exp*10+int(t[i]-'0'), maxExponent)
		}
		if !any {
			return errSyntax("numeric", s)
		}
		if neg {
			exp = -exp
		}
		p.point += exp
	}
	if i != len(t) {
		return errSyntax("numeric", s)
	}
	return p.finish(a)
}
