package wirescript

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Codes in the place of a protocol version (documentation, "Message Formats").
var requests = map[string]uint32{"SSLRequest": 80877103, "GSSENCRequest": 80877104, "CancelRequest": 80877102}

// bare are the messages without a body.
var bare = map[string]byte{"Sync": 'S', "Flush": 'H', "Terminate": 'X', "CopyDone": 'c'}

// message builds the bytes of one line.
func message(kind, rest string) ([]byte, error) {
	w := &words{rest: rest}
	if typ, ok := bare[kind]; ok {
		return frame(typ, nil), ended(w)
	}
	if code, ok := requests[kind]; ok {
		body, err := bytesOf(w)
		return packet(code, body), err
	}
	switch kind {
	case "Startup":
		return startup(w)
	case "Bytes":
		return bytesOf(w)
	case "Message":
		return loose(w)
	case "Query":
		text, err := w.text()
		return frame('Q', zero(nil, text)), err
	case "Password":
		text, err := w.text()
		return frame('p', zero(nil, text)), err
	case "CopyFail":
		text, err := w.text()
		return frame('f', zero(nil, text)), err
	case "CopyData":
		body, err := bytesOf(w)
		return frame('d', body), err
	case "Parse":
		return parse(w)
	case "Bind":
		return bind(w)
	case "Describe", "Close":
		return object(kind[0], w)
	case "Execute":
		return execute(w)
	case "FunctionCall":
		return functionCall(w)
	}
	return nil, fmt.Errorf("no such message")
}

func ended(w *words) error {
	if !w.done() {
		return fmt.Errorf("unexpected %s", w.rest)
	}
	return nil
}

func zero(dst []byte, s string) []byte { return append(append(dst, s...), 0) }

func frame(typ byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{typ}, uint32(len(body)+4)), body...)
}

func packet(code uint32, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))
	return append(binary.BigEndian.AppendUint32(out, code), body...)
}

// bytesOf joins all values of a line.
func bytesOf(w *words) ([]byte, error) {
	out := []byte{}
	for !w.done() {
		word, err := w.next()
		if err != nil {
			return nil, err
		}
		b, err := value(word)
		if err != nil {
			return nil, err
		}
		out = append(out, b...)
	}
	return out, nil
}

// startup reads "3.0 user=u database=d"; length=n claims another length.
func startup(w *words) ([]byte, error) {
	version, err := w.next()
	if err != nil {
		return nil, err
	}
	major, minor, _ := strings.Cut(version, ".")
	ma, err := strconv.Atoi(major)
	if err != nil {
		return nil, err
	}
	mi, err := strconv.Atoi(minor)
	if err != nil {
		return nil, err
	}
	var body []byte
	for !w.done() {
		word, err := w.next()
		if err != nil {
			return nil, err
		}
		name, v, ok := strings.Cut(word, "=")
		if !ok {
			return nil, fmt.Errorf("want name=value, not %s", word)
		}
		val, err := value(v)
		if err != nil {
			return nil, err
		}
		body = zero(zero(body, name), string(val))
	}
	return packet(uint32(ma)<<16|uint32(mi), append(body, 0)), nil
}

// loose reads a type, an optional length=n and the body: a message that says what it likes.
func loose(w *words) ([]byte, error) {
	typ, err := w.next()
	if err != nil {
		return nil, err
	}
	t, err := value(typ)
	if err != nil || len(t) != 1 {
		return nil, fmt.Errorf("want a type of one byte, not %s", typ)
	}
	length, claimed, err := w.option("length")
	if err != nil {
		return nil, err
	}
	body, err := bytesOf(w)
	out := frame(t[0], body)
	if err == nil && claimed {
		var n int64
		n, err = strconv.ParseInt(length, 10, 64)
		binary.BigEndian.PutUint32(out[1:], uint32(n))
	}
	return out, err
}
