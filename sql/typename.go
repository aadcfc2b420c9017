package sql

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// Limits of type modifiers (PostgreSQL: MaxAttrSize, NUMERIC_MAX_PRECISION, MAX_TIMESTAMP_PRECISION; 38 is what storage can hold).
const (
	maxCharLength       = 10485760
	maxBitLength        = 83886080
	maxNumericPrecision = 1000
	storedPrecision     = 38
	maxTimePrecision    = 6
)

// foreignTypes exist in PostgreSQL, not here; anything else that is not known is 42704.
var foreignTypes = map[string]bool{
	"bit": true, "varbit": true, "timetz": true, "money": true, "inet": true, "cidr": true, "macaddr": true, "macaddr8": true,
	"point": true, "line": true, "lseg": true, "box": true, "path": true, "polygon": true, "circle": true, "xml": true,
	"tsvector": true, "tsquery": true, "int4range": true, "int8range": true, "numrange": true, "tsrange": true, "tstzrange": true,
	"daterange": true, "int4multirange": true, "int8multirange": true, "nummultirange": true, "tsmultirange": true,
	"tstzmultirange": true, "datemultirange": true, "jsonpath": true, "txid_snapshot": true, "pg_snapshot": true, "refcursor": true, "hstore": true, "citext": true,
}

// serialTypes are the integer types under the names that bring a sequence along.
var serialTypes = map[string]sqltype.OID{
	"smallserial": sqltype.Int2, "serial2": sqltype.Int2, "serial": sqltype.Int4, "serial4": sqltype.Int4,
	"bigserial": sqltype.Int8, "serial8": sqltype.Int8,
}

// ResolveType makes a type of a parsed type name. The precision of time, timestamp and timestamptz is kept in the modifier as PostgreSQL
// keeps it; fields and precision of interval are accepted and dropped. Unknown types are 42704, types that exist in PostgreSQL alone
// and numeric with more than 38 digits 0A000. Positions in errors are bytes, from 1, into the parsed text.
func ResolveType(t *pg_query.TypeName) (sqltype.Type, error) { return resolveTypeIn(t, nil) }

// typeLookup finds a type of the database; an empty schema means the search path.
type typeLookup func(schema, name string) (t sqltype.Type, ok bool, err error)

func resolveTypeIn(t *pg_query.TypeName, own typeLookup) (sqltype.Type, error) {
	typ, err := resolveType(t)
	if err != nil && own != nil && pgerr.Code(err) == pgerrcode.UndefinedObject {
		if found, ok, denied := ownType(t, own); denied != nil {
			err = denied
		} else if ok {
			typ, err = found, nil
			if len(t.GetTypmods()) > 0 {
				err = pgerr.New(pgerrcode.SyntaxError, "type modifier is not allowed for type \"%s\"", lastName(t.GetNames()))
			}
		}
	}
	if err != nil {
		if e := pgerr.From(err); e.Position == 0 && t.GetLocation() >= 0 {
			return typ, e.WithPosition(int(t.GetLocation()) + 1)
		}
	}
	return typ, err
}

func resolveType(t *pg_query.TypeName) (sqltype.Type, error) {
	var none sqltype.Type
	if t.GetSetof() || t.GetPctType() {
		return none, unsupported("SETOF and %%TYPE are not supported here")
	}
	parts := stringsOf(t.GetNames())
	if len(parts) == 0 {
		return none, pgerr.New(pgerrcode.UndefinedObject, "type without a name")
	}
	if len(parts) > 1 && parts[0] != "pg_catalog" || len(parts) > 2 {
		return none, pgerr.New(pgerrcode.UndefinedObject, "type \"%s\" does not exist", clip(strings.Join(parts, ".")))
	}
	name := parts[len(parts)-1]
	typ, ok := sqltype.ByTypname(name)
	if !ok || typ.OID == sqltype.Record || typ.OID == sqltype.Void || strings.HasPrefix(name, "_") && len(t.ArrayBounds) > 0 {
		switch {
		case foreignTypes[strings.TrimPrefix(name, "_")]:
			return none, unsupported("type %s is not supported", name)
		case typ.OID == sqltype.Record || typ.OID == sqltype.Void:
			return none, unsupported("type %s is not supported here", name)
		case ok:
			return none, unsupported("arrays of arrays are not supported")
		}
		if _, serial := serialTypes[name]; serial {
			return none, pgerr.New(pgerrcode.UndefinedObject, "type \"%s\" does not exist", name).
				WithHint("serial types are for columns of CREATE TABLE.")
		}
		return none, pgerr.New(pgerrcode.UndefinedObject, "type \"%s\" does not exist", clip(strings.Join(parts, ".")))
	}
	mod, err := typeMod(typ.OID, name, t.GetTypmods())
	if err != nil {
		return none, err
	}
	typ.Mod = mod
	if len(t.ArrayBounds) == 0 {
		return typ, nil
	}
	// PostgreSQL does not tell int[] from int[][] either: the number of dimensions is the value's.
	arr, ok := typ.Array()
	if !ok {
		return none, pgerr.New(pgerrcode.UndefinedObject, "type \"%s[]\" does not exist", name)
	}
	return arr, nil
}

// ownType looks a type of the database up by its name, or that of the array type with the underscore in front.
func ownType(t *pg_query.TypeName, own typeLookup) (typ sqltype.Type, ok bool, err error) {
	parts := stringsOf(t.GetNames())
	if len(parts) == 3 && parts[0] == catalog.DatabaseName {
		parts = parts[1:]
	}
	if len(parts) > 2 || len(parts) == 0 || t.GetSetof() || t.GetPctType() {
		return sqltype.Type{}, false, nil
	}
	schema, name := "", parts[len(parts)-1]
	if len(parts) == 2 {
		schema = parts[0]
	}
	typ, ok, err = own(schema, name)
	array := len(t.GetArrayBounds()) > 0
	if err == nil && !ok && !array && strings.HasPrefix(name, "_") {
		typ, ok, err = own(schema, name[1:])
		array = true
	}
	if ok && array {
		typ, ok = typ.Array()
	}
	return typ, ok, err
}

// typeMod checks modifiers and encodes them as PostgreSQL's typmodin functions do.
func typeMod(oid sqltype.OID, name string, nodes []*pg_query.Node) (int32, error) {
	if len(nodes) == 0 {
		return sqltype.NoMod, nil
	}
	if oid == sqltype.Interval {
		return sqltype.NoMod, nil
	}
	mods := make([]int, len(nodes))
	for i, n := range nodes {
		v, ok := constInt(n)
		if !ok {
			return 0, pgerr.New(pgerrcode.InvalidParameterValue, "type modifiers must be simple constants or identifiers")
		}
		mods[i] = v
	}
	single := func() error {
		if len(mods) != 1 {
			return pgerr.New(pgerrcode.InvalidParameterValue, "invalid type modifier")
		}
		return nil
	}
	switch oid {
	case sqltype.Varchar, sqltype.Bpchar:
		word := "varchar"
		if oid == sqltype.Bpchar {
			word = "char"
		}
		switch err := single(); {
		case err != nil:
			return 0, err
		case mods[0] < 1:
			return 0, pgerr.New(pgerrcode.InvalidParameterValue, "length for type %s must be at least 1", word)
		case mods[0] > maxCharLength:
			return 0, pgerr.New(pgerrcode.InvalidParameterValue, "length for type %s cannot exceed %d", word, maxCharLength)
		}
		return int32(mods[0]) + 4, nil
	case sqltype.Bit, sqltype.Varbit:
		word := map[sqltype.OID]string{sqltype.Bit: "bit", sqltype.Varbit: "bit varying"}[oid]
		switch err := single(); {
		case err != nil:
			return 0, err
		case mods[0] < 1:
			return 0, pgerr.New(pgerrcode.InvalidParameterValue, "length for type %s must be at least 1", word)
		case mods[0] > maxBitLength:
			return 0, pgerr.New(pgerrcode.InvalidParameterValue, "length for type %s cannot exceed %d", word, maxBitLength)
		}
		return int32(mods[0]), nil
	case sqltype.Numeric:
		return numericMod(mods)
	case sqltype.Time, sqltype.Timestamp, sqltype.Timestamptz:
		if err := single(); err != nil {
			return 0, err
		}
		if mods[0] < 0 {
			return 0, pgerr.New(pgerrcode.InvalidParameterValue, "%s(%d) precision must not be negative", timeWord(oid), mods[0])
		}
		return int32(min(mods[0], maxTimePrecision)), nil
	}
	return 0, pgerr.New(pgerrcode.SyntaxError, "type modifier is not allowed for type \"%s\"", name)
}

func timeWord(oid sqltype.OID) string {
	if oid == sqltype.Time {
		return "TIME"
	}
	return "TIMESTAMP"
}

func numericMod(mods []int) (int32, error) {
	if len(mods) > 2 {
		return 0, pgerr.New(pgerrcode.InvalidParameterValue, "invalid NUMERIC type modifier")
	}
	precision, scale := mods[0], 0
	if len(mods) == 2 {
		scale = mods[1]
	}
	switch {
	case precision < 1 || precision > maxNumericPrecision:
		return 0, pgerr.New(pgerrcode.InvalidParameterValue, "NUMERIC precision %d must be between 1 and %d", precision, maxNumericPrecision)
	case scale < -1000 || scale > 1000:
		return 0, pgerr.New(pgerrcode.InvalidParameterValue, "NUMERIC scale %d must be between %d and %d", scale, -1000, 1000)
	case precision > storedPrecision:
		return 0, unsupported("NUMERIC precision over %d is not supported: %d", storedPrecision, precision)
	case scale < 0:
		return 0, unsupported("negative NUMERIC scale is not supported: %d", scale)
	case scale > precision:
		return 0, unsupported("NUMERIC scale over the precision is not supported: numeric(%d,%d)", precision, scale)
	}
	return sqltype.NumericOf(precision, scale).Mod, nil
}

// constInt is the value of an integer constant, with an optional minus.
func constInt(n *pg_query.Node) (int, bool) {
	switch v := n.GetNode().(type) {
	case *pg_query.Node_Integer:
		return int(v.Integer.Ival), true
	case *pg_query.Node_AConst:
		if v.AConst.Isnull {
			return 0, false
		}
		switch val := v.AConst.Val.(type) {
		case *pg_query.A_Const_Ival:
			return int(val.Ival.GetIval()), true
		case *pg_query.A_Const_Fval:
			i, err := strconv.Atoi(val.Fval.GetFval())
			return i, err == nil
		case nil:
			return 0, true // protobuf leaves a zero out
		}
	}
	return 0, false
}

// typeOf resolves a type and gives errors a position in characters.
func (c *classifier) typeOf(t *pg_query.TypeName) (sqltype.Type, error) {
	typ, err := resolveTypeIn(t, c.types)
	if err != nil {
		c.unknown = c.unknown || c.types == nil && pgerr.Code(err) == pgerrcode.UndefinedObject
		e := pgerr.From(err)
		if e.Position > 0 {
			e.Position = position(c.text, e.Position-1)
		}
		return typ, e
	}
	return typ, nil
}

// FormatType spells a type as format_type(oid, typmod) does, the precision of times included.
func FormatType(t sqltype.Type) string {
	if elem, ok := t.Elem(); ok && !t.Vector() {
		return FormatType(elem) + "[]"
	}
	switch t.OID {
	case sqltype.Time, sqltype.Timestamp, sqltype.Timestamptz:
		if t.Mod >= 0 {
			word, rest, _ := strings.Cut(t.String(), " ")
			return word + "(" + strconv.Itoa(int(t.Mod)) + ") " + rest
		}
	}
	return t.String()
}
