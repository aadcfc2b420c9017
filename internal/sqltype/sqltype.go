// Package sqltype names PostgreSQL's types.
//
// It owns Type (an OID with a typmod), the OIDs of the built-in types as PostgreSQL 15 has them (pg_type.dat) and
// their spelling. It knows nothing of values; those are in vector (storage) and pgvalue (text and binary forms).
package sqltype

import (
	"fmt"
	"strconv"
)

// OID identifies a type in pg_type.
type OID uint32

// OIDs of the built-in types (PostgreSQL 15, src/include/catalog/pg_type.dat).
const (
	Bool          OID = 16
	Bytea         OID = 17
	Char          OID = 18 // the internal one-byte "char"
	Name          OID = 19
	Int8          OID = 20
	Int2          OID = 21
	Int4          OID = 23
	Int2vector    OID = 22
	Regproc       OID = 24
	Text          OID = 25
	Oid           OID = 26
	Tid           OID = 27
	Xid           OID = 28
	Cid           OID = 29
	Oidvector     OID = 30
	JSON          OID = 114
	NodeTree      OID = 194 // pg_node_tree, here the text of an expression
	Float4        OID = 700
	Float8        OID = 701
	Unknown       OID = 705
	Inet          OID = 869
	Aclitem       OID = 1033
	Bpchar        OID = 1042
	Varchar       OID = 1043
	Date          OID = 1082
	Time          OID = 1083
	Timestamp     OID = 1114
	Timestamptz   OID = 1184
	Interval      OID = 1186
	Bit           OID = 1560
	Varbit        OID = 1562
	Numeric       OID = 1700
	Regprocedure  OID = 2202
	Regoper       OID = 2203
	Regoperator   OID = 2204
	Regclass      OID = 2205
	Regtype       OID = 2206
	Record        OID = 2249
	Anyarray      OID = 2277
	Void          OID = 2278
	UUID          OID = 2950
	LSN           OID = 3220
	Regconfig     OID = 3734
	Regdictionary OID = 3769
	JSONB         OID = 3802
	Regnamespace  OID = 4089
	Regrole       OID = 4096
	Regcollation  OID = 4191
	Xid8          OID = 5069
)

// NoMod is the typmod of a type without modifiers.
const NoMod int32 = -1

// Type is a PostgreSQL type with its modifier, as in pg_attribute.atttypid and atttypmod.
type Type struct {
	OID OID   `json:"oid"`
	Mod int32 `json:"mod"` // -1: none; otherwise as PostgreSQL encodes it (varchar(n): n+4)
}

// Of returns the type without a modifier.
func Of(oid OID) Type { return Type{OID: oid, Mod: NoMod} }

// NumericOf returns numeric(precision, scale).
func NumericOf(precision, scale int) Type {
	return Type{OID: Numeric, Mod: int32(precision)<<16 | int32(scale)&0x7ff + 4}
}

// VarcharOf returns varchar(n).
func VarcharOf(n int) Type { return Type{OID: Varchar, Mod: int32(n) + 4} }

// BpcharOf returns char(n).
func BpcharOf(n int) Type { return Type{OID: Bpchar, Mod: int32(n) + 4} }

// PrecisionScale returns the arguments of numeric(p,s); ok is false for bare numeric and for other types.
func (t Type) PrecisionScale() (precision, scale int, ok bool) {
	if t.OID != Numeric || t.Mod < 4 {
		return 0, 0, false
	}
	m := t.Mod - 4
	scale = int(m & 0x7ff)
	if scale > 1023 { // negative scales are stored in 11 bits, two's complement
		scale -= 2048
	}
	return int(m>>16) & 0xffff, scale, true
}

// Length returns n of varchar(n) or char(n), in characters.
func (t Type) Length() (n int, ok bool) {
	if (t.OID != Varchar && t.OID != Bpchar) || t.Mod < 4 {
		return 0, false
	}
	return int(t.Mod) - 4, true
}

type info struct {
	name  string // as format_type prints it, without modifiers
	typ   string // pg_type.typname
	array OID
	size  int16 // pg_type.typlen
}

var infos = map[OID]info{
	Bool: {"boolean", "bool", 1000, 1}, Bytea: {"bytea", "bytea", 1001, -1}, Char: {`"char"`, "char", 1002, 1},
	Name: {"name", "name", 1003, 64}, Int8: {"bigint", "int8", 1016, 8}, Int2: {"smallint", "int2", 1005, 2},
	Int4: {"integer", "int4", 1007, 4}, Regproc: {"regproc", "regproc", 1008, 4}, Text: {"text", "text", 1009, -1},
	Oid: {"oid", "oid", 1028, 4}, JSON: {"json", "json", 199, -1}, Float4: {"real", "float4", 1021, 4},
	Float8: {"double precision", "float8", 1022, 8}, Unknown: {"unknown", "unknown", 0, -2},
	Bpchar: {"character", "bpchar", 1014, -1}, Varchar: {"character varying", "varchar", 1015, -1},
	Date: {"date", "date", 1182, 4}, Time: {"time without time zone", "time", 1183, 8},
	Timestamp:   {"timestamp without time zone", "timestamp", 1115, 8},
	Timestamptz: {"timestamp with time zone", "timestamptz", 1185, 8},
	Interval:    {"interval", "interval", 1187, 16}, Numeric: {"numeric", "numeric", 1231, -1},
	Bit: {"bit", "bit", 1561, -1}, Varbit: {"bit varying", "varbit", 1563, -1},
	Regclass: {"regclass", "regclass", 2210, 4}, Regtype: {"regtype", "regtype", 2211, 4},
	Record: {"record", "record", 2287, -1}, Void: {"void", "void", 0, 4}, UUID: {"uuid", "uuid", 2951, 16},
	JSONB:      {"jsonb", "jsonb", 3807, -1},
	Int2vector: {"int2vector", "int2vector", 1006, -1}, Oidvector: {"oidvector", "oidvector", 1013, -1}, Tid: {"tid", "tid", 1010, 6}, Xid: {"xid", "xid", 1011, 4},
	Cid: {"cid", "cid", 1012, 4}, NodeTree: {"pg_node_tree", "pg_node_tree", 0, -1}, Inet: {"inet", "inet", 1041, -1}, Aclitem: {"aclitem", "aclitem", 1034, 12},
	Regprocedure: {"regprocedure", "regprocedure", 2207, 4}, Regoper: {"regoper", "regoper", 2208, 4}, Regoperator: {"regoperator", "regoperator", 2209, 4},
	Anyarray: {"anyarray", "anyarray", 0, -1}, LSN: {"pg_lsn", "pg_lsn", 3221, 8}, Regconfig: {"regconfig", "regconfig", 3735, 4},
	Regdictionary: {"regdictionary", "regdictionary", 3770, 4}, Regnamespace: {"regnamespace", "regnamespace", 4090, 4}, Regrole: {"regrole", "regrole", 4097, 4},
	Regcollation: {"regcollation", "regcollation", 4192, 4}, Xid8: {"xid8", "xid8", 271, 8},
}

var elemOf, byTypname = func() (map[OID]OID, map[string]OID) {
	elems, names := map[OID]OID{}, map[string]OID{}
	for oid, i := range infos {
		if i.array != 0 {
			elems[i.array] = oid
		}
		names[i.typ] = oid
	}
	return elems, names
}()

// Vector reports int2vector and oidvector, which are arrays that begin at 0 and print without braces.
func (t Type) Vector() bool { return t.OID == Int2vector || t.OID == Oidvector }

// CatalogOnly reports the types that columns of the system catalogs have and tables of users cannot.
func (t Type) CatalogOnly() bool {
	if elem, ok := t.Elem(); ok && !t.Vector() {
		return elem.CatalogOnly()
	}
	switch t.OID {
	case Int2vector, Oidvector, Tid, Xid, Cid, Xid8, NodeTree, Inet, Aclitem, Anyarray, LSN, Bit, Varbit:
		return true
	}
	return t.Reg()
}

// Reg reports the types whose values are OIDs and whose text is a name (PostgreSQL documentation, 8.19 Object Identifier Types).
func (t Type) Reg() bool {
	switch t.OID {
	case Regproc, Regprocedure, Regoper, Regoperator, Regclass, Regtype, Regconfig, Regdictionary, Regnamespace, Regrole, Regcollation:
		return true
	}
	return false
}

// Elem returns the element type of an array type; ok is false for other types.
func (t Type) Elem() (elem Type, ok bool) {
	switch t.OID {
	case Int2vector:
		return Of(Int2), true
	case Oidvector:
		return Of(Oid), true
	}
	if t.OID >= firstEnum && t.OID < lastEnum && t.OID&1 == 1 {
		return Of(t.OID - 1), true
	}
	oid, ok := elemOf[t.OID]
	return Type{OID: oid, Mod: t.Mod}, ok
}

// Array returns the array type whose elements are t; ok is false where PostgreSQL has none.
func (t Type) Array() (array Type, ok bool) {
	if t.Enum() {
		return Of(t.OID + 1), true
	}
	i, ok := infos[t.OID]
	return Type{OID: i.array, Mod: t.Mod}, ok && i.array != 0
}

// Types of enums have OIDs of their own range, below those of the types of rows, so that a type is known for one, and for an array of one, without the catalog:
// an even number for the enum and the next for the array. They are made of the OID that the catalog has given to the object.
const (
	firstEnum OID = 1 << 29
	lastEnum  OID = 1 << 30
	firstUser     = 16384 // the first OID that the catalog gives out
)

// EnumOf returns the enum type of the object that has this OID in the catalog; ok is false when there are no more.
func EnumOf(object uint32) (t Type, ok bool) {
	n := uint64(firstEnum) + 2*(uint64(object)-firstUser)
	return Of(OID(n)), object >= firstUser && n < uint64(lastEnum)
}

// EnumObject is the inverse of EnumOf; 0 for other types.
func (t Type) EnumObject() uint32 {
	if !t.Enum() {
		return 0
	}
	return uint32(t.OID-firstEnum)/2 + firstUser
}

// Enum reports the type of an enum (PostgreSQL documentation, 8.7 Enumerated Types). What it is called and its labels are in the catalog.
func (t Type) Enum() bool { return t.OID >= firstEnum && t.OID < lastEnum && t.OID&1 == 0 }

// Size returns pg_type.typlen: bytes for a fixed width, -1 for a varlena.
func (t Type) Size() int16 {
	if i, ok := infos[t.OID]; ok {
		return i.size
	}
	if t.Enum() {
		return 4
	}
	return -1
}

// ByTypname finds a built-in type by pg_type.typname ("int4", "_text" for arrays).
func ByTypname(name string) (Type, bool) {
	if len(name) > 1 && name[0] == '_' {
		elem, ok := byTypname[name[1:]]
		if !ok {
			return Type{}, false
		}
		return Of(elem).Array()
	}
	oid, ok := byTypname[name]
	return Of(oid), ok
}

// Typname returns pg_type.typname.
func (t Type) Typname() string {
	if i, ok := infos[t.OID]; ok {
		return i.typ
	}
	if elem, ok := t.Elem(); ok {
		return "_" + elem.Typname()
	}
	return "oid" + strconv.FormatUint(uint64(t.OID), 10)
}

// String spells the type as format_type(oid, typmod) does.
func (t Type) String() string {
	if elem, ok := t.Elem(); ok && !t.Vector() {
		return elem.String() + "[]"
	}
	i, ok := infos[t.OID]
	if !ok {
		return "???"
	}
	if p, s, ok := t.PrecisionScale(); ok {
		return fmt.Sprintf("numeric(%d,%d)", p, s)
	}
	if n, ok := t.Length(); ok {
		return fmt.Sprintf("%s(%d)", i.name, n)
	}
	if (t.OID == Bit || t.OID == Varbit) && t.Mod > 0 {
		return fmt.Sprintf("%s(%d)", i.name, t.Mod)
	}
	if t.OID == Bpchar && t.Mod == NoMod {
		return "bpchar"
	}
	return i.name
}
