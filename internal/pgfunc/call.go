// Package pgfunc is those functions of PostgreSQL that DuckDB has nothing like: to_char and its relatives, jsonb, regular expressions with
// groups and flags, numeric arithmetic with PostgreSQL's scales. The SQL prelude calls them by name through the engine's pg_call; values
// travel as text, in the form in which PostgreSQL prints them.
//
// The functions are pure: the same arguments give the same answer, and nothing outside is read. Each bounds the size of what it makes,
// because DuckDB cannot interrupt it.
package pgfunc

import (
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// maxResultBytes bounds one result.
const maxResultBytes = 64 << 20

// function answers a call; args are as many as its name says in the table, nil for NULL (only through pg_call_null). A nil result is NULL.
type function struct {
	least, most int // number of arguments
	call        func(args []*string) (*string, error)
}

// tables of functions by area.
var tables = []map[string]function{numericFunctions, jsonFunctions, jsonpathFunctions, regexpFunctions, formatFunctions, dateFunctions, textFunctions, bitFunctions}

var functions = func() map[string]function {
	all := map[string]function{}
	for _, t := range tables {
		for name, f := range t {
			all[name] = f
		}
	}
	return all
}()

// Call answers one call of pg_call or pg_call_null. Errors are *pgerr.Error with PostgreSQL's SQLSTATE.
func Call(name string, args []*string) (*string, error) {
	f, ok := functions[name]
	if !ok || len(args) < f.least || len(args) > f.most {
		return nil, pgerr.New(pgerrcode.InternalError, "no internal function %s with %d arguments", name, len(args))
	}
	out, err := f.call(args)
	if err == nil && out != nil && len(*out) > maxResultBytes {
		return nil, tooLarge()
	}
	return out, err
}

func tooLarge() error {
	return pgerr.New(pgerrcode.ProgramLimitExceeded, "requested length too large")
}

// strict1, strict2 and strict3 make functions whose arguments are never NULL.
func strict1(f func(a string) (string, error)) function {
	return function{1, 1, func(args []*string) (*string, error) { return result(f(*args[0])) }}
}

func strict2(f func(a, b string) (string, error)) function {
	return function{2, 2, func(args []*string) (*string, error) { return result(f(*args[0], *args[1])) }}
}

func strict3(f func(a, b, c string) (string, error)) function {
	return function{3, 3, func(args []*string) (*string, error) { return result(f(*args[0], *args[1], *args[2])) }}
}

func result(s string, err error) (*string, error) {
	if err != nil {
		return nil, err
	}
	return &s, nil
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
