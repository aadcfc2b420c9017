package pgvalue

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// maxNameBytes is what PostgreSQL keeps of a name (NAMEDATALEN - 1).
const maxNameBytes = 63

func parseBool(s []byte) (bool, error) {
	t := trim(s)
	prefix := func(word string) bool { return len(t) > 0 && len(t) <= len(word) && equalFold(t, word[:len(t)]) }
	switch {
	case prefix("true"), prefix("yes"), equalFold(t, "on"), equalFold(t, "1"):
		return true, nil
	case prefix("false"), prefix("no"), len(t) > 1 && prefix("off"), equalFold(t, "0"):
		return false, nil
	}
	return false, errSyntax("boolean", s)
}

// CheckUTF8 refuses what no text of a UTF-8 database may hold: malformed sequences and the byte 0 (22021).
func CheckUTF8(s []byte) error {
	if utf8.Valid(s) && bytes.IndexByte(s, 0) < 0 {
		return nil
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		if r == 0 || r == utf8.RuneError && n == 1 {
			return pgerr.New(pgerrcode.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": %s`, badSequence(s[i:]))
		}
		i += n
	}
	return nil
}

// badSequence spells the bytes that the first one announces, as PostgreSQL does.
func badSequence(s []byte) string {
	n := 1
	switch c := s[0]; {
	case c&0xe0 == 0xc0:
		n = 2
	case c&0xf0 == 0xe0:
		n = 3
	case c&0xf8 == 0xf0:
		n = 4
	}
	n = min(n, len(s))
	var out strings.Builder
	for i, c := range s[:n] {
		if i > 0 {
			out.WriteByte(' ')
		}
		out.WriteString("0x" + hex.EncodeToString([]byte{c}))
	}
	return out.String()
}

// parseString reads text, varchar, bpchar, name and "char" with their length rules.
func parseString(a *vector.Appender, t sqltype.Type, s []byte) error {
	if err := CheckUTF8(s); err != nil {
		return err
	}
	switch t.OID {
	case sqltype.Varchar, sqltype.Bpchar:
		var err error
		if s, err = fit(t, s); err != nil {
			return err
		}
	case sqltype.Name:
		if len(s) > maxNameBytes {
			s = s[:maxNameBytes]
			for len(s) > 0 && !utf8.Valid(s) {
				s = s[:len(s)-1]
			}
		}
	case sqltype.Char:
		s = charOf(s)
	}
	a.Bytes(s)
	return nil
}

// charOf reads the internal "char" as charin does: a backslash and three octal digits, or the first byte. Bytes above 0x7f have no text here.
func charOf(s []byte) []byte {
	if len(s) == 4 && s[0] == '\\' && s[1] >= '0' && s[1] <= '1' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' && s[3] <= '7' {
		if c := (s[1]-'0')<<6 | (s[2]-'0')<<3 | s[3] - '0'; c != 0 {
			return []byte{c}
		}
		return nil
	}
	return s[:min(len(s), 1)]
}

// fit applies varchar(n) and char(n): only blanks may be cut off. char(n) is stored without its trailing blanks.
func fit(t sqltype.Type, s []byte) ([]byte, error) {
	if n, ok := t.Length(); ok && len(s) > n {
		cut := 0
		for i := 0; i < n && cut < len(s); i++ {
			_, size := utf8.DecodeRune(s[cut:])
			cut += size
		}
		for _, c := range s[cut:] {
			if c != ' ' {
				return nil, pgerr.New(pgerrcode.StringDataRightTruncationDataException, "value too long for type %s", t)
			}
		}
		s = s[:cut]
	}
	if t.OID == sqltype.Bpchar {
		s = bytes.TrimRight(s, " ")
	}
	return s, nil
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// parseBytea reads the hex and the escape format.
func (d *Decoder) parseBytea(a *vector.Appender, s []byte) error {
	out := d.scratch()
	defer func() { d.buf = out }()
	if len(s) >= 2 && s[0] == '\\' && s[1] == 'x' {
		for i := 2; i < len(s); i++ {
			if c := s[i]; c == ' ' || c == '\n' || c == '\t' || c == '\r' {
				continue
			}
			hi := unhex(s[i])
			if hi < 0 {
				return errHexDigit(s[i:])
			}
			if i++; i >= len(s) {
				return pgerr.New(pgerrcode.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
			}
			lo := unhex(s[i])
			if lo < 0 {
				return errHexDigit(s[i:])
			}
			out = append(out, byte(hi<<4|lo))
		}
		a.Bytes(out)
		return nil
	}
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\':
			out = append(out, s[i])
		case i+1 < len(s) && s[i+1] == '\\':
			out = append(out, '\\')
			i++
		case i+3 < len(s) && s[i+1] >= '0' && s[i+1] <= '3' && s[i+2]&^7 == '0' && s[i+3]&^7 == '0':
			out = append(out, (s[i+1]-'0')<<6|(s[i+2]-'0')<<3|(s[i+3]-'0'))
			i += 3
		default:
			return pgerr.New(pgerrcode.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	a.Bytes(out)
	return nil
}

func errHexDigit(s []byte) error {
	_, n := utf8.DecodeRune(s)
	return pgerr.New(pgerrcode.InvalidParameterValue, `invalid hexadecimal digit: "%s"`, s[:n])
}

// parseUUID reads 32 hex digits with a hyphen allowed after every four and braces around.
func parseUUID(a *vector.Appender, s []byte) error {
	t := s
	braces := len(t) > 0 && t[0] == '{'
	if braces {
		t = t[1:]
	}
	var raw [16]byte
	for i := range raw {
		if len(t) < 2 {
			return errSyntax("uuid", s)
		}
		hi, lo := unhex(t[0]), unhex(t[1])
		if hi < 0 || lo < 0 {
			return errSyntax("uuid", s)
		}
		raw[i] = byte(hi<<4 | lo)
		if t = t[2:]; len(t) > 0 && t[0] == '-' && i%2 == 1 && i < len(raw)-1 {
			t = t[1:]
		}
	}
	if braces {
		if len(t) == 0 || t[0] != '}' {
			return errSyntax("uuid", s)
		}
		t = t[1:]
	}
	if len(t) != 0 {
		return errSyntax("uuid", s)
	}
	a.Int128(uuidFromBytes(raw[:]))
	return nil
}

// uuidFromBytes flips the highest bit, as DuckDB keeps it.
func uuidFromBytes(b []byte) vector.Int128 {
	return vector.Int128{Hi: int64(binary.BigEndian.Uint64(b) ^ 1<<63), Lo: binary.BigEndian.Uint64(b[8:])}
}
