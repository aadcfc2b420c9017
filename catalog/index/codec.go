package index

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
)

// Values are encoded as a format byte, the fields as varints and length-prefixed strings, and a CRC-32C of all that
// (4 bytes, little endian). An index of another format is rebuilt, not converted.
const format = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errDamaged says that a value was not written by this codec or has changed since.
var errDamaged = errors.New("damaged value")

// Head is a table's entry without its files.
type Head struct {
	Version     int64
	Schema      *catalog.Table
	Checkpoints map[uuid.UUID]int64
}

// AppendHead appends the encoding of h to dst.
func AppendHead(dst []byte, h *Head) ([]byte, error) {
	schema, err := json.Marshal(h.Schema)
	if err != nil {
		return nil, fmt.Errorf("encode schema: %w", err)
	}
	start := len(dst)
	dst = append(dst, format)
	dst = binary.AppendVarint(dst, h.Version)
	dst = appendString(dst, string(schema))
	dst = binary.AppendUvarint(dst, uint64(len(h.Checkpoints)))
	for _, id := range slices.SortedFunc(maps.Keys(h.Checkpoints), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) {
		dst = append(dst, id[:]...)
		dst = binary.AppendVarint(dst, h.Checkpoints[id])
	}
	return seal(dst, start), nil
}

// DecodeHead is the inverse of AppendHead. It does not keep data.
func DecodeHead(data []byte) (*Head, error) {
	d, err := open(data)
	if err != nil {
		return nil, err
	}
	h := &Head{Version: d.varint(), Schema: &catalog.Table{}, Checkpoints: map[uuid.UUID]int64{}}
	if schema := d.string(); d.err == nil {
		if err := json.Unmarshal([]byte(schema), &h.Schema); err != nil || h.Schema == nil {
			return nil, errDamaged
		}
	}
	for n := d.count(17); n > 0; n-- {
		id := uuid.UUID(d.bytes(16))
		h.Checkpoints[id] = d.varint()
	}
	return h, d.end()
}

// HeadVersion returns the version of an encoded Head without decoding the rest.
func HeadVersion(data []byte) (int64, error) {
	d, err := open(data)
	if err != nil {
		return 0, err
	}
	v := d.varint()
	return v, d.err
}

// AppendFile appends the encoding of everything but the path of f to dst; the path is the key.
func AppendFile(dst []byte, f *catalog.DataFile) []byte {
	start := len(dst)
	dst = append(dst, format)
	for _, v := range []int64{
		f.Size, f.Rows, f.Time.UnixMilli(), int64(f.Level),
		int64(f.Buckets[0]), int64(f.Buckets[1]), int64(f.Dates[0]), int64(f.Dates[1]),
	} {
		dst = binary.AppendVarint(dst, v)
	}
	dst = binary.AppendUvarint(dst, uint64(len(f.Stats)))
	for _, id := range slices.Sorted(maps.Keys(f.Stats)) {
		s := f.Stats[id]
		dst = binary.AppendVarint(dst, int64(id))
		dst = binary.AppendVarint(dst, s.NullCount)
		dst = appendBound(appendBound(dst, s.Min), s.Max)
	}
	return seal(dst, start)
}

// DecodeFile is the inverse of AppendFile. It does not keep data.
func DecodeFile(path string, data []byte) (catalog.DataFile, error) {
	d, err := open(data)
	if err != nil {
		return catalog.DataFile{}, err
	}
	f := catalog.DataFile{Path: path, Size: d.varint(), Rows: d.varint(), Time: time.UnixMilli(d.varint()).UTC(), Level: int(d.varint())}
	f.Buckets = [2]int32{int32(d.varint()), int32(d.varint())}
	f.Dates = [2]int32{int32(d.varint()), int32(d.varint())}
	if n := d.count(4); n > 0 {
		f.Stats = make(map[int32]catalog.ColumnStats, n)
		for ; n > 0; n-- {
			id := int32(d.varint())
			s := catalog.ColumnStats{NullCount: d.varint()}
			s.Min, s.Max = d.bound(), d.bound()
			f.Stats[id] = s
		}
	}
	return f, d.end()
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendBound(dst []byte, s *string) []byte {
	if s == nil {
		return append(dst, 0)
	}
	return appendString(append(dst, 1), *s)
}

func seal(dst []byte, start int) []byte {
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

// decoder reads fields; after the first error all of them are zero.
type decoder struct {
	data []byte
	err  error
}

func open(data []byte) (*decoder, error) {
	n := len(data) - 4
	if n < 1 || data[0] != format || binary.LittleEndian.Uint32(data[n:]) != crc32.Checksum(data[:n], castagnoli) {
		return nil, errDamaged
	}
	return &decoder{data: data[1:n]}, nil
}

func (d *decoder) end() error {
	if d.err == nil && len(d.data) > 0 {
		d.err = errDamaged
	}
	return d.err
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.data)
	d.skip(n)
	return v
}

// count reads the number of elements that follow, each of at least size bytes.
func (d *decoder) count(size int) int {
	v, n := binary.Uvarint(d.data)
	d.skip(n)
	if v > uint64(len(d.data)/size) {
		d.err = errDamaged
	}
	if d.err != nil {
		return 0
	}
	return int(v)
}

func (d *decoder) skip(n int) {
	if n <= 0 || d.err != nil {
		d.err, d.data = errDamaged, nil
		return
	}
	d.data = d.data[n:]
}

func (d *decoder) bytes(n int) []byte {
	if d.err != nil || len(d.data) < n {
		d.err, d.data = errDamaged, nil
		return make([]byte, n)
	}
	b := d.data[:n]
	d.data = d.data[n:]
	return b
}

func (d *decoder) string() string {
	n := d.count(1)
	return string(d.bytes(n))
}

func (d *decoder) bound() *string {
	if d.bytes(1)[0] == 0 {
		return nil
	}
	s := d.string()
	return &s
}
