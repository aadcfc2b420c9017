package session

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

func (s *Session) runRename(ctx context.Context, c *sql.Rename, tag string) (pgwire.Result, error) {
	if c.Kind == sql.ObjectType {
		return tagResult(tag), s.renameType(c.Name, catalog.Name{Name: c.To})
	}
	if c.Kind == sql.ObjectSchema {
		return tagResult(tag), s.renameSchema(ctx, c.Name.Name, c.To)
	}
	full, err := s.alterable(ctx, c.Name, c.IfExists)
	if err != nil || full == nil {
		return tagResult(tag), err
	}
	db := s.database()
	kind := kindOf(db, *full)
	if kind != c.Kind && c.Kind != sql.ObjectTable {
		return nil, wrongKind(c.Kind, *full)
	}
	switch {
	case c.Column != "" && db.Tables[*full] != nil:
		return tagResult(tag), s.renameColumn(ctx, db.Tables[*full], c.Column, c.To)
	case c.Column != "" && db.Views[*full] != nil:
		return tagResult(tag), s.renameViewColumn(db.Views[*full], c.Column, c.To)
	case c.Column != "":
		return nil, pgerr.New(pgerrcode.WrongObjectType, "cannot rename columns of relation %q", full.Name)
	case c.Constraint != "":
		return tagResult(tag), s.renameConstraint(db.Tables[*full], *full, c)
	}
	if err := s.mayCreate(full.Schema); err != nil {
		return nil, err
	}
	to := catalog.Name{Schema: full.Schema, Name: c.To}
	if db.Exists(to) {
		return nil, pgerr.New(pgerrcode.DuplicateTable, "relation %q already exists", c.To)
	}
	if p := s.node.cfg.NamePattern; p != nil && kind == sql.ObjectTable && !p.MatchString(c.To) {
		return nil, pgerr.New(pgerrcode.InvalidName, "table name %q does not match the pattern that this server asks for", c.To).
			WithHint("The pattern is table_management.table_name_pattern: %s", p)
	}
	return tagResult(tag), s.renameRelation(*full, to)
}

// renameRelation gives a relation another name or schema, and whatever names it the new name.
func (s *Session) renameRelation(from, to catalog.Name) error {
	db := s.database()
	op := &catalog.Rename{From: from}
	switch {
	case db.Tables[from] != nil:
		t := cloneTable(db.Tables[from])
		t.Name = to
		for i := range t.Checks {
			text, err := sql.RenameInCheck(t.Checks[i].Expr, "", "")
			if err != nil {
				return err
			}
			t.Checks[i].Expr = text
		}
		t.SchemaID++ // checks have changed, and nobody inserts by the old name
		op.Table = t
	case db.Views[from] != nil:
		v := *db.Views[from]
		v.Name = to
		op.View = &v
	default:
		q := *db.Sequences[from]
		s.node.sequences.giveBack(&q)
		q.Name = to
		op.Sequence = &q
	}
	if err := s.addOps(catalog.Op{Rename: op}); err != nil {
		return err
	}
	if err := s.rewriteViews(sql.ViewChange{From: from, To: to}, nil); err != nil {
		return err
	}
	return s.renameReferences(from, to)
}

// rewriteViews changes the texts of the views that read a relation.
func (s *Session) rewriteViews(change sql.ViewChange, which func(*catalog.View) bool) error {
	for _, v := range definitions(s.database()) {
		if which != nil && !which(v) {
			continue
		}
		text, changed, err := sql.RewriteView(v.Query, change)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		if err := s.addOps(redefine(s.database(), v, text)); err != nil {
			return err
		}
	}
	return nil
}

// renameReferences changes foreign keys and defaults that name a relation.
func (s *Session) renameReferences(from, to catalog.Name) error {
	for _, t := range s.database().Tables {
		n, changed := cloneTable(t), false
		for i := range n.Keys {
			if ref := n.Keys[i].References; ref != nil && *ref == from {
				n.Keys[i].References, changed = &to, true
			}
		}
		for i := range n.Columns {
			col := &n.Columns[i]
			if col.Owned != nil && *col.Owned == from {
				col.Owned, changed = &to, true
			}
			if col.Sequence != nil && *col.Sequence == from {
				col.Sequence, col.Default, changed = &to, sql.NextvalDefault(to), true
			} else if name, ok := sql.SequenceDefault(col.Default); ok && name.Name == from.Name && (name.Schema == from.Schema || name.Schema == "") {
				col.Default, changed = sql.NextvalDefault(to), true
			} else if text, err := sql.RenameSequence(col.Default, from, to); err != nil {
				return err
			} else if text != col.Default {
				col.Default, changed = text, true
			}
		}
		if changed {
			if err := s.addOps(catalog.Op{PutTable: n}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Session) renameColumn(_ context.Context, old *catalog.Table, from, to string) error {
	a := &alteration{s: s, old: old, table: cloneTable(old)}
	at := old.ColumnByName(from)
	switch {
	case at < 0:
		return pgerr.New(pgerrcode.UndefinedColumn, "column %q does not exist", from)
	case old.ColumnByName(to) >= 0:
		return pgerr.New(pgerrcode.DuplicateColumn, "column %q of relation %q already exists", to, old.Name.Name)
	case sql.SystemColumn(to):
		return pgerr.New(pgerrcode.DuplicateColumn, "column name %q conflicts with a system column name", to)
	}
	if !strings.EqualFold(from, to) {
		if err := a.freeColumn(to); err != nil {
			return err
		}
	}
	t := a.table
	t.Columns[at].Name = to
	for i := range t.Checks {
		text, err := sql.RenameInCheck(t.Checks[i].Expr, from, to)
		if err != nil {
			return err
		}
		t.Checks[i].Expr = text
	}
	t.SchemaID++
	changes := map[catalog.Name]sql.ViewChange{}
	for name, v := range definitions(s.database()) {
		all, err := sql.ReadsAllColumns(v.Query, old.Name)
		if err != nil {
			return err
		}
		used := s.columnsUsed(v, old)
		if !all && !slices.Contains(used, int16(at+1)) {
			continue
		}
		c := sql.ViewChange{From: old.Name, To: old.Name}
		for i := range old.Columns {
			if all || slices.Contains(used, int16(i+1)) {
				c.Columns = append(c.Columns, sql.RenamedColumn{Old: old.Columns[i].Name, New: t.Columns[i].Name})
			}
		}
		changes[name] = c
	}
	if err := s.addOps(catalog.Op{PutTable: t}); err != nil {
		return err
	}
	for name, c := range changes {
		if err := s.rewriteViews(c, func(v *catalog.View) bool { return v.Name == name }); err != nil {
			return err
		}
	}
	return s.renameReferenced(old.Name, from, to)
}

// renameReferenced changes foreign keys that name a column.
func (s *Session) renameReferenced(table catalog.Name, from, to string) error {
	for _, t := range s.database().Tables {
		n, changed := cloneTable(t), false
		for i, k := range n.Keys {
			if at := slices.Index(k.RefColumns, from); k.References != nil && *k.References == table && at >= 0 {
				n.Keys[i].RefColumns = slices.Clone(k.RefColumns)
				n.Keys[i].RefColumns[at], changed = to, true
			}
		}
		if changed {
			if err := s.addOps(catalog.Op{PutTable: n}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Session) renameViewColumn(v *catalog.View, from, to string) error {
	index := func(name string) int {
		return slices.IndexFunc(v.Columns, func(c catalog.Column) bool { return c.Name == name })
	}
	at := index(from)
	switch {
	case at < 0:
		return pgerr.New(pgerrcode.UndefinedColumn, "column %q does not exist", from)
	case index(to) >= 0:
		return pgerr.New(pgerrcode.DuplicateColumn, "column %q of relation %q already exists", to, v.Name.Name)
	}
	n := *v
	n.Columns = slices.Clone(v.Columns)
	n.Columns[at].Name, n.Columns[at].PhysicalName = to, to
	columns := make([]sql.RenamedColumn, len(v.Columns))
	for i := range columns {
		columns[i] = sql.RenamedColumn{Old: v.Columns[i].Name, New: n.Columns[i].Name}
	}
	if err := s.addOps(catalog.Op{PutView: &n}); err != nil {
		return err
	}
	return s.rewriteViews(sql.ViewChange{From: v.Name, To: v.Name, Columns: columns}, nil)
}

func (s *Session) renameConstraint(t *catalog.Table, full catalog.Name, c *sql.Rename) error {
	missing := pgerr.New(pgerrcode.UndefinedObject, "constraint %q for table %q does not exist", c.Constraint, full.Name)
	if t == nil {
		return missing
	}
	n := cloneTable(t)
	names := map[string]*string{}
	for i := range n.Keys {
		names[n.Keys[i].Name] = &n.Keys[i].Name
	}
	for i := range n.Checks {
		names[n.Checks[i].Name] = &n.Checks[i].Name
	}
	switch {
	case names[c.Constraint] == nil:
		return missing
	case names[c.To] != nil:
		return pgerr.New(pgerrcode.DuplicateObject, "constraint %q for relation %q already exists", c.To, t.Name.Name)
	}
	*names[c.Constraint] = c.To
	return s.addOps(catalog.Op{PutTable: n})
}

func (s *Session) runSetSchema(ctx context.Context, c *sql.SetSchema, tag string) (pgwire.Result, error) {
	if c.Kind == sql.ObjectType {
		return tagResult(tag), s.renameType(c.Name, catalog.Name{Schema: c.Schema})
	}
	full, err := s.alterable(ctx, c.Name, c.IfExists)
	if err != nil || full == nil {
		return tagResult(tag), err
	}
	db := s.database()
	kind := kindOf(db, *full)
	if kind != c.Kind && c.Kind != sql.ObjectTable {
		return nil, wrongKind(c.Kind, *full)
	}
	if temporary(*full) || temporary(catalog.Name{Schema: c.Schema}) || c.Schema == sql.TempAlias {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "cannot move objects into or out of temporary schemas")
	}
	to, err := s.resolver().place(catalog.Name{Schema: c.Schema, Name: full.Name})
	switch {
	case err != nil:
		return nil, err
	case to == *full:
		return tagResult(tag), nil
	case db.Exists(to):
		return nil, pgerr.New(pgerrcode.DuplicateTable, "relation %q already exists in schema %q", full.Name, c.Schema)
	}
	if kind == sql.ObjectSequence {
		for _, t := range db.Tables {
			if slices.ContainsFunc(t.Columns, func(col catalog.Column) bool { q := col.OwnedSequence(); return q != nil && *q == *full }) {
				return nil, pgerr.New(pgerrcode.FeatureNotSupported, "cannot move an owned sequence into another schema").
					WithDetail("Sequence %q is linked to table %q.", full.Name, t.Name.Name)
			}
		}
	}
	moves := []catalog.Name{*full}
	if t := db.Tables[*full]; t != nil { // what its columns own goes along
		for _, col := range t.Columns {
			if q := col.OwnedSequence(); q != nil {
				moves = append(moves, *q)
			}
		}
	}
	for _, from := range moves {
		if err := s.renameRelation(from, catalog.Name{Schema: c.Schema, Name: from.Name}); err != nil {
			return nil, err
		}
	}
	return tagResult(tag), nil
}

// renameSchema renames every relation in it. Writers of its tables are kept out as by ALTER TABLE.
func (s *Session) renameSchema(ctx context.Context, from, to string) error {
	db := s.database()
	old := db.Schemas[from]
	switch {
	case s.node.systems.schemas[from] || from == s.temp.schema || old != nil && !s.rights().Has(old.Owner):
		return notOwner(sql.ObjectSchema, from)
	case old == nil:
		return pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", from)
	case s.rights().OnDatabase()&catalog.Create == 0:
		return denied(sql.ObjectDatabase, catalog.DatabaseName)
	case db.Schemas[to] != nil || s.node.systems.schemas[to]:
		return pgerr.New(pgerrcode.DuplicateSchema, "schema %q already exists", to)
	case strings.HasPrefix(to, "pg_"):
		return pgerr.New(pgerrcode.ReservedName, "unacceptable schema name %q", to).WithDetail(`The prefix "pg_" is reserved for system schemas.`)
	}
	n := *old
	n.Name = to
	if err := s.addOps(catalog.Op{PutSchema: &n}); err != nil {
		return err
	}
	var names []catalog.Name
	for name, t := range db.Tables {
		if name.Schema != from {
			continue
		}
		names = append(names, name)
		if !s.tx.createdHere(t.UUID) {
			if err := s.node.ingest.Hold(ctx, s.tx.id, t.UUID, s.values.duration("lock_timeout")); err != nil {
				return err
			}
			s.tx.holds = true
		}
	}
	for name := range db.Views {
		if name.Schema == from {
			names = append(names, name)
		}
	}
	for name := range db.Sequences {
		if name.Schema == from {
			names = append(names, name)
		}
	}
	if len(functionsOf(db, func(f *catalog.Function) bool { return f.Name.Schema == from })) > 0 {
		return pgerr.New(pgerrcode.FeatureNotSupported, "renaming a schema that has functions is not supported").WithHint("Drop the functions and create them again.")
	}
	if len(typesOf(db, func(t *catalog.Type) bool { return t.Name.Schema == from })) > 0 {
		return pgerr.New(pgerrcode.FeatureNotSupported, "renaming a schema that has types is not supported").WithHint("Move the types to another schema with ALTER TYPE ... SET SCHEMA.")
	}
	slices.SortFunc(names, func(a, b catalog.Name) int { return strings.Compare(a.Name, b.Name) })
	for _, name := range names {
		if err := s.renameRelation(name, catalog.Name{Schema: to, Name: name.Name}); err != nil {
			return err
		}
	}
	return s.addOps(catalog.Op{DropSchema: from})
}
