package session

import (
	"slices"
	"strings"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/sql"
)

// viewsOfColumn lists the views that name a column (by its index) of a table as it is in the transaction's catalog, directly or through other views,
// in a stable order.
func (s *Session) viewsOfColumn(t *catalog.Table, at int) []catalog.Name {
	db := s.database()
	known := db.Tables[t.Name]
	if known == nil {
		return nil
	}
	i := slices.IndexFunc(known.Columns, func(c catalog.Column) bool { return c.ID == t.Columns[at].ID })
	if i < 0 { // added by this statement
		return nil
	}
	var out []catalog.Name
	for name, v := range definitions(db) {
		if slices.Contains(s.columnsUsed(v, known), int16(i+1)) {
			out = append(out, name)
		}
	}
	slices.SortFunc(out, func(a, b catalog.Name) int { return strings.Compare(a.String(), b.String()) })
	return out
}

// columnsUsed lists the numbers, from 1, of the columns of a table that a view names, directly or through other views.
func (s *Session) columnsUsed(v *catalog.View, t *catalog.Table) []int16 {
	sel, err := s.viewSelect(s.database(), v)
	if err != nil {
		return nil
	}
	var out []int16
	for _, u := range sel.Uses {
		if u.Table != nil && u.Table.UUID == t.UUID {
			out = append(out, u.Columns...)
		}
	}
	return out
}

func (s *Session) viewSelect(db *catalog.Database, v *catalog.View) (*sql.Select, error) {
	stmts, err := sql.Parse(v.Query)
	if err != nil {
		return nil, err
	}
	q, ok := stmts[0].Command.(*sql.Query)
	if !ok {
		return nil, noRelation(v.Name)
	}
	r := &resolver{db: db, systems: s.node.systems, used: map[catalog.Name]bool{}}
	return sql.Rewrite(q, sql.Env{Resolver: r, Session: s.info(), Unexpanded: true})
}

// foreignKey names a key of a table.
type foreignKey struct {
	table catalog.Name
	key   string
}

// foreignKeysOf lists the foreign keys, those of the table itself aside, that reference columns of it which match.
func (s *Session) foreignKeysOf(t *catalog.Table, match func(columns []string) bool) []foreignKey {
	var primary []string
	for _, k := range t.Keys {
		if k.Kind == catalog.PrimaryKey {
			for _, id := range k.Columns {
				primary = append(primary, t.Column(id).Name)
			}
		}
	}
	var out []foreignKey
	for name, o := range s.database().Tables {
		for _, k := range o.Keys {
			columns := k.RefColumns
			if columns == nil {
				columns = primary
			}
			if k.Kind == catalog.ForeignKey && o.UUID != t.UUID && k.References != nil && *k.References == t.Name && match(columns) {
				out = append(out, foreignKey{table: name, key: k.Name})
			}
		}
	}
	slices.SortFunc(out, func(a, b foreignKey) int { return strings.Compare(a.table.String()+a.key, b.table.String()+b.key) })
	return out
}

// cascade drops views, and foreign keys of other tables.
func (a *alteration) cascade(views []catalog.Name, foreign []foreignKey) {
	for _, v := range views {
		a.ops = append(a.ops, dropView(a.s.database(), v))
	}
	tables := map[catalog.Name]*catalog.Table{}
	for _, k := range foreign {
		t := tables[k.table]
		if t == nil {
			t = cloneTable(a.s.database().Tables[k.table])
			tables[k.table] = t
			a.ops = append(a.ops, catalog.Op{PutTable: t})
		}
		t.Keys = slices.DeleteFunc(t.Keys, func(o catalog.Key) bool { return o.Name == k.key })
	}
}

// keepViews has the views that mean all columns of the table (by a star or a natural join) mean those that it had, but for the dropped ones.
func (a *alteration) keepViews(dropped []catalog.Name) error {
	var columns []sql.RenamedColumn
	for _, c := range a.s.database().Tables[a.table.Name].Columns {
		if now := a.table.Column(c.ID); now != nil {
			columns = append(columns, sql.RenamedColumn{Old: c.Name, New: c.Name})
		}
	}
	for name, v := range definitions(a.s.database()) {
		if all, err := sql.ReadsAllColumns(v.Query, a.table.Name); err != nil || !all || slices.Contains(dropped, name) {
			continue
		}
		text, changed, err := sql.RewriteView(v.Query, sql.ViewChange{From: a.table.Name, To: a.table.Name, Columns: columns})
		if err != nil {
			return err
		}
		if changed {
			if err := a.s.addOps(redefine(a.s.database(), v, text)); err != nil {
				return err
			}
		}
	}
	return nil
}
