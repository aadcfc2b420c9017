package vector

import "slices"

// Clone copies a batch, so that one that points into the engine's memory can be kept.
func (b *Batch) Clone() *Batch {
	out := &Batch{Len: b.Len, Cols: make([]Vector, len(b.Cols))}
	for i := range b.Cols {
		out.Cols[i] = b.Cols[i].clone(b.Len)
	}
	return out
}

func (v *Vector) clone(n int) Vector {
	out := Vector{
		Type: v.Type, Bools: slices.Clone(v.Bools), Int16s: slices.Clone(v.Int16s), Int32s: slices.Clone(v.Int32s),
		Int64s: slices.Clone(v.Int64s), Int128s: slices.Clone(v.Int128s), Float32s: slices.Clone(v.Float32s),
		Float64s: slices.Clone(v.Float64s), Intervals: slices.Clone(v.Intervals), Valid: slices.Clone(v.Valid),
	}
	switch v.Type.Kind {
	case KindBytes:
		out.Offsets = make([]uint32, 1, n+1)
		for i := range n {
			if !v.IsNull(i) { // the slot of a NULL may hold a stale pointer
				out.Data = append(out.Data, v.Bytes(i)...)
			}
			out.Offsets = append(out.Offsets, uint32(len(out.Data)))
		}
	case KindList:
		out.Lists = make([]ListEntry, n)
		used := uint64(0)
		for i := range n {
			if !v.IsNull(i) {
				out.Lists[i] = v.Lists[i]
				used = max(used, v.Lists[i].Offset+v.Lists[i].Length)
			}
		}
		child := v.Child.clone(int(used))
		out.Child = &child
	case KindRecord:
		out.Fields = make([]Vector, len(v.Fields))
		for i := range v.Fields {
			out.Fields[i] = v.Fields[i].clone(n)
		}
	}
	return out
}
