package ingest

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

var errRecord = errors.New("malformed record")

// decoder reads a record. Every length is checked against what is left before anything is allocated for it. err is sticky.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail(what string) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", errRecord, what)
	}
}

func (d *decoder) take(n uint64) []byte {
	if d.err != nil || n > uint64(len(d.b)) {
		d.fail("cut short")
		return nil
	}
	out := d.b[:n:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail("number")
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) int32() int32 {
	v, n := binary.Varint(d.b)
	if n <= 0 || v != int64(int32(v)) {
		d.fail("number")
		return 0
	}
	d.b = d.b[n:]
	return int32(v)
}

// count reads a number of things that take at least size bytes each.
func (d *decoder) count(size uint64) int {
	n := d.uvarint()
	if n > uint64(len(d.b))/size {
		d.fail("count")
		return 0
	}
	return int(n)
}

// decodeRecord reads a record up to the tables' ids; decodeBody does the rest.
func decodeRecord(data []byte) (*txRecord, error) {
	d := &decoder{b: data}
	if v := d.byte(); d.err == nil && v != recordVersion {
		return nil, fmt.Errorf("record of format version %d, this program reads %d", v, recordVersion)
	}
	r := &txRecord{kind: recordKind(d.byte())}
	copy(r.id[:], d.take(16))
	switch r.kind {
	case kindFence:
	case kindResolve:
		r.commit = d.byte() == 1
		r.prepared = int64(d.uvarint())
		if r.prepared < 1 {
			d.fail("prepared offset")
		}
	case kindCommit, kindPrepared:
		r.token = d.take(d.uvarint())
		n := d.count(16)
		if d.err != nil {
			return nil, d.err
		}
		r.tables = make([]tableRecord, n)
		for i := range r.tables {
			copy(r.tables[i].id[:], d.take(16))
		}
		r.body = d.b
	default:
		d.fail("kind")
	}
	if d.err != nil {
		return nil, d.err
	}
	return r, nil
}

// decodeBody reads the tables' parts. Nothing of it points into the record.
func (r *txRecord) decodeBody() error {
	body, err := decodeBlocks(r.body)
	if err != nil {
		return err
	}
	d := &decoder{b: body}
	for i := range r.tables {
		d.part(&r.tables[i])
	}
	if d.err == nil && len(d.b) != 0 {
		d.fail("left over bytes")
	}
	return d.err
}

// decodeBlocks undoes appendBlocks. A block is expanded only after the one before it was sound, so that a short record cannot ask
// for much more memory than its true content needs.
func decodeBlocks(data []byte) ([]byte, error) {
	d := &decoder{b: data}
	var body []byte
	for len(d.b) > 0 && d.err == nil {
		size, stored := d.uvarint(), d.uvarint()
		if size > blockBytes {
			d.fail("block size")
			break
		}
		if stored == 0 {
			body = append(body, d.take(size)...)
			continue
		}
		enc := d.take(stored)
		if d.err != nil {
			break
		}
		if n, err := s2.DecodedLen(enc); err != nil || uint64(n) != size {
			d.fail("block length")
			break
		}
		block, err := s2.Decode(nil, enc)
		if err != nil {
			d.fail(err.Error())
			break
		}
		body = append(body, block...)
	}
	return body, d.err
}

func (d *decoder) part(t *tableRecord) {
	t.schemaID = d.int32()
	t.truncate = d.byte()&1 != 0
	for range d.count(1) {
		var f catalog.DataFile
		text := d.take(d.uvarint())
		if d.err != nil {
			return
		}
		if err := json.Unmarshal(text, &f); err != nil {
			d.fail("file")
			return
		}
		t.files = append(t.files, f)
	}
	for range d.count(3) {
		c := catalog.Column{ID: d.int32()}
		c.Type = sqltype.Type{OID: sqltype.OID(d.uvarint()), Mod: d.int32()}
		if d.err == nil && !storable(vector.TypeOf(c.Type)) {
			d.fail("column type")
		}
		if d.err != nil {
			return
		}
		t.columns = append(t.columns, c)
	}
	for range d.count(1) {
		rows := d.uvarint()
		if rows == 0 || rows > maxRows || len(t.columns) > 0 && rows > uint64(len(d.b)) {
			d.fail("row count")
		}
		if d.err != nil {
			return
		}
		batch := &vector.Batch{Len: int(rows), Cols: make([]vector.Vector, len(t.columns))}
		for i, c := range t.columns {
			batch.Cols[i].Type = vector.TypeOf(c.Type)
			d.vector(&batch.Cols[i], int(rows))
			if d.err != nil {
				return
			}
		}
		t.batches = append(t.batches, batch)
	}
}

// storable refuses types without a layout; widths and scales that no column can have would confuse who reads the values.
func storable(t vector.Type) bool {
	if t.Kind == vector.KindList {
		return storable(*t.Elem)
	}
	return t.Kind != vector.Invalid && t.Width <= 38 && t.Scale <= t.Width
}

// values reads n values of a fixed width.
func values[T any](d *decoder, n, size int) []T {
	b := d.take(uint64(n) * uint64(size))
	if d.err != nil {
		return nil
	}
	out := make([]T, n)
	copy(raw(out), b)
	return out
}

func (d *decoder) vector(v *vector.Vector, n int) {
	if d.byte()&1 != 0 {
		v.Valid = values[uint64](d, (n+63)/64, 8)
	}
	switch v.Type.Kind {
	case vector.KindBool:
		bytes := d.take(uint64(n))
		v.Bools = make([]bool, len(bytes))
		for i, b := range bytes {
			v.Bools[i] = b != 0
		}
	case vector.KindInt16:
		v.Int16s = values[int16](d, n, 2)
	case vector.KindInt32:
		v.Int32s = values[int32](d, n, 4)
	case vector.KindInt64:
		v.Int64s = values[int64](d, n, 8)
	case vector.KindInt128:
		v.Int128s = values[vector.Int128](d, n, 16)
	case vector.KindFloat32:
		v.Float32s = values[float32](d, n, 4)
	case vector.KindFloat64:
		v.Float64s = values[float64](d, n, 8)
	case vector.KindInterval:
		v.Intervals = values[vector.Interval](d, n, 16)
	case vector.KindBytes:
		lengths := values[uint32](d, n, 4)
		if d.err != nil {
			return
		}
		v.Offsets = make([]uint32, n+1)
		total := uint64(0)
		for i, l := range lengths {
			total += uint64(l)
			if total > uint64(len(d.b)) {
				d.fail("string length")
				return
			}
			v.Offsets[i+1] = uint32(total)
		}
		v.Data = append([]byte(nil), d.take(total)...)
	case vector.KindList:
		lengths := values[uint32](d, n, 4)
		if d.err != nil {
			return
		}
		v.Lists = make([]vector.ListEntry, n)
		total := uint64(0)
		for i, l := range lengths {
			v.Lists[i] = vector.ListEntry{Offset: total, Length: uint64(l)}
			total += uint64(l)
		}
		if d.uvarint() != total || total > uint64(len(d.b)) {
			d.fail("list length")
			return
		}
		v.Child = &vector.Vector{Type: *v.Type.Elem}
		d.vector(v.Child, int(total))
	}
}
