package ingest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"unsafe"

	"github.com/google/uuid"
	"github.com/klauspost/compress/s2"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/vector"
)

// recordVersion is the version of the record format that is written, and the newest that is read.
const recordVersion = 1

type recordKind uint8

const (
	kindCommit   recordKind = 1 // a transaction, committed by this record
	kindPrepared recordKind = 2 // a transaction whose commit is decided by the catalog log
	kindResolve  recordKind = 3 // the decision on a prepared one
	kindFence    recordKind = 4 // nothing; keeps an offset free before a truncation
)

const (
	blockBytes  = 1 << 20 // a body is compressed in blocks of this size
	minCompress = 256     // smaller blocks are stored as they are
	maxRows     = 1 << 26 // a batch
)

// txRecord is a decoded record.
type txRecord struct {
	kind     recordKind
	id       uuid.UUID
	prepared int64 // kindResolve: the offset decided on
	commit   bool  // kindResolve: the decision
	token    []byte
	tables   []tableRecord
	body     []byte // kindCommit, kindPrepared: still to be decoded
}

// tableRecord is one table's part of a transaction. Until decodeBody only id is set.
type tableRecord struct {
	id       uuid.UUID
	schemaID int32
	truncate bool
	files    []catalog.DataFile
	columns  []catalog.Column // ids and types only
	batches  []*vector.Batch
}

// encodeResolve encodes the decision on a prepared record.
func encodeResolve(id uuid.UUID, prepared int64, commit bool) []byte {
	b := append([]byte{recordVersion, byte(kindResolve)}, id[:]...)
	decision := byte(0)
	if commit {
		decision = 1
	}
	return binary.AppendUvarint(append(b, decision), uint64(prepared))
}

func encodeFence(id uuid.UUID) []byte {
	return append([]byte{recordVersion, byte(kindFence)}, id[:]...)
}

// encodeTx encodes a transaction. parts has one element a table.
func encodeTx(kind recordKind, id uuid.UUID, parts []*part) ([]byte, error) {
	head := append([]byte{recordVersion, byte(kind)}, id[:]...)
	head = binary.AppendUvarint(head, 0) // de-duplication token: none
	head = binary.AppendUvarint(head, uint64(len(parts)))
	size := 0
	for _, p := range parts {
		head = append(head, p.table.UUID[:]...)
		for i, batch := range p.batches {
			if e := p.encoded[i]; e != nil {
				size += len(e.blocks)
			} else {
				size += batch.Bytes()
			}
		}
	}
	out := append(make([]byte, 0, len(head)+size+size/8+512), head...)
	var body []byte // what is not in blocks yet
	for _, p := range parts {
		var err error
		if body, err = appendPart(body, p); err != nil {
			return nil, fmt.Errorf("encode rows of %s: %w", p.table.Name, err)
		}
		for i, batch := range p.batches {
			if e := p.encoded[i]; e != nil {
				out = append(appendBlocks(out, body), e.blocks...)
				body = body[:0]
				continue
			}
			body = appendBatch(body, p.table, batch)
		}
	}
	return appendBlocks(out, body), nil
}

// appendPart encodes a table's part up to its rows.
func appendPart(b []byte, p *part) ([]byte, error) {
	b = binary.AppendVarint(b, int64(p.table.SchemaID))
	flags := byte(0)
	if p.truncate {
		flags = 1
	}
	b = append(b, flags)
	b = binary.AppendUvarint(b, uint64(len(p.files)))
	for i := range p.files {
		text, err := json.Marshal(&p.files[i])
		if err != nil {
			return nil, err
		}
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	b = binary.AppendUvarint(b, uint64(len(p.table.Columns)))
	for _, c := range p.table.Columns {
		b = binary.AppendVarint(b, int64(c.ID))
		b = binary.AppendUvarint(b, uint64(c.Type.OID))
		b = binary.AppendVarint(b, int64(c.Type.Mod))
	}
	return binary.AppendUvarint(b, uint64(len(p.batches))), nil
}

// appendBlocks appends the body in blocks: raw length, stored length (0: not compressed), bytes.
func appendBlocks(dst, body []byte) []byte {
	var buf []byte
	for len(body) > 0 {
		block := body[:min(blockBytes, len(body))]
		body = body[len(block):]
		dst = binary.AppendUvarint(dst, uint64(len(block)))
		if len(block) >= minCompress {
			if buf == nil {
				buf = make([]byte, s2.MaxEncodedLen(len(block)))
			}
			if enc := s2.Encode(buf, block); len(enc) < len(block)-len(block)/8 {
				dst = binary.AppendUvarint(dst, uint64(len(enc)))
				dst = append(dst, enc...)
				continue
			}
		}
		dst = binary.AppendUvarint(dst, 0)
		dst = append(dst, block...)
	}
	return dst
}

// raw looks at the memory of values as bytes: the order is little-endian on every machine that MiniODB is built for.
func raw[T any](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}

// appendVector appends n values of a column: a flag, validity words, then the layout's array. Strings and lists have
// their lengths first and then what they hold.
func appendVector(b []byte, v *vector.Vector, n int) []byte {
	if v.Valid == nil || n == 0 {
		b = append(b, 0)
	} else {
		b = append(b, 1)
		b = append(b, raw(v.Valid[:(n+63)/64])...)
	}
	switch v.Type.Kind {
	case vector.KindBool:
		return append(b, raw(v.Bools[:n])...)
	case vector.KindInt16:
		return append(b, raw(v.Int16s[:n])...)
	case vector.KindInt32:
		return append(b, raw(v.Int32s[:n])...)
	case vector.KindInt64:
		return append(b, raw(v.Int64s[:n])...)
	case vector.KindInt128:
		return append(b, raw(v.Int128s[:n])...)
	case vector.KindFloat32:
		return append(b, raw(v.Float32s[:n])...)
	case vector.KindFloat64:
		return append(b, raw(v.Float64s[:n])...)
	case vector.KindInterval:
		return append(b, raw(v.Intervals[:n])...)
	case vector.KindBytes:
		return appendStrings(b, v, n)
	}
	return appendLists(b, v, n)
}

func appendStrings(b []byte, v *vector.Vector, n int) []byte {
	for i := range n {
		length := 0
		if !v.IsNull(i) { // the slot of a NULL may hold a stale pointer
			length = len(v.Bytes(i))
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(length))
	}
	if v.Raw == nil && v.Valid == nil {
		return append(b, v.Data[v.Offsets[0]:v.Offsets[n]]...)
	}
	for i := range n {
		if !v.IsNull(i) {
			b = append(b, v.Bytes(i)...)
		}
	}
	return b
}

func appendLists(b []byte, v *vector.Vector, n int) []byte {
	total, inOrder := uint64(0), true
	for i := range n {
		length := uint64(0)
		if !v.IsNull(i) {
			length = v.Lists[i].Length
			inOrder = inOrder && (length == 0 || v.Lists[i].Offset == total)
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(length))
		total += length
	}
	b = binary.AppendUvarint(b, total)
	child := v.Child
	if !inOrder { // a filtered result refers to elements here and there
		gather := vector.NewBuilder([]vector.Type{*v.Type.Elem})
		col := gather.Col(0)
		for i := range n {
			if v.IsNull(i) {
				continue
			}
			for j := range v.Lists[i].Length {
				col.Copy(v.Child, int(v.Lists[i].Offset+j))
			}
		}
		child = &gather.Take().Cols[0]
	}
	return appendVector(b, child, int(total))
}
