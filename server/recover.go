package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/backup"
	"github.com/miniodb/miniodb/catalog/index"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/ingest"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// RecoverOptions say what Recover does: exactly one of List, FromStorage and Backup is given.
type RecoverOptions struct {
	List        bool   // print the backups of metadata
	FromStorage bool   // rebuild the index from the logs
	Backup      string // bring catalog and table logs back from the backup of this name
	DryRun      bool   // with Backup: only say what would be done
}

func (o *RecoverOptions) validate() error {
	jobs := 0
	for _, chosen := range []bool{o.List, o.FromStorage, o.Backup != ""} {
		if chosen {
			jobs++
		}
	}
	switch {
	case jobs != 1:
		return errors.New("recover: give one of --list, --from-storage and --backup NAME")
	case o.DryRun && o.Backup == "":
		return errors.New("recover: --dry-run goes with --backup NAME")
	}
	return nil
}

// Recover repairs what a server stands on while no server runs on the data directory, and prints what it does.
func Recover(ctx context.Context, cfg *config.Config, o RecoverOptions, log zerolog.Logger, out io.Writer) (err error) {
	if err := o.validate(); err != nil {
		return err
	}
	if !cfg.Shared() { // where another directory is meant, none is made
		if _, err := os.Stat(filepath.Join(cfg.Server.DataDir, "store")); err != nil {
			return fmt.Errorf("recover: %s is not a data directory with a store: %w", cfg.Server.DataDir, reason(err))
		}
	}
	dir, err := openDataDir(cfg.Server.DataDir, cfg.Server.NodeID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	stores, err := openStores(ctx, cfg, dir, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	r := &recovery{dir: dir, stores: stores, log: log, out: out, tables: cataloglog.NewTables(stores.objects, stores.index, "", dir.node, log)}
	switch {
	case o.List:
		err = r.list(ctx)
	case o.FromStorage:
		err = r.fromStorage(ctx)
	default:
		err = r.fromBackup(ctx, o.Backup, o.DryRun)
	}
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	return nil
}

// recovery is one run of Recover.
type recovery struct {
	dir    *dataDir
	stores *stores
	tables *cataloglog.Tables
	log    zerolog.Logger
	out    io.Writer
}

func (r *recovery) manager(c *cataloglog.Catalog) *backup.Manager {
	return backup.New(Version, backup.Deps{Store: r.stores.objects, Catalog: c, Tables: r.tables, Log: r.log})
}

func (r *recovery) list(ctx context.Context) error {
	all, err := r.manager(nil).List(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(r.out, "there are no backups of metadata")
	}
	for i := range all {
		b := &all[i]
		if b.Version == 0 { // the header cannot be read
			fmt.Fprintf(r.out, "%s  %s\n", b.Name, b.Status)
			continue
		}
		fmt.Fprintf(r.out, "%s  catalog version %d, %d tables, %d files, by %s  %s\n", b.Name, b.CatalogVersion, b.Tables, b.Files, b.Node, b.Description)
	}
	return nil
}

// fromStorage makes the index what the logs say, whatever it was.
func (r *recovery) fromStorage(ctx context.Context) error {
	c, err := cataloglog.OpenCatalog(ctx, r.stores.objects, nil, "", r.dir.node, r.log)
	if err != nil {
		return fmt.Errorf("%w. The index is rebuilt from the catalog log; without that a backup helps: miniodb recover --list", err)
	}
	d := c.Current()
	if d.Version < 0 {
		return errors.New("there is no catalog log. If there should be one: miniodb recover --list")
	}
	fmt.Fprintf(r.out, "catalog: version %d, %d tables\n", d.Version, len(d.Tables))
	if err := r.resetCatalog(ctx, d.Version); err != nil {
		return err
	}
	indexed, err := r.stores.index.Tables(ctx)
	if err != nil {
		return err
	}
	for _, id := range indexed {
		if d.TableByUUID(id) == nil {
			if err := r.stores.index.Drop(ctx, id); err != nil {
				return err
			}
			fmt.Fprintf(r.out, "index: %s is no table, removed\n", id)
		}
	}
	failed := 0
	for _, name := range slices.SortedFunc(maps.Keys(d.Tables), func(a, b catalog.Name) int { return strings.Compare(a.String(), b.String()) }) {
		s, err := r.tables.Rebuild(ctx, d.Tables[name].UUID)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
			fmt.Fprintf(r.out, "problem: table %s: %v\n", name, err)
			continue
		}
		rows := int64(0)
		for i := range s.Files {
			rows += s.Files[i].Rows
		}
		fmt.Fprintf(r.out, "table %s: version %d, %d files, %d rows\n", name, s.Version, len(s.Files), rows)
	}
	if failed > 0 {
		return fmt.Errorf("%d tables could not be read; a backup may bring them back: miniodb recover --list", failed)
	}
	fmt.Fprintln(r.out, "index rebuilt from the logs")
	return nil
}

// resetCatalog sets the index's version of the catalog log.
func (r *recovery) resetCatalog(ctx context.Context, version int64) error {
	const tries = 10 // servers that share the index may move it meanwhile
	for range tries {
		state, err := r.stores.index.State(ctx, nil)
		if err != nil {
			return err
		}
		if state.Catalog.Version <= version {
			return r.stores.index.AdvanceCatalog(ctx, version)
		}
		if err = r.stores.index.ResetCatalog(ctx, version, state.Catalog.Version); !errors.Is(err, index.ErrVersion) {
			return err
		}
	}
	return fmt.Errorf("the index's version of the catalog was changed by others %d times", tries)
}

// fromBackup brings catalog log, table logs and index back. What is left of the catalog log, and the numbers in the write-ahead log, count too.
func (r *recovery) fromBackup(ctx context.Context, name string, dry bool) error {
	b, err := r.manager(nil).Load(ctx, name)
	if err != nil {
		return err
	}
	c, faults, err := cataloglog.SalvageCatalog(ctx, r.stores.objects, r.stores.index, "", r.dir.node, r.log, b.Catalog)
	if err != nil {
		return err
	}
	offline := &backup.Offline{Faults: faults, Buffered: map[uuid.UUID]map[int32]backup.Range{}}
	if _, err := os.Stat(filepath.Join(r.dir.wal(), "STREAM")); err == nil {
		scanned, err := ingest.Scan(r.dir.wal())
		if err != nil {
			return err
		}
		for table, columns := range scanned.Ranges {
			offline.Buffered[table] = map[int32]backup.Range{}
			for column, v := range columns {
				offline.Buffered[table][column] = backup.Range{Min: v[0], Max: v[1]}
			}
		}
		offline.Stream = &catalog.Stream{ID: scanned.Stream, Node: r.dir.node, Opened: time.Now().UTC()}
		fmt.Fprintf(r.out, "wal: stream %s, %d records\n", scanned.Stream, scanned.Records)
	}
	steps, err := r.manager(c).Recover(ctx, name, dry, offline)
	for _, s := range steps {
		fmt.Fprintf(r.out, "%s %s: %s", s.Kind, s.Object, s.Action)
		if s.Detail != "" {
			fmt.Fprintf(r.out, " (%s)", s.Detail)
		}
		fmt.Fprintln(r.out)
	}
	if err != nil {
		return detailed(err)
	}
	if dry {
		fmt.Fprintln(r.out, "dry run: nothing was changed")
		return nil
	}
	fmt.Fprintf(r.out, "recovered: catalog version %d, %d tables\n", c.Current().Version, len(c.Current().Tables))
	return nil
}

// detailed adds detail and hint to an error that is shown on one line.
func detailed(err error) error {
	var e *pgerr.Error
	if !errors.As(err, &e) || e.Detail == "" && e.Hint == "" {
		return err
	}
	return fmt.Errorf("%w. %s %s", err, e.Detail, e.Hint)
}
