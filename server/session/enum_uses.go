package session

import (
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

// usersOf lists what depends on a type: columns of tables, defaults and checks that name it, and views. With text only those whose text names it.
func (s *Session) usersOf(e *catalog.Type, text bool) []dependent {
	db, on := s.database(), "type "+s.typeName(e)
	var out []dependent
	for _, name := range slices.SortedFunc(tableNames(db), compareNames) {
		t := db.Tables[name]
		for i := range t.Columns {
			c := &t.Columns[i]
			what := "column " + c.Name + " of " + s.object(db, name)
			if db.EnumByType(c.Type) == e && !text {
				out = append(out, dependent{what: what, on: on})
			} else if sql.NamesType(c.Default, e.Name) {
				out = append(out, dependent{what: "default value for " + what, on: on})
			}
		}
		for _, c := range t.Checks {
			if sql.NamesType(c.Expr, e.Name) {
				out = append(out, dependent{what: "constraint " + c.Name + " on " + s.object(db, name), on: on})
			}
		}
	}
	var views []dependent
	for n, v := range definitions(db) {
		if sel, err := s.viewSelect(db, v); err == nil && slices.ContainsFunc(sel.Enums, func(o *catalog.Type) bool { return o.OID == e.OID }) {
			views = append(views, dependent{what: s.object(db, n), on: on})
		}
	}
	slices.SortFunc(views, func(a, b dependent) int { return strings.Compare(a.what, b.what) })
	return append(out, views...)
}

func tableNames(db *catalog.Database) func(yield func(catalog.Name) bool) {
	return func(yield func(catalog.Name) bool) {
		for n := range db.Tables {
			if !yield(n) {
				return
			}
		}
	}
}

// dropType is DROP TYPE of one name.
func (s *Session) dropType(c *sql.Drop, n catalog.Name) ([]catalog.Op, error) {
	t, err := s.findType(n)
	switch {
	case err != nil:
		return nil, err
	case t == nil && c.IfExists:
		s.notice(pgerrcode.SuccessfulCompletion, "type %q does not exist, skipping", n.Name)
		return nil, nil
	case t == nil:
		if full, ok := s.resolver().find(n); ok && s.database().Exists(full) {
			what := s.object(s.database(), full)
			return nil, pgerr.New(pgerrcode.DependentObjectsStillExist, "cannot drop type %s because %s requires it", s.shortName(full), what).
				WithHint("You can drop %s instead.", what)
		}
		return nil, s.noType(n)
	}
	schema := s.access().Schemas[t.Name.Schema]
	if !s.rights().Has(t.Owner) && (schema == nil || !s.rights().Has(schema.Owner)) {
		return nil, notOwner(sql.ObjectType, t.Name.Name)
	}
	if err := s.freeOfUsers(t, c.Cascade); err != nil {
		return nil, err
	}
	return []catalog.Op{{DropType: &t.Name}}, nil
}

// freeOfUsers refuses to drop a type that something depends on.
func (s *Session) freeOfUsers(t *catalog.Type, cascade bool) error {
	deps := s.usersOf(t, false)
	if len(deps) == 0 || !cascade {
		return s.cascade("type "+s.typeName(t), deps, false)
	}
	return pgerr.New(pgerrcode.FeatureNotSupported, "dropping the columns and views of a type with it is not supported").
		WithDetail("%s", listed(deps, func(d dependent) string { return d.what + " depends on " + d.on })).WithHint("Drop them first.")
}

// dropAllTypes drops types that nothing depends on any more.
func (s *Session) dropAllTypes(types []*catalog.Type) error {
	for _, t := range types {
		if err := s.freeOfUsers(t, true); err != nil {
			return err
		}
		if err := s.addOps(catalog.Op{DropType: &t.Name}); err != nil {
			return err
		}
	}
	return nil
}

// qualifyTypes gives the enums that defaults and checks of new tables name their schemas: what they mean must not depend on who inserts.
func (s *Session) qualifyTypes(ops []catalog.Op) error {
	if len(s.database().Types) == 0 {
		return nil
	}
	r := s.resolver()
	for _, op := range ops {
		t := op.PutTable
		if t == nil {
			continue
		}
		for i := range t.Columns {
			text, err := sql.QualifyTypes(t.Columns[i].Default, r)
			if err != nil {
				return err
			}
			if text != t.Columns[i].Default {
				t.Columns[i].Default = text
			}
		}
		for i := range t.Checks {
			text, err := sql.QualifyTypes(t.Checks[i].Expr, r)
			if err != nil {
				return err
			}
			if text != t.Checks[i].Expr {
				t.Checks[i].Expr = text
			}
		}
	}
	return nil
}

// checkEnums refuses relations with columns of an enum that is gone, or that have the name of one.
func checkEnums(db *catalog.Database, ops []catalog.Op) error {
	for _, op := range ops {
		var name catalog.Name
		var columns []catalog.Column
		switch {
		case op.PutTable != nil:
			name, columns = op.PutTable.Name, op.PutTable.Columns
		case op.PutView != nil:
			name, columns = op.PutView.Name, op.PutView.Columns
		case op.Rename != nil:
			name = op.Rename.Name()
		}
		if db.Types[name] != nil {
			return pgerr.New(pgerrcode.DuplicateObject, "type %q already exists", name.Name).
				WithHint("A relation has an associated type of the same name, so you must use a name that doesn't conflict with any existing type.")
		}
		for i := range columns {
			if gone(db, columns[i].Type) {
				return pgerr.New(pgerrcode.UndefinedObject, "the type of column %q does not exist any more", columns[i].Name)
			}
		}
	}
	return nil
}

// gone reports a type that is, or was, an enum and that the database does not have.
func gone(db *catalog.Database, ty sqltype.Type) bool {
	elem, _ := ty.Elem()
	return (ty.Enum() || elem.Enum()) && db.EnumByType(ty) == nil
}

// checkTypes makes sure that no column is left with a type that is gone: another transaction may have dropped what this one uses, or use what this one drops.
func checkTypes(current *catalog.Database, ops []catalog.Op) error {
	next, err := current.Apply(current.Version, ops)
	if err != nil {
		return err
	}
	conflict := func(name string) error {
		return pgerr.New(pgerrcode.SerializationFailure, "a type that %q depends on was changed by another transaction", name).WithHint("Run the transaction again.")
	}
	for _, op := range ops {
		if op.PutType != nil && next.Exists(op.PutType.Name) {
			return conflict(op.PutType.Name.Name)
		}
	}
	if len(next.Types) == 0 && len(current.Types) == 0 {
		return nil
	}
	if err := checkEnums(next, ops); err != nil {
		return conflict(err.Error())
	}
	for name, t := range next.Tables {
		if slices.ContainsFunc(t.Columns, func(c catalog.Column) bool { return gone(next, c.Type) }) {
			return conflict(name.Name)
		}
	}
	return nil
}
