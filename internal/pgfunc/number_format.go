package pgfunc

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Keywords of templates for numbers (PostgreSQL: Template Patterns for Numeric Formatting), longest first where one begins another.
var numberKeys = []string{"EEEE", "eeee", "FM", "fm", "MI", "mi", "PL", "pl", "PR", "pr", "RN", "rn", "SG", "sg", "SP", "sp", "TH", "th",
	",", ".", "0", "9", "B", "b", "C", "c", "D", "d", "G", "g", "L", "l", "S", "s", "V", "v"}

var formatFunctions = map[string]function{
	// to_char_number(number, type, template): type is int, numeric, float4 or float8
	"to_char_number": strict3(toCharNumber),
}

// numberFormat is what the nodes of a template add up to.
type numberFormat struct {
	nodes                                   []node
	pre, post, multi                        int
	zeroStart, zeroEnd                      int  // positions of the first and last 0, from 1
	signBefore                              int  // digits before a leading S
	sign                                    byte // 'S' before the digits, 's' behind them
	zero, dec, fm, multiply, roman, science bool
	bracket, minus, plus                    bool
}

func badTemplate(format string, args ...any) error {
	return pgerr.New(pgerrcode.SyntaxError, format, args...)
}

func parseNumberFormat(format string) (*numberFormat, error) {
	f := &numberFormat{nodes: splitTemplate(format, numberKeys, false)}
	for _, n := range f.nodes {
		if n.kind != nodeKey {
			continue
		}
		key := strings.ToUpper(n.key)
		if f.science && key != "EEEE" {
			return nil, badTemplate("\"EEEE\" must be the last pattern used")
		}
		switch key {
		case "9":
			switch {
			case f.bracket:
				return nil, badTemplate("\"9\" must be ahead of \"PR\"")
			case f.multiply:
				f.multi++
			case f.dec:
				f.post++
			default:
				f.pre++
			}
		case "0":
			if f.bracket {
				return nil, badTemplate("\"0\" must be ahead of \"PR\"")
			}
			if !f.zero && !f.dec {
				f.zero, f.zeroStart = true, f.pre+1
			}
			if !f.dec {
				f.pre++
			} else {
				f.post++
			}
			f.zeroEnd = f.pre + f.post
		case "D", ".":
			if f.dec {
				return nil, badTemplate("multiple decimal points")
			}
			if f.multiply {
				return nil, badTemplate("cannot use \"V\" and decimal point together")
			}
			f.dec = true
		case "FM":
			f.fm = true
		case "S":
			if f.sign != 0 {
				return nil, badTemplate("cannot use \"S\" twice")
			}
			if f.plus || f.minus || f.bracket {
				return nil, badTemplate("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together")
			}
			f.sign, f.signBefore = 'S', f.pre
			if f.dec {
				f.sign = 's'
			}
		case "MI", "PL", "SG":
			if f.sign != 0 {
				return nil, badTemplate("cannot use \"S\" and \"%s\" together", key)
			}
			f.minus = f.minus || key != "PL"
			f.plus = f.plus || key != "MI"
		case "PR":
			if f.sign != 0 || f.plus || f.minus {
				return nil, badTemplate("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together")
			}
			f.bracket = true
		case "RN":
			f.roman = true
		case "V":
			if f.dec {
				return nil, badTemplate("cannot use \"V\" and decimal point together")
			}
			f.multiply = true
		case "EEEE":
			if f.science {
				return nil, badTemplate("cannot use \"EEEE\" twice")
			}
			if f.fm || f.sign != 0 || f.bracket || f.minus || f.plus || f.roman || f.multiply {
				return nil, badTemplate("\"EEEE\" is incompatible with other formats")
			}
			f.science = true
		}
	}
	if f.pre+f.post > 10000 {
		return nil, tooLarge()
	}
	return f, nil
}

func toCharNumber(value, kind, format string) (string, error) {
	f, err := parseNumberFormat(format)
	if err != nil {
		return "", err
	}
	var digits string
	var x number
	var fl float64
	float, precise := strings.HasPrefix(kind, "float"), 15
	if kind == "float4" {
		precise = 6
	}
	if float {
		if fl, err = strconv.ParseFloat(value, 64); err != nil {
			return "", err
		}
	} else if x, err = parseNumber(value); err != nil {
		return "", err
	}
	special := float && (math.IsNaN(fl) || math.IsInf(fl, 0))
	switch {
	case f.roman:
		v := math.NaN()
		if !float {
			v, _ = strconv.ParseFloat(x.rescale(0).String(), 64)
		} else if !special {
			v = math.RoundToEven(fl)
		}
		if math.IsNaN(v) || v < 1 || v > 3999 {
			digits = strings.Repeat("#", 15)
		} else {
			digits = roman(int(v))
		}
		return f.writeRoman(digits), nil
	case f.science:
		if special {
			return " " + strings.Repeat("#", f.pre) + "." + strings.Repeat("#", f.post+4), nil
		}
		switch {
		case float:
			digits = strconv.FormatFloat(fl, 'e', f.post, 64)
		case kind == "int":
			digits = strconv.FormatFloat(x.float(), 'e', f.post, 64)
		default:
			digits = scientific(x, f.post)
		}
		if digits[0] != '-' {
			digits = " " + digits
		}
		return digits, nil
	}
	if f.multiply {
		if float {
			fl *= math.Pow(10, float64(f.multi))
		} else {
			x, _ = x.mul(number{ten(f.multi), 0})
		}
		f.pre += f.multi
	}
	switch {
	case special:
		digits = map[bool]string{true: "NaN", false: "Infinity"}[math.IsNaN(fl)]
		if math.IsInf(fl, -1) {
			digits = "-Infinity"
		}
	case float:
		whole := len(strconv.FormatFloat(math.Abs(fl), 'f', 0, 64))
		if whole >= precise {
			f.post = 0
		} else if whole+f.post > precise {
			f.post = precise - whole
		}
		digits = strconv.FormatFloat(fl, 'f', f.post, 64)
	default:
		digits = x.rescale(f.post).String()
	}
	negative := strings.HasPrefix(digits, "-")
	digits = strings.TrimPrefix(digits, "-")
	whole, _, _ := strings.Cut(digits, ".")
	spaces := 0
	if len(whole) < f.pre {
		spaces = f.pre - len(whole)
	} else if len(whole) > f.pre {
		digits = strings.Repeat("#", f.pre)
		digits += "." + strings.Repeat("#", f.post)
	}
	return f.write(digits, negative, spaces), nil
}

// scientific writes d.ddde+nn.
func scientific(x number, post int) string {
	if x.digits.Sign() == 0 {
		s := "0"
		if post > 0 {
			s += "." + strings.Repeat("0", post)
		}
		return s + "e+00"
	}
	s := new(big.Int).Abs(x.digits).String()
	exp := len(s) - 1 - x.scale
	// digits with post+1 significant ones
	v := number{new(big.Int).Abs(x.digits), len(s) - 1}.rescale(post)
	m := v.String()
	if x.digits.Sign() < 0 {
		m = "-" + m
	}
	return fmt.Sprintf("%se%+03d", m, exp)
}

func roman(n int) string {
	var b strings.Builder
	for _, r := range []struct {
		v int
		s string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= r.v {
			b.WriteString(r.s)
			n -= r.v
		}
	}
	return b.String()
}

func (f *numberFormat) writeRoman(digits string) string {
	var b strings.Builder
	for _, n := range f.nodes {
		switch {
		case n.kind != nodeKey:
			b.WriteString(n.text)
		case strings.EqualFold(n.key, "RN"):
			s := digits
			if n.key == "rn" {
				s = strings.ToLower(s)
			}
			if !f.fm {
				s = fmt.Sprintf("%15s", s)
			}
			b.WriteString(s)
		}
	}
	return b.String()
}

// numberWriter walks a template and a number side by side.
type numberWriter struct {
	*numberFormat
	b        strings.Builder
	digits   string
	at       int // in digits
	last     int // under FM: the last digit that matters; -1: all do
	negative bool
	signed   bool // the sign is written, or is not wanted
	spaces   int  // positions before the first digit
	position int  // of the next 9, 0 or point
	count    int
	inside   bool // a digit has been written
	start    int  // position of the first 0, from 0; -1: none
	trailing bool // S stands behind the number
}

func (f *numberFormat) write(digits string, negative bool, spaces int) string {
	w := &numberWriter{numberFormat: f, digits: digits, negative: negative, spaces: spaces, last: -1, start: -1, trailing: f.sign == 's'}
	if f.zero {
		w.start = f.zeroStart - 1
	}
	bracket := f.bracket
	if f.plus || f.minus {
		w.signed = !(f.plus && !f.minus)
	} else {
		if !negative && f.fm {
			bracket = false
		}
		w.signed = !negative && f.fm && f.sign == 0
		if f.sign == 'S' && f.pre == f.signBefore {
			w.trailing = true
		}
	}
	w.count = f.post + f.pre - 1
	if f.fm && f.dec {
		if p := strings.IndexByte(digits, '.'); p >= 0 {
			w.last = p
			for i := p + 1; i < len(digits); i++ {
				if digits[i] != '0' {
					w.last = i
				}
			}
			if f.zeroEnd > spaces {
				w.last = max(w.last, min(len(digits)-1, f.zeroEnd-spaces))
			}
		}
	}
	if !w.signed && spaces == 0 {
		w.count++
	}
	for _, n := range f.nodes {
		if n.kind != nodeKey {
			w.b.WriteString(n.text)
			continue
		}
		switch key := strings.ToUpper(n.key); key {
		case "9", "0", ".", "D":
			w.digit(key, bracket)
		case ",", "G":
			switch {
			case w.inside:
				w.b.WriteByte(',')
			case !f.fm:
				w.b.WriteByte(' ')
			}
		case "L":
			w.b.WriteByte(' ')
		case "TH":
			if digits[0] != '#' && !negative && !f.dec {
				w.b.WriteString(ordinal(digits, n.key == "TH"))
			}
		case "MI":
			switch {
			case negative:
				w.b.WriteByte('-')
			case !f.fm:
				w.b.WriteByte(' ')
			}
		case "PL":
			switch {
			case !negative:
				w.b.WriteByte('+')
			case !f.fm:
				w.b.WriteByte(' ')
			}
		case "SG":
			if negative {
				w.b.WriteByte('-')
			} else {
				w.b.WriteByte('+')
			}
		}
	}
	return w.b.String()
}

// lone tells a zero alone before the point, which 9 leaves out: 0.1 as 9.9 is " .1".
func (w *numberWriter) lone() bool {
	return !w.zero && w.at == 0 && w.digits[0] == '0' && w.post != 0
}

func (w *numberWriter) signChar() string {
	if w.negative {
		return "-"
	}
	return "+"
}

func (w *numberWriter) digit(key string, bracket bool) {
	w.inside = false
	endsAtPoint := w.last >= 0 && w.digits[w.last] == '.'
	if !w.signed && (w.position >= w.spaces || w.zero && w.start == w.position) && (!w.lone() || endsAtPoint) {
		switch {
		case w.sign != 0:
			if !w.trailing {
				w.b.WriteString(w.signChar())
				w.signed = true
			}
		case bracket:
			w.b.WriteString(map[bool]string{true: "<", false: " "}[w.negative])
			w.signed = true
		case !w.negative:
			if !w.fm {
				w.b.WriteByte(' ')
			}
			w.signed = true
		default:
			w.b.WriteByte('-')
			w.signed = true
		}
	}
	switch {
	case w.position < w.spaces && (!w.zero || w.start > w.position):
		if !w.fm {
			w.b.WriteByte(' ')
		}
	case w.position < w.spaces:
		w.b.WriteByte('0')
		w.inside = true
	default:
		var c byte
		if w.at < len(w.digits) {
			c = w.digits[w.at]
		}
		switch {
		case c == '.':
			if !endsAtPoint || w.fm {
				w.b.WriteByte('.')
			}
		case w.last >= 0 && w.at > w.last && key != "0":
		case w.lone():
			if !w.fm {
				w.b.WriteByte(' ')
			} else if endsAtPoint {
				w.b.WriteByte('0')
			}
		case c != 0:
			w.b.WriteByte(c)
			w.inside = true
		}
		if w.at < len(w.digits) {
			w.at++
		}
	}
	end := w.count
	if w.spaces > 0 {
		end++
	}
	if w.dec {
		end++
	}
	if w.last >= 0 && w.last == w.at {
		end = w.position
	}
	if w.position+1 == end {
		if w.signed && bracket {
			w.b.WriteString(map[bool]string{true: ">", false: " "}[w.negative])
		} else if w.sign != 0 && w.trailing {
			w.b.WriteString(w.signChar())
		}
	}
	w.position++
}

// toNumber reads a number by a template: what is no digit, sign or point stands for itself.
func toNumber(args []*string) (*string, error) {
	s, format := *args[0], *args[1]
	if format == "" {
		return nil, nil
	}
	f, err := parseNumberFormat(format)
	if err != nil {
		return nil, err
	}
	switch {
	case f.science:
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "\"EEEE\" not supported for input")
	case f.roman:
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "\"RN\" not supported for input")
	}
	var out []byte
	sign := byte('+')
	sawSign, sawPoint := false, false
	pre, post := 0, 0
	data := func(c byte) bool { return c >= '0' && c <= '9' || strings.IndexByte("+-.,", c) >= 0 }
	for _, n := range f.nodes {
		if s == "" {
			break
		}
		if n.kind != nodeKey { // a character of the text is passed over for each, whatever it is
			for k := utf8.RuneCountInString(n.text); k > 0 && s != ""; k-- {
				s = s[runeLen(s):]
			}
			continue
		}
		switch key := strings.ToUpper(n.key); key {
		case "9", "0", ".", "D":
			if s[0] == ' ' {
				s = s[1:]
			}
			if s == "" {
				break
			}
			if !sawSign && pre+post == 0 {
				switch {
				case s[0] == '-' || f.bracket && s[0] == '<':
					sign, sawSign, s = '-', true, s[1:]
				case s[0] == '+':
					sawSign, s = true, s[1:]
				}
			}
			if s == "" {
				break
			}
			switch {
			case s[0] >= '0' && s[0] <= '9':
				if sawPoint && post >= f.post || !sawPoint && key != "9" && key != "0" {
					break
				}
				if sawPoint {
					post++
				} else {
					pre++
				}
				out, s = append(out, s[0]), s[1:]
			case f.dec && !sawPoint && s[0] == '.':
				out, s = append(out, '.'), s[1:]
				sawPoint = true
			}
			if s != "" && pre+post > 0 && !sawSign && f.sign != 0 && (s[0] == '-' || s[0] == '+') && pre+post >= f.pre+f.post {
				if s[0] == '-' {
					sign = '-'
				}
				sawSign, s = true, s[1:]
			}
		case ",", "G":
			if s[0] == ',' {
				s = s[1:]
			}
		case "L":
			if !data(s[0]) {
				s = s[runeLen(s):]
			}
		case "MI", "PL", "SG", "S":
			if s[0] == '-' && key != "PL" {
				sign, s = '-', s[1:]
				sawSign = true
			} else if s[0] == '+' {
				s = s[1:]
				sawSign = true
			} else if key != "S" && !data(s[0]) {
				s = s[1:]
			}
		case "TH":
			for range 2 {
				if s != "" && !data(s[0]) {
					s = s[runeLen(s):]
				}
			}
		}
	}
	text := string(out)
	if strings.Trim(text, ".") == "" {
		return nil, pgerr.New(pgerrcode.InvalidTextRepresentation, "invalid input syntax for type numeric: \" \"")
	}
	if sign == '-' {
		text = "-" + text
	}
	x, err := parseNumber(text)
	if err != nil {
		return nil, err
	}
	if f.multiply {
		x = x.quo(number{ten(f.multi), 0}, divScale(x, number{ten(f.multi), 0}))
	}
	return result(x.String(), nil)
}
