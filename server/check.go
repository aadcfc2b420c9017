package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rs/zerolog"

	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/ingest/wal"
)

// Check compares logs, index, objects and the WAL of a stopped server and reports what it finds. Findings are an error. Nothing is
// changed, except that a torn tail of the WAL is cut, as any start of the server does.
func Check(ctx context.Context, cfg *config.Config, out io.Writer) (err error) {
	if _, err := os.Stat(filepath.Join(cfg.Server.DataDir, "format")); err != nil {
		return fmt.Errorf("%s is not a data directory: %w", cfg.Server.DataDir, reason(err))
	}
	dir, err := openDataDir(cfg.Server.DataDir, cfg.Server.NodeID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	stores, err := openStores(ctx, cfg, dir, zerolog.Nop())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	report, err := cataloglog.Check(ctx, stores.objects, stores.index, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "catalog: version %d, %d tables\ntable logs: %d versions, %d files, %d rows, %d bytes\n",
		report.CatalogVersion, report.Tables, report.Commits, report.Files, report.Rows, report.Bytes)
	if report.OrphanCount > 0 {
		fmt.Fprintf(out, "orphans: %d objects, %d bytes", report.OrphanCount, report.OrphanBytes)
		if report.UnownedCount > 0 {
			fmt.Fprintf(out, ", %d of them in places that cleaning leaves alone", report.UnownedCount)
		}
		fmt.Fprintln(out)
	}
	for _, p := range report.Problems {
		fmt.Fprintln(out, "problem:", p)
	}
	findings := report.ProblemCount
	if err := checkWAL(ctx, dir, stores, out); err != nil {
		fmt.Fprintf(out, "problem: wal: %v\n", err)
		findings++
	}
	if findings > 0 {
		return fmt.Errorf("check: %d problems found", findings)
	}
	fmt.Fprintln(out, "no problems found")
	return nil
}

// checkWAL reads every record and compares the log with what catalog and tables say of it.
func checkWAL(ctx context.Context, dir *dataDir, stores *stores, out io.Writer) (err error) {
	w, err := wal.Open(wal.Config{Dir: dir.wal()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	records := 0
	if err := w.Replay(w.First(), func(int64, []byte) error { records++; return nil }); err != nil {
		return err
	}
	fmt.Fprintf(out, "wal: stream %s, %d records, offsets %d to %d, %d bytes\n", w.Stream(), records, w.First(), w.Durable(), w.Bytes())
	cat, err := cataloglog.OpenCatalog(ctx, stores.objects, stores.index, "", dir.node, zerolog.Nop())
	if err != nil {
		return err
	}
	for id, s := range cat.Current().Streams {
		if s.Node == dir.node && !s.Closed && id != w.Stream() {
			return fmt.Errorf("stream %s is open on this node and its log is not here: acknowledged rows are missing", id)
		}
	}
	tables := cataloglog.NewTables(stores.objects, stores.index, "", dir.node, zerolog.Nop())
	for name, t := range cat.Current().Tables {
		s, err := tables.Snapshot(ctx, t.UUID)
		if err != nil {
			return err
		}
		if c := s.Checkpoints[w.Stream()]; c > w.Durable() {
			return fmt.Errorf("the log ends at offset %d but table %s holds rows up to %d: the log is an old copy", w.Durable(), name, c)
		}
	}
	return nil
}
