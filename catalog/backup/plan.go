package backup

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/miniodb/miniodb/catalog"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
)

// tableState is what a recovery does with one table's log.
type tableState struct {
	name     catalog.Name
	log      *catalog.Snapshot // what the log says, or will say; nil: not recoverable
	rewrite  bool              // the log is written anew from log
	source   string            // where that is from: "memory", "the index", "the backup"
	fault    string            // of the log
	missing  string            // what is missing of an unrecoverable table, or of the live files of a log
	inBackup *Table
	buffered map[int32]Range // of integer columns of rows in the write-ahead log
	found    bool            // neither the backup nor the catalog of now has the table
}

// fromMemory is the source of what this process knows.
const fromMemory = "memory"

type candidate struct {
	source string
	*catalog.Snapshot
}

// examine looks at the logs of all tables that the backup or the catalog of now have. It changes nothing.
func (m *Manager) examine(ctx context.Context, b *Backup, now *catalog.Database, whole bool) (map[uuid.UUID]*tableState, error) {
	states := map[uuid.UUID]*tableState{}
	if !whole {
		// Tables that were made after the backup, by entries of the catalog log that are lost, have only their own logs to be known by.
		stored, err := m.deps.Tables.Stored(ctx)
		if err != nil {
			return nil, err
		}
		for _, id := range stored {
			if b.Catalog.Dropped[id] == nil && now.Dropped[id] == nil {
				states[id] = &tableState{found: true}
			}
		}
	}
	for name, t := range now.Tables {
		states[t.UUID] = &tableState{name: name}
	}
	for _, t := range b.Tables {
		states[t.UUID] = &tableState{name: t.Name, inBackup: t}
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(width)
	for id, st := range states {
		g.Go(func() error { return m.examineTable(gctx, id, st) })
	}
	return states, g.Wait()
}

func (m *Manager) examineTable(ctx context.Context, id uuid.UUID, st *tableState) error {
	// Memory is looked at before the log: what it knows then was in the log then.
	var others []candidate
	if s := m.deps.Tables.Remembered(id); s != nil {
		others = append(others, candidate{fromMemory, s})
	}
	x, err := m.deps.Tables.Examine(ctx, id)
	if err != nil {
		return err
	}
	st.fault = x.Fault
	if x.Snapshot == nil {
		// Only without a log: an index that is ahead of one is wrong.
		if s, err := m.deps.Tables.Indexed(ctx, id); err == nil && s != nil {
			others = append(others, candidate{"the index", s})
		}
	}
	if st.inBackup != nil {
		others = append(others, candidate{"the backup", st.inBackup.Snapshot()})
	}
	slices.SortStableFunc(others, func(a, b candidate) int { return cmp.Compare(b.Version, a.Version) })
	for _, c := range others {
		if x.Snapshot != nil && c.Version <= x.Snapshot.Version {
			continue
		}
		if x.Snapshot != nil && st.fault == "" {
			st.fault = fmt.Sprintf("the log ends at version %d, %s has version %d", x.Snapshot.Version, c.source, c.Version)
		}
		if missing := missingFiles(x, c.Snapshot); missing != "" {
			st.missing = cmp.Or(st.missing, missing)
			continue
		}
		st.log, st.rewrite, st.source = c.Snapshot, true, c.source
		return nil
	}
	st.log = x.Snapshot
	if x.Snapshot != nil && st.missing == "" {
		st.missing = missingFiles(x, x.Snapshot)
	}
	return nil
}

func missingFiles(x *cataloglog.Examined, s *catalog.Snapshot) string {
	first, n := x.Missing(s)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d files are not there or have another size, the first is %s", n, len(s.Files), first)
}
