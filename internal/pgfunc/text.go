package pgfunc

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

var textFunctions = map[string]function{
	"format":       {2, 2, formatText}, // (template, list of arguments)
	"encode":       strict2(encode),    // (hex, format)
	"decode":       strict2(decode),    // gives hex
	"convert_from": strict2(convertFrom),
	"sha": strict2(func(kind, h string) (string, error) {
		raw, err := hex.DecodeString(h)
		if err != nil {
			return "", err
		}
		switch kind {
		case "224":
			s := sha256.Sum224(raw)
			return hex.EncodeToString(s[:]), nil
		case "256":
			s := sha256.Sum256(raw)
			return hex.EncodeToString(s[:]), nil
		case "384":
			s := sha512.Sum384(raw)
			return hex.EncodeToString(s[:]), nil
		}
		s := sha512.Sum512(raw)
		return hex.EncodeToString(s[:]), nil
	}),
	"hashtext":     strict1(func(s string) (string, error) { return strconv.Itoa(int(int32(hashBytes([]byte(s))))), nil }),
	"quote_ident":  strict1(func(s string) (string, error) { return quoteIdent(s), nil }),
	"parse_ident":  strict2(parseIdent),
	"unistr":       strict1(unistr),
	"bit_op":       strict3(bitOperation),
	"initcap":      strict1(func(s string) (string, error) { return initcap(s), nil }),
	"size_pretty":  strict1(sizePretty),
	"size_bytes":   strict1(sizeBytes),
	"array_out":    strict1(arrayOut),
	"uuid_in":      strict1(uuidIn),
	"substr_count": strict2(func(a, b string) (string, error) { return strconv.Itoa(strings.Count(a, b)), nil }),
}

// formatText is format(template, arguments...): %s, %I, %L, %% with position, width and the flag -.
func formatText(args []*string) (*string, error) {
	list, err := textList(*args[1])
	if err != nil {
		return nil, err
	}
	f := *args[0]
	var b strings.Builder
	next := 0
	number := func(i int) (int, int, bool, error) {
		j := i
		for j < len(f) && f[j] >= '0' && f[j] <= '9' {
			j++
		}
		if j == i {
			return 0, i, false, nil
		}
		v, err := strconv.Atoi(f[i:j])
		if err != nil || v > 1<<31-1 {
			return 0, j, false, pgerr.New(pgerrcode.NumericValueOutOfRange, "number is out of range")
		}
		return v, j, true, nil
	}
	unterminated := func() error {
		return pgerr.New(pgerrcode.InvalidParameterValue, "unterminated format() type specifier").WithHint("For a single \"%%\" use \"%%%%\".")
	}
	take := func(pos int) (*string, error) {
		if pos == 0 {
			next++
			pos = next
		} else {
			next = pos
		}
		if pos > len(list) {
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "too few arguments for format()")
		}
		return list[pos-1], nil
	}
	for i := 0; i < len(f); i++ {
		if f[i] != '%' {
			b.WriteByte(f[i])
			continue
		}
		if i++; i >= len(f) {
			return nil, unterminated()
		}
		if f[i] == '%' {
			b.WriteByte('%')
			continue
		}
		pos, width, left := 0, 0, false
		n, j, ok, err := number(i)
		if err != nil {
			return nil, err
		}
		if ok && j < len(f) && f[j] == '$' {
			if n == 0 {
				return nil, pgerr.New(pgerrcode.InvalidParameterValue, "format specifies argument 0, but arguments are numbered from 1")
			}
			pos, i = n, j+1
			ok = false
		} else if ok {
			width, i = n, j
		}
		if !ok {
			for i < len(f) && f[i] == '-' {
				left, i = true, i+1
			}
			switch {
			case i < len(f) && f[i] == '*':
				i++
				wpos, j, okw, err := number(i)
				if err != nil {
					return nil, err
				}
				if okw {
					if j >= len(f) || f[j] != '$' {
						return nil, pgerr.New(pgerrcode.InvalidParameterValue, "width argument position must be ended by \"$\"")
					}
					if wpos == 0 {
						return nil, pgerr.New(pgerrcode.InvalidParameterValue, "format specifies argument 0, but arguments are numbered from 1")
					}
					i = j + 1
				}
				w, err := take(wpos)
				if err != nil {
					return nil, err
				}
				if w != nil {
					if width, err = strconv.Atoi(*w); err != nil {
						return nil, pgerr.New(pgerrcode.InvalidTextRepresentation, "invalid input syntax for type integer: \"%s\"", *w)
					}
				}
				if width < -1<<31 || width > 1<<31-1 {
					return nil, pgerr.New(pgerrcode.NumericValueOutOfRange, "value \"%s\" is out of range for type integer", *w)
				}
				if width < 0 {
					left, width = true, -width
				}
				if width > 1<<31-1 {
					return nil, pgerr.New(pgerrcode.NumericValueOutOfRange, "number is out of range")
				}
			default:
				if width, i, _, err = number(i); err != nil {
					return nil, err
				}
			}
		}
		if i >= len(f) {
			return nil, unterminated()
		}
		kind := f[i]
		if kind != 's' && kind != 'I' && kind != 'L' {
			_, size := utf8.DecodeRuneInString(f[i:])
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "unrecognized format() type specifier \"%s\"", f[i:i+size]).WithHint("For a single \"%%\" use \"%%%%\".")
		}
		arg, err := take(pos)
		if err != nil {
			return nil, err
		}
		text := ""
		switch {
		case arg == nil && kind == 'I':
			return nil, pgerr.New(pgerrcode.NullValueNotAllowedDataException, "null values cannot be formatted as an SQL identifier")
		case arg == nil && kind == 'L':
			text = "NULL"
		case arg == nil:
		case kind == 'I':
			text = quoteIdent(*arg)
		case kind == 'L':
			text = quoteLiteral(*arg)
		default:
			text = *arg
		}
		if width > maxResultBytes || b.Len()+len(text)+width > maxResultBytes {
			return nil, tooLarge()
		}
		fill := strings.Repeat(" ", max(width-utf8.RuneCountInString(text), 0))
		if left {
			b.WriteString(text + fill)
		} else {
			b.WriteString(fill + text)
		}
	}
	return result(b.String(), nil)
}

func quoteLiteral(s string) string {
	q := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return "E" + strings.ReplaceAll(q, `\`, `\\`)
	}
	return q
}

// quoted words: keywords of PostgreSQL 15 other than the unreserved ones.
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character check
		coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp
		current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
		grouping having ilike in initially inner inout int integer intersect interval into is isnull join lateral leading least left like limit localtime localtimestamp
		national natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real
		references returning right row select session_user setof similar smallint some substring symmetric table tablesample then time timestamp to trailing treat trim
		true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse
		xmlpi xmlroot xmlserialize xmltable`) {
		m[w] = true
	}
	return m
}()

func quoteIdent(s string) string {
	plain := s != "" && (s[0] == '_' || s[0] >= 'a' && s[0] <= 'z') && !reserved[s]
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] == '_' || s[i] >= 'a' && s[i] <= 'z' || s[i] >= '0' && s[i] <= '9'
	}
	if plain {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

func encode(h, format string) (string, error) {
	raw, err := hex.DecodeString(h)
	if err != nil {
		return "", err
	}
	switch strings.ToLower(format) {
	case "hex":
		return strings.ToLower(h), nil
	case "base64":
		s := base64.StdEncoding.EncodeToString(raw)
		var b strings.Builder
		for len(s) > 76 {
			b.WriteString(s[:76] + "\n")
			s = s[76:]
		}
		return b.String() + s, nil
	case "escape":
		var b strings.Builder
		for _, c := range raw {
			switch {
			case c == '\\':
				b.WriteString(`\\`)
			case c == 0 || c >= 0x80:
				fmt.Fprintf(&b, `\%03o`, c)
			default:
				b.WriteByte(c)
			}
		}
		return b.String(), nil
	}
	return "", pgerr.New(pgerrcode.InvalidParameterValue, "unrecognized encoding: \"%s\"", format)
}

func decode(s, format string) (string, error) {
	bad := func(msg string, args ...any) error { return pgerr.New(pgerrcode.InvalidParameterValue, msg, args...) }
	switch strings.ToLower(format) {
	case "hex":
		var b strings.Builder
		for _, r := range s {
			switch {
			case r == ' ' || r == '\n' || r == '\t' || r == '\r':
				if b.Len()%2 != 0 {
					return "", bad("invalid hexadecimal digit: \"%s\"", string(r))
				}
			case r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F':
				b.WriteRune(r)
			default:
				return "", bad("invalid hexadecimal digit: \"%s\"", string(r))
			}
		}
		if b.Len()%2 != 0 {
			return "", bad("invalid hexadecimal data: odd number of digits")
		}
		return b.String(), nil
	case "base64":
		clean := strings.Map(func(r rune) rune {
			if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
				return -1
			}
			return r
		}, s)
		raw, err := base64.StdEncoding.DecodeString(clean)
		if err != nil {
			for _, r := range clean {
				if r != '+' && r != '/' && r != '=' && (r > 0x7f || !isWord(byte(r)) || r == '_') {
					return "", bad("invalid symbol \"%s\" found while decoding base64 sequence", string(r))
				}
			}
			return "", bad("invalid base64 end sequence")
		}
		return hex.EncodeToString(raw), nil
	case "escape":
		var b []byte
		for i := 0; i < len(s); i++ {
			switch {
			case s[i] != '\\':
				b = append(b, s[i])
			case i+1 < len(s) && s[i+1] == '\\':
				b, i = append(b, '\\'), i+1
			case i+3 < len(s) && s[i+1] >= '0' && s[i+1] <= '3' && s[i+2] >= '0' && s[i+2] <= '7' && s[i+3] >= '0' && s[i+3] <= '7':
				b, i = append(b, (s[i+1]-'0')<<6|(s[i+2]-'0')<<3|(s[i+3]-'0')), i+3
			default:
				return "", pgerr.New(pgerrcode.InvalidTextRepresentation, "invalid input syntax for type %s", "bytea")
			}
		}
		return hex.EncodeToString(b), nil
	}
	return "", bad("unrecognized encoding: \"%s\"", format)
}

// convertFrom gives the text of bytes (in hex) in an encoding.
func convertFrom(h, encoding string) (string, error) {
	raw, err := hex.DecodeString(h)
	if err != nil {
		return "", err
	}
	switch strings.ReplaceAll(strings.ReplaceAll(strings.ToUpper(encoding), "-", ""), "_", "") {
	case "UTF8", "UNICODE", "SQLASCII":
		for i := 0; i < len(raw); {
			r, size := utf8.DecodeRune(raw[i:])
			if r == utf8.RuneError && size == 1 || r == 0 {
				return "", pgerr.New(pgerrcode.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x%02x", raw[i])
			}
			i += size
		}
		return string(raw), nil
	case "LATIN1", "ISO88591":
		rs := make([]rune, len(raw))
		for i, c := range raw {
			rs[i] = rune(c)
		}
		return string(rs), nil
	}
	return "", pgerr.New(pgerrcode.InvalidParameterValue, "invalid source encoding name \"%s\"", encoding)
}

// unistr reads \XXXX, \+XXXXXX, \uXXXX and \UXXXXXXXX.
func unistr(s string) (string, error) {
	var b strings.Builder
	var high rune
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			if high != 0 {
				return "", pgerr.New(pgerrcode.SyntaxError, "invalid Unicode surrogate pair")
			}
			b.WriteByte(s[i])
			i++
			continue
		}
		if strings.HasPrefix(s[i:], `\\`) {
			b.WriteByte('\\')
			i += 2
			continue
		}
		i++
		n := 4
		switch {
		case i < len(s) && s[i] == '+':
			n, i = 6, i+1
		case i < len(s) && s[i] == 'u':
			i++
		case i < len(s) && s[i] == 'U':
			n, i = 8, i+1
		}
		if i+n > len(s) {
			return "", pgerr.New(pgerrcode.SyntaxError, "invalid Unicode escape").WithHint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.")
		}
		v, err := strconv.ParseUint(s[i:i+n], 16, 32)
		if err != nil {
			return "", pgerr.New(pgerrcode.SyntaxError, "invalid Unicode escape").WithHint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.")
		}
		i += n
		r := rune(v)
		switch {
		case r >= 0xd800 && r < 0xdc00 && high == 0:
			high = r
		case r >= 0xdc00 && r < 0xe000 && high != 0:
			b.WriteRune(0x10000 + (high-0xd800)<<10 + r - 0xdc00)
			high = 0
		case high != 0 || r >= 0xd800 && r < 0xe000:
			return "", pgerr.New(pgerrcode.SyntaxError, "invalid Unicode surrogate pair")
		case r == 0 || r > 0x10ffff:
			return "", pgerr.New(pgerrcode.SyntaxError, "invalid Unicode escape value")
		default:
			b.WriteRune(r)
		}
	}
	if high != 0 {
		return "", pgerr.New(pgerrcode.SyntaxError, "invalid Unicode surrogate pair")
	}
	return b.String(), nil
}

// parseIdent splits a qualified identifier.
func parseIdent(s, strict string) (string, error) {
	var out []*string
	t := strings.TrimLeft(s, " \t\n\r")
	bad := func(detail string) error {
		e := pgerr.New(pgerrcode.InvalidParameterValue, "string is not a valid identifier: \"%s\"", s)
		if detail != "" {
			e = e.WithDetail("%s", detail)
		}
		return e
	}
	for {
		var part string
		switch {
		case strings.HasPrefix(t, `"`):
			end := 1
			for {
				k := strings.IndexByte(t[end:], '"')
				if k < 0 {
					return "", bad("String has unclosed double quotes.")
				}
				end += k + 1
				if end < len(t) && t[end] == '"' {
					end++
					continue
				}
				break
			}
			part, t = strings.ReplaceAll(t[1:end-1], `""`, `"`), t[end:]
			if part == "" {
				return "", bad("Quoted identifier must not be empty.")
			}
		case t != "" && (t[0] == '_' || t[0]|0x20 >= 'a' && t[0]|0x20 <= 'z' || t[0] >= 0x80):
			n := 0
			for n < len(t) && (isWord(t[n]) || t[n] == '$') {
				n++
			}
			part, t = strings.ToLower(t[:n]), t[n:]
		default:
			return "", bad("")
		}
		out = append(out, &part)
		t = strings.TrimLeft(t, " \t\n\r")
		if strings.HasPrefix(t, ".") {
			t = strings.TrimLeft(t[1:], " \t\n\r")
			continue
		}
		if t != "" && strict == "true" {
			return "", bad("")
		}
		return textListJSON(out), nil
	}
}

// bitOperation works on bit strings: and, or, xor of two, not, shl and shr of one.
func bitOperation(op, a, b string) (string, error) {
	size := func(name string) error {
		return pgerr.New(pgerrcode.StringDataLengthMismatch, "cannot %s bit strings of different sizes", name)
	}
	out := []byte(a)
	switch op {
	case "&", "|", "#":
		if len(a) != len(b) {
			return "", size(map[string]string{"&": "AND", "|": "OR", "#": "XOR"}[op])
		}
		for i := range out {
			x, y := a[i] == '1', b[i] == '1'
			r := x && y
			if op == "|" {
				r = x || y
			} else if op == "#" {
				r = x != y
			}
			out[i] = '0' + byte(boolInt(r))
		}
	case "~":
		for i := range out {
			out[i] = '0' + '1' - out[i]
		}
	case "<<", ">>":
		n, err := strconv.Atoi(b)
		if err != nil {
			return "", err
		}
		if op == ">>" {
			n = -n
		}
		for i := range out {
			out[i] = '0'
			if k := i + n; k >= 0 && k < len(a) {
				out[i] = a[k]
			}
		}
	}
	return string(out), nil
}

// initcap upper-cases the first letter of each word; words are letters and digits.
func initcap(s string) string {
	var b strings.Builder
	inside := false
	for _, r := range s {
		word := r < 0x80 && r != '_' && isWord(byte(r)) || r >= 0x80 && isLetter(r)
		switch {
		case !word:
			b.WriteRune(r)
		case inside:
			b.WriteString(strings.ToLower(string(r)))
		default:
			b.WriteString(strings.ToUpper(string(r)))
		}
		inside = word
	}
	return b.String()
}

func isLetter(r rune) bool {
	return strings.ToLower(string(r)) != strings.ToUpper(string(r)) || r > 0x2fff
}

// sizePretty is pg_size_pretty.
func sizePretty(a string) (string, error) {
	n, ok := new(big.Int).SetString(strings.SplitN(a, ".", 2)[0], 10)
	if !ok {
		return "", pgerr.New(pgerrcode.InvalidTextRepresentation, "invalid size: \"%s\"", a)
	}
	units := []string{"bytes", "kB", "MB", "GB", "TB", "PB"}
	limits := []int64{10 * 1024, 20*1024 - 1, 20*1024 - 1, 20*1024 - 1, 20*1024 - 1, 20*1024 - 1}
	bits := []uint{0, 10, 20, 30, 40, 50}
	v := new(big.Int).Set(n)
	for i := range units {
		if i == len(units)-1 || new(big.Int).Abs(v).Cmp(big.NewInt(limits[i])) < 0 {
			if i > 0 { // half a unit is kept for rounding
				if v.Sign() >= 0 {
					v.Add(v, big.NewInt(1))
				} else {
					v.Sub(v, big.NewInt(1))
				}
				v.Quo(v, big.NewInt(2))
			}
			return v.String() + " " + units[i], nil
		}
		shift := bits[i+1] - bits[i]
		if i == 0 {
			shift--
		}
		_ = shift
		v.Quo(v, new(big.Int).Lsh(big.NewInt(1), shift))
	}
	return "", nil
}

// sizeBytes is pg_size_bytes.
func sizeBytes(a string) (string, error) {
	t := strings.TrimSpace(a)
	n := 0
	for n < len(t) && (t[n] >= '0' && t[n] <= '9' || strings.IndexByte("+-.eE", t[n]) >= 0 && !(n > 0 && (t[n]|0x20) == 'e' && (n+1 >= len(t) || t[n+1] > '9'))) {
		n++
	}
	x, err := parseNumber(t[:n])
	if err != nil || n == 0 {
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "invalid size: \"%s\"", a)
	}
	unit := strings.ToLower(strings.TrimSpace(t[n:]))
	shift, ok := map[string]uint{"": 0, "bytes": 0, "b": 0, "kb": 10, "mb": 20, "gb": 30, "tb": 40, "pb": 50}[unit]
	if !ok {
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "invalid size: \"%s\"", a).WithDetail("Invalid size unit: \"%s\".", strings.TrimSpace(t[n:]))
	}
	x, _ = x.mul(number{new(big.Int).Lsh(big.NewInt(1), shift), 0})
	return x.rescale(0).String(), nil
}

// arrayOut turns a JSON array of strings and nulls into the text of an array.
func arrayOut(a string) (string, error) {
	list, err := textList(a)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteByte('{')
	for i, s := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		switch {
		case s == nil:
			b.WriteString("NULL")
		case *s == "" || strings.EqualFold(*s, "null") || strings.ContainsAny(*s, "{},\"\\ \t\n\r\v\f"):
			b.WriteString(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(*s) + `"`)
		default:
			b.WriteString(*s)
		}
	}
	b.WriteByte('}')
	return b.String(), nil
}

func uuidIn(a string) (string, error) {
	t := a
	if strings.HasPrefix(t, "{") && strings.HasSuffix(t, "}") {
		t = t[1 : len(t)-1]
	}
	h := strings.ReplaceAll(t, "-", "")
	if _, err := hex.DecodeString(h); err != nil || len(h) != 32 {
		return "", pgerr.New(pgerrcode.InvalidTextRepresentation, "invalid input syntax for type uuid: \"%s\"", a)
	}
	h = strings.ToLower(h)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}
