package backup

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
)

// Table is one version of a table's log.
type Table struct {
	UUID        uuid.UUID           `json:"uuid"`
	Name        catalog.Name        `json:"name"`
	Version     int64               `json:"version"`
	Schema      *catalog.Table      `json:"schema"` // as of the version's metadata
	Checkpoints map[uuid.UUID]int64 `json:"checkpoints"`
	Files       []File              `json:"files"`
}

// File is one live file. Stats are by column id.
type File struct {
	Path    string           `json:"path"` // relative to the table's directory
	Size    int64            `json:"size"`
	Rows    int64            `json:"rows"`
	Level   int              `json:"level"`
	Time    time.Time        `json:"time"`
	Buckets [2]int32         `json:"buckets"`
	Dates   [2]int32         `json:"dates"`
	Stats   map[int32]Bounds `json:"stats,omitempty"`
}

// Bounds are a column's statistics.
type Bounds struct {
	Min   *string `json:"min,omitempty"`
	Max   *string `json:"max,omitempty"`
	Nulls int64   `json:"nulls"`
}

func tableOf(name catalog.Name, s *catalog.Snapshot) *Table {
	t := &Table{UUID: s.Table, Name: name, Version: s.Version, Schema: s.Schema, Checkpoints: s.Checkpoints, Files: make([]File, 0, len(s.Files))}
	for i := range s.Files {
		f := &s.Files[i]
		out := File{Path: f.Path, Size: f.Size, Rows: f.Rows, Level: f.Level, Time: f.Time, Buckets: f.Buckets, Dates: f.Dates}
		if len(f.Stats) > 0 {
			out.Stats = make(map[int32]Bounds, len(f.Stats))
			for id, c := range f.Stats {
				out.Stats[id] = Bounds{Min: c.Min, Max: c.Max, Nulls: c.NullCount}
			}
		}
		t.Files = append(t.Files, out)
	}
	return t
}

// Snapshot is the inverse of tableOf.
func (t *Table) Snapshot() *catalog.Snapshot {
	s := &catalog.Snapshot{Table: t.UUID, Version: t.Version, Schema: t.Schema, Checkpoints: t.Checkpoints}
	for i := range t.Files {
		f := &t.Files[i]
		out := catalog.DataFile{Path: f.Path, Size: f.Size, Rows: f.Rows, Level: f.Level, Time: f.Time, Buckets: f.Buckets, Dates: f.Dates}
		if len(f.Stats) > 0 {
			out.Stats = make(map[int32]catalog.ColumnStats, len(f.Stats))
			for id, b := range f.Stats {
				out.Stats[id] = catalog.ColumnStats{Min: b.Min, Max: b.Max, NullCount: b.Nulls}
			}
		}
		s.Files = append(s.Files, out)
	}
	return s
}

func (t *Table) part() string { return fmt.Sprintf("table %s %s", t.Name, t.UUID) }

// valid refuses what no backup writes, so that nobody else needs to look.
func (t *Table) valid() bool {
	if t.Schema == nil || t.Schema.UUID != t.UUID || t.Version < 0 {
		return false
	}
	for i := range t.Files {
		f := &t.Files[i]
		if f.Path == "" || path.Clean(f.Path) != f.Path || strings.HasPrefix(f.Path, "/") || strings.HasPrefix(f.Path, "..") || f.Size < 0 || f.Rows < 0 {
			return false
		}
	}
	return true
}
