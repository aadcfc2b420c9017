package session

import (
	"context"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// procedure is what CALL can run. All arguments are text. It is for superusers and the owner of the database, unless it asks for privileges of its own.
type procedure struct {
	name    string
	params  []procedureParam
	columns []catalog.Column // of the rows that it returns, int8 and text only; none: it returns no rows
	run     func(ctx context.Context, s *Session, args []*string) ([][]*string, error)
	open    bool // to all; run checks privileges
}

type procedureParam struct {
	name     string
	optional bool
}

// procedures are all procedures of the server. None may run in a transaction block, as none can be undone.
var procedures = []*procedure{
	{name: "flush_table", params: []procedureParam{{name: "table"}}, run: callFlushTable, open: true},
	backupMetadata, validateMetadataBackup, recoverMetadata,
}

// call is a procedure with its arguments in order of its parameters.
type call struct {
	*procedure
	args []*sql.Cell // nil: left out
}

// resolveCall finds the procedure; 42883 if there is none of this name that takes such arguments.
func resolveCall(c *sql.Call) (*call, error) {
	var names []string
	for _, p := range procedures {
		if p.name == c.Name.Name && (c.Name.Schema == "" || c.Name.Schema == SystemSchema) {
			return p.take(c)
		}
		names = append(names, p.signature())
	}
	return nil, pgerr.New(pgerrcode.UndefinedFunction, "procedure %s does not exist", c.Name.Name).
		WithHint("The procedures are: %s.", strings.Join(names, ", ")).WithPosition(c.Position)
}

func (p *procedure) signature() string {
	var b strings.Builder
	b.WriteString(p.name + "(")
	for i, a := range p.params {
		if i > 0 {
			b.WriteString(", ")
		}
		if b.WriteString(a.name); a.optional {
			b.WriteString(" => default")
		}
	}
	return b.String() + ")"
}

func (p *procedure) take(c *sql.Call) (*call, error) {
	out := &call{procedure: p, args: make([]*sql.Cell, len(p.params))}
	wrong := func(what string) (*call, error) {
		return nil, pgerr.New(pgerrcode.UndefinedFunction, "procedure %s does not take %s", p.name, what).
			WithHint("It is called as %s, with text.", p.signature()).WithPosition(c.Position)
	}
	for i := range c.Args {
		at := i
		if name := c.Args[i].Name; name != "" {
			at = 0
			for at < len(p.params) && p.params[at].name != name {
				at++
			}
		}
		switch kind := c.Args[i].Value.Kind; {
		case at >= len(p.params) || out.args[at] != nil:
			return wrong("these arguments")
		case kind != sql.CellString && kind != sql.CellParam && kind != sql.CellNull:
			return wrong("an argument that is not text")
		}
		out.args[at] = &c.Args[i].Value
	}
	for i, a := range p.params {
		if out.args[i] == nil && !a.optional {
			return wrong("so few arguments")
		}
	}
	return out, nil
}

// prepareCall announces parameters and columns.
func prepareCall(st *statement, c *sql.Call) error {
	found, err := resolveCall(c)
	if err != nil {
		return err
	}
	for _, a := range found.args {
		for a != nil && a.Kind == sql.CellParam && len(st.params) < int(a.Param) {
			st.params = append(st.params, sqltype.Of(sqltype.Text))
		}
	}
	for _, column := range found.columns {
		st.columns = append(st.columns, pgwire.Column{Name: column.Name, Type: column.Type})
	}
	return nil
}

// runCall executes a procedure; params are the values of $1 and so on.
func (s *Session) runCall(ctx context.Context, c *sql.Call, params []*string, tag string) (pgwire.Result, error) {
	found, err := resolveCall(c)
	if err != nil {
		return nil, err
	}
	if !found.open && !s.rights().Has(s.access().Owner) {
		return nil, forbidden("permission denied for procedure %s", found.name)
	}
	if s.tx.block {
		return nil, pgerr.New(pgerrcode.ActiveSQLTransaction, "CALL %s cannot run inside a transaction block", found.name)
	}
	args := make([]*string, len(found.args))
	for i, a := range found.args {
		switch {
		case a == nil || a.Kind == sql.CellNull:
		case a.Kind == sql.CellParam:
			if int(a.Param) > len(params) {
				return nil, pgerr.New(pgerrcode.UndefinedParameter, "there is no parameter $%d", a.Param)
			}
			args[i] = params[a.Param-1]
		default:
			text := a.Text // it may share memory with the statement
			args[i] = &text
		}
		if args[i] == nil && !found.params[i].optional {
			return nil, pgerr.New(pgerrcode.NullValueNotAllowedDataException, "argument %s of procedure %s must not be null", found.params[i].name, found.name)
		}
	}
	rows, err := found.run(ctx, s, args)
	if err != nil {
		return nil, err
	}
	if len(found.columns) == 0 {
		return tagResult(tag), nil
	}
	return callRows(found.columns, rows, tag)
}

// callRows makes a result of what a procedure returned.
func callRows(columns []catalog.Column, rows [][]*string, tag string) (pgwire.Result, error) {
	out := &rowsResult{tag: tag}
	var types []vector.Type
	for _, c := range columns {
		out.columns = append(out.columns, pgwire.Column{Name: c.Name, Type: c.Type})
		types = append(types, vector.TypeOf(c.Type))
	}
	b := vector.NewBuilder(types)
	for _, row := range rows {
		for i, v := range row {
			if err := appendCall(b.Col(i), v); err != nil {
				return nil, err
			}
		}
	}
	out.batches = []*vector.Batch{b.Take()}
	return out, nil
}

// callFlushTable flushes what is buffered of a table.
func callFlushTable(ctx context.Context, s *Session, args []*string) ([][]*string, error) {
	name, ok := sql.ParseName(*args[0])
	if !ok {
		return nil, pgerr.New(pgerrcode.InvalidName, "invalid name syntax")
	}
	t, err := s.resolver().stored(name)
	if err != nil {
		return nil, err
	}
	if temporary(t.Name) {
		return nil, pgerr.New(pgerrcode.WrongObjectType, "%q is a temporary table", t.Name.Name).WithDetail("Its rows are never written to files.")
	}
	if r := s.rights(); !r.Has(t.Owner) && !r.Has(catalog.CheckpointOID) {
		return nil, notOwner(sql.ObjectTable, t.Name.Name)
	}
	n, err := s.node.ingest.Flush(ctx, t.UUID)
	if err != nil {
		return nil, err
	}
	s.notice("00000", "flushed %d rows of table %q", n, t.Name.Name)
	return nil, nil
}
