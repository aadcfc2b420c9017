package wirescript

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// named takes an option whose value is a string; "" when it is not there.
func named(w *words, name string) (string, error) {
	v, _, err := w.option(name)
	if err != nil {
		return "", err
	}
	b, err := value(v)
	return string(b), err
}

// parse reads "name=s types=int4,0 SELECT $1".
func parse(w *words) ([]byte, error) {
	name, err := named(w, "name")
	if err != nil {
		return nil, err
	}
	given, _, err := w.option("types")
	if err != nil {
		return nil, err
	}
	types, err := oids(given)
	if err != nil {
		return nil, err
	}
	text, err := w.text()
	body := binary.BigEndian.AppendUint16(zero(zero(nil, name), text), uint16(len(types)))
	for _, t := range types {
		body = binary.BigEndian.AppendUint32(body, t)
	}
	return frame('P', body), err
}

// bind reads "portal=p stmt=s formats=0,1 params=a,NULL results=1".
func bind(w *words) ([]byte, error) {
	portal, err := named(w, "portal")
	if err != nil {
		return nil, err
	}
	stmt, err := named(w, "stmt")
	if err != nil {
		return nil, err
	}
	body := zero(zero(nil, portal), stmt)
	if body, err = codes(body, w, "formats"); err != nil {
		return nil, err
	}
	given, _, err := w.option("params")
	if err != nil {
		return nil, err
	}
	params, err := list(given)
	if err != nil {
		return nil, err
	}
	body = binary.BigEndian.AppendUint16(body, uint16(len(params)))
	for _, p := range params {
		b, err := value(p)
		if err != nil {
			return nil, err
		}
		if b == nil {
			body = binary.BigEndian.AppendUint32(body, 0xffffffff)
			continue
		}
		body = append(binary.BigEndian.AppendUint32(body, uint32(len(b))), b...)
	}
	if body, err = codes(body, w, "results"); err != nil {
		return nil, err
	}
	return frame('B', body), ended(w)
}

// codes appends a counted list of format codes.
func codes(dst []byte, w *words, name string) ([]byte, error) {
	given, _, err := w.option(name)
	if err != nil {
		return nil, err
	}
	list, err := numbers(given)
	if err != nil {
		return nil, err
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(list)))
	for _, n := range list {
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
	}
	return dst, nil
}

// object reads "S name" or "P name".
func object(typ byte, w *words) ([]byte, error) {
	kind, err := w.next()
	if err != nil {
		return nil, err
	}
	if len(kind) != 1 {
		return nil, fmt.Errorf("want S or P, not %q", kind)
	}
	name, err := bytesOf(w)
	return frame(typ, zero([]byte{kind[0]}, string(name))), err
}

// execute reads "portal 10", "portal", "10" or nothing.
func execute(w *words) ([]byte, error) {
	name, rows := "", 0
	for !w.done() {
		word, err := w.next()
		if err != nil {
			return nil, err
		}
		if n, err := strconv.Atoi(word); err == nil {
			rows = n
			continue
		}
		b, err := value(word)
		if err != nil {
			return nil, err
		}
		name = string(b)
	}
	return frame('E', binary.BigEndian.AppendUint32(zero(nil, name), uint32(rows))), nil
}

// functionCall reads "oid" and calls it without arguments.
func functionCall(w *words) ([]byte, error) {
	word, err := w.next()
	if err != nil {
		return nil, err
	}
	oid, err := strconv.ParseUint(word, 10, 32)
	body := binary.BigEndian.AppendUint32(nil, uint32(oid))
	return frame('F', append(body, 0, 0, 0, 0, 0, 0)), err
}
