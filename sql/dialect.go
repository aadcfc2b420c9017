package sql

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql/ducktree"
)

// Queries in DuckDB's own dialect are what PostgreSQL's grammar does not take and DuckDB's does. DuckDB parses them and gives the tree, the tree is
// checked against lists of what is known (package ducktree, dialect_functions.go), relations in it become names that nobody can guess, DuckDB writes it as
// text, and the text is parsed and checked once more: it may name nothing but those. What is a name then becomes what it stands for, as the ordinary
// path writes it. Nothing of the client's text reaches the engine in another way.

// Dialect is a query in DuckDB's dialect on its way to a Select.
type Dialect struct {
	// Tree is to be written as text by the engine (json_deserialize_sql), and the text to be given to Select with its own tree.
	Tree []byte

	t      *translator
	params int
	rels   map[string]string // what names stand for
	ctes   map[string]bool
	final  bool // the text is checked, which has our names alone
}

// NewDialect checks the tree of a query in DuckDB's dialect, as json_serialize_sql gives it. Errors are those of Rewrite; what DuckDB cannot parse is
// the syntax error that PostgreSQL has for the text.
func NewDialect(q *Query, env Env, tree []byte) (*Dialect, error) {
	t, err := newTranslator(q.Text, env)
	if err != nil {
		return nil, err
	}
	d := &Dialect{t: t, params: q.Dialect.Params, rels: map[string]string{}, ctes: map[string]bool{}}
	if d.Tree, err = ducktree.Rewrite(tree, d); errors.Is(err, ducktree.ErrNotOne) {
		return nil, q.Dialect.Refused
	}
	return d, err
}

// Select makes the query of the text that the engine has written, whose tree is given again. Parameters that the client did not declare have OID 0 and
// stand as $n in the text.
func (d *Dialect) Select(text string, tree []byte) (*Select, error) {
	d.final = true
	if _, err := ducktree.Rewrite(tree, d); err != nil {
		if errors.Is(err, ducktree.ErrNotOne) || pgerr.Code(err) == pgerrcode.InternalError {
			err = pgerr.New(pgerrcode.FeatureNotSupported, "this query of DuckDB's dialect is not supported").WithCause(err)
		}
		return nil, err
	}
	t := d.t
	var pairs []string
	for name, stands := range d.rels {
		pairs = append(pairs, name, stands)
	}
	for len(t.params) < d.params {
		t.params = append(t.params, sqltype.Type{})
	}
	for i := range t.params {
		sql := "$" + strconv.Itoa(i+1)
		if t.params[i].OID != 0 {
			e, err := t.typedParam(expr{sql: sql, param: i + 1}, t.params[i])
			if err != nil {
				return nil, err
			}
			sql = e.sql
		}
		pairs = append(pairs, "$"+d.paramName(i+1), sql)
	}
	text = strings.NewReplacer(pairs...).Replace(text)
	if len(text) > maxTextBytes {
		return nil, tooComplex()
	}
	out := &Select{Text: text, Params: t.params, Systems: t.systems, Timed: t.timed, Calls: t.calls}
	for _, s := range t.scans {
		out.Scans = append(out.Scans, s.finish())
	}
	for _, u := range t.uses {
		out.Uses = append(out.Uses, u.finish())
	}
	return out, nil
}

// paramName ends in a letter: no name is the beginning of another.
func (d *Dialect) paramName(n int) string { return fmt.Sprintf("pg_param_%s_%d_p", d.t.token, n) }

// Relation implements ducktree.Policy. A relation is read whole, as far as privileges go: which columns DuckDB finds is not known here.
func (d *Dialect) Relation(schema, name string) (string, error) {
	if d.final {
		if schema == "" && (d.rels[name] != "" || d.ctes[name]) {
			return name, nil
		}
		return "", pgerr.New(pgerrcode.InternalError, "relation %q was not resolved", name)
	}
	if FileReference(name) && schema == "" {
		return "", pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied: files cannot be read by name").
			WithHint("Load the file with COPY ... FROM STDIN, psql's \\copy or miniodb import.")
	}
	item, err := d.fromCatalog(schema, name)
	if err != nil {
		return "", err
	}
	for _, c := range item.cols {
		d.t.use(c)
	}
	as := fmt.Sprintf("pg_duck_%s_%d_", d.t.token, len(d.rels))
	stands, _, ok := cutLast(item.sql, " AS ")
	if !ok {
		return "", pgerr.New(pgerrcode.InternalError, "relation %q has no name", name)
	}
	d.rels[as] = stands
	return as, nil
}

// fromCatalog finds a relation under its name as it was written, or in lower case: whether it was quoted is not known here.
func (d *Dialect) fromCatalog(schema, name string) (fromItem, error) {
	find := func(schema, name string) (fromItem, error) {
		return d.t.rangeVar(&pg_query.RangeVar{Schemaname: schema, Relname: name, Location: -1, Alias: &pg_query.Alias{Aliasname: "pg_r"}}, &scope{})
	}
	item, err := find(schema, name)
	if pgerr.Code(err) == pgerrcode.UndefinedTable {
		if s, n := strings.ToLower(schema), strings.ToLower(name); s != schema || n != name {
			if item, lower := find(s, n); lower == nil {
				return item, nil
			}
		}
	}
	return item, err
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// CTE implements ducktree.Policy.
func (d *Dialect) CTE(name string) string {
	if d.final {
		return name
	}
	as := fmt.Sprintf("pg_cte_%s_%d_", d.t.token, len(d.ctes))
	d.ctes[as] = true
	return as
}

// Parameter implements ducktree.Policy.
func (d *Dialect) Parameter(identifier string) (string, error) {
	if d.final {
		return identifier, nil // the pieces of the text that are replaced are ours
	}
	n, err := strconv.Atoi(identifier)
	if err != nil || n < 1 || n > d.params || d.t.env.NoParams {
		return "", pgerr.New(pgerrcode.UndefinedParameter, "there is no parameter $%s", clip(identifier))
	}
	return d.paramName(n), nil
}

// Column implements ducktree.Policy.
func (d *Dialect) Column(names []string) *string {
	if d.final || len(names) != 1 {
		return nil
	}
	switch name := strings.ToLower(names[0]); name {
	case "current_user", "session_user", "current_role", "current_catalog", "current_schema":
		return d.session(name)
	}
	return nil
}

// session answers what DuckDB would answer about itself.
func (d *Dialect) session(name string) *string {
	s := &d.t.env.Session
	out := ""
	switch name {
	case "current_user", "current_role", "user":
		out = s.User
	case "session_user":
		out = s.sessionUser()
	case "current_catalog", "current_database":
		out = s.Database
	case "version":
		out = s.Version
	case "current_schema":
		if len(s.SearchPath) == 0 {
			return nil
		}
		out = s.SearchPath[0]
	default:
		return nil
	}
	return &out
}

// Function implements ducktree.Policy.
func (d *Dialect) Function(c ducktree.Call) (string, *string, error) {
	name := strings.ToLower(c.Name)
	if d.final {
		if dialectInner[name] || d.allowed(c, name) {
			return c.Name, nil, nil
		}
		return "", nil, pgerr.New(pgerrcode.InternalError, "function %q was not looked at", c.Name)
	}
	if !c.Operator && !c.Window && !c.Table && c.Args == 0 {
		if v := d.session(name); v != nil {
			return "", v, nil
		}
	}
	if as, ok := dialectBounded[name]; ok && !c.Operator && !c.Window && !c.Table && !c.Aggregated {
		for _, b := range as {
			if b.args == c.Args {
				return b.name, nil, nil
			}
		}
	}
	switch {
	case d.allowed(c, name):
		return c.Name, nil, nil
	case barredFunction(name):
		return "", nil, pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied for function %s", c.Name).WithHint("Queries read tables and views only.")
	}
	return "", nil, pgerr.New(pgerrcode.UndefinedFunction, "function %s does not exist", c.Name).
		WithHint("Of DuckDB's functions those can be called that read nothing but their arguments.")
}

func (d *Dialect) allowed(c ducktree.Call, name string) bool {
	switch {
	case c.Table:
		return dialectTables[name]
	case c.Operator:
		return dialectOperators[name]
	case c.Window:
		return dialectWindows[name] || dialectAggregates[name]
	}
	return dialectFunctions[name] || dialectAggregates[name] || engineFunctions[name]
}
