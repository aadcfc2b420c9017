package session

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/ingest"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/planner"
	"github.com/miniodb/miniodb/server/syscat"
	"github.com/miniodb/miniodb/sql"
)

// boundQuery is a query resolved against one version of the catalog. When that has changed it is bound anew.
type boundQuery struct {
	query    *sql.Query
	declared []sqltype.OID
	target   []sqltype.Type
	sel      *sql.Select
	columns  []pgwire.Column
	names    []string // of the target's columns
	db       *catalog.Database
	settings int64     // Session.generation: zone, search path and date order are in the text
	tx       uuid.UUID // now() is a literal of the transaction

	dims []int // of parameters that are arrays of several dimensions

	constant bool          // sql.Query.Constant
	answer   *vector.Batch // of a constant query, once it was asked for
}

// bind resolves a query and asks the engine for its columns.
func (s *Session) bind(ctx context.Context, q *sql.Query, declared []sqltype.OID, target []sqltype.Type, names ...string) (*boundQuery, error) {
	return s.bindDims(ctx, q, declared, nil, target, names...)
}

// bindDims is bind for parameters of which it is known how many dimensions they have.
func (s *Session) bindDims(ctx context.Context, q *sql.Query, declared []sqltype.OID, dims []int, target []sqltype.Type, names ...string) (*boundQuery, error) {
	r := s.resolver()
	env := sql.Env{
		ParamDims: dims,
		Resolver:  r, MayUse: s.mayUse, Session: s.info(), Params: declared, NoParams: declared == nil, TargetTypes: target, TargetNames: names, ShowNumerics: target == nil,
	}
	var sel *sql.Select
	var err error
	if q.Dialect != nil {
		sel, err = s.rewriteDialect(ctx, q, env)
	} else {
		sel, err = sql.Rewrite(q, env)
	}
	if err != nil {
		return nil, err
	}
	text, err := planner.Empty(sel)
	if err != nil {
		return nil, err
	}
	if s.zone, err = s.useZone(ctx, s.conn, s.zone); err != nil {
		return nil, err
	}
	desc, err := s.conn.Describe(ctx, text)
	if err == nil && len(sel.Params) > 0 && len(desc.Columns) == 1 && desc.Columns[0].Name == "unknown" {
		desc, err = s.conn.Describe(ctx, planner.WithoutParams(text)) // a parameter kept the engine from looking at the rest
	}
	if err != nil {
		return nil, dialectError(q, err)
	}
	visible := len(desc.Columns)
	if len(sel.Actions) > 0 {
		visible = len(sel.Columns)
	}
	b := &boundQuery{
		query: q, declared: declared, dims: dims, target: target, names: names, sel: sel, db: r.db, settings: s.generation, tx: s.tx.id, constant: q.Constant(),
		columns: make([]pgwire.Column, visible),
	}
	for i, c := range desc.Columns[:visible] {
		if q.Dialect != nil {
			c.Name = sql.DialectColumn(c.Name)
		}
		b.columns[i] = outputColumn(sel, i, c)
	}
	if len(sel.Columns) == 0 && q.Dialect == nil { // the engine has no rows without columns, and was given one
		b.columns = b.columns[:0]
	}
	for _, a := range sel.Actions {
		b.columns[a.Column].Type = a.Result
	}
	return b, nil
}

// outputColumn joins what the engine says of a column with what the rewriter and the catalog know better: the name, where it comes
// from, and types that share a layout (varchar(n) and text, json and jsonb).
func outputColumn(sel *sql.Select, i int, c engine.Column) pgwire.Column {
	out := pgwire.Column{Name: c.Name, Type: c.Type.SQL}
	if i < len(sel.Columns) {
		if n := sel.Columns[i].Name; n != "" {
			out.Name = n
		}
		t := sel.Columns[i].Type
		// Where a parameter stands in a list, the engine takes it for a NULL without a type, which it calls an integer.
		taken := len(sel.Params) > 0 && t.OID != sqltype.Unknown && c.Type.SQL.OID == sqltype.Int4 && vector.TypeOf(t).Kind == vector.KindBytes
		if t.OID != 0 && (sameLayout(t, c.Type) || taken) {
			out.Type = t
		}
		if holdsRecords(c.Type) {
			out.Type = sel.Columns[i].Layout(c.Type, syscat.RowType).SQL
		}
	}
	if i >= len(sel.Origins) || sel.Origins[i].Table == 0 {
		return out
	}
	o := sel.Origins[i]
	if o.Column == 0 {
		out.Table = o.Table
		return out
	}
	for n := range sel.Scans { // not the catalog: it may have thousands of tables
		if t := sel.Scans[n].Table; t.OID == o.Table && int(o.Column) <= len(t.Columns) {
			if ct := t.Columns[o.Column-1].Type; sameLayout(ct, c.Type) {
				out.Type = ct
			}
			out.Table, out.Attnum = o.Table, o.Column
			return out
		}
	}
	for n := range sel.Systems {
		if sel.Systems[n].System.OID == o.Table {
			out.Table, out.Attnum = o.Table, o.Column
			break
		}
	}
	return out
}

// holdsRecords reports a column of composite values, or of arrays of them.
func holdsRecords(t vector.Type) bool {
	return t.Kind == vector.KindRecord || t.Kind == vector.KindList && t.Elem.Kind == vector.KindRecord
}

func sameLayout(t sqltype.Type, have vector.Type) bool {
	if have.Kind == vector.KindRecord {
		return t.OID == sqltype.Record
	}
	if elem, ok := t.Elem(); ok && elem.OID == sqltype.Record {
		return have.Kind == vector.KindList && have.Elem.Kind == vector.KindRecord
	}
	v := vector.TypeOf(t)
	for v.Kind == vector.KindList && have.Kind == vector.KindList && have.Elem.Kind == vector.KindList { // of several dimensions
		have = *have.Elem
	}
	if t.OID == sqltype.Numeric && t.Mod == sqltype.NoMod && have.Kind == vector.KindBytes { // with digits of its own for each value
		return true
	}
	return v.Kind == have.Kind && (v.Kind != vector.KindList || sameLayout(v.Elem.SQL, *have.Elem)) &&
		(t.OID != sqltype.Numeric || v.Width == have.Width && v.Scale == have.Scale)
}

func (s *Session) prepareQuery(ctx context.Context, st *statement, q *sql.Query) error {
	b, err := s.bindCached(ctx, st, q)
	if err != nil {
		return err
	}
	st.query, st.params, st.columns = b, b.sel.Params, described(b)
	return nil
}

// described are the columns of a query as clients see them: PostgreSQL knows the digits of a numeric only where a column or a cast says them,
// while the engine gives every value a scale.
func described(b *boundQuery) []pgwire.Column {
	out := b.columns
	copied := false
	for i := range out {
		t := out[i].Type
		if elem, ok := t.Elem(); ok {
			t = elem
		}
		if t.OID != sqltype.Numeric || t.Mod == sqltype.NoMod || b.saysDigits(i) {
			continue
		}
		if !copied {
			out, copied = slices.Clone(out), true
		}
		out[i].Type.Mod = sqltype.NoMod
	}
	return out
}

func (b *boundQuery) saysDigits(i int) bool {
	if b.columns[i].Table != 0 {
		return true
	}
	return i < len(b.sel.Columns) && b.sel.Columns[i].Type.OID != 0 && b.sel.Columns[i].Type.Mod != sqltype.NoMod
}

// runQuery starts a SELECT that streams to the client.
func (s *Session) runQuery(ctx context.Context, st *statement, args []*string) (pgwire.Result, error) {
	if st.query.constant {
		return s.runConstant(ctx, st)
	}
	r, err := s.open(ctx, st.query, args)
	if err != nil {
		return nil, err
	}
	if !sameTypes(r.columns, st.query.columns) {
		r.Close()
		return nil, errResultChanged()
	}
	return &queryResult{rows: r, columns: st.columns, tag: st.stmt.Tag}, nil
}

// runConstant answers a query that depends on nothing; the engine is asked for its row once.
func (s *Session) runConstant(ctx context.Context, st *statement) (pgwire.Result, error) {
	if b := st.query; b.answer == nil {
		batches, _, err := s.collectRows(ctx, b, nil, 1)
		if err != nil {
			return nil, err
		}
		b.answer = batches[0]
	}
	s.tx.queried = true
	return &rowsResult{columns: st.columns, batches: []*vector.Batch{st.query.answer}, tag: st.stmt.Tag, count: true}, nil
}

func sameTypes(a, b []pgwire.Column) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Type != b[i].Type || a[i].Name != b[i].Name {
			return false
		}
	}
	return true
}

// rows is an open query: a stream of the engine over a pinned snapshot.
type rows struct {
	columns []pgwire.Column
	stream  *engine.Rows
	conn    *stream
	session *Session    // whose query it is
	pin     *ingest.Pin // nil: the transaction's
	release []func()    // local copies of data files
	plan    *planner.Plan
	params  []sqltype.Type
	systems []systemRows  // of the system relations in the query
	actions []sql.Action  // to be called for each row
	shapes  []sql.Column  // the columns as the rewriter knows them
	first   *planner.Part // what the first scan reads; nil: its table
	small   bool          // of the server about itself

	acts    bool            // it calls the session back, see acting.go
	drained bool            // it has been run to its end
	kept    []*vector.Batch // what is left of its rows then
	failed  error           // how it ended: what comes after kept, as PostgreSQL describes the rows before it runs
}

// open takes a snapshot, plans and starts a query. The stream has an engine connection of its own, so that others can run beside it.
func (s *Session) open(ctx context.Context, b *boundQuery, args []*string) (*rows, error) {
	r, err := s.openStream(ctx, b, args)
	if err == nil && r.acts {
		r.drain(ctx)
	}
	return r, err
}

// openStream is open for who takes all rows at once, before the session does anything else.
func (s *Session) openStream(ctx context.Context, b *boundQuery, args []*string) (*rows, error) {
	return s.openStreamOver(ctx, b, args, nil)
}

// openStreamOver is openStream for a query whose first scan reads the given rows in place of its table; nil: the table.
func (s *Session) openStreamOver(ctx context.Context, b *boundQuery, args []*string, first *planner.Part) (*rows, error) {
	for try := 1; ; try++ {
		bound, err := s.rebind(ctx, b)
		if err != nil {
			return nil, err
		}
		if dims := paramDims(bound.sel.Params, args); !slices.Equal(dims, bound.dims) {
			if bound, err = s.bindDims(ctx, b.query, b.declared, dims, b.target, b.names...); err != nil {
				return nil, err
			}
		}
		s.tx.queried = true
		s.viewer()
		r := &rows{session: s, actions: bound.sel.Actions, columns: bound.columns, shapes: bound.sel.Columns, small: aboutServer(bound.sel), acts: bound.sel.Acts, first: first}
		text, err := s.plan(ctx, bound, args, r)
		if err == nil {
			err = r.start(r.slot(ctx), s, text, args, r.keep())
			if err != nil && r.acts {
				r.failed, err = err, nil
			}
		}
		if err == nil {
			return r, nil
		}
		r.Close()
		if !errors.Is(err, errOutdated) {
			return nil, err
		}
		if _, ferr := s.node.catalog.Fresh(ctx); ferr != nil || try == maxRebinds {
			return nil, err
		}
	}
}

// start runs a text.
func (r *rows) start(ctx context.Context, s *Session, text string, args []*string, keep engine.Keep) (err error) {
	if r.conn, err = s.borrow(ctx); err != nil {
		return err
	}
	if args, err = engineTexts(r.params, args); err != nil {
		return err
	}
	switch {
	case r.acts:
		s.gate.let(ctx, r.conn.conn)
		r.stream, err = r.conn.conn.QueryOnce(ctx, text, args)
		err = s.gate.shut(err)
	case keep == engine.KeepNothing:
		r.stream, err = r.conn.conn.Query(ctx, text, args)
	default:
		r.stream, err = r.conn.conn.QueryAgain(ctx, text, args, keep)
	}
	return err
}

// keep says what of the plan's text serves other executions.
func (r *rows) keep() engine.Keep {
	switch {
	case !r.plan.Frozen():
		return engine.KeepNothing
	case r.plan.Tableless():
		return engine.KeepPlan
	}
	return engine.KeepStatement
}

// rebind binds a query again if what it was bound to is no longer so.
func (s *Session) rebind(ctx context.Context, b *boundQuery) (*boundQuery, error) {
	if s.current(b) {
		return b, nil
	}
	return s.bindDims(ctx, b.query, b.declared, b.dims, b.target, b.names...)
}

// current reports whether the catalog, the settings and, where the query asks for the time, the transaction are those it was bound to.
func (s *Session) current(b *boundQuery) bool {
	return b.db == s.database() && b.settings == s.generation && (!b.sel.Timed || b.tx == s.tx.id)
}

// plan pins the snapshot and returns the text to run.
func (s *Session) plan(ctx context.Context, b *boundQuery, args []*string, r *rows) (string, error) {
	scans, uses := b.sel.Scans, b.sel.Uses
	if r.first != nil {
		scans, uses = scans[1:], b.returningUses()
	}
	if err := s.checkUses(uses); err != nil {
		return "", err
	}
	pin, own, err := s.snapshot(ctx, scans)
	if own {
		r.pin = pin
	}
	if err != nil {
		return "", err
	}
	in := planner.Input{Query: b.sel, Tables: make([]planner.Table, len(b.sel.Scans)), Params: args}
	for i, scan := range b.sel.Scans {
		if i == 0 && r.first != nil {
			in.Tables[0].Parts = []planner.Part{*r.first}
			continue
		}
		if s.outdated(scan.Table, pin) {
			return "", errOutdated
		}
		if scan.Table.Unpopulated {
			return "", pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, "materialized view %q has not been populated", scan.Table.Name.Name).
				WithHint("Use the REFRESH MATERIALIZED VIEW command.")
		}
		if in.Tables[i], err = s.tableView(ctx, pin, scan.Table); err != nil {
			return "", err
		}
	}
	if r.systems, err = s.systemRows(ctx, b.sel, r); err != nil {
		return "", err
	}
	for i := range r.systems {
		in.Systems = append(in.Systems, r.systems[i].text)
		r.systems[i].text = "" // it may be large, and the query may stay open
	}
	r.plan, r.params = planner.New(in), b.sel.Params
	if err := s.fetch(ctx, r.plan, r); err != nil {
		return "", err
	}
	var failed error
	text, err := r.plan.Text(func(scan int, f catalog.DataFile) string {
		path, err := s.path(ctx, b.sel.Scans[scan].Table, f, r)
		if err != nil {
			failed = err
		}
		return path
	})
	if failed != nil {
		err = failed
	}
	return text, err
}

// snapshot pins the committed tables of a query; own says that the caller releases the pin.
func (s *Session) snapshot(ctx context.Context, scans []sql.Scan) (pin *ingest.Pin, own bool, err error) {
	if s.tx.pin != nil {
		return s.tx.pin, false, nil
	}
	if s.tx.isolation == "repeatable read" || s.tx.isolation == "serializable" {
		db := s.node.catalog.Current()
		all := make([]uuid.UUID, 0, len(db.Tables))
		for _, t := range db.Tables {
			all = append(all, t.UUID)
		}
		pin, err = s.node.pin(ctx, all)
		if err == nil && s.node.catalog.Current() != db {
			pin.Release()
			return nil, false, errOutdated
		}
		if err == nil {
			s.tx.pin, s.tx.pinned = pin, db
		}
		return pin, false, err
	}
	var ids []uuid.UUID
	for _, scan := range scans {
		if !s.tx.createdHere(scan.Table.UUID) && !temporary(scan.Table.Name) {
			ids = append(ids, scan.Table.UUID)
		}
	}
	if len(ids) == 0 {
		return nil, false, nil
	}
	pin, err = s.node.pin(ctx, ids)
	return pin, err == nil, err
}

// tableView is what a scan of the table reads: the snapshot and this transaction's own changes over it.
func (s *Session) tableView(ctx context.Context, pin *ingest.Pin, t *catalog.Table) (planner.Table, error) {
	if temporary(t.Name) {
		return s.tempView(t)
	}
	var out planner.Table
	own, truncated := s.tx.changes(t.UUID)
	if pin != nil && !truncated {
		if v := pin.Tables[t.UUID]; v != nil {
			out.Files = append(append(out.Files, v.Snapshot.Files...), v.Bulk...)
			for _, p := range v.Parts {
				out.Parts = append(out.Parts, planner.Part{Relation: p.Relation, Low: p.Low, High: p.High, Schema: p.Schema})
			}
		} else if !s.tx.createdHere(t.UUID) {
			return out, noRelation(t.Name)
		}
	}
	for _, a := range own {
		out.Files = append(out.Files, a.files...)
	}
	part, err := s.showOwnRows(ctx, t, own)
	if err != nil {
		return out, err
	}
	if part != nil {
		out.Parts = append(out.Parts, *part)
	}
	return out, nil
}

// Next returns the next batch with the types that the client was told, or io.EOF.
func (r *rows) Next(ctx context.Context) (*vector.Batch, error) {
	b, err := r.pull(ctx)
	if err != nil {
		return nil, err
	}
	if len(r.actions) > 0 {
		if b, err = r.session.act(ctx, r.actions, b, len(r.columns)); err != nil {
			return nil, err
		}
	}
	b.Cols = b.Cols[:min(len(b.Cols), len(r.columns))]
	for i := range b.Cols {
		if i < len(r.shapes) && holdsRecords(b.Cols[i].Type) {
			b.Cols[i].Type = r.shapes[i].Layout(b.Cols[i].Type, syscat.RowType)
		}
		b.Cols[i].Type.SQL = r.columns[i].Type
	}
	return b, nil
}

// pull returns the next batch as the engine gives it.
func (r *rows) pull(ctx context.Context) (*vector.Batch, error) {
	switch {
	case r.drained && len(r.kept) > 0:
		b := r.kept[0]
		r.kept = r.kept[1:]
		return b, nil
	case r.failed != nil:
		return nil, r.failed
	case r.stream == nil:
		return nil, io.EOF
	case !r.acts:
		return r.stream.Next(r.slot(ctx))
	}
	ctx = r.slot(ctx)
	r.session.gate.let(ctx, r.conn.conn)
	b, err := r.stream.Next(ctx)
	return b, r.session.gate.shut(err)
}

// Close ends the stream and lets go of the snapshot; safe twice.
func (r *rows) Close() {
	r.kept = nil
	r.endStream()
}

func (r *rows) endStream() {
	if r.stream != nil {
		if r.acts {
			r.session.gate.end(r.stream.Close)
		} else {
			r.stream.Close()
		}
		r.stream = nil
	}
	if r.conn != nil {
		r.session.giveBack(r.conn)
		r.conn = nil
	}
	for _, release := range r.release {
		release()
	}
	r.release = nil
	if r.pin != nil {
		r.pin.Release()
		r.pin = nil
	}
}

// collectRows runs a query to its end and keeps the rows; for queries that are known to be small. More than limit rows are an error.
func (s *Session) collectRows(ctx context.Context, b *boundQuery, args []*string, limit int) ([]*vector.Batch, []pgwire.Column, error) {
	r, err := s.open(ctx, b, args)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	var out []*vector.Batch
	n := 0
	for {
		batch, err := r.Next(ctx)
		if err == io.EOF {
			return out, r.columns, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if n += batch.Len; n > limit {
			return nil, nil, pgerr.New(pgerrcode.ProgramLimitExceeded, "more than %s rows", strconv.Itoa(limit))
		}
		out = append(out, batch.Clone())
	}
}
