package catalog

import (
	"maps"
	"strings"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// Function is a function in SQL: a query, kept as it was given, that stands for its calls.
type Function struct {
	OID      uint32       `json:"oid"` // pg_proc.oid, never reused
	Name     Name         `json:"name"`
	Args     []Argument   `json:"args,omitempty"`
	Result   sqltype.Type `json:"result"`
	Body     string       `json:"body"`             // one SELECT; $1 and the names of arguments are the values of the call
	Return   bool         `json:"return,omitempty"` // it was given as RETURN expression; Body is a SELECT of that
	Strict   bool         `json:"strict,omitempty"` // NULL when an argument is
	Volatile string       `json:"volatile"`         // as pg_proc.provolatile: i, s or v
	Parallel string       `json:"parallel"`         // as pg_proc.proparallel: s, r or u
	Owner    uint32       `json:"owner,omitempty"`
	Comment  string       `json:"comment,omitempty"`
}

// Argument is one of a function; Name may be "".
type Argument struct {
	Name string       `json:"name,omitempty"`
	Type sqltype.Type `json:"type"`
}

// Key tells functions apart: the name and the types of the arguments.
func (f *Function) Key() string { return FunctionKey(f.Name, f.Types()) }

// FunctionKey is the key of a function with these arguments.
func FunctionKey(n Name, args []sqltype.OID) string {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = sqltype.Of(a).String()
	}
	return n.String() + "(" + strings.Join(words, ",") + ")"
}

// Types are those of the arguments.
func (f *Function) Types() []sqltype.OID {
	out := make([]sqltype.OID, len(f.Args))
	for i := range f.Args {
		out[i] = f.Args[i].Type.OID
	}
	return out
}

func (d *Database) putFunction(f *Function) {
	d.Functions = maps.Clone(d.Functions)
	if d.Functions == nil {
		d.Functions = map[string]*Function{}
	}
	d.Functions[f.Key()] = f
	d.claim(f.OID)
}

func (d *Database) dropFunction(key string) {
	d.Functions = maps.Clone(d.Functions)
	delete(d.Functions, key)
}
