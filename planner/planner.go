// Package planner turns a rewritten query and a snapshot into the text that DuckDB runs.
//
// It is pure: no I/O, no clock, no engine; the same input gives the same plan, which golden files hold. It decides which
// files can be left out (prune.go), what a scan of files and buffered rows looks like, and when a query is computed
// part by part (text.go). server/session pins the snapshot and runs the result.
package planner

import (
	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/sql"
)

// Input is a query with the rows its scans may read.
type Input struct {
	Query   *sql.Select
	Tables  []Table   // one for each of Query.Scans
	Systems []string  // one for each of Query.Systems: the query that gives its rows
	Params  []*string // bound parameters as PostgreSQL text; nil: NULL
}

// Table is what one scan of a query can see of its table.
type Table struct {
	Files []catalog.DataFile // of the pinned version, and bulk files that wait for the log
	Parts []Part             // buffered rows
}

// Part is one relation of buffered rows in DuckDB, with columns _offset and c<column id>.
type Part struct {
	Relation  string         // quoted and qualified
	Low, High int64          // rows with Low < _offset <= High belong to the snapshot
	Schema    *catalog.Table // the table's schema when the relation was made; columns added later are absent
}

// Plan is a query that DuckDB can run once every file is at hand.
type Plan struct {
	Scans   []Scan
	query   *sql.Select
	systems []string
	// Branched says that the query is computed for each part of its table and then merged.
	Branched bool
}

// Scan is what the plan reads for one reference to a table.
type Scan struct {
	Table   *catalog.Table
	Columns []int32            // ids to read, in table order; empty: rows only
	Files   []catalog.DataFile // that can match
	Total   int                // files before pruning
	Parts   []Part
}

// New makes the plan.
func New(in Input) *Plan {
	p := &Plan{query: in.Query, systems: in.Systems, Scans: make([]Scan, len(in.Query.Scans))}
	for i, s := range in.Query.Scans {
		files := prune(s, in.Tables[i].Files, in.Params)
		p.Scans[i] = Scan{
			Table: s.Table, Columns: columns(s), Files: files, Total: len(in.Tables[i].Files), Parts: in.Tables[i].Parts,
		}
	}
	if b := in.Query.Shape.Branch; b != nil && p.Scans[0].branches() > 1 {
		p.Branched = true
	}
	return p
}

// Frozen reports whether the plan reads nothing that can change while its text stays the same: files, and no buffered rows.
func (p *Plan) Frozen() bool {
	for i := range p.Scans {
		if len(p.Scans[i].Parts) > 0 {
			return false
		}
	}
	return len(p.systems) == 0 && !p.query.Calls
}

// Tableless reports whether the plan reads no table at all: no value of a parameter can make it read less.
func (p *Plan) Tableless() bool { return len(p.Scans) == 0 }

// columns lists the ids a scan must produce, in table order.
func columns(s sql.Scan) []int32 {
	wanted := map[int32]bool{}
	for _, id := range s.Columns {
		wanted[id] = true
	}
	ids := make([]int32, 0, len(s.Table.Columns))
	for _, c := range s.Table.Columns {
		if s.Columns == nil || wanted[c.ID] {
			ids = append(ids, c.ID)
		}
	}
	return ids
}
