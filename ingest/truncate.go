package ingest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	catlog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// finishTruncate commits a truncation to the table log, trying again until ctx ends. Afterwards it goes on in Run; the rows are gone either way.
func (i *Ingest) finishTruncate(ctx context.Context, table uuid.UUID, offset int64) error {
	for try := 1; ; try++ {
		err := i.truncateOnce(ctx, table, offset)
		if err == nil || pgerr.Code(err) == pgerrcode.UndefinedTable { // dropped: all the more gone
			return nil
		}
		if try == 1 {
			i.log.Warn().Err(err).Str("table", table.String()).Msg("truncation is not in the table log yet")
		}
		select {
		case <-time.After(min(time.Duration(try)*100*time.Millisecond, 5*time.Second)):
		case <-ctx.Done():
			return unknown(err)
		case <-i.stop:
			return unknown(err)
		}
	}
}

func (i *Ingest) truncateOnce(ctx context.Context, table uuid.UUID, offset int64) error {
	i.mu.Lock()
	b := i.tables[table]
	i.mu.Unlock()
	if b == nil {
		return nil // dropped
	}
	b.flushing.Lock()
	defer b.flushing.Unlock()
	i.mu.Lock()
	waits := slices.Contains(b.truncates, offset)
	i.mu.Unlock()
	if !waits {
		return nil // a flush or a later truncation has done it
	}
	return i.commitTruncates(ctx, b)
}

// commitTruncates commits the last of the waiting truncations, which covers the earlier ones. Callers hold b.flushing.
func (i *Ingest) commitTruncates(ctx context.Context, b *buffer) error {
	i.mu.Lock()
	if len(b.truncates) == 0 {
		i.mu.Unlock()
		return nil
	}
	checkpoint := b.truncates[len(b.truncates)-1] - 1
	i.mu.Unlock()
	s, err := i.deps.Tables.Commit(ctx, b.id, func(s *catalog.Snapshot) (*catlog.Change, error) {
		if s.Checkpoints[i.stream] >= checkpoint {
			return nil, nil // an earlier try has succeeded
		}
		c := &catlog.Change{Operation: "TRUNCATE", Checkpoints: map[uuid.UUID]int64{i.stream: checkpoint}, DataChange: true, Announce: true}
		for _, f := range s.Files {
			c.Removes = append(c.Removes, f.Path)
		}
		return c, nil
	})
	if err != nil {
		return fmt.Errorf("truncate table %s: %w", b.id, err)
	}
	i.mu.Lock()
	i.adoptLocked(b, s.Checkpoints[i.stream])
	i.mu.Unlock()
	return nil
}

// adoptLocked notes a version's checkpoint: what lies at or below it is in the version's files, or was truncated.
func (i *Ingest) adoptLocked(b *buffer, checkpoint int64) {
	b.checkpoint = max(b.checkpoint, checkpoint)
	drop, bytes := b.discard(checkpoint)
	b.truncates = slices.DeleteFunc(b.truncates, func(o int64) bool { return o-1 <= checkpoint })
	i.buffered -= bytes
	i.dropLocked(drop)
	i.broadcastLocked()
}
