package wirescript

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// words are the blank-separated fields of a line, read one by one.
type words struct{ rest string }

func (w *words) done() bool { return w.rest == "" }

// next takes a word, with a quoted string in it kept whole.
func (w *words) next() (string, error) {
	i := 0
	for i < len(w.rest) && w.rest[i] != ' ' {
		if w.rest[i] != '"' {
			i++
			continue
		}
		q, err := strconv.QuotedPrefix(w.rest[i:])
		if err != nil {
			return "", fmt.Errorf("unfinished string %s", w.rest[i:])
		}
		i += len(q)
	}
	word := w.rest[:i]
	w.rest = strings.TrimLeft(w.rest[i:], " ")
	return word, nil
}

// option takes "name=value" if the next word is such.
func (w *words) option(name string) (value string, ok bool, err error) {
	if !strings.HasPrefix(w.rest, name+"=") {
		return "", false, nil
	}
	word, err := w.next()
	return strings.TrimPrefix(word, name+"="), true, err
}

// text takes all that is left: as it is, or quoted.
func (w *words) text() (string, error) {
	s := w.rest
	w.rest = ""
	if strings.HasPrefix(s, `"`) {
		if q, err := strconv.Unquote(s); err == nil {
			return q, nil
		}
	}
	return s, nil
}

// value reads a word as bytes: quoted, x and hexadecimal, or as it is. nil is NULL.
func value(word string) ([]byte, error) {
	switch {
	case word == "NULL":
		return nil, nil
	case strings.HasPrefix(word, `"`):
		s, err := strconv.Unquote(word)
		return append([]byte{}, s...), err
	case strings.HasPrefix(word, "x"):
		b, err := hex.DecodeString(word[1:])
		return append([]byte{}, b...), err
	}
	return []byte(word), nil
}

// list cuts at commas outside of quotes.
func list(s string) ([]string, error) {
	var out []string
	for s != "" {
		i := 0
		for i < len(s) && s[i] != ',' {
			if s[i] != '"' {
				i++
				continue
			}
			q, err := strconv.QuotedPrefix(s[i:])
			if err != nil {
				return nil, err
			}
			i += len(q)
		}
		out = append(out, s[:i])
		if s = s[i:]; s != "" {
			s = s[1:]
		}
	}
	return out, nil
}

// numbers reads "1,2,3".
func numbers(s string) ([]int, error) {
	items, err := list(s)
	if err != nil {
		return nil, err
	}
	out := make([]int, len(items))
	for i, item := range items {
		if out[i], err = strconv.Atoi(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// oids reads "int4,25,0".
func oids(s string) ([]uint32, error) {
	items, err := list(s)
	if err != nil {
		return nil, err
	}
	out := make([]uint32, len(items))
	for i, item := range items {
		if t, ok := sqltype.ByTypname(item); ok {
			out[i] = uint32(t.OID)
			continue
		}
		n, err := strconv.ParseUint(item, 10, 32)
		if err != nil {
			return nil, err
		}
		out[i] = uint32(n)
	}
	return out, nil
}
