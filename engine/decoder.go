package engine

import (
	"strings"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// maxTypeDepth limits how deep a result type may nest.
const maxTypeDepth = 64

// decoder turns DuckDB vectors of one type into vector.Vectors of typ. Where the layouts agree the result points into DuckDB's
// memory; otherwise it is converted into buffers of the decoder, which the next decode overwrites.
type decoder struct {
	id      b.Type // DuckDB's type
	typ     vector.Type
	kids    []*decoder      // list: the element; struct: the fields; map: key and value; union: the members
	kidVecs []vector.Vector // decoded kids
	names   []string        // struct: field names; union: member names
	dict    [][]byte        // enum: its labels
	size    int             // fixed-size array: its length
	buf     vector.Vector   // converted values
}

// newDecoder looks at a DuckDB type, which stays the caller's.
func newDecoder(t b.LogicalType, depth int) (*decoder, error) {
	d := &decoder{id: b.GetTypeId(t)}
	if depth > maxTypeDepth {
		return nil, pgerr.New(pgerrcode.StatementTooComplex, "type nests deeper than %d levels", maxTypeDepth)
	}
	switch d.id {
	case b.TypeVarchar:
		d.typ = vector.TypeOf(sqltype.Of(sqltype.Text))
		if b.LogicalTypeGetAlias(t) == "JSON" {
			d.typ = vector.TypeOf(sqltype.Of(sqltype.JSON))
		}
		return d, nil
	case b.TypeDecimal:
		d.typ = vector.TypeOf(sqltype.NumericOf(int(b.DecimalWidth(t)), int(b.DecimalScale(t))))
		return d, nil
	case b.TypeList, b.TypeArray:
		return d, d.list(t, depth)
	case b.TypeStruct, b.TypeMap, b.TypeUnion:
		d.typ = vector.TypeOf(sqltype.Of(sqltype.Text))
		if err := d.fields(t, depth); err != nil {
			return nil, err
		}
		d.record()
		return d, nil
	case b.TypeEnum:
		d.typ = vector.TypeOf(sqltype.Of(sqltype.Text))
		d.dict = make([][]byte, b.EnumDictionarySize(t))
		for i := range d.dict {
			d.dict[i] = []byte(b.EnumDictionaryValue(t, b.IdxT(i)))
		}
		return d, nil
	}
	sql, ok := scalarTypes[d.id]
	if !ok {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "a column's type cannot be sent to a client").
			WithHint("Cast the column to text.")
	}
	d.typ = vector.TypeOf(sql)
	return d, nil
}

// scalarTypes maps DuckDB's types without parameters to what a client sees.
var scalarTypes = map[b.Type]sqltype.Type{
	b.TypeBoolean: sqltype.Of(sqltype.Bool), b.TypeTinyInt: sqltype.Of(sqltype.Int2), b.TypeUTinyInt: sqltype.Of(sqltype.Int2),
	b.TypeSmallInt: sqltype.Of(sqltype.Int2), b.TypeUSmallInt: sqltype.Of(sqltype.Int4), b.TypeInteger: sqltype.Of(sqltype.Int4),
	b.TypeUInteger: sqltype.Of(sqltype.Int8), b.TypeBigInt: sqltype.Of(sqltype.Int8), b.TypeUBigInt: sqltype.NumericOf(38, 0),
	b.TypeHugeInt: sqltype.NumericOf(38, 0), b.TypeUHugeInt: sqltype.NumericOf(38, 0),
	b.TypeFloat: sqltype.Of(sqltype.Float4), b.TypeDouble: sqltype.Of(sqltype.Float8), b.TypeBlob: sqltype.Of(sqltype.Bytea),
	b.TypeDate: sqltype.Of(sqltype.Date), b.TypeTime: sqltype.Of(sqltype.Time), b.TypeTimeNS: sqltype.Of(sqltype.Time),
	b.TypeTimestamp: sqltype.Of(sqltype.Timestamp), b.TypeTimestampS: sqltype.Of(sqltype.Timestamp),
	b.TypeTimestampMS: sqltype.Of(sqltype.Timestamp), b.TypeTimestampNS: sqltype.Of(sqltype.Timestamp),
	b.TypeTimestampTZ: sqltype.Of(sqltype.Timestamptz), b.TypeInterval: sqltype.Of(sqltype.Interval),
	b.TypeUUID: sqltype.Of(sqltype.UUID), b.TypeTimeTZ: sqltype.Of(sqltype.Text), b.TypeBit: sqltype.Of(sqltype.Text),
	b.TypeBigNum: sqltype.Of(sqltype.Text), b.TypeSQLNull: sqltype.Of(sqltype.Text), b.TypeGeometry: sqltype.Of(sqltype.Text),
	b.TypeStringLiteral: sqltype.Of(sqltype.Text), b.TypeIntegerLiteral: sqltype.Of(sqltype.Int4),
}

// direct reports whether DuckDB's layout is that of typ, so that values can be written as they are read: in place.
func (d *decoder) direct() bool {
	switch d.id {
	case b.TypeBoolean, b.TypeSmallInt, b.TypeInteger, b.TypeDate, b.TypeBigInt, b.TypeTime, b.TypeTimestamp, b.TypeTimestampTZ,
		b.TypeHugeInt, b.TypeUUID, b.TypeFloat, b.TypeDouble, b.TypeInterval, b.TypeVarchar, b.TypeBlob, b.TypeDecimal:
		return true
	case b.TypeList:
		return d.kids[0].direct()
	}
	return false
}

// list sets up a list or array. PostgreSQL has one array type for any number of dimensions, so a list of lists of X is an array
// whose SQL type is that of its elements.
func (d *decoder) list(t b.LogicalType, depth int) error {
	var child b.LogicalType
	if d.id == b.TypeArray {
		child, d.size = b.ArrayTypeChildType(t), int(b.ArrayTypeArraySize(t))
	} else {
		child = b.ListTypeChildType(t)
	}
	defer b.DestroyLogicalType(&child)
	kid, err := newDecoder(child, depth+1)
	if err != nil {
		return err
	}
	sql := kid.typ.SQL
	if kid.typ.Kind != vector.KindList {
		var ok bool
		if sql, ok = kid.typ.SQL.Array(); !ok {
			return pgerr.New(pgerrcode.FeatureNotSupported, "there is no array type of %s", kid.typ.SQL)
		}
	}
	d.typ = vector.Type{SQL: sql, Kind: vector.KindList, Elem: &kid.typ}
	d.kids, d.kidVecs = []*decoder{kid}, make([]vector.Vector, 1)
	return nil
}

// record makes a record of a struct without field names, which is what ROW(...) makes.
func (d *decoder) record() {
	if d.id != b.TypeStruct || strings.Join(d.names, "") != "" {
		return
	}
	d.typ = vector.Type{SQL: sqltype.Of(sqltype.Record), Kind: vector.KindRecord, Fields: make([]vector.Type, len(d.kids))}
	for i, kid := range d.kids {
		d.typ.Fields[i] = kid.typ
	}
}

// fields sets up a struct, map or union.
func (d *decoder) fields(t b.LogicalType, depth int) error {
	add := func(name string, field b.LogicalType) error {
		defer b.DestroyLogicalType(&field)
		kid, err := newDecoder(field, depth+1)
		d.kids, d.names = append(d.kids, kid), append(d.names, name)
		return err
	}
	var err error
	switch d.id {
	case b.TypeMap:
		if err = add("key", b.MapTypeKeyType(t)); err == nil {
			err = add("value", b.MapTypeValueType(t))
		}
	case b.TypeUnion:
		for i := b.IdxT(0); err == nil && i < b.UnionTypeMemberCount(t); i++ {
			err = add(b.UnionTypeMemberName(t, i), b.UnionTypeMemberType(t, i))
		}
	default:
		for i := b.IdxT(0); err == nil && i < b.StructTypeChildCount(t); i++ {
			err = add(b.StructTypeChildName(t, i), b.StructTypeChildType(t, i))
		}
	}
	d.kidVecs = make([]vector.Vector, len(d.kids))
	return err
}
