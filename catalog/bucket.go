package catalog

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/twmb/murmur3"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// Bucket returns the hash bucket of row i: murmur3_x86_32 as Apache Iceberg defines it (table specification, "Appendix B: 32-bit Hash
// Requirements") over the PostgreSQL value, modulo the number of buckets. key holds the shard key's vectors in key order.
// Values that PostgreSQL calls equal have one bucket. A key of several columns chains: each hash is the next one's seed. NULL leaves the hash as
// it is, so a NULL alone is in bucket 0.
func Bucket(key []*vector.Vector, i int, buckets int32) int32 {
	h := uint32(0)
	for _, v := range key {
		if !v.IsNull(i) {
			h = hash(h, v, i)
		}
	}
	return int32(h&math.MaxInt32) % max(buckets, 1)
}

func hash(seed uint32, v *vector.Vector, i int) uint32 {
	t := v.Type
	if t.SQL.OID == sqltype.Numeric {
		var n vector.Int128
		switch t.Kind {
		case vector.KindInt16:
			n = widen(int64(v.Int16s[i]))
		case vector.KindInt32:
			n = widen(int64(v.Int32s[i]))
		case vector.KindInt64:
			n = widen(v.Int64s[i])
		default:
			n = v.Int128s[i]
		}
		return hashDecimal(seed, n)
	}
	switch t.Kind {
	case vector.KindBool:
		if v.Bools[i] {
			return hashLong(seed, 1)
		}
		return hashLong(seed, 0)
	case vector.KindInt16:
		return hashLong(seed, int64(v.Int16s[i]))
	case vector.KindInt32:
		return hashLong(seed, int64(v.Int32s[i]))
	case vector.KindInt64:
		return hashLong(seed, v.Int64s[i])
	case vector.KindInt128: // uuid
		var b [16]byte
		binary.BigEndian.PutUint64(b[:], uint64(v.Int128s[i].Hi)^1<<63)
		binary.BigEndian.PutUint64(b[8:], v.Int128s[i].Lo)
		return murmur3.SeedSum32(seed, b[:])
	case vector.KindFloat32:
		return hashFloat(seed, float64(v.Float32s[i]))
	case vector.KindFloat64:
		return hashFloat(seed, v.Float64s[i])
	case vector.KindBytes:
		b := v.Bytes(i)
		if t.SQL.OID == sqltype.Bpchar { // trailing blanks do not count
			for len(b) > 0 && b[len(b)-1] == ' ' {
				b = b[:len(b)-1]
			}
		}
		return murmur3.SeedSum32(seed, b)
	case vector.KindInterval: // a month is 30 days in PostgreSQL's comparison
		x := v.Intervals[i]
		const day = 24 * 60 * 60 * 1_000_000
		return hashLong(seed, (int64(x.Months)*30+int64(x.Days))*day+x.Micros)
	case vector.KindList:
		list := v.Lists[i]
		for j := range list.Length {
			if at := int(list.Offset + j); !v.Child.IsNull(at) {
				seed = hash(seed, v.Child, at)
			}
		}
	}
	return seed
}

func hashLong(seed uint32, x int64) uint32 {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(x))
	return murmur3.SeedSum32(seed, b[:])
}

func hashFloat(seed uint32, x float64) uint32 {
	switch {
	case x == 0: // -0 equals 0
		x = 0
	case math.IsNaN(x):
		return hashLong(seed, 0x7ff8000000000000)
	}
	return hashLong(seed, int64(math.Float64bits(x)))
}

func widen(x int64) vector.Int128 { return vector.Int128{Lo: uint64(x), Hi: x >> 63} }

// hashDecimal hashes the unscaled value's shortest two's complement, most significant byte first.
func hashDecimal(seed uint32, x vector.Int128) uint32 {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], uint64(x.Hi))
	binary.BigEndian.PutUint64(b[8:], x.Lo)
	sign := uint64(x.Hi >> 63)
	used := 1 + bits.Len64(x.Lo^sign) // bits and a sign
	if high := uint64(x.Hi) ^ sign; high != 0 {
		used = 65 + bits.Len64(high)
	}
	return murmur3.SeedSum32(seed, b[16-(used+7)/8:])
}
