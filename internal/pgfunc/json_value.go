package pgfunc

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

type jsonKind int

// In the order in which jsonb sorts them.
const (
	jsonNull jsonKind = iota
	jsonString
	jsonNumber
	jsonBool
	jsonArray
	jsonObject
)

const maxJSONDepth = 6000

// value is a JSON value. An object keeps its members in the order of jsonb, each key once, or for json as they were written.
type value struct {
	kind  jsonKind
	text  string // of a string; of a number, as numeric prints it
	truth bool
	items []value
	keys  []string // of an object, beside items
}

func badJSON(s string) error {
	return pgerr.New(pgerrcode.InvalidTextRepresentation, "invalid input syntax for type json")
}

// jsonReader reads JSON text.
type jsonReader struct {
	s     string
	i     int
	depth int
	raw   bool // keep members as they are
}

// parseJSON reads a value as jsonb_in does.
func parseJSON(s string) (value, error) { return readJSON(s, false) }

func readJSON(s string, raw bool) (value, error) {
	r := jsonReader{s: s, raw: raw}
	v, err := r.value()
	if err != nil {
		return v, err
	}
	r.space()
	if r.i != len(s) {
		return v, badJSON(s)
	}
	return v, nil
}

func (r *jsonReader) space() {
	for r.i < len(r.s) && (r.s[r.i] == ' ' || r.s[r.i] == '\t' || r.s[r.i] == '\n' || r.s[r.i] == '\r') {
		r.i++
	}
}

func (r *jsonReader) word(w string) bool {
	if strings.HasPrefix(r.s[r.i:], w) {
		r.i += len(w)
		return true
	}
	return false
}

func (r *jsonReader) value() (value, error) {
	r.space()
	if r.i >= len(r.s) {
		return value{}, badJSON(r.s)
	}
	if r.depth++; r.depth > maxJSONDepth {
		return value{}, pgerr.New(pgerrcode.StatementTooComplex, "stack depth limit exceeded")
	}
	defer func() { r.depth-- }()
	switch c := r.s[r.i]; {
	case c == '{':
		return r.object()
	case c == '[':
		r.i++
		v := value{kind: jsonArray}
		for {
			r.space()
			if len(v.items) == 0 && r.i < len(r.s) && r.s[r.i] == ']' {
				r.i++
				return v, nil
			}
			e, err := r.value()
			if err != nil {
				return v, err
			}
			v.items = append(v.items, e)
			r.space()
			if r.i >= len(r.s) || r.s[r.i] != ',' && r.s[r.i] != ']' {
				return v, badJSON(r.s)
			}
			r.i++
			if r.s[r.i-1] == ']' {
				return v, nil
			}
		}
	case c == '"':
		s, err := r.str()
		return value{kind: jsonString, text: s}, err
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	case r.word("true"):
		return value{kind: jsonBool, truth: true}, nil
	case r.word("false"):
		return value{kind: jsonBool}, nil
	case r.word("null"):
		return value{}, nil
	}
	return value{}, badJSON(r.s)
}

func (r *jsonReader) object() (value, error) {
	r.i++
	v := value{kind: jsonObject}
	for {
		r.space()
		if len(v.keys) == 0 && r.i < len(r.s) && r.s[r.i] == '}' {
			r.i++
			return v, nil
		}
		if r.i >= len(r.s) || r.s[r.i] != '"' {
			return v, badJSON(r.s)
		}
		k, err := r.str()
		if err != nil {
			return v, err
		}
		r.space()
		if r.i >= len(r.s) || r.s[r.i] != ':' {
			return v, badJSON(r.s)
		}
		r.i++
		e, err := r.value()
		if err != nil {
			return v, err
		}
		v.keys, v.items = append(v.keys, k), append(v.items, e)
		r.space()
		if r.i >= len(r.s) || r.s[r.i] != ',' && r.s[r.i] != '}' {
			return v, badJSON(r.s)
		}
		r.i++
		if r.s[r.i-1] == '}' {
			if !r.raw {
				v.normalise()
			}
			return v, nil
		}
	}
}

// normalise sorts the members of an object by length and bytes of their keys; of a repeated key the last stays.
func (v *value) normalise() {
	order := make([]int, len(v.keys))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return keyLess(v.keys[order[a]], v.keys[order[b]]) })
	keys, items := make([]string, 0, len(order)), make([]value, 0, len(order))
	for n, i := range order {
		if n+1 < len(order) && v.keys[order[n+1]] == v.keys[i] {
			continue
		}
		keys, items = append(keys, v.keys[i]), append(items, v.items[i])
	}
	v.keys, v.items = keys, items
}

func keyLess(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

func (r *jsonReader) number() (value, error) {
	start := r.i
	digits := func() bool {
		n := r.i
		for r.i < len(r.s) && r.s[r.i] >= '0' && r.s[r.i] <= '9' {
			r.i++
		}
		return r.i > n
	}
	if r.s[r.i] == '-' {
		r.i++
	}
	first := r.i
	if !digits() || r.s[first] == '0' && r.i > first+1 {
		return value{}, badJSON(r.s)
	}
	plain := true
	if r.i < len(r.s) && r.s[r.i] == '.' {
		r.i++
		if !digits() {
			return value{}, badJSON(r.s)
		}
	}
	if r.i < len(r.s) && (r.s[r.i] == 'e' || r.s[r.i] == 'E') {
		plain = false
		r.i++
		if r.i < len(r.s) && (r.s[r.i] == '+' || r.s[r.i] == '-') {
			r.i++
		}
		if !digits() {
			return value{}, badJSON(r.s)
		}
	}
	if r.i < len(r.s) && (r.s[r.i]|0x20 >= 'a' && r.s[r.i]|0x20 <= 'z' || r.s[r.i] == '.') {
		return value{}, badJSON(r.s)
	}
	text := r.s[start:r.i]
	if r.raw {
		return value{kind: jsonNumber, text: text}, nil
	}
	if plain && text[0] != '-' {
		return value{kind: jsonNumber, text: text}, nil
	}
	n, err := parseNumber(text)
	if err != nil {
		return value{}, overflow()
	}
	return value{kind: jsonNumber, text: n.String()}, nil
}

func (r *jsonReader) str() (string, error) {
	r.i++
	start := r.i
	for r.i < len(r.s) && r.s[r.i] != '"' && r.s[r.i] != '\\' && r.s[r.i] >= 0x20 {
		r.i++
	}
	if r.i < len(r.s) && r.s[r.i] == '"' {
		r.i++
		return r.s[start : r.i-1], nil
	}
	var b strings.Builder
	b.WriteString(r.s[start:r.i])
	for r.i < len(r.s) {
		c := r.s[r.i]
		r.i++
		switch {
		case c == '"':
			return b.String(), nil
		case c < 0x20:
			return "", badJSON(r.s)
		case c != '\\':
			b.WriteByte(c)
			continue
		}
		if r.i >= len(r.s) {
			break
		}
		c = r.s[r.i]
		r.i++
		switch c {
		case '"', '\\', '/':
			b.WriteByte(c)
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			u, ok := r.hex4()
			if !ok {
				return "", badJSON(r.s)
			}
			if u >= 0xd800 && u < 0xdc00 {
				low := rune(0)
				if strings.HasPrefix(r.s[r.i:], `\u`) {
					r.i += 2
					if low, ok = r.hex4(); !ok {
						return "", badJSON(r.s)
					}
				}
				if low < 0xdc00 || low > 0xdfff {
					return "", badJSON(r.s)
				}
				u = 0x10000 + (u-0xd800)<<10 + low - 0xdc00
			} else if u >= 0xdc00 && u < 0xe000 {
				return "", badJSON(r.s)
			}
			if u == 0 {
				if r.raw {
					b.WriteString(`\u0000`)
					continue
				}
				return "", pgerr.New(pgerrcode.UntranslatableCharacter, "unsupported Unicode escape sequence").WithDetail("\\u0000 cannot be converted to text.")
			}
			b.WriteRune(u)
		default:
			return "", badJSON(r.s)
		}
	}
	return "", badJSON(r.s)
}

func (r *jsonReader) hex4() (rune, bool) {
	if r.i+4 > len(r.s) {
		return 0, false
	}
	u, err := strconv.ParseUint(r.s[r.i:r.i+4], 16, 32)
	r.i += 4
	return rune(u), err == nil
}

// quoteJSON appends a string as PostgreSQL's escape_json does.
func quoteJSON(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= 0x20:
			dst = append(dst, c)
		case c == '\b':
			dst = append(dst, `\b`...)
		case c == '\f':
			dst = append(dst, `\f`...)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, fmt.Sprintf(`\u%04x`, c)...)
		}
	}
	return append(dst, '"')
}

// append prints the value; jsonb has a space behind commas and colons. It stops where Call refuses the result.
func (v value) append(dst []byte, spaces bool) []byte {
	if len(dst) > maxResultBytes {
		return dst
	}
	switch v.kind {
	case jsonNull:
		return append(dst, "null"...)
	case jsonString:
		return quoteJSON(dst, v.text)
	case jsonNumber:
		return append(dst, v.text...)
	case jsonBool:
		return strconv.AppendBool(dst, v.truth)
	case jsonArray:
		dst = append(dst, '[')
	default:
		dst = append(dst, '{')
	}
	for i, e := range v.items {
		if i > 0 {
			dst = append(dst, ',')
			if spaces {
				dst = append(dst, ' ')
			}
		}
		if v.kind == jsonObject {
			dst = append(quoteJSON(dst, v.keys[i]), ':')
			if spaces {
				dst = append(dst, ' ')
			}
		}
		dst = e.append(dst, spaces)
	}
	if v.kind == jsonArray {
		return append(dst, ']')
	}
	return append(dst, '}')
}

func (v value) String() string { return string(v.append(nil, true)) }

// plain is the value as text: strings without quotes; ok is false for null.
func (v value) plain() (string, bool) {
	switch v.kind {
	case jsonNull:
		return "", false
	case jsonString:
		return v.text, true
	}
	return v.String(), true
}

// member finds a key; -1 for none.
func (v value) member(key string) int {
	for i := len(v.keys) - 1; i >= 0; i-- {
		if v.keys[i] == key {
			return i
		}
	}
	return -1
}

// compareJSON orders values as jsonb's comparison does.
func compareJSON(a, b value) int {
	if a.kind != b.kind {
		// an empty array sorts before everything that is no array, at the top level
		return int(a.kind) - int(b.kind)
	}
	switch a.kind {
	case jsonString:
		return strings.Compare(a.text, b.text)
	case jsonNumber:
		return compareNumbers(a.text, b.text)
	case jsonBool:
		return boolInt(a.truth) - boolInt(b.truth)
	case jsonArray, jsonObject:
		if len(a.items) != len(b.items) {
			return len(a.items) - len(b.items)
		}
		for i := range a.items {
			if a.kind == jsonObject {
				if c := strings.Compare(a.keys[i], b.keys[i]); c != 0 {
					return c
				}
			}
			if c := compareJSON(a.items[i], b.items[i]); c != 0 {
				return c
			}
		}
	}
	return 0
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func compareNumbers(a, b string) int {
	x, err1 := parseNumber(a)
	y, err2 := parseNumber(b)
	if err1 != nil || err2 != nil {
		return strings.Compare(a, b)
	}
	x, y = x.same(y)
	return x.digits.Cmp(y.digits)
}

// sortKey is text whose bytes sort as the values do.
func (v value) sortKey(dst []byte, top bool) []byte {
	if top && v.kind == jsonArray && len(v.items) == 0 {
		return append(dst, '!')
	}
	dst = append(dst, '0'+byte(v.kind))
	switch v.kind {
	case jsonString:
		dst = appendOrdered(dst, v.text)
	case jsonNumber:
		dst = numberKey(dst, v.text)
	case jsonBool:
		dst = append(dst, '0'+byte(boolInt(v.truth)))
	case jsonArray, jsonObject:
		dst = append(dst, fmt.Sprintf("%010d", len(v.items))...)
		for i, e := range v.items {
			if v.kind == jsonObject {
				dst = appendOrdered(dst, v.keys[i])
			}
			dst = e.sortKey(dst, false)
		}
	}
	return dst
}

// appendOrdered ends a text so that a longer one sorts behind it; bytes up to 0x02 are escaped.
func appendOrdered(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] <= 0x02 {
			dst = append(dst, 0x02, '0'+s[i])
			continue
		}
		dst = append(dst, s[i])
	}
	return append(dst, 0x01)
}

// numberKey is sign, exponent and digits; of negative numbers the complement.
func numberKey(dst []byte, s string) []byte {
	n, err := parseNumber(s)
	if err != nil || n.digits.Sign() == 0 {
		return append(dst, '1')
	}
	neg := n.digits.Sign() < 0
	digits := strings.TrimLeft(n.digits.String(), "-")
	exp := 100000 + len(digits) - n.scale
	key := fmt.Sprintf("%06d%s", exp, strings.TrimRight(digits, "0"))
	if !neg {
		return append(append(append(dst, '2'), key...), 0x01)
	}
	dst = append(dst, '0')
	for i := 0; i < len(key); i++ {
		dst = append(dst, '9'-key[i]+'0')
	}
	return append(dst, '~')
}
