package pgvalue

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"unicode/utf8"

	"github.com/miniodb/miniodb/internal/vector"
)

func textBool(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	if v.Bools[row] {
		return append(dst, 't')
	}
	return append(dst, 'f')
}

func textInt16(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	return strconv.AppendInt(dst, int64(v.Int16s[row]), 10)
}

func textInt32(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	return strconv.AppendInt(dst, int64(v.Int32s[row]), 10)
}

func textInt64(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	return strconv.AppendInt(dst, v.Int64s[row], 10)
}

func textBytes(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	return append(dst, v.Bytes(row)...)
}

// textBpchar pads with blanks to n characters, as PostgreSQL stores char(n).
func textBpchar(n int) AppendFunc {
	return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
		b := v.Bytes(row)
		dst = append(dst, b...)
		for have := utf8.RuneCount(b); have < n; have++ {
			dst = append(dst, ' ')
		}
		return dst
	}
}

func textBytea(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
	b := v.Bytes(row)
	if !e.s.ByteaEscape {
		dst = append(dst, '\\', 'x')
		return hex.AppendEncode(dst, b)
	}
	for _, c := range b {
		switch {
		case c == '\\':
			dst = append(dst, '\\', '\\')
		case c < 0x20 || c > 0x7e:
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// uuidWords undoes DuckDB's flipped highest bit.
func uuidWords(x vector.Int128) (hi, lo uint64) { return uint64(x.Hi) ^ 1<<63, x.Lo }

func textUUID(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	hi, lo := uuidWords(v.Int128s[row])
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], hi)
	binary.BigEndian.PutUint64(raw[8:], lo)
	var out [36]byte
	hex.Encode(out[0:8], raw[0:4])
	out[8] = '-'
	hex.Encode(out[9:13], raw[4:6])
	out[13] = '-'
	hex.Encode(out[14:18], raw[6:8])
	out[18] = '-'
	hex.Encode(out[19:23], raw[8:10])
	out[23] = '-'
	hex.Encode(out[24:36], raw[10:16])
	return append(dst, out[:]...)
}
