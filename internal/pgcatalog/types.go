package pgcatalog

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// OIDs of the schemas of PostgreSQL.
const (
	SchemaOID            uint32 = 11
	ToastSchemaOID       uint32 = 99
	InformationSchemaOID uint32 = 13207
)

// Type is a built-in type: what columns of that type say of it in pg_attribute, and what functions about types need.
type Type struct {
	OID       uint32
	Name      string
	Namespace uint32
	Len       int16
	ByValue   bool
	Kind      byte // typtype
	Category  byte
	Preferred bool // typispreferred
	Align     string
	Storage   string
	Elem      uint32
	Array     uint32
	Relation  uint32 // of a row type
	Collation uint32
	Base      uint32 // of a domain
	Subscript uint32 // typsubscript: 6179 for true arrays
}

type typeIndex struct {
	byOID  map[uint32]*Type
	byName map[string]*Type // of pg_catalog
}

var types = sync.OnceValue(func() typeIndex {
	out := typeIndex{byOID: map[uint32]*Type{}, byName: map[string]*Type{}}
	rows, err := fields("pg_type", "oid", "typname", "typnamespace", "typlen", "typbyval", "typtype", "typcategory", "typalign", "typstorage", "typelem", "typarray",
		"typrelid", "typcollation", "typsubscript", "typispreferred", "typbasetype")
	if err != nil {
		return out
	}
	id := func(s string) uint32 { return uint32(number(s)) }
	for _, r := range rows {
		t := &Type{
			OID: id(r[0]), Name: r[1], Namespace: id(r[2]), Len: int16(number(r[3])), ByValue: r[4] == "t", Kind: r[5][0], Category: r[6][0], Align: r[7],
			Storage: r[8], Elem: id(r[9]), Array: id(r[10]), Relation: id(r[11]), Collation: id(r[12]), Subscript: id(r[13]), Preferred: r[14] == "t", Base: id(r[15]),
		}
		out.byOID[t.OID] = t
		if t.Namespace == SchemaOID {
			out.byName[t.Name] = t
		}
	}
	return out
})

// TypeByOID returns a built-in type, or nil.
func TypeByOID(oid uint32) *Type { return types().byOID[oid] }

// TypeByName returns a built-in type of pg_catalog by pg_type.typname, or nil.
func TypeByName(name string) *Type { return types().byName[name] }

// Function is a built-in function.
type Function struct {
	OID       uint32
	Name      string
	Namespace uint32
	Args      []uint32 // proargtypes
	All       []uint32 // proallargtypes
	Modes     []string
	Names     []string
	Defaults  string // texts of the defaults of the last arguments, separated by ", "
	NDefaults int
	Result    uint32
	Set       bool
	Kind      byte
	Variadic  bool
	// What CREATE FUNCTION says of it, as pg_proc has it.
	Language, Cost, Rows, Volatility, Parallel string
	Strict, SecurityDefiner, Leakproof         bool
	Source, Library                            string
	Support                                    uint32
	// Of ordered-set aggregates: how many arguments stand before ORDER BY, and that the last one is on both sides of it.
	Ordered, Hypothetical bool
	Direct                int
}

type functionIndex struct {
	byOID  map[uint32]*Function
	byName map[string][]*Function
}

var functions = sync.OnceValue(func() functionIndex {
	out := functionIndex{byOID: map[uint32]*Function{}, byName: map[string][]*Function{}}
	rows, err := fields("pg_proc", "oid", "proname", "pronamespace", "proargtypes", "proallargtypes", "proargmodes", "proargnames", "proargdefaults", "pronargdefaults",
		"prorettype", "proretset", "prokind", "provariadic", "prolang", "procost", "prorows", "provolatile", "proparallel", "proisstrict", "prosecdef", "proleakproof", "prosrc", "probin", "prosupport")
	if err != nil {
		return out
	}
	for _, r := range rows {
		f := &Function{
			OID: uint32(number(r[0])), Name: r[1], Namespace: uint32(number(r[2])), Args: oids(strings.Fields(r[3])), All: oids(list(r[4])), Modes: list(r[5]),
			Names: list(r[6]), Defaults: r[7], NDefaults: int(number(r[8])), Result: uint32(number(r[9])), Set: r[10] == "t", Kind: r[11][0], Variadic: r[12] != "0",
			Language: r[13], Cost: r[14], Rows: r[15], Volatility: r[16], Parallel: r[17], Strict: r[18] == "t", SecurityDefiner: r[19] == "t", Leakproof: r[20] == "t",
			Source: r[21], Library: r[22], Support: uint32(number(r[23])),
		}
		out.byOID[f.OID] = f
		out.byName[f.Name] = append(out.byName[f.Name], f)
	}
	aggregates, err := fields("pg_aggregate", "aggfnoid", "aggkind", "aggnumdirectargs")
	if err != nil {
		return out
	}
	for _, r := range aggregates {
		if f := out.byOID[uint32(number(r[0]))]; f != nil && r[1] != "n" {
			f.Ordered, f.Hypothetical, f.Direct = true, r[1] == "h", int(number(r[2]))
		}
	}
	return out
})

// Operator is a built-in operator.
type Operator struct {
	Named
	Left, Right uint32 // types; Left is 0 for a prefix operator
	Result      uint32
}

var operators = sync.OnceValue(func() map[uint32]*Operator {
	out := map[uint32]*Operator{}
	rows, err := fields("pg_operator", "oid", "oprname", "oprnamespace", "oprleft", "oprright", "oprresult")
	if err != nil {
		return out
	}
	for _, r := range rows {
		o := &Operator{Named: Named{OID: uint32(number(r[0])), Name: r[1], Namespace: uint32(number(r[2]))}, Left: uint32(number(r[3])), Right: uint32(number(r[4])), Result: uint32(number(r[5]))}
		out[o.OID] = o
	}
	return out
})

// Operators are the built-in operators by OID.
func Operators() map[uint32]*Operator { return operators() }

// OperatorsByName returns the built-in operators of a name.
func OperatorsByName(name string) []*Operator { return operatorNames()[name] }

var operatorNames = sync.OnceValue(func() map[string][]*Operator {
	out := map[string][]*Operator{}
	for _, o := range operators() {
		out[o.Name] = append(out[o.Name], o)
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b *Operator) int { return cmp.Compare(a.OID, b.OID) })
	}
	return out
})

// Cast is a row of pg_cast.
type Cast struct {
	Function uint32
	Context  byte // castcontext: i, implicit; a, in assignments; e, explicit only
	Method   byte // castmethod: f, by the function; b, as it is; i, by the text forms
}

// CastOf returns the cast between two types, or nil. One of a type to itself applies its modifier.
func CastOf(from, to uint32) *Cast { return casts()[[2]uint32{from, to}] }

var casts = sync.OnceValue(func() map[[2]uint32]*Cast {
	out := map[[2]uint32]*Cast{}
	rows, err := fields("pg_cast", "castsource", "casttarget", "castfunc", "castcontext", "castmethod")
	if err != nil {
		return out
	}
	for _, r := range rows {
		out[[2]uint32{uint32(number(r[0])), uint32(number(r[1]))}] = &Cast{Function: uint32(number(r[2])), Context: r[3][0], Method: r[4][0]}
	}
	return out
})

// FunctionByOID returns a built-in function, or nil.
func FunctionByOID(oid uint32) *Function { return functions().byOID[oid] }

// FunctionsByName returns the built-in functions of a name.
func FunctionsByName(name string) []*Function { return functions().byName[name] }

// list reads a one-dimensional array of words without quotes, but for the empty word.
func list(s string) []string {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "{"), "}")
	if s == "" {
		return nil
	}
	out := strings.Split(s, ",")
	for i := range out {
		out[i] = strings.Trim(out[i], `"`)
	}
	return out
}

func oids(words []string) []uint32 {
	out := make([]uint32, len(words))
	for i, w := range words {
		out[i] = uint32(number(w))
	}
	return out
}

// Named is an object of which only its name matters.
type Named struct {
	OID       uint32
	Name      string
	Namespace uint32
}

var namedIndex sync.Map // by relation: map[uint32]*Named

// Objects returns the objects of a catalog that have names, by OID: "pg_operator", "pg_collation", "pg_opclass" and so on.
func Objects(relation, name, namespace string) map[uint32]*Named {
	if m, ok := namedIndex.Load(relation); ok {
		return m.(map[uint32]*Named)
	}
	columns := []string{"oid", name}
	if namespace != "" {
		columns = append(columns, namespace)
	}
	out := map[uint32]*Named{}
	rows, err := fields(relation, columns...)
	if err != nil {
		return out
	}
	for _, r := range rows {
		n := &Named{OID: uint32(number(r[0])), Name: r[1], Namespace: SchemaOID}
		if namespace != "" {
			n.Namespace = uint32(number(r[2]))
		}
		out[n.OID] = n
	}
	namedIndex.Store(relation, out)
	return out
}

// DefaultOpclass returns the operator class that a btree index on a column of the type gets; 0: none.
func DefaultOpclass(typ uint32) uint32 {
	t := TypeByOID(typ)
	switch {
	case t == nil:
		return 0
	case t.Subscript == 6179:
		typ = 2277
	case t.Name == "varchar":
		typ = 25
	}
	return opclasses()[typ]
}

var opclasses = sync.OnceValue(func() map[uint32]uint32 {
	out := map[uint32]uint32{}
	rows, err := fields("pg_opclass", "oid", "opcmethod", "opcintype", "opcdefault")
	if err != nil {
		return out
	}
	for _, r := range rows {
		if r[1] == "403" && r[3] == "t" {
			out[uint32(number(r[2]))] = uint32(number(r[0]))
		}
	}
	return out
})

// Descriptions returns comments on built-in objects by class, object and column.
func Descriptions() map[[3]uint32]string { return descriptions() }

var descriptions = sync.OnceValue(func() map[[3]uint32]string {
	out := map[[3]uint32]string{}
	rows, err := fields("pg_description", "objoid", "classoid", "objsubid", "description")
	if err != nil {
		return out
	}
	for _, r := range rows {
		out[[3]uint32{uint32(number(r[1])), uint32(number(r[0])), uint32(number(r[2]))}] = r[3]
	}
	return out
})

// Class is a relation of PostgreSQL's own, tables and views of Relations as well as indexes and toast tables.
type Class struct {
	Named
	Kind byte
}

type classIndex struct {
	byOID  map[uint32]*Class
	byName map[string]*Class // of pg_catalog
}

var classes = sync.OnceValue(func() classIndex {
	out := classIndex{byOID: map[uint32]*Class{}, byName: map[string]*Class{}}
	rows, err := fields("pg_class", "oid", "relname", "relnamespace", "relkind")
	if err != nil {
		return out
	}
	for _, r := range rows {
		c := &Class{Named: Named{OID: uint32(number(r[0])), Name: r[1], Namespace: uint32(number(r[2]))}, Kind: r[3][0]}
		out.byOID[c.OID] = c
		if c.Namespace == SchemaOID {
			out.byName[c.Name] = c
		}
	}
	return out
})

// ClassByOID returns a relation of PostgreSQL's own, or nil.
func ClassByOID(oid uint32) *Class { return classes().byOID[oid] }

// ClassByName returns a relation of pg_catalog, or nil.
func ClassByName(name string) *Class { return classes().byName[name] }
