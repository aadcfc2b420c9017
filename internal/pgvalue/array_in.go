package pgvalue

import (
	"bytes"
	"encoding/binary"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

func errArray(s []byte, detail string) error {
	e := pgerr.New(pgerrcode.InvalidTextRepresentation, `malformed array literal: "%s"`, shown(s))
	if detail != "" {
		e.Detail = detail
	}
	return e
}

func errMultidimensional() error {
	return pgerr.New(pgerrcode.FeatureNotSupported, "arrays of more than one dimension are not supported in this column")
}

// arrayReader walks one array literal.
type arrayReader struct {
	d     *Decoder
	whole []byte // for messages
	s     []byte // the rest
	buf   []byte // an element without its escapes
	sizes [maxArrayDims]int
}

// parseArray reads {1,NULL,"a b"} into a list column. A bounds prefix ([1:3]=) is accepted when it starts at 1, which is where lists begin.
func (d *Decoder) parseArray(a *vector.Appender, s []byte) error {
	r := arrayReader{d: d, whole: s, s: trim(s)}
	for i := range r.sizes {
		r.sizes[i] = -1
	}
	if len(r.s) > 0 && r.s[0] == '[' {
		if err := r.bounds(); err != nil {
			return err
		}
	}
	if len(r.s) == 0 || r.s[0] != '{' {
		return errArray(s, `Array value must start with "{" or dimension information.`)
	}
	err := r.list(a, 0)
	if err == nil && len(trim(r.s)) != 0 {
		err = errArray(s, "Junk after closing right brace.")
	}
	return err
}

// bounds skips [lower:upper] prefixes.
func (r *arrayReader) bounds() error {
	eq := bytes.IndexByte(r.s, '=')
	if eq < 0 {
		return errArray(r.whole, `Missing "=" after array dimensions.`)
	}
	prefix := trim(r.s[:eq])
	for len(prefix) > 0 {
		end := bytes.IndexByte(prefix, ']')
		if prefix[0] != '[' || end < 0 {
			return errArray(r.whole, `Missing "]" after array dimensions.`)
		}
		if colon := bytes.IndexByte(prefix[:end], ':'); colon >= 0 {
			if lower, err := parseInt(prefix[1:colon], 32, "integer"); err != nil {
				return errArray(r.whole, "")
			} else if lower != 1 {
				return pgerr.New(pgerrcode.FeatureNotSupported, "arrays with a lower bound other than 1 are not supported")
			}
			if _, err := parseInt(prefix[colon+1:end], 32, "integer"); err != nil {
				return errArray(r.whole, "")
			}
		} else if _, err := parseInt(prefix[1:end], 32, "integer"); err != nil {
			return errArray(r.whole, `"[" must introduce explicitly-specified array dimensions.`)
		}
		prefix = trim(prefix[end+1:])
	}
	r.s = trim(r.s[eq+1:])
	return nil
}

func (r *arrayReader) skipSpace() {
	for len(r.s) > 0 && isSpace(r.s[0]) {
		r.s = r.s[1:]
	}
}

// list reads from the opening brace to the closing one.
func (r *arrayReader) list(a *vector.Appender, level int) error {
	if level >= maxArrayDims {
		return pgerr.New(pgerrcode.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", level+1, maxArrayDims)
	}
	t := a.Type()
	if t.Kind != vector.KindList || t.Elem == nil {
		return errMultidimensional()
	}
	n := 0
	err := a.List(func(elem *vector.Appender) error {
		r.s = r.s[1:]
		r.skipSpace()
		if len(r.s) > 0 && r.s[0] == '}' {
			r.s = r.s[1:]
			return nil
		}
		for {
			if err := r.element(elem, level); err != nil {
				return err
			}
			n++
			r.skipSpace()
			if len(r.s) == 0 {
				return errArray(r.whole, "Unexpected end of input.")
			}
			c := r.s[0]
			switch c {
			case '}':
				r.s = r.s[1:]
				return nil
			case ',':
				r.s = r.s[1:]
			default:
				return errArray(r.whole, "Unexpected array element.")
			}
		}
	})
	if err != nil {
		return err
	}
	if r.sizes[level] >= 0 && r.sizes[level] != n {
		return errArray(r.whole, "Multidimensional arrays must have sub-arrays with matching dimensions.")
	}
	r.sizes[level] = n
	return nil
}

func (r *arrayReader) element(elem *vector.Appender, level int) error {
	r.skipSpace()
	if len(r.s) == 0 {
		return errArray(r.whole, "Unexpected end of input.")
	}
	nested := elem.Type().Kind == vector.KindList
	switch c := r.s[0]; {
	case c == '{' && nested:
		return r.list(elem, level+1)
	case c == '{':
		return errMultidimensional()
	case c == '}' || c == ',':
		return errArray(r.whole, `Unexpected "`+string(c)+`" character.`)
	}
	text, null, err := r.token()
	switch {
	case err != nil:
		return err
	case null:
		elem.Null()
		return nil
	case nested:
		return errArray(r.whole, "Multidimensional arrays must have sub-arrays with matching dimensions.")
	}
	return r.d.ParseText(elem, text)
}

// token cuts one element out of the literal and undoes quotes and escapes.
func (r *arrayReader) token() (text []byte, null bool, err error) {
	if r.s[0] == '"' {
		r.buf = r.buf[:0]
		for i := 1; i < len(r.s); i++ {
			switch c := r.s[i]; c {
			case '"':
				r.s = r.s[i+1:]
				return r.buf, false, nil
			case '\\':
				if i++; i >= len(r.s) {
					return nil, false, errArray(r.whole, "Unexpected end of input.")
				}
				r.buf = append(r.buf, r.s[i])
			default:
				r.buf = append(r.buf, c)
			}
		}
		return nil, false, errArray(r.whole, "Unexpected end of input.")
	}
	end, escaped := 0, false
	for ; end < len(r.s); end++ {
		c := r.s[end]
		if c == ',' || c == '}' {
			break
		}
		switch c {
		case '{':
			return nil, false, errArray(r.whole, `Unexpected "{" character.`)
		case '"':
			return nil, false, errArray(r.whole, "Unexpected array element.")
		case '\\':
			escaped = true
			end++
		}
	}
	if end >= len(r.s) {
		return nil, false, errArray(r.whole, "Unexpected end of input.")
	}
	raw := r.s[:end]
	r.s = r.s[end:]
	if !escaped {
		raw = trim(raw)
		return raw, isNull(raw), nil
	}
	r.buf = r.buf[:0]
	kept := 0 // trailing blanks go, escaped ones stay
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' {
			i++
			r.buf = append(r.buf, raw[i])
			kept = len(r.buf)
			continue
		}
		r.buf = append(r.buf, raw[i])
		if !isSpace(raw[i]) {
			kept = len(r.buf)
		}
	}
	return r.buf[:kept], false, nil
}

// maxArrayElements is PostgreSQL's MaxArraySize.
const maxArrayElements = 1<<27 - 1

// parseArrayBinary reads what array_send writes.
func (d *Decoder) parseArrayBinary(a *vector.Appender, b []byte) error {
	if len(b) >= 4 { // as array_recv reads them, one after the other
		if dims := int32(binary.BigEndian.Uint32(b)); dims > maxArrayDims {
			return pgerr.New(pgerrcode.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", dims, maxArrayDims)
		}
	}
	if len(b) < 12 {
		return errShort()
	}
	dims, flags, oid := int(int32(binary.BigEndian.Uint32(b))), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	b = b[12:]
	switch {
	case dims < 0:
		return pgerr.New(pgerrcode.InvalidBinaryRepresentation, "invalid number of dimensions: %d", dims)
	case flags > 1:
		return pgerr.New(pgerrcode.InvalidBinaryRepresentation, "invalid array flags")
	}
	leaf, depth := a.Type(), 0
	for leaf.Kind == vector.KindList && leaf.Elem != nil {
		leaf, depth = *leaf.Elem, depth+1
	}
	if sqltype.OID(oid) != leaf.SQL.OID {
		return pgerr.New(pgerrcode.DatatypeMismatch, "binary data has array element type %d (%s) instead of expected %d (%s)",
			oid, sqltype.Of(sqltype.OID(oid)), leaf.SQL.OID, sqltype.Of(leaf.SQL.OID))
	}
	if dims == 0 {
		if len(b) != 0 {
			return errFormat()
		}
		return a.List(func(*vector.Appender) error { return nil })
	}
	if dims != depth {
		return errMultidimensional()
	}
	r := binaryArray{d: d, total: 1}
	if len(b) < 8*dims {
		return errShort()
	}
	for range dims {
		n, lower := int(int32(binary.BigEndian.Uint32(b))), int32(binary.BigEndian.Uint32(b[4:]))
		b = b[8:]
		if n < 0 || n > maxArrayElements || r.total*n > maxArrayElements {
			return pgerr.New(pgerrcode.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", maxArrayElements)
		}
		if lower != 1 {
			return pgerr.New(pgerrcode.FeatureNotSupported, "arrays with a lower bound other than 1 are not supported")
		}
		r.sizes, r.total = append(r.sizes, n), r.total*n
	}
	if r.total == 0 { // whatever the other dimensions say: there is no element
		if len(b) != 0 {
			return errFormat()
		}
		return a.List(func(*vector.Appender) error { return nil })
	}
	if len(b) < 4*r.total {
		return errShort()
	}
	r.b = b
	if err := r.list(a, 0); err != nil {
		return err
	}
	if len(r.b) != 0 {
		return errFormat()
	}
	return nil
}

// binaryArray walks the elements; their number was checked against the length of the message.
type binaryArray struct {
	d     *Decoder
	b     []byte
	sizes []int
	total int
}

func (r *binaryArray) list(a *vector.Appender, level int) error {
	return a.List(func(elem *vector.Appender) error {
		for range r.sizes[level] {
			if level+1 < len(r.sizes) {
				if err := r.list(elem, level+1); err != nil {
					return err
				}
				continue
			}
			if len(r.b) < 4 {
				return errShort()
			}
			n := int(int32(binary.BigEndian.Uint32(r.b)))
			r.b = r.b[4:]
			if n == -1 {
				elem.Null()
				continue
			}
			if n < 0 || n > len(r.b) {
				return pgerr.New(pgerrcode.InvalidBinaryRepresentation, "insufficient data left in message")
			}
			if err := r.d.ParseBinary(elem, r.b[:n]); err != nil {
				return err
			}
			r.b = r.b[n:]
		}
		return nil
	})
}
