package vector

// Builder makes batches in Go, a value at a time and a column at a time. Every column must be given the same number of values
// before Take. A Builder is for one goroutine.
type Builder struct {
	cols []Vector
	lens []int
}

// NewBuilder makes a builder of batches with these columns.
func NewBuilder(types []Type) *Builder {
	b := &Builder{cols: make([]Vector, len(types)), lens: make([]int, len(types))}
	for i, t := range types {
		b.cols[i].reset(t)
	}
	return b
}

func (v *Vector) reset(t Type) {
	*v = Vector{Type: t}
	switch t.Kind {
	case KindBytes:
		v.Offsets = []uint32{0}
	case KindList:
		v.Child = &Vector{}
		v.Child.reset(*t.Elem)
	}
}

// Col returns column i to append to.
func (b *Builder) Col(i int) *Appender { return &Appender{v: &b.cols[i], n: &b.lens[i]} }

// Len returns the number of rows in column 0.
func (b *Builder) Len() int {
	if len(b.lens) == 0 {
		return 0
	}
	return b.lens[0]
}

// Bytes estimates the memory of the values so far.
func (b *Builder) Bytes() int {
	n := 0
	for i := range b.cols {
		n += b.cols[i].bytes()
	}
	return n
}

func (v *Vector) bytes() int {
	n := len(v.Bools) + 2*len(v.Int16s) + 4*len(v.Int32s) + 8*len(v.Int64s) + 16*len(v.Int128s) + 4*len(v.Float32s) +
		8*len(v.Float64s) + 16*len(v.Intervals) + 16*len(v.Lists) + 16*len(v.Raw) + len(v.Data) + 4*len(v.Offsets) + 8*len(v.Valid)
	if v.Child != nil {
		n += v.Child.bytes()
	}
	for i := range v.Fields {
		n += v.Fields[i].bytes()
	}
	return n
}

// Take returns the rows built so far and starts anew. The batch is the caller's.
func (b *Builder) Take() *Batch {
	out := &Batch{Len: b.Len(), Cols: b.cols}
	b.cols = make([]Vector, len(out.Cols))
	for i := range b.cols {
		b.cols[i].reset(out.Cols[i].Type)
		b.lens[i] = 0
	}
	return out
}

// Next is Take for one of a series of batches: the next one is given room for as many values at once.
func (b *Builder) Next() *Batch {
	out := b.Take()
	for i := range b.cols {
		b.cols[i].reserve(&out.Cols[i])
	}
	return out
}

// reserve makes room for as many values as another vector has. Elements of lists are left to grow.
func (v *Vector) reserve(like *Vector) {
	switch v.Type.Kind {
	case KindBool:
		v.Bools = make([]bool, 0, len(like.Bools))
	case KindInt16:
		v.Int16s = make([]int16, 0, len(like.Int16s))
	case KindInt32:
		v.Int32s = make([]int32, 0, len(like.Int32s))
	case KindInt64:
		v.Int64s = make([]int64, 0, len(like.Int64s))
	case KindInt128:
		v.Int128s = make([]Int128, 0, len(like.Int128s))
	case KindFloat32:
		v.Float32s = make([]float32, 0, len(like.Float32s))
	case KindFloat64:
		v.Float64s = make([]float64, 0, len(like.Float64s))
	case KindInterval:
		v.Intervals = make([]Interval, 0, len(like.Intervals))
	case KindBytes:
		v.Offsets = append(make([]uint32, 0, len(like.Offsets)), 0)
		v.Data = make([]byte, 0, len(like.Data)+len(like.Data)/16)
	}
}

// Appender adds values to one column. Each method is for the layout in its name; the caller looks at Type.
type Appender struct {
	v *Vector
	n *int
}

// Type returns the column's type.
func (a *Appender) Type() Type { return a.v.Type }

// done counts a value and, where NULLs exist, marks it as valid.
func (a *Appender) done() {
	if a.v.Valid != nil {
		a.mark(*a.n, true)
	}
	*a.n++
}

func (a *Appender) mark(i int, valid bool) {
	for len(a.v.Valid) <= i>>6 {
		a.v.Valid = append(a.v.Valid, 0)
	}
	if valid {
		a.v.Valid[i>>6] |= 1 << (uint(i) & 63)
	}
}

// Null appends a NULL; the slot holds a zero.
func (a *Appender) Null() {
	v := a.v
	if v.Valid == nil {
		v.Valid = make([]uint64, 0, *a.n>>6+1)
		for i := range *a.n {
			a.mark(i, true)
		}
	}
	switch v.Type.Kind {
	case KindBool:
		v.Bools = append(v.Bools, false)
	case KindInt16:
		v.Int16s = append(v.Int16s, 0)
	case KindInt32:
		v.Int32s = append(v.Int32s, 0)
	case KindInt64:
		v.Int64s = append(v.Int64s, 0)
	case KindInt128:
		v.Int128s = append(v.Int128s, Int128{})
	case KindFloat32:
		v.Float32s = append(v.Float32s, 0)
	case KindFloat64:
		v.Float64s = append(v.Float64s, 0)
	case KindInterval:
		v.Intervals = append(v.Intervals, Interval{})
	case KindBytes:
		v.Offsets = append(v.Offsets, uint32(len(v.Data)))
	case KindList:
		v.Lists = append(v.Lists, ListEntry{Offset: uint64(v.Child.rows())})
	}
	a.mark(*a.n, false)
	*a.n++
}

// Bool appends to a KindBool column.
func (a *Appender) Bool(x bool) { a.v.Bools = append(a.v.Bools, x); a.done() }

// Int16 appends to a KindInt16 column.
func (a *Appender) Int16(x int16) { a.v.Int16s = append(a.v.Int16s, x); a.done() }

// Int32 appends to a KindInt32 column.
func (a *Appender) Int32(x int32) { a.v.Int32s = append(a.v.Int32s, x); a.done() }

// Int64 appends to a KindInt64 column.
func (a *Appender) Int64(x int64) { a.v.Int64s = append(a.v.Int64s, x); a.done() }

// Int128 appends to a KindInt128 column.
func (a *Appender) Int128(x Int128) { a.v.Int128s = append(a.v.Int128s, x); a.done() }

// Float32 appends to a KindFloat32 column.
func (a *Appender) Float32(x float32) { a.v.Float32s = append(a.v.Float32s, x); a.done() }

// Float64 appends to a KindFloat64 column.
func (a *Appender) Float64(x float64) { a.v.Float64s = append(a.v.Float64s, x); a.done() }

// Interval appends to a KindInterval column.
func (a *Appender) Interval(x Interval) { a.v.Intervals = append(a.v.Intervals, x); a.done() }

// Bytes appends a copy of x to a KindBytes column. A batch holds less than 4 GiB a column.
func (a *Appender) Bytes(x []byte) {
	a.v.Data = append(a.v.Data, x...)
	a.v.Offsets = append(a.v.Offsets, uint32(len(a.v.Data)))
	a.done()
}

// List appends one list whose elements fill appends to the appender it is given.
func (a *Appender) List(fill func(elem *Appender) error) error {
	child := a.v.Child
	n := child.rows()
	start := n
	if err := fill(&Appender{v: child, n: &n}); err != nil {
		return err
	}
	a.v.Lists = append(a.v.Lists, ListEntry{Offset: uint64(start), Length: uint64(n - start)})
	a.done()
	return nil
}

// rows returns how many values a vector that a builder made holds.
func (v *Vector) rows() int {
	switch v.Type.Kind {
	case KindBool:
		return len(v.Bools)
	case KindInt16:
		return len(v.Int16s)
	case KindInt32:
		return len(v.Int32s)
	case KindInt64:
		return len(v.Int64s)
	case KindInt128:
		return len(v.Int128s)
	case KindFloat32:
		return len(v.Float32s)
	case KindFloat64:
		return len(v.Float64s)
	case KindInterval:
		return len(v.Intervals)
	case KindBytes:
		return max(len(v.Offsets)-1, len(v.Raw))
	case KindList:
		return len(v.Lists)
	}
	return 0
}

// Copy appends row i of v, which has the column's layout.
func (a *Appender) Copy(v *Vector, i int) {
	if v.IsNull(i) {
		a.Null()
		return
	}
	switch a.v.Type.Kind {
	case KindBool:
		a.Bool(v.Bools[i])
	case KindInt16:
		a.Int16(v.Int16s[i])
	case KindInt32:
		a.Int32(v.Int32s[i])
	case KindInt64:
		a.Int64(v.Int64s[i])
	case KindInt128:
		a.Int128(v.Int128s[i])
	case KindFloat32:
		a.Float32(v.Float32s[i])
	case KindFloat64:
		a.Float64(v.Float64s[i])
	case KindInterval:
		a.Interval(v.Intervals[i])
	case KindBytes:
		a.Bytes(v.Bytes(i))
	case KindList:
		_ = a.List(func(elem *Appender) error { // the function cannot fail
			for j := range v.Lists[i].Length {
				elem.Copy(v.Child, int(v.Lists[i].Offset+j))
			}
			return nil
		})
	}
}

// Bytes estimates the memory of a batch.
func (b *Batch) Bytes() int {
	n := 0
	for i := range b.Cols {
		n += b.Cols[i].bytes()
	}
	return n
}
