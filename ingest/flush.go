package ingest

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	catlog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Flush writes everything buffered of a table to its log and returns how many rows that were, bulk files aside.
func (i *Ingest) Flush(ctx context.Context, table uuid.UUID) (rows int64, err error) {
	i.mu.Lock()
	b := i.tables[table]
	i.mu.Unlock()
	if b == nil {
		if i.deps.Catalog.Current().TableByUUID(table) == nil {
			return 0, pgerr.New(pgerrcode.UndefinedTable, "table with storage id %s does not exist", table)
		}
		return 0, nil
	}
	b.flushing.Lock()
	defer b.flushing.Unlock()
	rows, err = i.flushInTurn(ctx, b)
	if err != nil {
		if i.deps.Catalog.Current().TableByUUID(table) == nil { // dropped meanwhile: the rows are nobody's
			i.forget(table)
			return 0, nil
		}
		i.counts.failures.Add(1)
		return rows, fmt.Errorf("flush table %s: %w", b.table.Name, err)
	}
	i.counts.flushes.Add(1)
	i.counts.rows.Add(rows)
	return rows, i.truncateWAL()
}

// sealed is what one flush moves.
type sealed struct {
	from, to int64
	schema   *catalog.Table
	gens     []*generation
	bulk     []bulkFiles
}

// flushInTurn flushes once; callers hold b.flushing. It seals at a visible offset, so that no generation is cut apart, and commits
// only onto the checkpoint that the files begin at.
func (i *Ingest) flushInTurn(ctx context.Context, b *buffer) (int64, error) {
	const tries = 5
	for range tries {
		if err := i.commitTruncates(ctx, b); err != nil {
			return 0, err
		}
		s, err := i.deps.Tables.Snapshot(ctx, b.id)
		if err != nil {
			return 0, err
		}
		work, ok, err := i.sealForFlush(b, s)
		if err != nil {
			return 0, err
		}
		if !ok {
			continue // truncated meanwhile
		}
		if work == nil {
			return 0, nil
		}
		rows, done, err := i.moveToLog(ctx, b, work)
		i.mu.Lock()
		i.unpinLocked(work.gens)
		i.mu.Unlock()
		if err != nil || done {
			return rows, err
		}
	}
	return 0, fmt.Errorf("the table's checkpoint was moved by others %d times", tries)
}

// sealForFlush seals what is visible and pins it. ok is false when a truncation has to be committed first; work is nil when there is
// nothing to flush.
func (i *Ingest) sealForFlush(b *buffer, s *catalog.Snapshot) (work *sealed, ok bool, err error) {
	i.applying.Lock()
	defer i.applying.Unlock()
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.broken != nil {
		return nil, false, i.broken
	}
	if len(b.truncates) > 0 {
		return nil, false, nil
	}
	i.adoptLocked(b, s.Checkpoints[i.stream])
	if len(b.gens) == 0 && len(b.bulk) == 0 {
		return nil, true, nil
	}
	b.seal(i.visible)
	work = &sealed{from: s.Checkpoints[i.stream], to: i.visible, schema: i.newest(s)}
	for _, g := range b.gens {
		if g.schema.SchemaID > work.schema.SchemaID { // rows of a schema come after its commit
			work.schema = g.schema
		}
		g.pins++
		work.gens = append(work.gens, g)
	}
	work.bulk = append(work.bulk, b.bulk...)
	return work, true, nil
}

// moveToLog writes sealed rows to files and commits them with the bulk files. done is false when the version's checkpoint is not where the
// files begin: somebody, or an earlier try of unknown outcome, has moved it.
func (i *Ingest) moveToLog(ctx context.Context, b *buffer, work *sealed) (rows int64, done bool, err error) {
	files, rows, err := i.writeGenerations(ctx, b.id, work)
	defer func() { i.uploads.drop(b.id, files...) }() // they are in the log or orphans
	if err != nil {
		i.discardFiles(b.id, files)
		return 0, false, err
	}
	change := &catlog.Change{Operation: "WRITE", Adds: files, Checkpoints: map[uuid.UUID]int64{i.stream: work.to}, DataChange: true}
	for _, f := range work.bulk {
		change.Adds = append(change.Adds, f.files...)
	}
	moved := false
	s, err := i.deps.Tables.Commit(ctx, b.id, func(s *catalog.Snapshot) (*catlog.Change, error) {
		if moved = s.Checkpoints[i.stream] != work.from; moved {
			return nil, nil
		}
		change.Schema = nil
		if s.Schema.SchemaID < work.schema.SchemaID {
			change.Schema = work.schema
		}
		return change, nil
	})
	if err != nil {
		if pgerr.Code(err) != pgerrcode.TransactionResolutionUnknown {
			i.discardFiles(b.id, files)
		}
		return 0, false, err
	}
	if moved {
		live := map[string]bool{}
		for _, f := range s.Files {
			live[f.Path] = true
		}
		i.discardFiles(b.id, slices.DeleteFunc(files, func(f catalog.DataFile) bool { return live[f.Path] }))
	}
	i.mu.Lock()
	i.adoptLocked(b, s.Checkpoints[i.stream])
	i.mu.Unlock()
	return rows, !moved, nil
}

// discardFiles deletes files that are in no version. What stays behind is an orphan, which is harmless.
func (i *Ingest) discardFiles(table uuid.UUID, files []catalog.DataFile) {
	for _, f := range files {
		if err := i.deps.Store.Delete(context.Background(), i.deps.Tables.DataKey(table, f.Path)); err != nil {
			i.log.Debug().Err(err).Str("file", f.Path).Msg("unused file not deleted")
		}
	}
}

// truncateWAL removes segments that no table needs any more.
func (i *Ingest) truncateWAL() error {
	i.mu.Lock()
	low := i.visible + 1
	for _, b := range i.tables {
		if l, ok := b.walLow(); ok {
			low = min(low, l)
		}
	}
	for offset := range i.prepared {
		low = min(low, offset)
	}
	broken := i.broken != nil
	i.mu.Unlock()
	if broken {
		return nil
	}
	return i.wal.Truncate(low)
}
