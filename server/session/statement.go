package session

import (
	"context"
	"errors"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// parsed implements pgwire.Parsed.
type parsed struct{ stmt *sql.Statement }

func (p parsed) Text() string { return p.stmt.Shown() }

func (p parsed) EndsBlock() bool {
	t, ok := p.stmt.Command.(*sql.Transaction)
	return ok && (t.Kind == sql.TxCommit || t.Kind == sql.TxRollback || t.Kind == sql.TxRollbackTo)
}

// Fetches implements pgwire.PortalStatement.
func (p parsed) Fetches() (name string, forward int64, move, ok bool) {
	f, ok := p.stmt.Command.(*sql.Fetch)
	switch {
	case !ok:
		return "", 0, false, false
	case f.Direction == sql.FetchForward:
		return f.Cursor, f.Count, f.Move, true
	}
	return f.Cursor, -1, f.Move, true
}

// Closes implements pgwire.PortalStatement.
func (p parsed) Closes() (name string, ok bool) {
	c, ok := p.stmt.Command.(*sql.CloseCursor)
	if !ok || c.All {
		return "", false
	}
	return c.Name, true
}

// statement implements pgwire.Statement.
type statement struct {
	parsed
	declared []sqltype.OID // parameter types as the client gave them
	params   []sqltype.Type
	columns  []pgwire.Column
	query    *boundQuery // of Query, COPY (query) and INSERT ... SELECT
	target   *target     // of INSERT
	ignored  []bool      // columns of target whose values are not taken; nil: none

	returning *boundQuery       // of INSERT ... RETURNING
	db        *catalog.Database // and the catalog and the settings with which its name was looked up
	settings  int64
}

func (s *statement) Params() []sqltype.Type   { return s.params }
func (s *statement) Columns() []pgwire.Column { return s.columns }

// Parse implements pgwire.Session.
func (s *Session) Parse(ctx context.Context, text string) ([]pgwire.Parsed, error) {
	stmts, err := sql.ParseDialect(text, s.dialect(ctx))
	if err != nil {
		s.node.statements.Add(1)
		s.node.failures.Add(1)
		s.Fail()
		return nil, err
	}
	s.several = len(stmts) > 1
	out := make([]pgwire.Parsed, len(stmts))
	for i, st := range stmts {
		out[i] = parsed{st}
	}
	return out, nil
}

// Prepare implements pgwire.Session.
func (s *Session) Prepare(ctx context.Context, p pgwire.Parsed, declared []sqltype.OID) (pgwire.Statement, error) {
	st := p.(parsed)
	if err := s.enter(st); err != nil {
		return nil, err
	}
	err := s.refresh(ctx, st)
	var out *statement
	stmt := st.stmt
	if err == nil {
		stmt, err = stmt.Resolve(s.resolver(), s.mayUse)
	}
	if err == nil {
		out, err = s.prepare(ctx, stmt, declared)
	}
	if err != nil {
		s.node.statements.Add(1)
		s.node.failures.Add(1)
		s.Fail()
		return nil, shiftPosition(outward(err), st.stmt.Offset)
	}
	return out, nil
}

// enter begins an implicit transaction where there is none and refuses statements in a failed one.
func (s *Session) enter(p parsed) error {
	if err := s.connect(); err != nil {
		return err
	}
	if s.tx == nil {
		s.begin(false)
	}
	if s.tx.failed && !p.EndsBlock() {
		return pgerr.New(pgerrcode.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block")
	}
	return nil
}

func (s *Session) prepare(ctx context.Context, stmt *sql.Statement, declared []sqltype.OID) (*statement, error) {
	st := &statement{parsed: parsed{stmt}, declared: declared}
	var err error
	switch c := stmt.Command.(type) {
	case *sql.Query:
		err = s.prepareQuery(ctx, st, c)
	case *sql.Insert:
		err = s.prepareInsert(ctx, st, c)
	case *sql.Copy:
		if c.Query != nil {
			st.query, err = s.bind(ctx, c.Query, nil, nil)
		}
	case *sql.CreateTableAs:
		c.Query.Stored = true
		st.query, err = s.bind(ctx, c.Query, declared, nil)
		st.takeParams()
	case *sql.CreateView:
		_, err = s.bind(ctx, c.Query, nil, nil)
	case *sql.DeclareCursor:
		if c.Scroll && c.NoScroll {
			return nil, pgerr.New(pgerrcode.InvalidCursorDefinition, "cannot specify both SCROLL and NO SCROLL")
		}
		st.query, err = s.bind(ctx, c.Query, declared, nil)
		st.takeParams()
	case *sql.Explain:
		var inner *statement
		if inner, err = s.prepare(ctx, c.Inner, declared); err == nil {
			st.params, st.columns = inner.params, explainColumns(c)
		}
	case *sql.Show:
		st.columns = showColumns(c)
	case *sql.Call:
		err = prepareCall(st, c)
	case *sql.PrepareStmt:
		_, err = s.prepare(ctx, c.Inner, oids(c.Types))
	case *sql.ExecuteStmt:
		var inner *statement
		if inner, err = s.preparedStatement(ctx, c.Name); err == nil {
			st.columns = inner.columns
		}
	case *sql.Fetch:
		if cur := s.cursors[c.Cursor]; cur != nil && !c.Move { // where there is none, execution says so
			st.columns = cur.columns
		}
	}
	return st, err
}

func oids(types []sqltype.Type) []sqltype.OID {
	out := make([]sqltype.OID, len(types))
	for i, t := range types {
		out[i] = t.OID
	}
	return out
}

func (s *statement) takeParams() {
	if s.query != nil {
		s.params = s.query.sel.Params
	}
}

func textColumn(name string) pgwire.Column {
	return pgwire.Column{Name: name, Type: sqltype.Of(sqltype.Text)}
}

// Execute implements pgwire.Session.
func (s *Session) Execute(ctx context.Context, ps pgwire.Statement, params []pgwire.Param) (pgwire.Result, error) {
	st := ps.(*statement)
	if err := s.enter(st.parsed); err != nil {
		return nil, err
	}
	s.running(st.stmt.Shown())
	s.node.statements.Add(1)
	s.node.active.Add(1)
	defer s.node.active.Add(-1)
	var err error
	if st.query == nil || !st.query.constant { // which no change of the catalog can touch
		err = s.refresh(ctx, st.parsed)
	}
	var r pgwire.Result
	if err == nil {
		r, err = s.execute(ctx, st, params)
	}
	if err != nil {
		s.node.failures.Add(1)
		s.Fail()
		return nil, shiftPosition(outward(err), st.stmt.Offset)
	}
	return r, nil
}

func (s *Session) execute(ctx context.Context, st *statement, params []pgwire.Param) (pgwire.Result, error) {
	args, err := s.texts(st.params, params)
	if err != nil {
		return nil, err
	}
	switch c := st.stmt.Command.(type) {
	case *sql.Query:
		if c.Locks != "" && len(st.query.sel.Scans) > 0 {
			if err := s.checkWritable("SELECT " + c.Locks); err != nil {
				return nil, err
			}
		}
		return s.runQuery(ctx, st, args)
	case *sql.Insert:
		return s.runInsert(ctx, st, c, args)
	case *sql.Copy:
		return s.runCopy(ctx, st, c)
	case *sql.Transaction:
		return s.runTransaction(ctx, c, st.stmt.Tag)
	case *sql.SetTransaction:
		return s.runSetTransaction(c, st.stmt.Tag)
	case *sql.Set:
		return s.runSet(c, st.stmt.Tag)
	case *sql.Show:
		return s.runShow(c)
	case *sql.Reset:
		return s.runReset(c, st.stmt.Tag)
	case *sql.Discard:
		return s.runDiscard(c, st.stmt.Tag)
	case *sql.Explain:
		return s.runExplain(ctx, st, c, args, params)
	case *sql.PrepareStmt:
		return s.runPrepare(c, st.stmt.Text, st.stmt.Tag)
	case *sql.ExecuteStmt:
		return s.runExecute(ctx, c)
	case *sql.Deallocate:
		return s.runDeallocate(c, st.stmt.Tag)
	case *sql.DeclareCursor:
		return s.runDeclare(ctx, st, c, args)
	case *sql.Fetch:
		return s.runFetch(ctx, c)
	case *sql.CloseCursor:
		return s.runCloseCursor(c, st.stmt.Tag)
	case *sql.Listen:
		return s.runListen(c, st.stmt.Tag)
	case *sql.Notify:
		return tagResult(st.stmt.Tag), s.notify(c.Channel, c.Payload)
	case *sql.Call:
		return s.runCall(ctx, c, args, st.stmt.Tag)
	case *sql.NoOp:
		return s.runNoOp(c, st.stmt.Tag)
	}
	if err := s.checkWritable(st.stmt.Tag); err != nil {
		return nil, err
	}
	switch c := st.stmt.Command.(type) {
	case *sql.CreateTable:
		r, err := s.runCreateTable(ctx, c, st.stmt.Tag)
		return r, atTarget(err, st.stmt)
	case *sql.CreateTableAs:
		return s.runCreateTableAs(ctx, st, c, args)
	case *sql.CreateView:
		return s.runCreateView(ctx, c, st.stmt.Tag)
	case *sql.CreateEnum:
		return tagResult(st.stmt.Tag), s.createEnum(c)
	case *sql.AlterEnum:
		return tagResult(st.stmt.Tag), s.alterEnum(c)
	case *sql.CreateFunction:
		return s.runCreateFunction(ctx, c, st.stmt.Tag)
	case *sql.DropFunction:
		return s.runDropFunction(c, st.stmt.Tag)
	case *sql.Refresh:
		return s.runRefresh(ctx, c, st.stmt.Tag)
	case *sql.CreateSchema:
		return s.runCreateSchema(c, st.stmt.Tag)
	case *sql.CreateSequence:
		return s.runCreateSequence(c, st.stmt.Tag)
	case *sql.Drop:
		return s.runDrop(c, st.stmt.Tag)
	case *sql.AlterTable:
		return s.runAlterTable(ctx, c, st.stmt.Tag)
	case *sql.Rename:
		return s.runRename(ctx, c, st.stmt.Tag)
	case *sql.SetSchema:
		return s.runSetSchema(ctx, c, st.stmt.Tag)
	case *sql.AlterSequence:
		return s.runAlterSequence(ctx, c, st.stmt.Tag)
	case *sql.Truncate:
		return s.runTruncate(ctx, c, st.stmt.Tag)
	case *sql.Comment:
		return s.runComment(c, st.stmt.Tag)
	case *sql.CreateRole:
		return s.runCreateRole(c, st.stmt.Tag)
	case *sql.AlterRole:
		return s.runAlterRole(c, st.stmt.Tag)
	case *sql.AlterRoleSet:
		return s.runAlterRoleSet(c, st.stmt.Tag)
	case *sql.RenameRole:
		return s.runRenameRole(c, st.stmt.Tag)
	case *sql.DropRole:
		return s.runDropRole(c, st.stmt.Tag)
	case *sql.GrantRole:
		return s.runGrantRole(c, st.stmt.Tag)
	case *sql.AlterDefaultPrivileges:
		return s.runAlterDefaultPrivileges(c, st.stmt.Tag)
	case *sql.Grant:
		return s.runGrant(c, st.stmt.Tag)
	case *sql.AlterOwner:
		return s.runAlterOwner(c, st.stmt.Tag)
	case *sql.ReassignOwned:
		return s.runReassignOwned(c, st.stmt.Tag)
	case *sql.DropOwned:
		return s.runDropOwned(c, st.stmt.Tag)
	}
	return nil, pgerr.New(pgerrcode.FeatureNotSupported, "%s is not supported", st.stmt.Tag)
}

// runNoOp answers what is accepted for compatibility: relations it names must exist.
func (s *Session) runNoOp(c *sql.NoOp, tag string) (pgwire.Result, error) {
	if tag == "VACUUM" && s.tx.block {
		return nil, pgerr.New(pgerrcode.ActiveSQLTransaction, "VACUUM cannot run inside a transaction block")
	}
	if tag == "LOCK TABLE" && !s.tx.block {
		return nil, pgerr.New(pgerrcode.NoActiveSQLTransaction, "LOCK TABLE can only be used in transaction blocks")
	}
	if tag == "CHECKPOINT" && !s.rights().Has(catalog.CheckpointOID) {
		return nil, forbidden("must be superuser or have privileges of pg_checkpoint to do CHECKPOINT")
	}
	r := s.resolver()
	for _, n := range c.Names {
		full, ok := r.find(n)
		if !ok {
			return nil, noRelation(n)
		}
		if err := s.checkNoOp(c, tag, full); err != nil {
			return nil, err
		}
	}
	for _, n := range c.Notices {
		s.tell(n)
	}
	return tagResult(tag), nil
}

// shiftPosition makes a position in a statement one in the text that the client sent.
func shiftPosition(err error, offset int) error {
	var e *pgerr.Error
	if offset > 0 && errors.As(err, &e) && e.Position > 0 {
		c := *e
		c.Position += offset
		return &c
	}
	return err
}

// tell passes a notice or warning on if client_min_messages asks for such.
func (s *Session) tell(n *pgerr.Error) {
	if least := s.values.get("client_min_messages"); least == "error" || least == "warning" && n.Severity == "NOTICE" {
		return
	}
	s.out.Notice(n)
}

// notice tells the client something.
func (s *Session) notice(code, format string, args ...any) {
	s.tell(pgerr.Notice(code, format, args...))
}

// skip answers IF NOT EXISTS for an object that is there.
func (s *Session) skip(n catalog.Name, code, tag string) pgwire.Result {
	s.notice(code, "relation %q already exists, skipping", n.Name)
	return tagResult(tag)
}
