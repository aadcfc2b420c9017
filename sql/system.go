package sql

import (
	"fmt"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// System is a read-only relation or function whose rows the server makes each time a query that names it runs. Rewriting sees its columns only.
type System struct {
	Name    catalog.Name
	OID     uint32           // of a relation
	Columns []catalog.Column // types that duck.Type knows
	Params  []catalog.Column // of a function; all must be given
}

// SystemScan is one reference to a system relation, or one call of a system function in FROM.
type SystemScan struct {
	Placeholder string // a token that occurs exactly once in Select.Text, unguessable; to be replaced by a subquery in parentheses
	System      *System
	Args        []*string // of a function: constants as PostgreSQL prints them; nil: NULL
}

// system makes a FROM item of a reference.
func (t *translator) system(use SystemScan, alias string, as *pg_query.Alias) (fromItem, error) {
	if len(t.systems) >= maxRelations {
		return fromItem{}, tooComplex()
	}
	use.Placeholder = fmt.Sprintf("pg_system_%s_%d_", t.token, len(t.systems))
	t.systems = append(t.systems, use)
	cols := make([]outCol, len(use.System.Columns))
	for i, c := range use.System.Columns {
		cols[i] = outCol{name: c.Name, duck: c.Name, e: expr{typ: c.Type, scale: declaredScale(c.Type), weight: 1}}
		if use.System.OID != 0 {
			cols[i].e.origin = Origin{Table: use.System.OID, Column: int16(i + 1)}
		}
	}
	return t.derived(use.Placeholder, cols, alias, as, use.System.Name.Name)
}

// systemFunction finds the system function that a name stands for.
func (t *translator) systemFunction(name []*pg_query.Node) *System {
	if t.env.Resolver == nil || len(name) == 0 || len(name) > 2 {
		return nil
	}
	schema := ""
	if len(name) == 2 {
		schema = name[0].GetString_().GetSval()
	}
	return t.env.Resolver.Function(schema, lastName(name))
}

// callSystem translates a system function in FROM. Its arguments are constants: the server computes its rows before the engine runs.
func (t *translator) callSystem(sys *System, f *pg_query.FuncCall, x *pg_query.RangeFunction, sc *scope) (fromItem, error) {
	c := exprCtx{s: &scope{parent: sc.parent, rels: sc.rels, cols: sc.cols, ctes: sc.ctes}, place: inFrom}
	switch {
	case f.Over != nil || f.AggStar || f.AggDistinct || len(f.AggOrder) > 0 || f.AggFilter != nil || f.AggWithinGroup:
		return fromItem{}, t.errorf(f.Location, pgerrcode.WrongObjectType, "%s is not an aggregate function", sys.Name.Name)
	case f.FuncVariadic:
		return fromItem{}, t.unsupported(f.Location, "VARIADIC")
	case x.Ordinality:
		return fromItem{}, t.unsupported(f.Location, "WITH ORDINALITY of a system function")
	}
	args, err := t.args(c, f.Args)
	if err != nil {
		return fromItem{}, err
	}
	if len(args) != len(sys.Params) {
		return fromItem{}, t.noFunction(sys.Name.Name, args, f.Location)
	}
	use := SystemScan{System: sys, Args: make([]*string, len(args))}
	for i, a := range args {
		want := sys.Params[i].Type
		if a.param == 0 && !a.isUnknown() && !canCast(a.typ.OID, want.OID, implicitCast) && a.typ.OID != want.OID {
			return fromItem{}, t.noFunction(sys.Name.Name, args, f.Location)
		}
		if a.lit != nil || a.null {
			if a, err = t.coerce(a, sqltype.Of(want.OID), implicitCast, f.Location); err != nil {
				return fromItem{}, err
			}
		}
		if a.lit == nil && !a.null {
			return fromItem{}, t.errorf(f.Location, pgerrcode.FeatureNotSupported, "argument %q of function %s must be a constant", sys.Params[i].Name, sys.Name.Name)
		}
		use.Args[i] = a.lit
	}
	name := sys.Name.Name
	if x.Alias != nil {
		name = x.Alias.Aliasname
	}
	return t.system(use, name, x.Alias)
}
