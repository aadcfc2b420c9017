package ingest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
)

// replay brings the records above each table's checkpoint, up to an offset, into buffers. It returns the prepared transactions that
// no record resolves. Callers hold applying, or nobody else is there yet.
func (i *Ingest) replay(ctx context.Context, upTo int64) ([]*pending, error) {
	byID := map[uuid.UUID]*catalog.Table{}
	for _, t := range i.deps.Catalog.Current().Tables {
		byID[t.UUID] = t
	}
	open := map[int64]*txRecord{}
	var group []*pending
	bytes := int64(0)
	// One goroutine reads and decodes, another appends.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	groups, applied := make(chan []*pending, 1), make(chan struct{})
	go func() { // ends when groups is closed, and is waited for below
		defer close(applied)
		for g := range groups {
			if ctx.Err() == nil {
				if err := i.applyGroup(ctx, g); err != nil {
					cancel(err)
				}
			}
		}
	}()
	apply := func() {
		if len(group) > 0 {
			groups <- group
			group, bytes = nil, 0
		}
	}
	add := func(r *txRecord, offset, walLow int64) error {
		p, err := i.restore(ctx, r, offset, byID)
		if err != nil || p == nil {
			return err
		}
		p.offset, p.walLow = offset, walLow
		group = append(group, p)
		if bytes += p.bytes; bytes >= applyBytes || len(group) >= 4096 {
			apply()
		}
		return nil
	}
	err := i.wal.Replay(0, func(offset int64, data []byte) error {
		if offset > upTo {
			return errStop
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		r, err := decodeRecord(data)
		if err != nil {
			return fmt.Errorf("record at offset %d: %w", offset, err)
		}
		switch r.kind {
		case kindPrepared:
			r.body = slices.Clone(r.body)
			open[offset] = r
		case kindResolve:
			p := open[r.prepared]
			delete(open, r.prepared)
			if p != nil && r.commit { // a prepared record that is gone has nothing above the checkpoints
				return add(p, offset, r.prepared)
			}
		case kindCommit:
			return add(r, offset, offset)
		}
		return nil
	})
	if err == nil || err == errStop {
		err = nil
		apply()
	}
	close(groups)
	<-applied
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	i.visible = upTo
	i.mu.Unlock()
	var out []*pending
	for _, offset := range slices.SortedFunc(maps.Keys(open), cmp.Compare[int64]) {
		r := open[offset]
		if err := r.decodeBody(); err != nil {
			return nil, fmt.Errorf("record at offset %d: %w", offset, err)
		}
		p, err := i.pendingOf(r)
		if err != nil {
			return nil, fmt.Errorf("record at offset %d: %w", offset, err)
		}
		p.walLow = offset
		out = append(out, p)
	}
	return out, nil
}

// restore decodes what a record at an offset adds to tables that exist and do not have it yet; nil if that is nothing.
func (i *Ingest) restore(ctx context.Context, r *txRecord, offset int64, byID map[uuid.UUID]*catalog.Table) (*pending, error) {
	type want struct {
		table      *catalog.Table
		checkpoint int64
	}
	wants := make([]want, len(r.tables))
	any := false
	for n, t := range r.tables {
		table := byID[t.id]
		if table == nil {
			continue
		}
		b, err := i.buffer(ctx, table)
		if err != nil {
			return nil, err
		}
		if b.checkpoint < offset {
			wants[n] = want{table, b.checkpoint}
			any = true
		}
	}
	if !any {
		return nil, nil
	}
	if err := r.decodeBody(); err != nil {
		return nil, fmt.Errorf("record at offset %d: %w", offset, err)
	}
	p := &pending{id: r.id}
	for n := range r.tables {
		if wants[n].table == nil {
			continue
		}
		pt, err := r.tables[n].part(wants[n].table)
		if err != nil {
			return nil, fmt.Errorf("record at offset %d: %w", offset, err)
		}
		pt.truncate = pt.truncate && wants[n].checkpoint < offset-1
		p.parts = append(p.parts, pt)
		p.bytes += pt.bytes
	}
	return p, nil
}

// pendingOf makes a transaction of a decoded record. Tables that the catalog does not know (yet) keep the record's own schema.
func (i *Ingest) pendingOf(r *txRecord) (*pending, error) {
	p := &pending{id: r.id}
	current := i.deps.Catalog.Current()
	for n := range r.tables {
		t := &r.tables[n]
		table := current.TableByUUID(t.id)
		if table == nil {
			table = &catalog.Table{UUID: t.id, SchemaID: t.schemaID, Columns: t.columns}
		}
		pt, err := t.part(table)
		if err != nil {
			return nil, err
		}
		p.parts = append(p.parts, pt)
		p.bytes += pt.bytes
	}
	return p, nil
}

// part turns a decoded record's rows into rows of the table as it is now.
func (t *tableRecord) part(table *catalog.Table) (*part, error) {
	p := &part{table: table, truncate: t.truncate, files: t.files}
	written := &catalog.Table{UUID: t.id, SchemaID: t.schemaID, Columns: t.columns, ShardKey: table.ShardKey, Buckets: table.Buckets}
	same := slices.EqualFunc(t.columns, table.Columns, func(a, b catalog.Column) bool { return a.ID == b.ID && a.Type == b.Type })
	for _, b := range t.batches {
		p.rows += int64(b.Len)
		p.bytes += int64(b.Bytes())
		b = withBucket(written, b)
		if !same {
			var err error
			if b, err = conform(b, t.columns, table); err != nil {
				return nil, err
			}
		}
		p.batches = append(p.batches, b)
	}
	return p, nil
}

// resolveAll decides prepared transactions that a crash left open: committed iff the catalog log has their nonce.
func (i *Ingest) resolveAll(ctx context.Context, open []*pending) error {
	for _, p := range open {
		i.mu.Lock()
		i.prepared[p.walLow] = p
		i.mu.Unlock()
		i.settle(p, 1)
		if _, ok := i.deps.Catalog.Committed(p.id); !ok {
			i.abort(p)
			continue
		}
		again, err := i.reload(p) // with the schemas of the catalog
		if err != nil {
			return err
		}
		if _, err := i.resolve(ctx, again); err != nil {
			return err
		}
	}
	return nil
}

// Rebuild replaces the engine by a new instance and fills the buffers from the WAL again. Commits wait meanwhile; so do pins. Pins
// taken before are of no use any more and still have to be released.
func (i *Ingest) Rebuild(ctx context.Context, db Engine) error {
	i.mu.Lock()
	old := make([]*buffer, 0, len(i.tables))
	for _, b := range i.tables {
		old = append(old, b)
	}
	i.mu.Unlock()
	for _, b := range old { // flushes under way end first; on a broken engine they fail
		b.flushing.Lock()
		defer b.flushing.Unlock()
	}
	i.applying.Lock()
	defer i.applying.Unlock()
	conns, err := openAppenders(db)
	if err != nil {
		return fmt.Errorf("rebuild buffers: %w", err)
	}
	i.mu.Lock()
	if i.closed {
		i.mu.Unlock()
		conns.close()
		return fmt.Errorf("rebuild buffers: ingest is closed")
	}
	if i.broken == nil {
		i.broken = fmt.Errorf("the query engine is being restarted")
		close(i.breaking)
	}
	for _, b := range i.tables {
		for _, g := range b.gens {
			g.gone = true
			g.pins++ // never dropped in the new engine
		}
	}
	i.tables, i.drops, i.buffered = map[uuid.UUID]*buffer{}, nil, 0
	i.mu.Unlock()
	i.appenders.close()
	i.engine, i.appenders = db, conns
	done := int64(0)
	for {
		upTo := i.wal.Durable()
		if done > 0 { // records that came in meanwhile: all over again is simple, and rare
			i.mu.Lock()
			for _, b := range i.tables {
				for _, g := range b.gens {
					g.gone = true
					i.drops = append(i.drops, g)
				}
			}
			i.tables, i.buffered = map[uuid.UUID]*buffer{}, 0
			i.mu.Unlock()
		}
		if _, err := i.replay(ctx, upTo); err != nil {
			return fmt.Errorf("rebuild buffers: %w", err)
		}
		done = upTo
		i.mu.Lock()
		if n := len(i.queue); n == 0 || i.queue[n-1].offset <= done {
			for _, p := range i.queue {
				if p.done != nil {
					close(p.done)
				}
			}
			i.queue = nil
			i.broken = nil
			i.breaking = make(chan struct{})
			i.broadcastLocked()
			i.dropLocked(nil)
			signal(i.janitor)
			i.mu.Unlock()
			i.log.Info().Int64("offset", done).Msg("buffers rebuilt")
			return nil
		}
		i.mu.Unlock()
	}
}
