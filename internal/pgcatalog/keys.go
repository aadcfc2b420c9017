package pgcatalog

import (
	"strings"
	"sync"
)

// Index is an index of a catalog.
type Index struct {
	Table  uint32
	Unique bool
	Method string   // of access
	Keys   []string // names of columns
}

// Constraint is a constraint of a catalog or of a domain.
type Constraint struct {
	Name  string
	Kind  byte // contype
	Table uint32
	Type  uint32 // the domain
	Keys  []string
	Expr  string
}

type keyIndex struct {
	indexes     map[uint32]*Index
	constraints map[uint32]*Constraint
}

var keys = sync.OnceValue(func() keyIndex {
	out := keyIndex{indexes: map[uint32]*Index{}, constraints: map[uint32]*Constraint{}}
	attributes, err := fields("pg_attribute", "attrelid", "attnum", "attname")
	if err != nil {
		return out
	}
	names := map[[2]string]string{}
	for _, a := range attributes {
		names[[2]string{a[0], a[1]}] = a[2]
	}
	columns := func(table string, nums []string) []string {
		list := make([]string, len(nums))
		for i, n := range nums {
			list[i] = names[[2]string{table, n}]
		}
		return list
	}
	indexes, err := fields("pg_index", "indexrelid", "indrelid", "indisunique", "indkey")
	if err != nil {
		return out
	}
	for _, r := range indexes {
		out.indexes[uint32(number(r[0]))] = &Index{Table: uint32(number(r[1])), Unique: r[2] == "t", Method: "btree", Keys: columns(r[1], strings.Fields(r[3]))}
	}
	constraints, err := fields("pg_constraint", "oid", "conname", "contype", "conrelid", "contypid", "conkey", "conbin")
	if err != nil {
		return out
	}
	for _, r := range constraints {
		out.constraints[uint32(number(r[0]))] = &Constraint{
			Name: r[1], Kind: r[2][0], Table: uint32(number(r[3])), Type: uint32(number(r[4])), Keys: columns(r[3], list(r[5])), Expr: r[6],
		}
	}
	return out
})

// IndexByOID returns an index of a catalog, or nil.
func IndexByOID(oid uint32) *Index { return keys().indexes[oid] }

// ConstraintByOID returns a constraint of PostgreSQL's own, or nil.
func ConstraintByOID(oid uint32) *Constraint { return keys().constraints[oid] }

// TokenTypes are the kinds of tokens of the default text search parser: number, name and description (PostgreSQL documentation, table 12.1).
func TokenTypes() [][3]string { return tokenTypes }

var tokenTypes = [][3]string{
	{"1", "asciiword", "Word, all ASCII"}, {"2", "word", "Word, all letters"}, {"3", "numword", "Word, letters and digits"}, {"4", "email", "Email address"},
	{"5", "url", "URL"}, {"6", "host", "Host"}, {"7", "sfloat", "Scientific notation"}, {"8", "version", "Version number"},
	{"9", "hword_numpart", "Hyphenated word part, letters and digits"}, {"10", "hword_part", "Hyphenated word part, all letters"},
	{"11", "hword_asciipart", "Hyphenated word part, all ASCII"}, {"12", "blank", "Space symbols"}, {"13", "tag", "XML tag"},
	{"14", "protocol", "Protocol head"}, {"15", "numhword", "Hyphenated word, letters and digits"}, {"16", "asciihword", "Hyphenated word, all ASCII"},
	{"17", "hword", "Hyphenated word, all letters"}, {"18", "url_path", "URL path"}, {"19", "file", "File or path name"}, {"20", "float", "Decimal notation"},
	{"21", "int", "Signed integer"}, {"22", "uint", "Unsigned integer"}, {"23", "entity", "XML entity"},
}

// Keyword is a word of the grammar.
type Keyword struct {
	Word string
	Kind string // catcode: U, C, T, R
	Bare bool   // may be a column label without AS
}

// Keywords lists the words of PostgreSQL 15's grammar in order.
var Keywords = sync.OnceValue(func() []Keyword {
	rows, err := fields("keywords", "word", "catcode", "barelabel")
	if err != nil {
		return nil
	}
	out := make([]Keyword, len(rows))
	for i, r := range rows {
		out[i] = Keyword{Word: r[0], Kind: r[1], Bare: r[2] == "t"}
	}
	return out
})
