package vector

import (
	"bytes"
	"cmp"
)

// Compare orders row i of a before (-1), with (0) or after (1) row j of b, which has the same layout. Neither may be NULL. NaN is above every number, as in
// PostgreSQL. Intervals and lists have no order here and compare as equal.
func Compare(a *Vector, i int, b *Vector, j int) int {
	switch a.Type.Kind {
	case KindBool:
		return cmp.Compare(b2i(a.Bools[i]), b2i(b.Bools[j]))
	case KindInt16:
		return cmp.Compare(a.Int16s[i], b.Int16s[j])
	case KindInt32:
		return cmp.Compare(a.Int32s[i], b.Int32s[j])
	case KindInt64:
		return cmp.Compare(a.Int64s[i], b.Int64s[j])
	case KindInt128:
		if c := cmp.Compare(a.Int128s[i].Hi, b.Int128s[j].Hi); c != 0 {
			return c
		}
		return cmp.Compare(a.Int128s[i].Lo, b.Int128s[j].Lo)
	case KindFloat32:
		return compareFloat(float64(a.Float32s[i]), float64(b.Float32s[j]))
	case KindFloat64:
		return compareFloat(a.Float64s[i], b.Float64s[j])
	case KindBytes:
		return bytes.Compare(a.Bytes(i), b.Bytes(j))
	}
	return 0
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func compareFloat(x, y float64) int {
	switch xn, yn := x != x, y != y; {
	case xn && yn:
		return 0
	case xn:
		return 1
	case yn:
		return -1
	}
	return cmp.Compare(x, y)
}
