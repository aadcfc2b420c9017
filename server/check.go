package server

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog/index/bolt"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/ingest/wal"
	"github.com/miniodb/miniodb/storage/local"
)

// Check compares logs, index, objects and the WAL of a stopped server and reports what it finds. Findings are an error. Nothing is
// changed, except that a torn tail of the WAL is cut, as any start of the server does.
func Check(ctx context.Context, cfg *config.Config, out io.Writer) (err error) {
	dir, err := openDataDir(cfg.Server.DataDir, cfg.Server.NodeID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	store, err := local.New(dir.store())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	index, err := bolt.Open(dir.index(), zerolog.Nop())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	report, err := cataloglog.Check(ctx, store, index, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "catalog: version %d, %d tables\ntable logs: %d versions, %d files, %d rows, %d bytes\n",
		report.CatalogVersion, report.Tables, report.Commits, report.Files, report.Rows, report.Bytes)
	if report.OrphanCount > 0 {
		fmt.Fprintf(out, "orphans: %d objects, %d bytes\n", report.OrphanCount, report.OrphanBytes)
	}
	for _, p := range report.Problems {
		fmt.Fprintln(out, "problem:", p)
	}
	findings := report.ProblemCount
	if err := checkWAL(dir.wal(), out); err != nil {
		fmt.Fprintf(out, "wal: %v\n", err)
		findings++
	}
	if findings > 0 {
		return fmt.Errorf("check: %d problems found", findings)
	}
	fmt.Fprintln(out, "no problems found")
	return nil
}

// checkWAL reads every record.
func checkWAL(dir string, out io.Writer) error {
	w, err := wal.Open(wal.Config{Dir: dir})
	if err != nil {
		return err
	}
	records := 0
	err = w.Replay(w.First(), func(int64, []byte) error { records++; return nil })
	if err == nil {
		fmt.Fprintf(out, "wal: stream %s, %d records, offsets %d to %d, %d bytes\n", w.Stream(), records, w.First(), w.Durable(), w.Bytes())
	}
	return errors.Join(err, w.Close())
}
