package session

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// maxFunctions bounds the functions of a database; their texts are in the catalog.
const maxFunctions = 10_000

// Functions implements sql.Resolver.
func (r *resolver) Functions(schema, name string) []*catalog.Function {
	if len(r.db.Functions) == 0 {
		return nil
	}
	path := []string{schema}
	if schema == "" {
		path = r.path
	}
	var out []*catalog.Function
	for _, schema := range path {
		first := len(out)
		for _, f := range r.db.Functions {
			if f.Name.Name == name && f.Name.Schema == schema {
				out = append(out, f)
			}
		}
		slices.SortFunc(out[first:], func(a, b *catalog.Function) int { return strings.Compare(a.Key(), b.Key()) })
	}
	return out
}

func (s *Session) runCreateFunction(ctx context.Context, c *sql.CreateFunction, tag string) (pgwire.Result, error) {
	f := c.Function
	if sql.BuiltIn(f.Name.Name) || len(pgcatalog.FunctionsByName(f.Name.Name)) > 0 || s.node.systems.named[f.Name.Name] != nil {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "a function with the name of a built-in one, %q, is not supported", f.Name.Name)
	}
	name, err := s.resolver().place(f.Name)
	if err != nil {
		return nil, err
	}
	if temporary(name) {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "temporary functions are not supported")
	}
	f.Name = name
	db := s.database()
	next := s.newOIDs(name)
	f.OID, f.Owner = next(), s.owner()
	old := db.Functions[f.Key()]
	switch {
	case old == nil && len(db.Functions) >= maxFunctions:
		return nil, pgerr.New(pgerrcode.ConfigurationLimitExceeded, "a database cannot have more than %d functions", maxFunctions)
	case old != nil && !c.OrReplace:
		return nil, pgerr.New(pgerrcode.DuplicateFunction, "function %q already exists with same argument types", name.Name)
	case old != nil && !s.rights().Has(old.Owner):
		return nil, notOwner(sql.ObjectFunction, name.Name)
	case old != nil:
		if err := s.mayReplace(old, &f); err != nil {
			return nil, err
		}
		f.OID, f.Owner, f.Comment = old.OID, old.Owner, old.Comment
	}
	if err := s.addOps(catalog.Op{PutFunction: &f}); err != nil {
		return nil, err
	}
	if s.values.get("check_function_bodies") == "off" {
		return tagResult(tag), nil // as pg_dump asks, which creates functions before the tables that they read
	}
	return tagResult(tag), s.checkFunction(ctx, &f)
}

// mayReplace refuses what views that call a function could not bear.
func (s *Session) mayReplace(old, f *catalog.Function) error {
	hint := "Use DROP FUNCTION " + s.signature(old) + " first."
	if old.Result.OID != f.Result.OID {
		return pgerr.New(pgerrcode.InvalidFunctionDefinition, "cannot change return type of existing function").WithHint("%s", hint)
	}
	for i, a := range old.Args {
		if a.Name != "" && a.Name != f.Args[i].Name {
			return pgerr.New(pgerrcode.InvalidFunctionDefinition, "cannot change name of input parameter %q", a.Name).WithHint("%s", hint)
		}
	}
	return nil
}

// checkFunction refuses a function that could not be called.
func (s *Session) checkFunction(ctx context.Context, f *catalog.Function) error {
	args := make([]string, len(f.Args))
	for i, a := range f.Args {
		args[i] = "NULL::" + a.Type.String()
	}
	stmts, err := sql.Parse("SELECT " + sql.QuoteIdent(f.Name.Schema) + "." + sql.QuoteIdent(f.Name.Name) + "(" + strings.Join(args, ", ") + ")")
	if err != nil {
		return err
	}
	_, err = s.bind(ctx, stmts[0].Command.(*sql.Query), nil, []sqltype.Type{f.Result})
	return err
}

// signature is a function as messages have it.
func (s *Session) signature(f *catalog.Function) string {
	words := make([]string, len(f.Args))
	for i, a := range f.Args {
		words[i] = a.Type.String()
	}
	name := sql.QuoteIdent(f.Name.Name)
	if !slices.Contains(s.searchPath(), f.Name.Schema) {
		name = sql.QuoteIdent(f.Name.Schema) + "." + name
	}
	return name + "(" + strings.Join(words, ",") + ")"
}

// findFunction finds the function that a statement names; nil and no error if there is none.
func (s *Session) findFunction(n catalog.Name, args *[]sqltype.OID) (*catalog.Function, error) {
	if n.Schema != "" {
		if err := s.mayUse(n.Schema); err != nil {
			return nil, err
		}
	}
	found := s.resolver().Functions(n.Schema, n.Name)
	if args != nil {
		found = slices.DeleteFunc(found, func(f *catalog.Function) bool { return !slices.Equal(f.Types(), *args) })
	} else if len(found) > 1 {
		return nil, pgerr.New(pgerrcode.AmbiguousFunction, "function name %q is not unique", n.Name).
			WithHint("Specify the argument list to select the function unambiguously.")
	}
	if len(found) == 0 {
		return nil, nil
	}
	return found[0], nil
}

func noFunction(n catalog.Name, args *[]sqltype.OID) error {
	name := n.Name
	if n.Schema != "" {
		name = n.Schema + "." + name
	}
	if args == nil {
		return pgerr.New(pgerrcode.UndefinedFunction, "could not find a function named %q", name)
	}
	words := make([]string, len(*args))
	for i, a := range *args {
		words[i] = sqltype.Of(a).String()
	}
	return pgerr.New(pgerrcode.UndefinedFunction, "function %s(%s) does not exist", name, strings.Join(words, ", "))
}

func (s *Session) runDropFunction(c *sql.DropFunction, tag string) (pgwire.Result, error) {
	for _, n := range c.Functions {
		f, err := s.findFunction(n.Name, n.Args)
		if err != nil {
			return nil, err
		}
		if f == nil && c.IfExists {
			args := ""
			if n.Args != nil {
				words := make([]string, len(*n.Args))
				for i, a := range *n.Args {
					words[i] = sqltype.Of(a).String()
				}
				args = strings.Join(words, ",")
			}
			s.notice(pgerrcode.SuccessfulCompletion, "function %s(%s) does not exist, skipping", n.Name.Name, args)
			continue
		}
		if f == nil {
			return nil, noFunction(n.Name, n.Args)
		}
		schema := s.access().Schemas[f.Name.Schema]
		if !s.rights().Has(f.Owner) && (schema == nil || !s.rights().Has(schema.Owner)) {
			return nil, notOwner(sql.ObjectFunction, f.Name.Name)
		}
		ops, err := s.dropFunction(f, c.Cascade)
		if err != nil {
			return nil, err
		}
		if err := s.addOps(ops...); err != nil {
			return nil, err
		}
	}
	return tagResult(tag), nil
}

// dropFunction drops a function and, with cascade, the views that call it.
func (s *Session) dropFunction(f *catalog.Function, cascade bool) ([]catalog.Op, error) {
	db := s.database()
	if err := s.cascade("function "+s.signature(f), s.callersOf(db, f), cascade); err != nil {
		return nil, err
	}
	var ops []catalog.Op
	for _, n := range s.callers(db, f) {
		ops = append(ops, s.dropOps(db, n)...)
	}
	return append(unique(ops), catalog.Op{DropFunction: f.Key()}), nil
}

// callersOf are the views that call a function, and those that read them.
func (s *Session) callersOf(db *catalog.Database, f *catalog.Function) []dependent {
	var out []dependent
	for _, n := range s.callers(db, f) {
		if d := (dependent{what: s.object(db, n), on: "function " + s.signature(f)}); !slices.ContainsFunc(out, func(o dependent) bool { return o.what == d.what }) {
			out = append(out, d)
		}
	}
	return out
}

// callers lists the views whose queries call a function, in a stable order.
func (s *Session) callers(db *catalog.Database, f *catalog.Function) []catalog.Name {
	var out []catalog.Name
	for n, v := range definitions(db) {
		if sel, err := s.viewSelect(db, v); err == nil && slices.ContainsFunc(sel.Functions, func(o *catalog.Function) bool { return o.Key() == f.Key() }) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, compareNames)
	return out
}

// functionsOf lists the functions that match, in a stable order.
func functionsOf(db *catalog.Database, match func(*catalog.Function) bool) []*catalog.Function {
	var out []*catalog.Function
	for _, f := range db.Functions {
		if match(f) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b *catalog.Function) int { return strings.Compare(a.Key(), b.Key()) })
	return out
}

func (s *Session) commentFunction(c *sql.Comment, text string) error {
	f, err := s.findFunction(c.Name, c.Args)
	if err != nil {
		return err
	}
	if f == nil {
		return noFunction(c.Name, c.Args)
	}
	if !s.rights().Has(f.Owner) {
		return notOwner(sql.ObjectFunction, f.Name.Name)
	}
	n := *f
	n.Comment = text
	return s.addOps(catalog.Op{PutFunction: &n})
}

// ownFunction is ALTER FUNCTION ... OWNER TO.
func (s *Session) ownFunction(c *sql.AlterOwner) error {
	f, err := s.findFunction(c.Name, c.Args)
	if err != nil {
		return err
	}
	if f == nil {
		return noFunction(c.Name, c.Args)
	}
	to, err := s.findRole(c.Owner)
	if err != nil {
		return err
	}
	if catalog.OwnerOID(f.Owner) == to.OID {
		return nil
	}
	schema := s.access().Schemas[f.Name.Schema]
	switch r := s.rights(); {
	case r.Superuser():
	case !r.Has(f.Owner):
		return notOwner(sql.ObjectFunction, f.Name.Name)
	case !r.Member(to.OID):
		return forbidden("must be member of role %q", to.Name)
	case schema != nil && s.rightsOf(to.OID).OnSchema(schema)&catalog.Create == 0:
		return denied(sql.ObjectSchema, schema.Name)
	}
	n := *f
	n.Owner = ownerOf(to.OID)
	return s.addOps(catalog.Op{PutFunction: &n})
}
