package sql

import (
	"slices"

	"github.com/miniodb/miniodb/catalog"
)

// Use is one reference to a relation: what the caller must have the privilege to read. A view is one, and so is each relation in it.
type Use struct {
	Table  *catalog.Table // or View, or System: one is set
	View   *catalog.View
	System *System
	// Columns are the numbers of the columns that the query names, wherever it does, from 1 and ascending; * names them all. None: any one will do.
	Columns []int16
	// Via is the view in whose text the reference stands: its owner must have the privilege. nil: whoever runs the query.
	Via *catalog.View
}

// relationUse is a Use in the making.
type relationUse struct {
	Use
	read map[int16]bool
}

func (t *translator) addUse(u Use) *relationUse {
	if n := len(t.within); n > 0 {
		u.Via = t.within[n-1]
	}
	out := &relationUse{Use: u, read: map[int16]bool{}}
	t.uses = append(t.uses, out)
	return out
}

// watch has the columns of a relation noted when they are named.
func (u *relationUse) watch(cols []*scopeCol) {
	for i, c := range cols {
		c.of, c.number = u, int16(i+1)
	}
}

func (u *relationUse) finish() Use {
	out := u.Use
	for n := range u.read {
		out.Columns = append(out.Columns, n)
	}
	slices.Sort(out.Columns)
	return out
}
