package session

import (
	"context"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// preparedText is a statement that PREPARE has named. It is bound when it is executed, to the catalog of that moment.
type preparedText struct {
	inner   *sql.Statement
	types   []sqltype.OID
	text    string // of PREPARE
	created time.Time
}

func (s *Session) runPrepare(c *sql.PrepareStmt, text, tag string) (pgwire.Result, error) {
	if s.prepared[c.Name] != nil || s.wirePrepared(c.Name) != nil {
		return nil, pgerr.New(pgerrcode.DuplicatePreparedStatement, "prepared statement %q already exists", c.Name)
	}
	if len(s.prepared) >= maxPreparedStatements {
		return nil, pgerr.New(pgerrcode.ProgramLimitExceeded, "more than %d prepared statements", maxPreparedStatements).
			WithHint("Use DEALLOCATE for those that are no longer needed.")
	}
	s.prepared[c.Name] = &preparedText{inner: c.Inner, types: oids(c.Types), text: text, created: time.Now()}
	return tagResult(tag), nil
}

func (s *Session) preparedStatement(ctx context.Context, name string) (*statement, error) {
	if p := s.prepared[name]; p != nil {
		return s.prepare(ctx, p.inner, p.types)
	}
	if st := s.wirePrepared(name); st != nil {
		return s.prepare(ctx, st.stmt, st.declared)
	}
	return nil, pgerr.New(pgerrcode.InvalidSQLStatementName, "prepared statement %q does not exist", name)
}

// wirePrepared finds a statement that the client prepared through the protocol.
func (s *Session) wirePrepared(name string) *statement {
	if w, ok := s.out.(wireStatements); ok {
		st, _ := w.Prepared(name).(*statement)
		return st
	}
	return nil
}

// PreparedStatement implements pgwire.PreparedSession.
func (s *Session) PreparedStatement(ctx context.Context, name string) (pgwire.Parsed, pgwire.Statement, error) {
	p := s.prepared[name]
	if p == nil {
		return nil, nil, nil
	}
	st, err := s.Prepare(ctx, parsed{p.inner}, p.types)
	if err != nil {
		return nil, nil, err
	}
	return parsed{p.inner}, st, nil
}

// ForgetStatement implements pgwire.PreparedSession.
func (s *Session) ForgetStatement(name string) { delete(s.prepared, name) }

func (s *Session) runExecute(ctx context.Context, c *sql.ExecuteStmt) (pgwire.Result, error) {
	st, err := s.preparedStatement(ctx, c.Name)
	if err != nil {
		return nil, err
	}
	args, err := s.executeArgs(ctx, c, st.params)
	if err != nil {
		return nil, err
	}
	if len(args) != len(st.params) {
		return nil, pgerr.New(pgerrcode.SyntaxError, "wrong number of parameters for prepared statement %q", c.Name).
			WithDetail("Expected %d parameters but got %d.", len(st.params), len(args))
	}
	params := make([]pgwire.Param, len(args))
	for i, a := range args {
		if a != nil {
			params[i].Data = []byte(*a)
		}
	}
	return s.execute(ctx, st, params)
}

// executeArgs reads the arguments of EXECUTE as the parameters' types and returns them as text.
func (s *Session) executeArgs(ctx context.Context, c *sql.ExecuteStmt, types []sqltype.Type) ([]*string, error) {
	enc := pgvalue.NewEncoder(pgvalue.Settings{}) // as Bind prints parameters
	var out []*string
	if c.Query != nil {
		b, err := s.bind(ctx, c.Query, nil, nil)
		if err != nil {
			return nil, err
		}
		batches, _, err := s.collectRows(ctx, b, nil, 1)
		if err != nil {
			return nil, err
		}
		for i := range batches[0].Cols {
			out = append(out, textOf(&batches[0].Cols[i], 0, enc))
		}
		return out, nil
	}
	cells := &cellReader{session: s, decoder: s.decoder()}
	for i := range c.Args {
		if i >= len(types) {
			return make([]*string, len(c.Args)), nil // too many: the caller says so
		}
		vt := vector.TypeOf(types[i])
		if vt.Kind == vector.KindList && c.Args[i].Kind == sql.CellString && !types[i].Vector() {
			vt = pgvalue.Nested(vt, pgvalue.TextDims([]byte(c.Args[i].Text)))
		}
		b := vector.NewBuilder([]vector.Type{vt})
		if err := cells.read(b.Col(0), &c.Args[i], "$"+itoa(i+1)); err != nil {
			return nil, err
		}
		v := b.Take()
		out = append(out, textOf(&v.Cols[0], 0, enc))
	}
	return out, nil
}

func textOf(v *vector.Vector, row int, enc *pgvalue.Encoder) *string {
	if v.IsNull(row) {
		return nil
	}
	text := string(pgvalue.AppendText(nil, v, row, enc))
	return &text
}

// wireStatements are the statements that a client prepared through the protocol: SQL names them too.
type wireStatements interface {
	Prepared(name string) pgwire.Statement
	Deallocate(name string) bool
	DeallocateAll()
	Statements() []pgwire.NamedStatement
}

func (s *Session) deallocateAll() {
	clear(s.prepared)
	if w, ok := s.out.(wireStatements); ok {
		w.DeallocateAll()
	}
}

func (s *Session) runDeallocate(c *sql.Deallocate, tag string) (pgwire.Result, error) {
	if c.All {
		s.deallocateAll()
		return tagResult(tag), nil
	}
	if w, ok := s.out.(wireStatements); ok && w.Deallocate(c.Name) {
		return tagResult(tag), nil
	}
	if s.prepared[c.Name] == nil {
		return nil, pgerr.New(pgerrcode.InvalidSQLStatementName, "prepared statement %q does not exist", c.Name)
	}
	delete(s.prepared, c.Name)
	return tagResult(tag), nil
}
