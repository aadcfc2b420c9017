package pgvalue

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// maxJSONDepth bounds the nesting of json and jsonb. PostgreSQL's bound is its stack (about 6,000); DuckDB's functions have none and recurse.
const maxJSONDepth = 1000

// jsonScanner checks a JSON text by RFC 8259 with PostgreSQL's error messages.
type jsonScanner struct {
	s     []byte
	i     int
	depth int
	// unicode asks for \u escapes to be resolved, as jsonb needs and json does not.
	unicode bool
}

func (j *jsonScanner) space() {
	for j.i < len(j.s) {
		switch j.s[j.i] {
		case ' ', '\t', '\n', '\r':
			j.i++
		default:
			return
		}
	}
}

// fail makes an error of the given detail with the line that it is in.
func (j *jsonScanner) fail(code, format string, args ...any) error {
	upTo := j.s[:min(j.i, len(j.s))]
	line := bytes.Count(upTo, []byte("\n")) + 1
	start := bytes.LastIndexByte(upTo, '\n') + 1
	text, dots := upTo[start:], ""
	if len(text) > 50 {
		text = text[len(text)-50:]
		for len(text) > 0 && !utf8.RuneStart(text[0]) {
			text = text[1:]
		}
		dots = "..."
	}
	more := ""
	if j.i < len(j.s) && j.s[j.i] != '\n' && j.s[j.i] != '\r' {
		more = "..."
	}
	message := "invalid input syntax for type json"
	if code == pgerrcode.UntranslatableCharacter {
		message = "unsupported Unicode escape sequence"
	}
	return pgerr.New(code, "%s", message).
		WithDetail("%s", fmt.Sprintf(format, args...)).WithWhere("JSON data, line %d: %s%s%s", line, dots, text, more)
}

// token returns the lexeme at the cursor and moves behind it, as PostgreSQL's messages and context lines want it.
func (j *jsonScanner) token() string {
	start := j.i
	for j.i < len(j.s) && (isAlpha(j.s[j.i]) || isDigit(j.s[j.i]) || j.s[j.i] == '_' || j.s[j.i] >= 0x80) {
		j.i++
	}
	if j.i == start {
		if j.s[j.i] == '"' {
			at := j.i
			if j.string() != nil {
				j.i = len(j.s)
			}
			return shown(j.s[at:j.i])
		}
		_, n := utf8.DecodeRune(j.s[j.i:])
		j.i += n
	}
	return shown(j.s[start:j.i])
}

func (j *jsonScanner) expected(what string) error {
	if j.i >= len(j.s) {
		return j.fail(pgerrcode.InvalidTextRepresentation, "The input string ended unexpectedly.")
	}
	start := j.i
	for j.i < len(j.s) && (isAlpha(j.s[j.i]) || isDigit(j.s[j.i]) || j.s[j.i] == '_' || j.s[j.i] >= 0x80) {
		j.i++
	}
	if word := string(j.s[start:j.i]); j.i > start && !isDigit(word[0]) && word != "true" && word != "false" && word != "null" {
		return j.fail(pgerrcode.InvalidTextRepresentation, `Token "%s" is invalid.`, shown([]byte(word)))
	}
	j.i = start
	tok := j.token()
	if len(tok) == 1 && !bytes.ContainsAny([]byte(tok), `{}[],:"0123456789`) {
		return j.fail(pgerrcode.InvalidTextRepresentation, `Token "%s" is invalid.`, tok)
	}
	return j.fail(pgerrcode.InvalidTextRepresentation, `Expected %s, but found "%s".`, what, tok)
}

// document checks a whole text.
func (j *jsonScanner) document() error {
	if err := j.value("JSON value"); err != nil {
		return err
	}
	if j.space(); j.i < len(j.s) {
		return j.expected("end of input")
	}
	return nil
}

func (j *jsonScanner) value(what string) error {
	j.space()
	if j.i >= len(j.s) {
		return j.expected(what)
	}
	switch c := j.s[j.i]; {
	case c == '{':
		return j.object()
	case c == '[':
		return j.array()
	case c == '"':
		return j.string()
	case c == '-' || isDigit(c):
		return j.number()
	case j.word("true"), j.word("false"), j.word("null"):
		return nil
	}
	return j.expected(what)
}

func (j *jsonScanner) word(w string) bool {
	end := j.i + len(w)
	if end > len(j.s) || string(j.s[j.i:end]) != w {
		return false
	}
	if end < len(j.s) && (isAlpha(j.s[end]) || isDigit(j.s[end]) || j.s[end] == '_' || j.s[end] >= 0x80) {
		return false
	}
	j.i = end
	return true
}

func (j *jsonScanner) enter() error {
	if j.depth++; j.depth > maxJSONDepth {
		return pgerr.New(pgerrcode.StatementTooComplex, "JSON is nested more than %d levels deep", maxJSONDepth)
	}
	j.i++
	j.space()
	return nil
}

func (j *jsonScanner) leave() error {
	j.depth--
	j.i++
	return nil
}

func (j *jsonScanner) at(c byte) bool { return j.i < len(j.s) && j.s[j.i] == c }

func (j *jsonScanner) object() error {
	if err := j.enter(); err != nil {
		return err
	}
	if j.at('}') {
		return j.leave()
	}
	for first := true; ; first = false {
		if !j.at('"') {
			if first {
				return j.expected(`string or "}"`)
			}
			return j.expected("string")
		}
		if err := j.string(); err != nil {
			return err
		}
		if j.space(); !j.at(':') {
			return j.expected(`":"`)
		}
		j.i++
		if err := j.value("JSON value"); err != nil {
			return err
		}
		if j.space(); j.at('}') {
			return j.leave()
		}
		if !j.at(',') {
			return j.expected(`"," or "}"`)
		}
		j.i++
		j.space()
	}
}

func (j *jsonScanner) array() error {
	if err := j.enter(); err != nil {
		return err
	}
	if j.at(']') {
		return j.leave()
	}
	for {
		if err := j.value("JSON value"); err != nil {
			return err
		}
		if j.space(); j.at(']') {
			return j.leave()
		}
		if !j.at(',') {
			return j.expected(`"," or "]"`)
		}
		j.i++
	}
}

// number moves over a number; junk right behind it belongs to the token.
func (j *jsonScanner) number() error {
	start := j.i
	if j.at('-') {
		j.i++
	}
	ok := j.i < len(j.s) && isDigit(j.s[j.i])
	if j.at('0') {
		j.i++
	} else {
		j.digits()
	}
	if ok && j.at('.') {
		j.i++
		ok = j.digits()
	}
	if ok && j.i < len(j.s) && j.s[j.i]|0x20 == 'e' {
		j.i++
		if j.at('-') || j.at('+') {
			j.i++
		}
		ok = j.digits()
	}
	end := j.i
	for j.i < len(j.s) && (isAlpha(j.s[j.i]) || isDigit(j.s[j.i]) || j.s[j.i] == '_' || j.s[j.i] >= 0x80) {
		j.i++
	}
	if !ok || j.i != end {
		return j.fail(pgerrcode.InvalidTextRepresentation, `Token "%s" is invalid.`, shown(j.s[start:j.i]))
	}
	return nil
}

func (j *jsonScanner) digits() bool {
	start := j.i
	for j.i < len(j.s) && isDigit(j.s[j.i]) {
		j.i++
	}
	return j.i > start
}

// string moves over a string and checks its escapes.
func (j *jsonScanner) string() error {
	start := j.i
	high := rune(0) // a high surrogate that waits for its low one
	for j.i++; j.i < len(j.s); {
		c := j.s[j.i]
		if c == '\\' && j.i+1 < len(j.s) && j.s[j.i+1] == 'u' {
			r, err := j.hex4()
			if err != nil {
				return err
			}
			if !j.unicode {
				continue
			}
			switch {
			case r == 0:
				return j.fail(pgerrcode.UntranslatableCharacter, `\u0000 cannot be converted to text.`)
			case r >= 0xd800 && r < 0xdc00:
				if high != 0 {
					return j.fail(pgerrcode.InvalidTextRepresentation, "Unicode high surrogate must not follow a high surrogate.")
				}
				high = r
			case r >= 0xdc00 && r < 0xe000:
				if high == 0 {
					return j.fail(pgerrcode.InvalidTextRepresentation, "Unicode low surrogate must follow a high surrogate.")
				}
				high = 0
			case high != 0:
				return j.fail(pgerrcode.InvalidTextRepresentation, "Unicode low surrogate must follow a high surrogate.")
			}
			continue
		}
		if high != 0 {
			return j.fail(pgerrcode.InvalidTextRepresentation, "Unicode low surrogate must follow a high surrogate.")
		}
		switch {
		case c == '"':
			j.i++
			return nil
		case c < 0x20:
			j.i++
			return j.fail(pgerrcode.InvalidTextRepresentation, "Character with value 0x%02x must be escaped.", c)
		case c != '\\':
			j.i++
			continue
		}
		if j.i++; j.i >= len(j.s) {
			break
		}
		if !bytes.ContainsRune([]byte(`"\/bfnrt`), rune(j.s[j.i])) {
			_, n := utf8.DecodeRune(j.s[j.i:])
			bad := string(j.s[j.i : j.i+n])
			j.i += n
			return j.fail(pgerrcode.InvalidTextRepresentation, `Escape sequence "\%s" is invalid.`, bad)
		}
		j.i++
	}
	j.i = len(j.s)
	return j.fail(pgerrcode.InvalidTextRepresentation, `Token "%s" is invalid.`, shown(j.s[start:]))
}

// hex4 reads \uXXXX.
func (j *jsonScanner) hex4() (rune, error) {
	j.i += 2
	r := rune(0)
	for range 4 {
		if j.i >= len(j.s) || unhex(j.s[j.i]) < 0 {
			if j.i < len(j.s) {
				_, n := utf8.DecodeRune(j.s[j.i:])
				j.i += n
			}
			return 0, j.fail(pgerrcode.InvalidTextRepresentation, `"\u" must be followed by four hexadecimal digits.`)
		}
		r = r<<4 | rune(unhex(j.s[j.i]))
		j.i++
	}
	return r, nil
}

// parseJSON keeps the text as it is once it is known to be JSON.
func (d *Decoder) parseJSON(a *vector.Appender, s []byte) error {
	if err := CheckUTF8(s); err != nil {
		return err
	}
	j := jsonScanner{s: s}
	if err := j.document(); err != nil {
		return err
	}
	a.Bytes(s)
	return nil
}
