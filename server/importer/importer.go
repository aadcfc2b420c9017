// Package importer loads files into a table of a running server: it is `miniodb import`.
//
// It owns the reading of CSV, Parquet and JSON-lines files through a private engine, the matching of their columns with the table's, the
// COPY in binary format that carries the rows, and the progress line. It is a client: it opens no data directory and everything it
// writes goes through PostgreSQL's protocol, so a file is imported whole or not at all. server.Import calls it.
package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/units"
)

// closeTimeout bounds the good-bye to the server.
const closeTimeout = 5 * time.Second

// Options say what to import and where to.
type Options struct {
	Table  string   // name, or schema.name; folded to lower case unless quoted
	Create bool     // make the table from the first file's schema
	Format string   // csv, parquet or json; "": by each file's extension
	Files  []string // at least one

	URL      string // postgres://...; overrides the four below
	Host     string // "": PGHOST, then 127.0.0.1
	Port     int    // 0: PGPORT, then 5432
	User     string // "": PGUSER, then miniodb
	Database string // "": PGDATABASE, then miniodb

	MemoryLimit units.Size // for reading files; 0: 1 GB
	Out         io.Writer  // progress and summary
	Terminal    bool       // Out is a terminal: show a progress bar
}

// Validate reports what cannot be imported before anything is opened.
func (o *Options) Validate() error {
	if o.Table == "" {
		return errors.New("import: --table is missing")
	}
	if _, err := quoteName(o.Table); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if len(o.Files) == 0 {
		return errors.New("import: name at least one file")
	}
	for _, f := range o.Files {
		info, err := os.Stat(f)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("import: %s: no such file", f)
		case err != nil:
			return fmt.Errorf("import: %w", err)
		case !info.Mode().IsRegular():
			return fmt.Errorf("import: %s is not a file", f)
		}
		if _, err := formatOf(f, o.Format); err != nil {
			return fmt.Errorf("import: %w", err)
		}
	}
	return nil
}

// Run imports every file, each in a COPY of its own, in the order given. After an error the files before the faulty one are imported and
// the message says so.
func Run(ctx context.Context, o Options) error {
	if err := o.Validate(); err != nil {
		return err
	}
	conn, err := connect(ctx, &o)
	if err != nil {
		return err
	}
	defer func() {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		_ = conn.Close(bye) // everything that matters was answered before
	}()
	db, err := openEngine(&o)
	if err != nil {
		return err
	}
	defer db.Close()

	im := &importer{opts: &o, conn: conn, db: db, progress: newProgress(o.Out, o.Terminal)}
	if im.table, err = quoteName(o.Table); err != nil {
		return err
	}
	for i, file := range o.Files {
		if err := im.file(ctx, file, i == 0 && o.Create); err != nil {
			im.progress.stop()
			if i > 0 {
				return fmt.Errorf("import %s: %w (the %d files before it were imported)", file, describe(err), i)
			}
			return fmt.Errorf("import %s: %w", file, describe(err))
		}
	}
	im.progress.finish(o.Table, len(o.Files))
	return nil
}

type importer struct {
	opts     *Options
	conn     *pgconn.PgConn
	db       *engine.DB
	table    string // quoted
	progress *progress
}

// openEngine opens an engine that may read the files' directories and spill to a temporary one of its own making.
func openEngine(o *Options) (*engine.DB, error) {
	cfg := engine.Config{MemoryLimit: int64(o.MemoryLimit)}
	if cfg.MemoryLimit == 0 {
		cfg.MemoryLimit = int64(units.GB)
	}
	seen := map[string]bool{}
	for i, f := range o.Files {
		path, err := filepath.Abs(f)
		if err == nil {
			path, err = filepath.EvalSymlinks(path)
		}
		if err != nil {
			return nil, fmt.Errorf("import %s: %w", f, err)
		}
		o.Files[i] = path
		if dir := filepath.Dir(path); !seen[dir] {
			seen[dir] = true
			cfg.AllowedDirs = append(cfg.AllowedDirs, dir)
		}
	}
	db, err := engine.Open(cfg)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	return db, nil
}

// file imports one file in one COPY.
func (im *importer) file(ctx context.Context, path string, create bool) error {
	reader, err := im.db.Conn()
	if err != nil {
		return err
	}
	defer reader.Close()
	src, err := openSource(ctx, reader, path, im.opts.Format)
	if err != nil {
		return err
	}
	if create {
		if err := im.exec(ctx, createTable(im.table, src.columns)); err != nil {
			return err
		}
	}
	target, err := describeTable(ctx, im.conn, im.table)
	if err != nil {
		return err
	}
	plan, err := match(src, target)
	if err != nil {
		return err
	}
	total, err := src.rows(ctx, reader)
	if err != nil {
		return err
	}
	rows, err := reader.Query(ctx, plan.query, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	for i, c := range rows.Columns() {
		if c.Type.Kind != plan.types[i].Kind {
			return fmt.Errorf("column %s: the engine gives %s where the table has %s", plan.columns[i], c.Type.SQL, plan.types[i].SQL)
		}
	}
	im.progress.start(filepath.Base(path), total)
	defer im.progress.stop()
	r := newCopyReader(ctx, rows, plan.types, im.progress.add)
	tag, err := im.conn.CopyFrom(ctx, r, fmt.Sprintf("COPY %s (%s) FROM STDIN (FORMAT binary)", im.table, strings.Join(plan.columns, ", ")))
	if r.err != nil { // the file is at fault; the server only says that the client gave up
		return r.err
	}
	if err != nil {
		return err
	}
	if tag.RowsAffected() != r.sent {
		return fmt.Errorf("the server counted %d rows of %d", tag.RowsAffected(), r.sent)
	}
	im.progress.done(r.sent)
	return nil
}

func (im *importer) exec(ctx context.Context, sql string) error {
	_, err := im.conn.Exec(ctx, sql).ReadAll()
	return err
}

// describe turns an error of the connection into a line for a person.
func describe(err error) error {
	var pe *pgconn.PgError
	switch {
	case !errors.As(err, &pe):
		return err
	case pe.Code == pgerrcode.DuplicateTable:
		return fmt.Errorf("%s; leave out --create to add rows to it", pe.Message)
	}
	msg := pe.Message
	for _, more := range []string{pe.Where, pe.Detail, pe.Hint} {
		if more != "" {
			msg += " (" + more + ")"
		}
	}
	return fmt.Errorf("%s, SQLSTATE %s", msg, pe.Code)
}
