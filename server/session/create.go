package session

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

func (s *Session) runCreateTable(ctx context.Context, c *sql.CreateTable, tag string) (pgwire.Result, error) {
	name, err := s.placed(c.Name, c.Temp)
	if err != nil {
		return nil, err
	}
	if s.database().Exists(name) {
		if c.IfNotExists {
			return s.skip(name, pgerrcode.DuplicateTable, tag), nil
		}
		return nil, pgerr.New(pgerrcode.DuplicateTable, "relation %q already exists", name.Name)
	}
	if c, err = c.Expand(s.likeTable); err != nil {
		return nil, err
	}
	c = clonePlaced(c, name)
	table, err := s.createTable(ctx, c, "")
	if err != nil {
		return nil, err
	}
	if err := s.checkDefinition(ctx, table); err != nil {
		return nil, err
	}
	for _, n := range c.Notices {
		s.tell(n)
	}
	s.warnOptions(c.Options.Options)
	return tagResult(tag), nil
}

// likeTable finds what CREATE TABLE (LIKE ...) copies; a view has columns alone.
func (s *Session) likeTable(n catalog.Name) (*catalog.Table, error) {
	r := s.resolver()
	full, ok, err := r.own(n)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, noRelation(n)
	case r.db.Tables[full] != nil:
		t := r.db.Tables[full]
		return t, s.checkTable(t, catalog.Select)
	case r.db.Views[full] != nil:
		return &catalog.Table{Name: full, Columns: r.db.Views[full].Columns}, nil
	}
	return nil, pgerr.New(pgerrcode.WrongObjectType, "relation %q is invalid in LIKE clause", n.Name).
		WithDetail("This operation is not supported for sequences.")
}

func clonePlaced(c *sql.CreateTable, name catalog.Name) *sql.CreateTable {
	n := *c
	n.Name = name
	n.Columns = slices.Clone(c.Columns)
	return &n
}

// createTable adds a table and the sequences of its serial columns to the transaction. c.Name is placed and free; definition is the query of a
// materialized view.
func (s *Session) createTable(_ context.Context, c *sql.CreateTable, definition string) (*catalog.Table, error) {
	temp := temporary(c.Name)
	if limit := s.node.cfg.MaxTables; limit > 0 && !temp && len(s.shared().Tables) >= limit {
		return nil, pgerr.New(pgerrcode.ConfigurationLimitExceeded, "the limit of %d tables is reached", limit).
			WithHint("Raise table_management.max_tables, or drop tables.")
	}
	if p := s.node.cfg.NamePattern; p != nil && !temp && !p.MatchString(c.Name.Name) {
		return nil, pgerr.New(pgerrcode.InvalidName, "table name %q does not match the pattern that this server asks for", c.Name.Name).
			WithHint("The pattern is table_management.table_name_pattern: %s", p)
	}
	oid := s.newOIDs(c.Name)
	var ops []catalog.Op
	for i := range c.Columns {
		def := &c.Columns[i]
		if def.Sequence == nil {
			continue
		}
		seq := *def.Sequence
		seq.Name.Schema = c.Name.Schema
		seq.Name.Name = s.freeName(seq.Name, ops)
		def.Sequence = &seq
		ops = append(ops, catalog.Op{PutSequence: s.sequenceOf(&seq, oid())})
	}
	table, err := c.Table(time.Now(), uuid.New(), oid())
	if err != nil {
		return nil, err
	}
	table.Owner, table.Definition = s.owner(), definition
	table.ACL = s.newACL(table.Name, catalog.DefaultRelations)
	for i, k := range table.Keys {
		if k.References == nil {
			continue
		}
		ref, err := s.referenced(c.Keys[i].References, k.RefColumns, table)
		if err != nil {
			return nil, err
		}
		table.Keys[i].References = &ref
	}
	applyDefaults(&table.Options, s.node.cfg.TableDefaults(table.Name))
	for i := range table.Columns {
		table.Columns[i].PhysicalName = "" // the table log knows which names Parquet readers take
	}
	cataloglog.AssignPhysicalNames(table, true)
	if err := s.addOps(append(ops, catalog.Op{PutTable: table})...); err != nil {
		return nil, err
	}
	if !temp {
		s.tx.created = append(s.tx.created, table)
		return table, nil
	}
	if c.OnCommit != sql.PreserveRows {
		n := maps.Clone(s.temp.now.onCommit)
		if n == nil {
			n = map[uuid.UUID]sql.OnCommit{}
		}
		n[table.UUID] = c.OnCommit
		s.temp.now.onCommit = n
	}
	return table, nil
}

// warnOptions tells of options that are kept and have no effect in this build.
func (s *Session) warnOptions(o catalog.Options) {
	if o.Durability != "" && o.Durability != "local" {
		s.tell(pgerr.Warning(pgerrcode.Warning, "durability %s has no effect on a single node: rows are in its write-ahead log when they are acknowledged", o.Durability))
	}
	if o.RetentionDays > 0 {
		s.tell(pgerr.Warning(pgerrcode.Warning, "retention_days is kept, but rows are not yet removed by age"))
	}
}

// referenced checks that the target of a foreign key exists and may be referenced; a table may reference itself.
func (s *Session) referenced(n catalog.Name, columns []string, self *catalog.Table) (catalog.Name, error) {
	if n.Name == self.Name.Name && (n.Schema == "" || n.Schema == self.Name.Schema) {
		return self.Name, nil
	}
	t, err := s.resolver().stored(n)
	if err == nil && t.Materialized() {
		err = pgerr.New(pgerrcode.WrongObjectType, "referenced relation %q is not a table", t.Name.Name)
	}
	if err != nil {
		return n, err
	}
	if temp := temporary(self.Name); temp != temporary(t.Name) {
		kind := "permanent"
		if temp {
			kind = "temporary"
		}
		return n, pgerr.New(pgerrcode.InvalidTableDefinition, "constraints on %s tables may reference only %s tables", kind, kind)
	}
	var used []int
	for _, name := range columns {
		if i := t.ColumnByName(name); i >= 0 {
			used = append(used, i)
		}
	}
	for _, k := range t.Keys {
		for _, id := range k.Columns {
			if columns == nil && k.Kind == catalog.PrimaryKey {
				used = append(used, t.ColumnByName(t.Column(id).Name))
			}
		}
	}
	return t.Name, s.checkTarget(t, used, catalog.References)
}

// applyDefaults fills in the options that CREATE TABLE left out and the configuration gives.
func applyDefaults(o *catalog.Options, d catalog.Options) {
	if o.BufferRows == 0 && o.BufferBytes == 0 {
		o.BufferRows, o.BufferBytes = d.BufferRows, d.BufferBytes
	}
	if o.FlushInterval == 0 {
		o.FlushInterval = d.FlushInterval
	}
	if o.RetentionDays == 0 {
		o.RetentionDays = d.RetentionDays
	}
	if o.BackupEnabled == nil {
		o.BackupEnabled = d.BackupEnabled
	}
	if o.Durability == "" {
		o.Durability = d.Durability
	}
	for k, v := range d.Properties {
		if _, ok := o.Properties[k]; !ok {
			if o.Properties == nil {
				o.Properties = map[string]string{}
			}
			o.Properties[k] = v
		}
	}
}

// freeName appends a number to a generated name until nobody has it, as PostgreSQL does.
func (s *Session) freeName(n catalog.Name, ops []catalog.Op) string {
	base := n.Name
	taken := func() bool {
		for _, op := range ops {
			if op.PutSequence != nil && op.PutSequence.Name == n {
				return true
			}
		}
		return s.database().Exists(n)
	}
	for i := 1; taken(); i++ {
		n.Name = base + itoa(i)
	}
	return n.Name
}

func (s *Session) sequenceOf(c *sql.CreateSequence, oid uint32) *catalog.Sequence {
	return &catalog.Sequence{
		OID: oid, Name: c.Name, Start: c.Start, Increment: c.Increment, Min: c.Min, Max: c.Max, Cycle: c.Cycle, Reserved: c.Start, Owner: s.owner(),
		ACL: s.newACL(c.Name, catalog.DefaultSequences),
	}
}

func (s *Session) runCreateSequence(c *sql.CreateSequence, tag string) (pgwire.Result, error) {
	name, err := s.placed(c.Name, c.Temp)
	if err != nil {
		return nil, err
	}
	if s.database().Exists(name) {
		if c.IfNotExists {
			return s.skip(name, pgerrcode.DuplicateTable, tag), nil
		}
		return nil, pgerr.New(pgerrcode.DuplicateTable, "relation %q already exists", name.Name)
	}
	seq := *c
	seq.Name = name
	made := s.sequenceOf(&seq, s.newOIDs(name)())
	if err := s.addOps(catalog.Op{PutSequence: made}); err != nil {
		return nil, err
	}
	if c.OwnedBy != nil {
		return tagResult(tag), s.ownSequenceBy(s.database(), made, c.OwnedBy)
	}
	return tagResult(tag), nil
}

func (s *Session) runCreateSchema(c *sql.CreateSchema, tag string) (pgwire.Result, error) {
	db := s.database()
	owner, err := s.schemaOwner(c)
	if err != nil {
		return nil, err
	}
	if len(c.Name) >= 3 && c.Name[:3] == "pg_" {
		return nil, pgerr.New(pgerrcode.ReservedName, "unacceptable schema name %q", c.Name).
			WithDetail(`The prefix "pg_" is reserved for system schemas.`)
	}
	if db.Schemas[c.Name] != nil || c.Name == "information_schema" || s.node.systems.schemas[c.Name] {
		if c.IfNotExists {
			s.notice(pgerrcode.DuplicateSchema, "schema %q already exists, skipping", c.Name)
			return tagResult(tag), nil
		}
		return nil, pgerr.New(pgerrcode.DuplicateSchema, "schema %q already exists", c.Name)
	}
	return tagResult(tag), s.addOps(catalog.Op{PutSchema: &catalog.Schema{OID: db.NextOID, Name: c.Name, Owner: ownerOf(owner.OID), ACL: db.NewACL(owner.OID, "", catalog.DefaultSchemas)}})
}

// schemaOwner says whose a new schema is; without a name of its own it is called like that role.
func (s *Session) schemaOwner(c *sql.CreateSchema) (*catalog.Role, error) {
	spec := sql.RoleSpec{Kind: sql.RoleCurrent}
	if c.Owner != nil {
		spec = *c.Owner
	}
	owner, err := s.findRole(spec)
	if err != nil {
		return nil, err
	}
	switch r := s.rights(); {
	case r.OnDatabase()&catalog.Create == 0:
		return nil, denied(sql.ObjectDatabase, catalog.DatabaseName)
	case !r.Member(owner.OID):
		return nil, forbidden("must be member of role %q", owner.Name)
	}
	return owner, nil
}

func (s *Session) runCreateView(ctx context.Context, c *sql.CreateView, tag string) (pgwire.Result, error) {
	b, err := s.bind(ctx, c.Query, nil, nil)
	if err != nil {
		return nil, err
	}
	temp := c.Temp
	if !temp && readsTemporary(b.sel) {
		s.notice(pgerrcode.SuccessfulCompletion, "view %q will be a temporary view", c.Name.Name)
		temp = true
		if c.Name.Schema != "" {
			return nil, pgerr.New(pgerrcode.InvalidTableDefinition, "cannot create temporary relation in non-temporary schema")
		}
	}
	r := s.resolver()
	name, err := s.placed(c.Name, temp)
	if err != nil {
		return nil, err
	}
	db := s.database()
	old := db.Views[name]
	if db.Exists(name) && (old == nil || !c.OrReplace) {
		return nil, pgerr.New(pgerrcode.DuplicateTable, "relation %q already exists", name.Name)
	}
	if old != nil {
		if err := s.mustOwn(db, name); err != nil {
			return nil, err
		}
	}
	if len(b.sel.Params) > 0 {
		return nil, pgerr.New(pgerrcode.UndefinedParameter, "there is no parameter $1")
	}
	columns, err := queryColumns(b.columns, c.ColumnNames)
	if err != nil {
		return nil, err
	}
	if old != nil {
		for i, o := range old.Columns {
			if i >= len(columns) {
				return nil, pgerr.New(pgerrcode.InvalidTableDefinition, "cannot drop columns from view")
			}
			if o.Name != columns[i].Name {
				return nil, pgerr.New(pgerrcode.InvalidTableDefinition, "cannot change name of view column %q to %q", o.Name, columns[i].Name)
			}
		}
	}
	text, err := sql.Qualify(c.Query, sql.Env{Resolver: r, Session: s.info()})
	if err != nil {
		return nil, err
	}
	v := &catalog.View{OID: s.newOIDs(name)(), Name: name, Columns: columns, Query: text, Owner: s.owner(), ACL: s.newACL(name, catalog.DefaultRelations)}
	if old != nil {
		v.OID, v.Owner, v.ACL, v.Comment = old.OID, old.Owner, old.ACL, old.Comment
		for i := range old.Columns {
			v.Columns[i].ACL, v.Columns[i].Comment = old.Columns[i].ACL, old.Columns[i].Comment
		}
	}
	return tagResult(tag), s.addOps(catalog.Op{PutView: v})
}

// readsTemporary reports whether a query names a temporary relation.
func readsTemporary(q *sql.Select) bool {
	return slices.ContainsFunc(q.Uses, func(u sql.Use) bool {
		return u.Table != nil && temporary(u.Table.Name) || u.View != nil && temporary(u.View.Name)
	})
}

// queryColumns makes the columns of a view or table of those of a query.
func queryColumns(from []pgwire.Column, names []string) ([]catalog.Column, error) {
	if len(names) > len(from) {
		return nil, pgerr.New(pgerrcode.InvalidTableDefinition, "CREATE VIEW specifies more column names than columns")
	}
	seen := map[string]bool{}
	out := make([]catalog.Column, len(from))
	for i, c := range from {
		out[i] = catalog.Column{ID: int32(i) + 1, Name: c.Name, PhysicalName: c.Name, Type: c.Type}
		if i < len(names) {
			out[i].Name = names[i]
		}
		if out[i].Type.OID == sqltype.Unknown {
			out[i].Type = sqltype.Of(sqltype.Text)
		}
		if seen[out[i].Name] {
			return nil, pgerr.New(pgerrcode.DuplicateColumn, "column %q specified more than once", out[i].Name)
		}
		seen[out[i].Name] = true
	}
	return out, nil
}

// storable refuses types of results that no table has.
func storable(c pgwire.Column) error {
	elem, isArray := c.Type.Elem()
	switch {
	case vector.TypeOf(c.Type).Kind != vector.Invalid:
		return nil
	case c.Type.OID == sqltype.Record || isArray && elem.OID == sqltype.Record:
		return pgerr.New(pgerrcode.InvalidTableDefinition, "column %q has pseudo-type %s", c.Name, c.Type)
	}
	return pgerr.New(pgerrcode.FeatureNotSupported, "a column of composite type is not supported: %q", c.Name)
}

func (s *Session) runCreateTableAs(ctx context.Context, st *statement, c *sql.CreateTableAs, args []*string) (pgwire.Result, error) {
	tag := "CREATE TABLE AS"
	if c.Materialized {
		tag = "CREATE MATERIALIZED VIEW"
	}
	if st.query != nil && !c.NoData { // PostgreSQL looks at what is read before it looks for a place
		if b, err := s.rebind(ctx, st.query); err == nil {
			if err := s.checkUses(b.sel.Uses); err != nil {
				return nil, err
			}
		}
	}
	name, err := s.placed(c.Name, c.Temp)
	if err != nil {
		return nil, err
	}
	if s.database().Exists(name) {
		if c.IfNotExists {
			return s.skip(name, pgerrcode.DuplicateTable, tag), nil
		}
		return nil, pgerr.New(pgerrcode.DuplicateTable, "relation %q already exists", name.Name)
	}
	b, err := s.rebind(ctx, st.query)
	if err != nil {
		return nil, err
	}
	definition := ""
	if c.Materialized {
		if definition, err = s.definition(b); err != nil {
			return nil, err
		}
	}
	columns := make([]catalog.Column, len(b.columns))
	for i, col := range b.columns {
		columns[i] = catalog.Column{Name: col.Name, Type: col.Type}
		if err := storable(col); err != nil {
			return nil, err
		}
	}
	def, err := c.With(columns)
	if err != nil {
		return nil, err
	}
	types := make([]sqltype.Type, len(def.Columns))
	for i := range def.Columns {
		types[i] = def.Columns[i].Type
	}
	// Bound again with the new columns as the target, so that values come out in the layout they are stored in. The table does not exist yet:
	// the query cannot read it.
	if b, err = s.bind(ctx, c.Query, b.declared, types); err != nil {
		return nil, err
	}
	def.Name, def.OnCommit = name, c.OnCommit
	table, err := s.createTable(ctx, def, definition)
	if err != nil {
		return nil, err
	}
	if c.NoData && c.Materialized {
		return tagResult(tag), s.addOps(populated(table, false))
	}
	if c.NoData {
		return tagResult(tag), nil
	}
	to, err := newTarget(table, nil)
	if err != nil {
		return nil, err
	}
	w, err := s.newWriter(ctx, to)
	if err != nil {
		return nil, err
	}
	defer w.abort()
	if err := s.insertQuery(ctx, w, b, args, nil); err != nil {
		return nil, err
	}
	if err := w.finish(ctx); err != nil {
		return nil, err
	}
	return tagResult("SELECT " + itoa(w.rows)), nil
}
