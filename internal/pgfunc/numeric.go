package pgfunc

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// PostgreSQL's numeric.c: a quotient has at least 16 significant digits, a result at most 1000 digits behind the point here.
const (
	minSignificant = 16
	maxScale       = 1000
)

// number is a numeric: digits / 10^scale, with the scale that it is printed with.
type number struct {
	digits *big.Int
	scale  int
}

var numericFunctions = map[string]function{
	"numeric_add":   strict2(func(a, b string) (string, error) { return ofTwo(a, b, number.add) }),
	"numeric_sub":   strict2(func(a, b string) (string, error) { return ofTwo(a, b, number.sub) }),
	"numeric_mul":   strict2(func(a, b string) (string, error) { return ofTwo(a, b, number.mul) }),
	"numeric_div":   strict2(func(a, b string) (string, error) { return ofTwo(a, b, number.div) }),
	"numeric_mod":   strict2(func(a, b string) (string, error) { return ofTwo(a, b, number.mod) }),
	"numeric_sqrt":  strict1(func(a string) (string, error) { return ofOne(a, number.sqrt) }),
	"numeric_exp":   strict1(func(a string) (string, error) { return ofOne(a, number.exp) }),
	"numeric_ln":    strict1(func(a string) (string, error) { return ofOne(a, number.ln) }),
	"numeric_log":   strict2(func(a, b string) (string, error) { return ofTwo(a, b, number.log) }),
	"numeric_power": strict2(func(a, b string) (string, error) { return ofTwo(a, b, number.power) }),
	"numeric_neg": strict1(func(a string) (string, error) {
		return ofOne(a, func(n number) (number, error) { return number{new(big.Int).Neg(n.digits), n.scale}, nil })
	}),
	"numeric_abs": strict1(func(a string) (string, error) {
		return ofOne(a, func(n number) (number, error) { return number{new(big.Int).Abs(n.digits), n.scale}, nil })
	}),
	"trim_scale": strict1(func(a string) (string, error) {
		return ofOne(a, func(n number) (number, error) { return n.trimmed(), nil })
	}),
	"min_scale": strict1(func(a string) (string, error) {
		n, err := parseNumber(a)
		return strconv.Itoa(n.trimmed().scale), err
	}),
	"numeric_scale": strict1(func(a string) (string, error) {
		n, err := parseNumber(a)
		return strconv.Itoa(n.scale), err
	}),
	"numeric_stat":      {4, 4, numericStat},
	"numeric_factorial": strict1(factorial),
	"numeric_in": strict1(func(a string) (string, error) {
		switch strings.ToLower(strings.TrimSpace(a)) {
		case "nan":
			return "NaN", nil
		case "inf", "infinity", "+inf", "+infinity":
			return "Infinity", nil
		case "-inf", "-infinity":
			return "-Infinity", nil
		}
		return ofOne(a, func(n number) (number, error) { return n, nil })
	}),
	"numeric_gcd":       strict2(func(a, b string) (string, error) { return ofTwo(a, b, number.gcd) }),
	"numeric_lcm":       strict2(func(a, b string) (string, error) { return ofTwo(a, b, number.lcm) }),
	"numeric_greatest":  {1, 1000, func(args []*string) (*string, error) { return extreme(args, 1) }},
	"numeric_least":     {1, 1000, func(args []*string) (*string, error) { return extreme(args, -1) }},
	"numeric_to_number": {2, 2, toNumber},
}

func ofOne(a string, f func(number) (number, error)) (string, error) {
	x, err := parseNumber(a)
	if err != nil {
		return "", err
	}
	if x, err = f(x); err != nil {
		return "", err
	}
	return x.String(), nil
}

func ofTwo(a, b string, f func(a, b number) (number, error)) (string, error) {
	x, err := parseNumber(a)
	if err != nil {
		return "", err
	}
	y, err := parseNumber(b)
	if err != nil {
		return "", err
	}
	if x, err = f(x, y); err != nil {
		return "", err
	}
	return x.String(), nil
}

func ten(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// parseNumber reads digits with an optional sign, point and exponent.
func parseNumber(s string) (number, error) {
	bad := func() (number, error) {
		return number{digits: new(big.Int)}, pgerr.New(pgerrcode.InvalidTextRepresentation, "invalid input syntax for type numeric: \"%s\"", s)
	}
	t := strings.TrimSpace(s)
	exp := 0
	if i := strings.IndexAny(t, "eE"); i >= 0 {
		var err error
		if exp, err = strconv.Atoi(t[i+1:]); err != nil || exp > maxScale || exp < -maxScale {
			return bad()
		}
		t = t[:i]
	}
	whole, frac, _ := strings.Cut(t, ".")
	if len(t) > 200000 || strings.ContainsAny(frac, "+-") || strings.ContainsRune(t, '_') {
		return bad()
	}
	d, ok := new(big.Int).SetString(whole+frac, 10)
	if !ok {
		return bad()
	}
	scale := len(frac) - exp
	if scale < 0 {
		d.Mul(d, ten(-scale))
		scale = 0
	}
	return number{d, scale}, nil
}

func (n number) String() string {
	s := new(big.Int).Abs(n.digits).String()
	if n.scale > 0 {
		if len(s) <= n.scale {
			s = strings.Repeat("0", n.scale-len(s)+1) + s
		}
		s = s[:len(s)-n.scale] + "." + s[len(s)-n.scale:]
	}
	if n.digits.Sign() < 0 {
		s = "-" + s
	}
	return s
}

// rescale rounds half away from zero to a scale.
func (n number) rescale(scale int) number {
	if scale >= n.scale {
		return number{new(big.Int).Mul(n.digits, ten(scale-n.scale)), scale}
	}
	return number{roundQuo(n.digits, ten(n.scale-scale)), scale}
}

// roundQuo is a/b rounded half away from zero.
func roundQuo(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if r.Abs(r).Lsh(r, 1).CmpAbs(b) >= 0 {
		if a.Sign()*b.Sign() >= 0 {
			q.Add(q, big.NewInt(1))
		} else {
			q.Sub(q, big.NewInt(1))
		}
	}
	return q
}

func (n number) trimmed() number {
	d, r := new(big.Int).Set(n.digits), new(big.Int)
	scale := n.scale
	for scale > 0 {
		q, _ := new(big.Int).QuoRem(d, big.NewInt(10), r)
		if r.Sign() != 0 {
			break
		}
		d, scale = q, scale-1
	}
	return number{d, scale}
}

func (n number) same(m number) (number, number) {
	s := max(n.scale, m.scale)
	return n.rescale(s), m.rescale(s)
}

func (n number) add(m number) (number, error) {
	n, m = n.same(m)
	return number{new(big.Int).Add(n.digits, m.digits), n.scale}, nil
}

func (n number) sub(m number) (number, error) {
	n, m = n.same(m)
	return number{new(big.Int).Sub(n.digits, m.digits), n.scale}, nil
}

// maxDigitBits is a little more than the 131072 digits that PostgreSQL's numeric has before the point.
const maxDigitBits = 440_000

func (n number) mul(m number) (number, error) {
	if n.digits.BitLen()+m.digits.BitLen() > maxDigitBits+(n.scale+m.scale)*4 {
		return n, overflow()
	}
	out := number{new(big.Int).Mul(n.digits, m.digits), n.scale + m.scale}
	if out.scale > maxScale {
		out = out.rescale(maxScale)
	}
	return out, nil
}

func divisionByZero() error { return pgerr.New(pgerrcode.DivisionByZero, "division by zero") }

func (n number) mod(m number) (number, error) {
	if m.digits.Sign() == 0 {
		return n, divisionByZero()
	}
	n, m = n.same(m)
	return number{new(big.Int).Rem(n.digits, m.digits), n.scale}, nil
}

// weight is the position of the first digit to the base 10000, and that digit; both 0 for zero, as select_div_scale has it.
func (n number) weight() (weight, first int) {
	if n.digits.Sign() == 0 {
		return 0, 0
	}
	s := new(big.Int).Abs(n.digits).String()
	// the point stands n.scale digits from the right; groups of four count from it
	pos := len(s) - n.scale - 1 // decimal exponent of the first digit
	weight = pos / 4
	if pos < 0 && pos%4 != 0 {
		weight--
	}
	digits := pos - weight*4 + 1
	for len(s) < digits {
		s += "0"
	}
	first, _ = strconv.Atoi(s[:digits])
	return weight, first
}

// divScale is numeric.c's select_div_scale.
func divScale(n, m number) int {
	w1, f1 := n.weight()
	w2, f2 := m.weight()
	q := w1 - w2
	if f1 <= f2 {
		q--
	}
	return min(max(minSignificant-q*4, n.scale, m.scale, 0), maxScale)
}

func (n number) div(m number) (number, error) {
	if m.digits.Sign() == 0 {
		return n, divisionByZero()
	}
	return n.quo(m, divScale(n, m)), nil
}

// quo divides to a scale.
func (n number) quo(m number, scale int) number {
	num, den := new(big.Int).Set(n.digits), new(big.Int).Set(m.digits)
	if shift := scale + m.scale - n.scale; shift >= 0 {
		num.Mul(num, ten(shift))
	} else {
		den.Mul(den, ten(-shift))
	}
	return number{roundQuo(num, den), scale}
}

// numericStat makes stddev and variance of the count, the sum and the sum of squares (numeric.c: numeric_stddev_internal).
func numericStat(args []*string) (*string, error) {
	kind := *args[0]
	n, err := parseNumber(*args[1])
	if err != nil {
		return nil, err
	}
	sum, err := parseNumber(*args[2])
	if err != nil {
		return nil, err
	}
	squares, err := parseNumber(*args[3])
	if err != nil {
		return nil, err
	}
	sample := strings.HasSuffix(kind, "_samp")
	one := number{big.NewInt(1), 0}
	if n.digits.Sign() == 0 || sample && n.digits.Cmp(one.digits) == 0 {
		return nil, nil
	}
	square, _ := sum.mul(sum)
	top, _ := squares.mul(n)
	top, _ = top.sub(square)
	if top.digits.Sign() <= 0 {
		zero := "0"
		return &zero, nil
	}
	den := n
	if sample {
		den, _ = n.sub(one)
	}
	den, _ = n.mul(den)
	out, err := top.div(den)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(kind, "stddev") {
		// numeric.c takes the root to the scale of the variance
		out = out.root(out.scale)
	}
	s := out.String()
	return &s, nil
}

func (n number) gcd(m number) (number, error) {
	n, m = n.same(m)
	return number{new(big.Int).GCD(nil, nil, new(big.Int).Abs(n.digits), new(big.Int).Abs(m.digits)), n.scale}, nil
}

func (n number) lcm(m number) (number, error) {
	g, _ := n.gcd(m)
	n, m = n.same(m)
	if g.digits.Sign() == 0 || n.digits.Sign() == 0 || m.digits.Sign() == 0 {
		return number{new(big.Int), n.scale}, nil
	}
	x := new(big.Int).Mul(n.digits, new(big.Int).Quo(m.digits, g.digits))
	return number{x.Abs(x), n.scale}, nil
}

// extreme is greatest or least; NULL is passed over, and the first of equal values stays.
func extreme(args []*string, want int) (*string, error) {
	var best *string
	for _, a := range args {
		if a != nil && (best == nil || compareNumbers(*a, *best)*want > 0) {
			best = a
		}
	}
	return best, nil
}

func factorial(a string) (string, error) {
	n, err := strconv.ParseInt(a, 10, 64)
	switch {
	case err != nil:
		return "", err
	case n < 0:
		return "", pgerr.New(pgerrcode.NumericValueOutOfRange, "factorial of a negative number is undefined")
	case n > 32177:
		return "", pgerr.New(pgerrcode.NumericValueOutOfRange, "value overflows numeric format")
	}
	return new(big.Int).MulRange(1, n).String(), nil
}
