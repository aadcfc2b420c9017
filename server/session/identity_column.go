package session

import (
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/sql"
)

// identities refuses values for columns that are GENERATED ALWAYS AS IDENTITY, and has those for identity columns ignored where the statement says so
// (PostgreSQL's documentation, INSERT, "OVERRIDING SYSTEM VALUE").
func (st *statement) identities(c *sql.Insert) error {
	for i, at := range st.target.columns {
		column := &st.target.table.Columns[at]
		switch {
		case column.Identity == "" || c.Overriding == sql.OverridingSystem:
		case c.Overriding == sql.OverridingUser, c.Query != nil && c.AllDefault(i):
			if st.ignored == nil {
				st.ignored = make([]bool, len(st.target.columns))
			}
			st.ignored[i] = true
		case column.Identity == "a" && !c.DefaultValues && (c.Query != nil || !c.AllDefault(i)):
			return generatedAlways(column)
		}
	}
	return nil
}

func generatedAlways(c *catalog.Column) error {
	return pgerr.New(pgerrcode.GeneratedAlways, "cannot insert a non-DEFAULT value into column %q", c.Name).
		WithDetail("Column %q is an identity column defined as GENERATED ALWAYS.", c.Name).WithHint("Use OVERRIDING SYSTEM VALUE to override.")
}

// without is a target without the columns whose values are ignored.
func (t *target) without(ignored []bool) *target {
	if ignored == nil {
		return t
	}
	out := &target{table: t.table}
	for i, c := range t.columns {
		if !ignored[i] {
			out.columns = append(out.columns, c)
		}
	}
	return out
}

// without leaves columns of a batch out.
func without(b *vector.Batch, ignored []bool) *vector.Batch {
	if ignored == nil {
		return b
	}
	out := &vector.Batch{Len: b.Len}
	for i := range b.Cols {
		if !ignored[i] {
			out.Cols = append(out.Cols, b.Cols[i])
		}
	}
	return out
}
