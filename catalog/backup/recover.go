package backup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"golang.org/x/sync/errgroup"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Range is the smallest and the largest value of a column.
type Range struct{ Min, Max int64 }

// Offline is what a recovery of a stopped server knows beside the backup.
type Offline struct {
	Faults   []string                      // of the catalog log, which was salvaged
	Stream   *catalog.Stream               // of the write-ahead log that the server will open; nil: none
	Buffered map[uuid.UUID]map[int32]Range // by table and column: of integer columns of rows in the write-ahead log
}

// Recover brings the database to what a backup says, or only says how (dry). Steps are in the order in which they are taken.
//
// Errors: those of Load; 55006 while another recovery runs; 58P01 with a list if a table's log has to be written anew and its files are not all there;
// 42P07 if names are taken. After any of these nothing has changed. After others it may have begun and may be repeated.
func (m *Manager) Recover(ctx context.Context, name string, dry bool, offline *Offline) ([]Step, error) {
	if !m.recovering.TryLock() {
		return nil, pgerr.New(pgerrcode.ObjectInUse, "another recovery of metadata is running")
	}
	defer m.recovering.Unlock()
	b, err := m.Load(ctx, name)
	if err != nil {
		return nil, err
	}
	now, fault, err := m.deps.Catalog.Look(ctx)
	if err != nil {
		return nil, err
	}
	whole := fault == ""
	if offline != nil {
		whole = whole && len(offline.Faults) == 0
		fault = strings.Join(slices.Concat(offline.Faults, slices.DeleteFunc([]string{fault}, func(s string) bool { return s == "" })), ", ")
	} else if whole {
		if fault, err = m.deps.Catalog.Lost(ctx); err != nil { // memory has what is lost
			return nil, err
		}
	}
	states, err := m.examine(ctx, b, now, whole && !precedes(now, b.Catalog))
	if err != nil {
		return nil, err
	}
	if offline != nil {
		for id, columns := range offline.Buffered {
			if st := states[id]; st != nil {
				st.buffered = columns
			}
		}
	}
	target, steps, err := merge(b, now, whole, states)
	if err != nil {
		return nil, err
	}
	lost := unrecoverable(states)
	if len(lost) > 0 && !dry {
		return nil, pgerr.New(pgerrcode.UndefinedFile, "%d tables cannot be recovered, nothing was changed", len(lost)).WithDetail("%s.", listed(lost)).
			WithHint("CALL recover_metadata('%s', mode => 'dry_run') shows every object. Put the files back, or use another backup.", name)
	}
	for i := range steps {
		if s := &steps[i]; s.Kind == "table" && slices.ContainsFunc(lost, func(l string) bool { return strings.HasPrefix(l, s.Object+": ") }) {
			s.Action = "not recoverable"
		}
	}
	steps = append(steps, m.catalogStep(b, now, fault))
	if !dry {
		if err := m.apply(ctx, b, whole, states, offline); err != nil {
			return nil, fmt.Errorf("recover metadata: %w", err)
		}
		m.log.Warn().Str("name", name).Int64("catalog_version", m.deps.Catalog.Current().Version).Int("tables", len(target.Tables)).Msg("metadata recovered from a backup")
	}
	return append(steps, Step{"index", "index", Rebuilt, fmt.Sprintf("%d tables", len(target.Tables))}), nil
}

func (m *Manager) catalogStep(b *Backup, now *catalog.Database, fault string) Step {
	detail := fmt.Sprintf("version %d, the backup has %d", now.Version, b.Catalog.Version)
	if fault != "" {
		detail += "; " + fault
	}
	return Step{"catalog", "catalog log", Rewritten, detail}
}

// unrecoverable lists the backup's tables that have neither a log nor all files that one could be written from.
func unrecoverable(states map[uuid.UUID]*tableState) (out []string) {
	for _, st := range states {
		if st.inBackup != nil && st.log == nil {
			out = append(out, fmt.Sprintf("%s: %s; %s", st.name, st.fault, st.missing))
		}
	}
	slices.Sort(out)
	return out
}

// apply writes table logs, the catalog and the index, in this order.
func (m *Manager) apply(ctx context.Context, b *Backup, whole bool, states map[uuid.UUID]*tableState, offline *Offline) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(width)
	for _, st := range states {
		if st.rewrite {
			g.Go(func() (err error) {
				st.log, err = m.deps.Tables.Rewrite(gctx, st.log, st.source == fromMemory)
				return err
			})
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	d, err := m.deps.Catalog.Restore(ctx, b.Catalog.Version, func(now *catalog.Database) (*catalog.Database, error) {
		d, _, err := merge(b, now, whole, states)
		if err == nil && offline != nil && offline.Stream != nil && d.Streams[offline.Stream.ID] == nil {
			d.Streams[offline.Stream.ID] = offline.Stream
		}
		return d, err
	})
	if err != nil {
		return err
	}
	m.mu.Lock()
	recovered := slices.Clone(m.recovered)
	m.mu.Unlock()
	for _, f := range recovered {
		f()
	}
	return m.rebuild(ctx, d, states)
}

// rebuild brings the index to what the logs say. A kept table without a readable log stays as it was.
func (m *Manager) rebuild(ctx context.Context, d *catalog.Database, states map[uuid.UUID]*tableState) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(width)
	for _, t := range d.Tables {
		if st := states[t.UUID]; st != nil && st.log == nil {
			continue
		}
		g.Go(func() error {
			_, err := m.deps.Tables.Rebuild(gctx, t.UUID)
			return err
		})
	}
	return g.Wait()
}

// detail says how a table's log stands to the backup.
func (st *tableState) detail() string {
	switch {
	case st == nil:
		return ""
	case st.log == nil:
		return strings.TrimSuffix(fmt.Sprintf("the log cannot be read: %s; %s", st.fault, st.missing), "; ")
	}
	out := fmt.Sprintf("log at version %d, %d files", st.log.Version, len(st.log.Files))
	switch b := st.inBackup; {
	case b == nil || st.rewrite:
	case st.log.Version > b.Version:
		out += fmt.Sprintf(", ahead of the backup (%d)", b.Version)
	case st.log.Version < b.Version:
		out += fmt.Sprintf(", behind the backup (%d)", b.Version)
	}
	if st.missing != "" {
		out += "; " + st.missing
	}
	return out
}
