package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgcatalog"
)

// namedArgs translates the arguments of a call, some of which are named, in the order in which the function takes them (PostgreSQL documentation,
// "Calling Functions"). Those that are left out must be the last ones.
func (t *translator) namedArgs(c exprCtx, name string, x *pg_query.FuncCall) ([]expr, error) {
	given, names := make([]expr, len(x.Args)), make([]string, len(x.Args))
	for i, n := range x.Args {
		if named := n.GetNamedArgExpr(); named != nil {
			n, names[i] = named.Arg, named.Name
			for _, before := range names[:i] {
				if before == named.Name {
					return nil, t.errorf(named.Location, pgerrcode.SyntaxError, "argument name %q used more than once", named.Name)
				}
			}
		} else if i > 0 && names[i-1] != "" {
			return nil, t.errorf(nodeLocation(n), pgerrcode.SyntaxError, "positional argument cannot follow named argument")
		}
		var err error
		if given[i], err = t.expr(c, n); err != nil {
			return nil, err
		}
	}
next:
	for _, list := range pgcatalog.ArgNames(name) {
		if len(given) > len(list) {
			continue
		}
		out := make([]expr, len(given))
		filled := make([]bool, len(given))
		for i, arg := range names {
			at := i
			if arg != "" {
				for at = 0; at < len(list) && list[at] != arg; at++ {
				}
			}
			if at >= len(given) || filled[at] {
				continue next
			}
			out[at], filled[at] = given[i], true
		}
		return out, nil
	}
	types := make([]string, len(given))
	for i, e := range given {
		if types[i] = t.typeName(e); names[i] != "" {
			types[i] = names[i] + " => " + types[i]
		}
	}
	return nil, t.errorf(x.Location, pgerrcode.UndefinedFunction, "function %s(%s) does not exist", name, strings.Join(types, ", ")).
		WithHint("No function matches the given name and argument types. You might need to add explicit type casts.")
}

func hasNamedArgs(x *pg_query.FuncCall) bool {
	for _, n := range x.Args {
		if n.GetNamedArgExpr() != nil {
			return true
		}
	}
	return false
}
