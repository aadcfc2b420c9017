package session

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// dependent is an object that cannot stay when another one goes.
type dependent struct {
	what string // "view v"
	on   string // "table t"
}

// cascade drops what depends on an object, and says so, if that was asked for; otherwise the object stays (PostgreSQL: reportDependentObjects).
func (s *Session) cascade(object string, deps []dependent, asked bool) error {
	if len(deps) == 0 {
		return nil
	}
	if !asked {
		return pgerr.New(pgerrcode.DependentObjectsStillExist, "cannot drop %s because other objects depend on it", object).
			WithDetail("%s", listed(deps, func(d dependent) string { return d.what + " depends on " + d.on })).
			WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
	}
	if len(deps) == 1 {
		s.notice(pgerrcode.SuccessfulCompletion, "drop cascades to %s", deps[0].what)
		return nil
	}
	s.tell(pgerr.Notice(pgerrcode.SuccessfulCompletion, "drop cascades to %d other objects", len(deps)).
		WithDetail("%s", listed(deps, func(d dependent) string { return "drop cascades to " + d.what })))
	return nil
}

// listed has a line for each, up to PostgreSQL's limit.
func listed(deps []dependent, line func(dependent) string) string {
	var lines []string
	for _, d := range deps[:min(len(deps), maxDependents)] {
		lines = append(lines, line(d))
	}
	switch more := len(deps) - maxDependents; {
	case more == 1:
		lines = append(lines, "and 1 other object (see server log for list)")
	case more > 1:
		lines = append(lines, fmt.Sprintf("and %d other objects (see server log for list)", more))
	}
	return strings.Join(lines, "\n")
}

// object is a relation as messages name it: table t.
func (s *Session) object(db *catalog.Database, n catalog.Name) string {
	return fmt.Sprintf("%s %s", kindOf(db, n), s.shortName(n))
}

// viewsOn are the views that depend on a relation, oldest first.
func (s *Session) viewsOn(db *catalog.Database, n catalog.Name) []dependent {
	views := s.dependentViews(db, n)
	slices.SortStableFunc(views, func(a, b catalog.Name) int { return cmp.Compare(oidOf(db, a), oidOf(db, b)) })
	var out []dependent
	for _, v := range views {
		out = append(out, dependent{what: s.object(db, v), on: s.object(db, n)})
	}
	return out
}

// inSchema lists the relations of a schema but for sequences that go with a table, and what depends on them, oldest first.
func (s *Session) inSchema(db *catalog.Database, schema string) (names []catalog.Name, deps []dependent) {
	for _, n := range append(allIn(db, schema, false), allIn(db, schema, true)...) {
		if t, at := ownerOfSequence(db, n); t == nil || t.Columns[at].OwnedSequence() == nil {
			names = append(names, n)
		}
	}
	slices.SortFunc(names, func(a, b catalog.Name) int { return cmp.Compare(oidOf(db, a), oidOf(db, b)) })
	seen := map[string]bool{}
	add := func(d dependent) {
		if !seen[d.what] {
			seen[d.what] = true
			deps = append(deps, d)
		}
	}
	for _, n := range names {
		add(dependent{what: s.object(db, n), on: "schema " + schema})
	}
	for _, n := range names {
		for _, d := range s.viewsOn(db, n) {
			add(d)
		}
	}
	return names, deps
}

// oidOf is the OID of a relation; 0 if there is none of that name.
func oidOf(db *catalog.Database, n catalog.Name) uint32 {
	switch {
	case db.Tables[n] != nil:
		return db.Tables[n].OID
	case db.Views[n] != nil:
		return db.Views[n].OID
	case db.Sequences[n] != nil:
		return db.Sequences[n].OID
	}
	return 0
}
