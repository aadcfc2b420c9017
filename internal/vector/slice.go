package vector

// Slice returns rows from to from+n of the batch, sharing its memory.
func (b *Batch) Slice(from, n int) *Batch {
	if from == 0 && n == b.Len {
		return b
	}
	out := &Batch{Len: n, Cols: make([]Vector, len(b.Cols))}
	for i := range b.Cols {
		out.Cols[i] = b.Cols[i].slice(from, n)
	}
	return out
}

func (v *Vector) slice(from, n int) Vector {
	out := *v
	to := from + n
	switch v.Type.Kind {
	case KindBool:
		out.Bools = v.Bools[from:to]
	case KindInt16:
		out.Int16s = v.Int16s[from:to]
	case KindInt32:
		out.Int32s = v.Int32s[from:to]
	case KindInt64:
		out.Int64s = v.Int64s[from:to]
	case KindInt128:
		out.Int128s = v.Int128s[from:to]
	case KindFloat32:
		out.Float32s = v.Float32s[from:to]
	case KindFloat64:
		out.Float64s = v.Float64s[from:to]
	case KindInterval:
		out.Intervals = v.Intervals[from:to]
	case KindList:
		out.Lists = v.Lists[from:to]
	case KindRecord:
		out.Fields = make([]Vector, len(v.Fields))
		for i := range v.Fields {
			out.Fields[i] = v.Fields[i].slice(from, n)
		}
	case KindBytes:
		if v.Raw != nil {
			out.Raw = v.Raw[from:to]
		} else {
			out.Offsets = v.Offsets[from : to+1]
		}
	}
	if v.Valid != nil {
		out.Valid = make([]uint64, (n+63)/64)
		for i := range n {
			if !v.IsNull(from + i) {
				out.Valid[i>>6] |= 1 << (uint(i) & 63)
			}
		}
	}
	return out
}
