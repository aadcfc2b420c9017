package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	catlog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

const (
	maxFlushFiles = 4         // files a flush writes at most
	fileBytes     = 256 << 20 // of rows in memory for one file, as far as maxFlushFiles allows
)

// source is one table of the engine to be written to Parquet.
type source struct {
	relation string
	schema   *catalog.Table // what its columns are
	above    int64          // rows with greater offsets
	rows     int64
	bytes    int64
}

// writeGenerations writes the rows of a flush to the store, uncommitted.
func (i *Ingest) writeGenerations(ctx context.Context, table uuid.UUID, work *sealed) ([]catalog.DataFile, int64, error) {
	sources := make([]source, 0, len(work.gens))
	for _, g := range work.gens {
		if g.rows > 0 {
			sources = append(sources, source{relation: g.relation(), schema: g.schema, above: work.from, rows: g.rows, bytes: g.bytes})
		}
	}
	files, err := i.writeFiles(ctx, table, work.schema, sources)
	rows := int64(0)
	for _, f := range files {
		rows += f.Rows
	}
	return files, rows, err
}

// writeFiles sorts rows by bucket, shard key and time and writes them to at most maxFlushFiles files below l0/<stream>/. Files that were written
// before an error are returned with it.
func (i *Ingest) writeFiles(ctx context.Context, table uuid.UUID, schema *catalog.Table, sources []source) ([]catalog.DataFile, error) {
	if len(sources) == 0 {
		return nil, nil
	}
	i.applying.Lock()
	db := i.engine
	i.applying.Unlock()
	conn, err := db.Conn()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	bytes := int64(0)
	for _, s := range sources {
		bytes += s.bytes
	}
	n := min(1+bytes/fileBytes, maxFlushFiles, int64(max(schema.Buckets, 1)))
	inner := unite(schema, sources)
	var out []catalog.DataFile
	for k := range n {
		query := inner
		if n > 1 {
			low, high := k*int64(schema.Buckets)/n, (k+1)*int64(schema.Buckets)/n-1
			query = fmt.Sprintf("SELECT * FROM (%s) AS u WHERE u._bucket BETWEEN %d AND %d", inner, low, high)
		}
		f, err := i.writeFile(ctx, conn, table, schema, query)
		if err != nil {
			return out, err
		}
		if f.Rows > 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

// unite reads several buffer tables as one with the columns of schema.
func unite(schema *catalog.Table, sources []source) string {
	selects := make([]string, len(sources))
	for n, s := range sources {
		cols := make([]string, 0, len(schema.Columns)+1)
		for _, c := range schema.Columns {
			name := hotColumn(c.ID)
			typ, _ := duck.Type(c.Type) // the buffer table could not have been made otherwise
			switch old := s.schema.Column(c.ID); {
			case old == nil:
				cols = append(cols, duck.MissingValue(c.Missing, c.Type)+" AS "+name)
			case old.Type != c.Type:
				cols = append(cols, "CAST("+name+" AS "+typ+") AS "+name)
			default:
				cols = append(cols, name)
			}
		}
		cols = append(cols, "_bucket")
		selects[n] = fmt.Sprintf("SELECT %s FROM %s WHERE _offset > %d", strings.Join(cols, ", "), s.relation, s.above)
	}
	return strings.Join(selects, " UNION ALL ")
}

// writeFile writes the rows of a query with columns c<id> and _bucket to a new object and describes it. The file is held in uploads, unless there is an error or it has
// no rows.
func (i *Ingest) writeFile(ctx context.Context, conn *engine.Conn, table uuid.UUID, schema *catalog.Table, query string) (f catalog.DataFile, err error) {
	f = catalog.DataFile{Path: catlog.DataDir(i.stream) + uuid.NewString() + ".parquet", Time: time.Now().UTC()}
	if err := describe(ctx, conn, schema, query, &f); err != nil {
		return f, fmt.Errorf("statistics: %w", err)
	}
	if f.Rows == 0 {
		return f, nil
	}
	cols, ids := make([]string, len(schema.Columns)), map[string]int32{}
	for n, c := range schema.Columns {
		cols[n] = duck.ToStorage("x."+hotColumn(c.ID), c.Type) + " AS " + duck.Ident(c.PhysicalName)
		ids[c.PhysicalName] = c.ID
	}
	order := []string{"x._bucket"}
	for _, id := range append(slices.Clone(schema.ShardKey), schema.TimeColumn) {
		if schema.Column(id) != nil {
			order = append(order, "x."+hotColumn(id))
		}
	}
	text := fmt.Sprintf("SELECT %s FROM (%s) AS x ORDER BY %s", strings.Join(cols, ", "), query, strings.Join(order, ", "))
	path := filepath.Join(i.cfg.SpoolDir, uuid.NewString()+".parquet")
	defer os.Remove(path) // gone after success
	rows, err := conn.CopyToParquet(ctx, text, path, engine.ParquetOptions{FieldIDs: ids})
	if err != nil {
		return f, err
	}
	if rows != f.Rows {
		return f, fmt.Errorf("wrote %d rows of %d", rows, f.Rows)
	}
	info, err := os.Stat(path)
	if err != nil {
		return f, err
	}
	f.Size = info.Size()
	i.uploads.hold(table, f.Path)
	defer func() {
		if err != nil {
			i.uploads.drop(table, f)
		}
	}()
	if err := i.deps.Store.PutFile(ctx, i.deps.Tables.DataKey(table, f.Path), path); err != nil {
		if errors.Is(err, storage.ErrFull) {
			return f, pgerr.New(pgerrcode.DiskFull, "no space left in the object store").WithCause(err)
		}
		return f, err
	}
	return f, nil
}

// describe computes a file's statistics, buckets and dates from the rows that go into it.
func describe(ctx context.Context, conn *engine.Conn, schema *catalog.Table, query string, f *catalog.DataFile) error {
	f.Buckets, f.Dates = [2]int32{0, -1}, [2]int32{1, 0}
	exprs := []string{"count(*)", "min(x._bucket)", "max(x._bucket)"}
	bounds := make([]int, len(schema.Columns)) // of the minimum among exprs; 0: none
	for n, c := range schema.Columns {
		name := "x." + hotColumn(c.ID)
		exprs = append(exprs, "count("+name+")")
		if low, high, ok := boundExprs(name, c.Type); ok {
			bounds[n] = len(exprs)
			exprs = append(exprs, low, high)
		}
	}
	rows, err := conn.Query(ctx, "SELECT "+strings.Join(exprs, ", ")+" FROM ("+query+") AS x", nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	batch, err := rows.Next(ctx)
	if err != nil {
		return err
	}
	f.Rows = batch.Cols[0].Int64s[0]
	if f.Rows > 0 && !batch.Cols[1].IsNull(0) {
		f.Buckets = [2]int32{batch.Cols[1].Int32s[0], batch.Cols[2].Int32s[0]}
	}
	f.Stats = make(map[int32]catalog.ColumnStats, len(schema.Columns))
	at := 3
	for n, c := range schema.Columns {
		s := catalog.ColumnStats{NullCount: f.Rows - batch.Cols[at].Int64s[0]}
		at++
		if bounds[n] > 0 {
			s.Min, s.Max = boundText(c.Type, &batch.Cols[at]), boundText(c.Type, &batch.Cols[at+1])
			if s.Min == nil || s.Max == nil {
				s.Min, s.Max = nil, nil
			}
			at += 2
		}
		if c.ID == schema.TimeColumn {
			f.Dates = dates(c.Type, s, batch, bounds[n])
		}
		f.Stats[c.ID] = s
	}
	if schema.Column(schema.TimeColumn) == nil { // ingestion time
		today := int32(f.Time.Unix() / (24 * 60 * 60))
		f.Dates = [2]int32{today, today}
	}
	if _, err := rows.Next(ctx); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
