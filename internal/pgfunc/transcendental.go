package pgfunc

import (
	"math"
	"math/big"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// root is the square root to a scale.
func (n number) root(scale int) number {
	d := n.rescale(max(n.scale, 0)).digits
	// isqrt(digits * 10^(2*scale+2-n.scale)) has one digit too many, for rounding
	shift := 2*(scale+1) - n.scale
	x := new(big.Int).Set(d)
	if shift >= 0 {
		x.Mul(x, ten(shift))
	} else {
		x.Quo(x, ten(-shift))
	}
	return number{x.Sqrt(x), scale + 1}.rescale(scale)
}

func (n number) sqrt() (number, error) {
	switch n.digits.Sign() {
	case -1:
		return n, pgerr.New(pgerrcode.InvalidArgumentForPowerFunction, "cannot take square root of a negative number")
	case 0:
		return number{new(big.Int), min(max(minSignificant, n.scale), maxScale)}, nil
	}
	w, _ := n.weight()
	sweight := (w+1)*4/2 - 1
	if (w+1)*4 < 0 {
		sweight = -(-(w + 1) * 4 / 2) - 1
	}
	return n.root(min(max(minSignificant-sweight, n.scale, 0), maxScale)), nil
}

func (n number) float() float64 {
	f, _ := new(big.Rat).SetFrac(n.digits, ten(n.scale)).Float64()
	return f
}

const workPrec = 400 // bits of the computations below; results have some 60 digits before they are rounded

func bigFloat() *big.Float { return new(big.Float).SetPrec(workPrec) }

func (n number) big() *big.Float {
	return bigFloat().Quo(bigFloat().SetInt(n.digits), bigFloat().SetInt(ten(n.scale)))
}

// roundFloat rounds half away from zero to a scale.
func roundFloat(x *big.Float, scale int) number {
	y := bigFloat().SetPrec(workPrec+uint(scale)*4).Mul(x, bigFloat().SetPrec(workPrec+uint(scale)*4).SetInt(ten(scale+1)))
	i, _ := y.Int(nil)
	return number{i, scale + 1}.rescale(scale)
}

func overflow() error {
	return pgerr.New(pgerrcode.NumericValueOutOfRange, "value overflows numeric format")
}

// bigExp is e^x: halved until small, then by its series, then squared.
func bigExp(x *big.Float) *big.Float {
	halvings := 0
	r := bigFloat().Set(x)
	for r.Sign() != 0 && r.MantExp(nil) > -8 {
		r.Quo(r, bigFloat().SetInt64(2))
		halvings++
	}
	sum, term := bigFloat().SetInt64(1), bigFloat().SetInt64(1)
	for i := int64(1); i < 200; i++ {
		term.Mul(term, r)
		term.Quo(term, bigFloat().SetInt64(i))
		sum.Add(sum, term)
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-workPrec {
			break
		}
	}
	for ; halvings > 0; halvings-- {
		sum.Mul(sum, sum)
	}
	return sum
}

// bigLn is the logarithm of a positive number: roots until it is near 1, then the series of atanh.
func bigLn(x *big.Float) *big.Float {
	r := bigFloat().Set(x)
	doublings := 0
	one := bigFloat().SetInt64(1)
	for {
		d := bigFloat().Sub(r, one)
		if d.Sign() == 0 || d.MantExp(nil) < -6 {
			break
		}
		r.Sqrt(r)
		doublings++
	}
	z := bigFloat().Quo(bigFloat().Sub(r, one), bigFloat().Add(r, one))
	zz := bigFloat().Mul(z, z)
	sum, term := bigFloat().Set(z), bigFloat().Set(z)
	for i := int64(3); i < 400 && term.Sign() != 0; i += 2 {
		term.Mul(term, zz)
		add := bigFloat().Quo(term, bigFloat().SetInt64(i))
		sum.Add(sum, add)
		if add.Sign() == 0 || add.MantExp(nil) < sum.MantExp(nil)-workPrec {
			break
		}
	}
	return sum.SetMantExp(sum, doublings+1)
}

func (n number) exp() (number, error) {
	val := n.float()
	if math.Abs(val) > 6000*2.303 {
		if val < 0 {
			return number{new(big.Int), maxScale}, nil
		}
		return n, overflow()
	}
	scale := min(max(minSignificant-int(val*0.434294481903252), n.scale, 0), maxScale)
	return roundFloat(bigExp(n.big()), scale), nil
}

func logError(n number) error {
	switch n.digits.Sign() {
	case 0:
		return pgerr.New(pgerrcode.InvalidArgumentForLogarithm, "cannot take logarithm of zero")
	case -1:
		return pgerr.New(pgerrcode.InvalidArgumentForLogarithm, "cannot take logarithm of a negative number")
	}
	return nil
}

// lnWeight estimates the decimal weight of ln(n) (numeric.c: estimate_ln_dweight).
func lnWeight(n number) int {
	f := n.float()
	if f >= 0.9 && f <= 1.1 {
		d, _ := n.sub(number{big.NewInt(1), 0})
		if d.digits.Sign() == 0 {
			return 0
		}
		w, first := d.weight()
		return w*4 + int(math.Log10(float64(first)))
	}
	ln := math.Abs(math.Log(f))
	if math.IsInf(ln, 0) || math.IsNaN(ln) {
		v, _ := bigLn(n.big()).Float64()
		ln = math.Abs(v)
	}
	return int(math.Log10(ln))
}

func (n number) ln() (number, error) {
	if err := logError(n); err != nil {
		return n, err
	}
	scale := min(max(minSignificant-lnWeight(n), n.scale, 0), maxScale)
	return roundFloat(bigLn(n.big()), scale), nil
}

// log is the logarithm of m to the base n.
func (n number) log(m number) (number, error) {
	if err := logError(n); err != nil {
		return n, err
	}
	if err := logError(m); err != nil {
		return n, err
	}
	base := bigLn(n.big())
	if base.Sign() == 0 {
		return n, divisionByZero()
	}
	out := bigFloat().Quo(bigLn(m.big()), base)
	bw, nw := lnWeight(n), lnWeight(m)
	scale := min(max(minSignificant-(nw-bw), n.scale, m.scale, 0), maxScale)
	return roundFloat(out, scale), nil
}

// power is numeric.c's numeric_power and power_var.
func (n number) power(m number) (number, error) {
	zero, integer := n.digits.Sign() == 0, m.trimmed().scale == 0
	switch {
	case zero && m.digits.Sign() < 0:
		return n, pgerr.New(pgerrcode.InvalidArgumentForPowerFunction, "zero raised to a negative power is undefined")
	case n.digits.Sign() < 0 && !integer:
		return n, pgerr.New(pgerrcode.InvalidArgumentForPowerFunction, "a negative number raised to a non-integer power yields a complex result")
	}
	if integer {
		e := m.trimmed().digits
		if e.IsInt64() && e.Int64() <= math.MaxInt32 && e.Int64() >= math.MinInt32 {
			return n.powerInt(e.Int64(), m.scale)
		}
		return n, overflow()
	}
	if zero {
		return number{new(big.Int), minSignificant}, nil
	}
	ln := bigLn(n.big())
	y := bigFloat().Mul(ln, m.big())
	val, _ := y.Float64()
	val *= 0.434294481903252
	if val > 6000 {
		return n, overflow()
	}
	if val < -6000 {
		return number{new(big.Int), maxScale}, nil
	}
	scale := min(max(minSignificant-int(val), n.scale, m.scale, 0), maxScale)
	return roundFloat(bigExp(y), scale), nil
}

func (n number) powerInt(e int64, expScale int) (number, error) {
	base := max(n.scale, expScale)
	if n.digits.Sign() == 0 {
		if e == 0 {
			return number{ten(minSignificant), minSignificant}, nil
		}
		return number{new(big.Int), min(max(minSignificant, base), maxScale)}, nil
	}
	f := math.Abs(n.float())
	w, first := n.weight()
	log10 := math.Log10(float64(first)) + float64(w)*4
	if f > 0 && !math.IsInf(f, 0) {
		log10 = math.Log10(f)
	}
	size := log10 * float64(e)
	if size > 6000 {
		return n, overflow()
	}
	if size < -6000 {
		return number{new(big.Int), maxScale}, nil
	}
	scale := min(max(minSignificant, n.scale, expScale), maxScale)
	switch e {
	case 0:
		return number{big.NewInt(1), 0}.rescale(max(minSignificant, base)), nil
	case 1:
		return n.rescale(max(scale, 0)), nil
	}
	abs := e
	if abs < 0 {
		abs = -abs
	}
	x := new(big.Rat).SetFrac(n.digits, ten(n.scale))
	if size2 := math.Abs(float64(n.digits.BitLen())) * float64(abs); size2 > 4e6 {
		// too long to compute exactly
		y := bigFloat().SetInt64(e)
		out := bigExp(y.Mul(y, bigLn(bigFloat().Abs(n.big()))))
		if n.digits.Sign() < 0 && e%2 != 0 {
			out.Neg(out)
		}
		return roundFloat(out, scale), nil
	}
	num := new(big.Int).Exp(x.Num(), big.NewInt(abs), nil)
	den := new(big.Int).Exp(x.Denom(), big.NewInt(abs), nil)
	if e < 0 {
		num, den = den, num
		if den.Sign() < 0 {
			num.Neg(num)
			den.Neg(den)
		}
	}
	return number{roundQuo(num.Mul(num, ten(scale)), den), scale}, nil
}
