package session

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/ingest"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	sizes "github.com/miniodb/miniodb/internal/units"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/sql"
)

// OIDs of the system relations; those of package server go on from there.
const (
	oidQueries uint32 = 15001 + iota
	oidTables
	oidFiles
	oidBuffers
	oidStreams
	OIDPools
	OIDNodes
)

func systemName(name string) catalog.Name { return catalog.Name{Schema: SystemSchema, Name: name} }

func compareNames(a, b catalog.Name) int {
	return cmp.Or(strings.Compare(a.Schema, b.Schema), strings.Compare(a.Name, b.Name))
}

// snapshots returns the current versions of all tables that are there to the end of the call.
func (n *Node) snapshots(ctx context.Context) ([]*catalog.Table, []*catalog.Snapshot, error) {
	db := n.catalog.Current()
	var tables []*catalog.Table
	var ids []uuid.UUID
	for _, name := range sortedNames(db.Tables) {
		tables, ids = append(tables, db.Tables[name]), append(ids, db.Tables[name].UUID)
	}
	all, err := n.tables.Snapshots(ctx, ids)
	if pgerr.Code(err) != pgerrcode.UndefinedTable {
		return tables, all, err
	}
	var left []*catalog.Table // one was dropped meanwhile
	all = all[:0]
	for _, t := range tables {
		s, err := n.tables.Snapshot(ctx, t.UUID)
		switch {
		case err == nil:
			left, all = append(left, t), append(all, s)
		case pgerr.Code(err) != pgerrcode.UndefinedTable:
			return nil, nil, err
		}
	}
	return left, all, nil
}

func tablesRelation(n *Node) *systemObject {
	return &systemObject{
		System: sql.System{Name: systemName("tables"), OID: oidTables, Columns: SystemColumns(
			"schema", sqltype.Name, "name", sqltype.Name, "uuid", sqltype.UUID, "version", sqltype.Int8, "files", sqltype.Int8, "l0_files", sqltype.Int8,
			"file_rows", sqltype.Int8, "bytes", sqltype.Int8, "buffered_rows", sqltype.Int8, "buffered_bytes", sqltype.Int8,
			"shard_key", sqltype.Text, "time_column", sqltype.Text, "buckets", sqltype.Int4,
			"buffer_size", sqltype.Text, "flush_interval", sqltype.Interval, "retention_days", sqltype.Int4, "backup_enabled", sqltype.Bool,
			"durability", sqltype.Text, "properties", sqltype.JSONB, "created", sqltype.Timestamptz, "comment", sqltype.Text)},
		rows: func(ctx context.Context, _ *Session, _ []*string) ([][]*string, error) {
			tables, snapshots, err := n.snapshots(ctx)
			if err != nil {
				return nil, err
			}
			buffers := n.buffers()
			out := make([][]*string, len(tables))
			for i, t := range tables {
				out[i] = tableRow(t, snapshots[i], buffers[t.UUID])
			}
			return out, nil
		},
	}
}

func tableRow(t *catalog.Table, s *catalog.Snapshot, b ingest.BufferStats) []*string {
	var rows, bytes, l0 int64
	for i := range s.Files {
		f := &s.Files[i]
		rows, bytes = rows+f.Rows, bytes+f.Size
		if f.Level == 0 {
			l0++
		}
	}
	var key []string
	for _, id := range t.ShardKey {
		if c := t.Column(id); c != nil {
			key = append(key, c.Name)
		}
	}
	var timeColumn, buffer, interval, retention, backup, properties, comment any
	if c := t.Column(t.TimeColumn); c != nil {
		timeColumn = c.Name
	}
	o := t.Options
	switch {
	case o.BufferRows > 0:
		buffer = o.BufferRows
	case o.BufferBytes > 0:
		buffer = sizes.Size(o.BufferBytes)
	}
	if o.FlushInterval > 0 {
		interval = o.FlushInterval
	}
	if o.RetentionDays > 0 {
		retention = o.RetentionDays
	}
	if o.BackupEnabled != nil {
		backup = *o.BackupEnabled
	}
	if len(o.Properties) > 0 {
		properties = jsonbText(o.Properties)
	}
	if t.Comment != "" {
		comment = t.Comment
	}
	durability := o.Durability
	if durability == "" {
		durability = "local"
	}
	return Row(t.Name.Schema, t.Name.Name, t.UUID, s.Version, len(s.Files), l0, rows, bytes, b.Rows, b.Bytes, strings.Join(key, ", "), timeColumn,
		t.Buckets, buffer, interval, retention, backup, durability, properties, t.Created, comment)
}

// jsonbText spells an object as PostgreSQL's jsonb does; nil if it cannot be.
func jsonbText(object map[string]string) any {
	data, err := json.Marshal(object)
	if err != nil {
		return nil
	}
	b := vector.NewBuilder([]vector.Type{vector.TypeOf(sqltype.Of(sqltype.JSONB))})
	if err := pgvalue.NewDecoder(pgvalue.Options{}).ParseText(b.Col(0), data); err != nil {
		return nil
	}
	return textOf(&b.Take().Cols[0], 0, pgvalue.NewEncoder(pgvalue.Settings{}))
}

func filesRelation(n *Node) *systemObject {
	return &systemObject{
		System: sql.System{Name: systemName("files"), OID: oidFiles, Columns: SystemColumns(
			"schema", sqltype.Name, "table_name", sqltype.Name, "path", sqltype.Text, "bytes", sqltype.Int8, "rows", sqltype.Int8, "level", sqltype.Int4,
			"first_bucket", sqltype.Int4, "last_bucket", sqltype.Int4, "first_date", sqltype.Date, "last_date", sqltype.Date, "modified", sqltype.Timestamptz)},
		rows: func(ctx context.Context, _ *Session, _ []*string) ([][]*string, error) {
			tables, snapshots, err := n.snapshots(ctx)
			if err != nil {
				return nil, err
			}
			var out [][]*string
			for i, t := range tables {
				for j := range snapshots[i].Files {
					if len(out) > maxSystemRows {
						return nil, tooManyRows(systemName("files"))
					}
					out = append(out, fileRow(t, &snapshots[i].Files[j]))
				}
			}
			return out, nil
		},
	}
}

func fileRow(t *catalog.Table, f *catalog.DataFile) []*string {
	var buckets, dates [2]any
	if f.Buckets[0] <= f.Buckets[1] {
		buckets = [2]any{f.Buckets[0], f.Buckets[1]}
	}
	if f.Dates[0] <= f.Dates[1] {
		day := func(d int32) string { return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly) }
		dates = [2]any{day(f.Dates[0]), day(f.Dates[1])}
	}
	return Row(t.Name.Schema, t.Name.Name, f.Path, f.Size, f.Rows, f.Level, buckets[0], buckets[1], dates[0], dates[1], f.Time)
}

func (n *Node) buffers() map[uuid.UUID]ingest.BufferStats {
	out := map[uuid.UUID]ingest.BufferStats{}
	for _, b := range n.ingest.Stats() {
		out[b.Table] = b
	}
	return out
}

func buffersRelation(n *Node) *systemObject {
	return &systemObject{
		System: sql.System{Name: systemName("buffers"), OID: oidBuffers, Columns: SystemColumns(
			"schema", sqltype.Name, "table_name", sqltype.Name, "generations", sqltype.Int4, "rows", sqltype.Int8, "bytes", sqltype.Int8, "bulk_files", sqltype.Int4,
			"oldest", sqltype.Timestamptz, "checkpoint", sqltype.Int8, "failures", sqltype.Int4, "last_error", sqltype.Text)},
		rows: func(context.Context, *Session, []*string) ([][]*string, error) {
			db, buffers := n.catalog.Current(), n.buffers()
			out := [][]*string{}
			for _, name := range sortedNames(db.Tables) {
				b, ok := buffers[db.Tables[name].UUID]
				if !ok {
					continue
				}
				out = append(out, Row(name.Schema, name.Name, b.Generations, b.Rows, b.Bytes, b.BulkFiles, b.Oldest, b.Checkpoint, b.Failures, b.LastError))
			}
			return out, nil
		},
	}
}

func streamsRelation(n *Node) *systemObject {
	return &systemObject{
		System: sql.System{Name: systemName("streams"), OID: oidStreams, Columns: SystemColumns(
			"id", sqltype.UUID, "node", sqltype.Text, "opened", sqltype.Timestamptz, "closed", sqltype.Bool,
			"first_offset", sqltype.Int8, "high_offset", sqltype.Int8, "wal_bytes", sqltype.Int8, "holders", sqltype.Int4)},
		rows: func(context.Context, *Session, []*string) ([][]*string, error) {
			own := n.ingest.StreamStats()
			streams := n.catalog.Current().Streams
			list := make([]*catalog.Stream, 0, len(streams))
			for _, s := range streams {
				list = append(list, s)
			}
			slices.SortFunc(list, func(a, b *catalog.Stream) int {
				return cmp.Or(a.Opened.Compare(b.Opened), strings.Compare(a.ID.String(), b.ID.String()))
			})
			out := make([][]*string, len(list))
			for i, s := range list {
				var first, high, size any // known of the node's own stream
				if s.ID == own.ID {
					first, high, size = own.First, own.Visible, own.WALBytes
				}
				out[i] = Row(s.ID, s.Node, s.Opened, s.Closed, first, high, size, 1)
			}
			return out, nil
		},
	}
}

// ownSystems registers what this package knows.
func (n *Node) ownSystems() error {
	for _, o := range append(statRelations(n), sslRelation(n), queriesRelation(n), tablesRelation(n), filesRelation(n), buffersRelation(n), streamsRelation(n)) {
		if err := n.systems.addRelation(o); err != nil {
			return err
		}
	}
	return nil
}
