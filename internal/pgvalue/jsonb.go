package pgvalue

import (
	"bytes"
	"sort"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// parseJSONB stores the text that PostgreSQL would print: keys by length, then bytes; of equal keys the last; one blank after commas
// and colons; numbers without exponents; strings with as few escapes as possible.
func (d *Decoder) parseJSONB(a *vector.Appender, s []byte) error {
	if err := CheckUTF8(s); err != nil {
		return err
	}
	j := jsonScanner{s: s, unicode: true}
	if err := j.document(); err != nil {
		return err
	}
	n := jsonNormaliser{s: s}
	out, err := n.value(d.scratch())
	d.buf = out
	if err != nil {
		return err
	}
	a.Bytes(out)
	return nil
}

// jsonNormaliser rewrites a text that jsonScanner has accepted.
type jsonNormaliser struct {
	s []byte
	i int
}

func (n *jsonNormaliser) space() {
	for n.i < len(n.s) && (n.s[n.i] == ' ' || n.s[n.i] == '\t' || n.s[n.i] == '\n' || n.s[n.i] == '\r') {
		n.i++
	}
}

func (n *jsonNormaliser) value(dst []byte) ([]byte, error) {
	n.space()
	switch c := n.s[n.i]; c {
	case '{':
		return n.object(dst)
	case '[':
		n.i++
		dst = append(dst, '[')
		for first := true; ; first = false {
			if n.space(); n.s[n.i] == ']' {
				n.i++
				return append(dst, ']'), nil
			}
			if !first {
				n.i++ // the comma
				dst = append(dst, ',', ' ')
			}
			var err error
			if dst, err = n.value(dst); err != nil {
				return dst, err
			}
		}
	case '"':
		return appendJSONString(dst, n.string()), nil
	case 't':
		n.i += 4
		return append(dst, "true"...), nil
	case 'f':
		n.i += 5
		return append(dst, "false"...), nil
	case 'n':
		n.i += 4
		return append(dst, "null"...), nil
	}
	return n.number(dst)
}

// member is one key of an object and where it was written with its value: "key": value.
type member struct {
	key        []byte
	start, end int
}

func (m member) before(o member) bool {
	if len(m.key) != len(o.key) {
		return len(m.key) < len(o.key)
	}
	return bytes.Compare(m.key, o.key) < 0
}

func (n *jsonNormaliser) object(dst []byte) ([]byte, error) {
	n.i++
	dst = append(dst, '{')
	start := len(dst)
	var members []member
	ordered := true
	for {
		if n.space(); n.s[n.i] == '}' {
			n.i++
			break
		}
		if len(members) > 0 {
			n.i++ // the comma
			n.space()
			dst = append(dst, ',', ' ')
		}
		m := member{key: n.string(), start: len(dst)}
		if len(m.key) > maxJSONKeyBytes {
			return dst, pgerr.New(pgerrcode.ProgramLimitExceeded, "string too long to represent as jsonb string").
				WithDetail("Due to an implementation restriction, jsonb strings cannot exceed %d bytes.", maxJSONKeyBytes)
		}
		dst = append(appendJSONString(dst, m.key), ':', ' ')
		n.space()
		n.i++ // the colon
		var err error
		if dst, err = n.value(dst); err != nil {
			return dst, err
		}
		m.end = len(dst)
		ordered = ordered && (len(members) == 0 || members[len(members)-1].before(m))
		members = append(members, m)
	}
	if ordered {
		return append(dst, '}'), nil
	}
	sort.SliceStable(members, func(a, b int) bool { return members[a].before(members[b]) })
	// Copied in order behind what is there, then moved to its place.
	body := len(dst)
	for i, m := range members {
		if i+1 < len(members) && bytes.Equal(m.key, members[i+1].key) {
			continue // of equal keys the last stays
		}
		if len(dst) > body {
			dst = append(dst, ',', ' ')
		}
		dst = append(dst, dst[m.start:m.end]...)
	}
	dst = append(dst[:start], dst[body:]...)
	return append(dst, '}'), nil
}

// maxJSONKeyBytes is PostgreSQL's JENTRY_OFFLENMASK.
const maxJSONKeyBytes = 0x0FFFFFFF

// string returns the contents of a string without its escapes; it may alias the input.
func (n *jsonNormaliser) string() []byte {
	n.i++
	start := n.i
	for n.s[n.i] != '"' && n.s[n.i] != '\\' {
		n.i++
	}
	if n.s[n.i] == '"' {
		n.i++
		return n.s[start : n.i-1]
	}
	out := append([]byte(nil), n.s[start:n.i]...)
	for {
		c := n.s[n.i]
		n.i++
		switch c {
		case '"':
			return out
		case '\\':
			out = n.escape(out)
		default:
			out = append(out, c)
		}
	}
}

func (n *jsonNormaliser) escape(out []byte) []byte {
	c := n.s[n.i]
	n.i++
	switch c {
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'u':
		r := n.hex4()
		if utf16.IsSurrogate(r) {
			n.i += 2
			r = utf16.DecodeRune(r, n.hex4())
		}
		return utf8.AppendRune(out, r)
	}
	return append(out, c)
}

func (n *jsonNormaliser) hex4() rune {
	r := rune(0)
	for range 4 {
		r = r<<4 | rune(unhex(n.s[n.i]))
		n.i++
	}
	return r
}

// appendJSONString quotes s as PostgreSQL's escape_json does.
func appendJSONString(dst, s []byte) []byte {
	const hexDigits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, c := range s {
		switch c {
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		case '"', '\\':
			dst = append(dst, '\\', c)
		default:
			if c < 0x20 {
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			} else {
				dst = append(dst, c)
			}
		}
	}
	return append(dst, '"')
}

// Bounds of PostgreSQL's numeric, in which jsonb keeps numbers.
const (
	maxNumericWhole    = 131072
	maxNumericFraction = 16383
)

// number writes a number as numeric prints it: no exponent, the digits of the fraction kept.
func (n *jsonNormaliser) number(dst []byte) ([]byte, error) {
	start := n.i
	if n.s[n.i] == '-' {
		n.i++
	}
	whole, frac, exp := n.digits(), []byte(nil), 0
	if n.i < len(n.s) && n.s[n.i] == '.' {
		n.i++
		frac = n.digits()
	}
	if n.i < len(n.s) && n.s[n.i]|0x20 == 'e' {
		n.i++
		neg := n.s[n.i] == '-'
		if neg || n.s[n.i] == '+' {
			n.i++
		}
		for _, c := range n.digits() {
			exp = min(exp*10+int(c-'0'), maxExponent)
		}
		if neg {
			exp = -exp
		}
	}
	digits := append(append(make([]byte, 0, len(whole)+len(frac)), whole...), frac...)
	point := len(whole) + exp
	scale := max(len(frac)-exp, 0)
	lead := 0
	for lead < len(digits) && digits[lead] == '0' {
		lead++
	}
	zero := lead == len(digits)
	if !zero && point-lead > maxNumericWhole || scale > maxNumericFraction {
		return dst, pgerr.New(pgerrcode.NumericValueOutOfRange, "value overflows numeric format")
	}
	if n.s[start] == '-' && !zero {
		dst = append(dst, '-')
	}
	if zero {
		point, digits = 1, []byte{'0'}
		lead = 0
	}
	if point <= lead {
		dst = append(dst, '0')
	}
	for i := lead; i < point; i++ {
		dst = append(dst, digitAt(digits, i))
	}
	if scale > 0 {
		dst = append(dst, '.')
		for i := point; i < point+scale; i++ {
			dst = append(dst, digitAt(digits, i))
		}
	}
	return dst, nil
}

func digitAt(digits []byte, i int) byte {
	if i < 0 || i >= len(digits) {
		return '0'
	}
	return digits[i]
}

func (n *jsonNormaliser) digits() []byte {
	start := n.i
	for n.i < len(n.s) && isDigit(n.s[n.i]) {
		n.i++
	}
	return n.s[start:n.i]
}
