package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/duck"
)

const (
	applyBytes = 32 << 20 // of rows in one engine transaction
	applyTries = 5
)

// apply is the goroutine that brings durable records into the buffers, in offset order, while the log syncs the next group.
func (i *Ingest) apply() {
	for {
		select {
		case <-i.work:
		case <-i.stop:
			i.applyQueued() // what became durable before the end is answered
			return
		}
		i.applyQueued()
	}
}

func (i *Ingest) applyQueued() {
	i.applying.Lock()
	defer i.applying.Unlock()
	for {
		i.mu.Lock()
		broken := i.broken != nil
		group := i.queue
		n, bytes := 0, int64(0)
		for n < len(group) && (n == 0 || bytes+group[n].bytes <= applyBytes) {
			bytes += group[n].bytes
			n++
		}
		if !broken {
			i.queue = group[n:]
		}
		i.mu.Unlock()
		if broken || n == 0 {
			return
		}
		group = group[:n:n]
		err := i.applyGroup(context.Background(), group)
		if err != nil {
			i.breakDown(err, group)
			return
		}
	}
}

// breakDown stops everything that reads buffers until Rebuild. The group goes back to the queue for Rebuild to acknowledge.
func (i *Ingest) breakDown(err error, group []*pending) {
	i.log.Error().Err(err).Msg("the query engine does not take rows, buffers must be rebuilt")
	i.mu.Lock()
	defer i.mu.Unlock()
	i.broken = err
	close(i.breaking)
	i.queue = append(slices.Clone(group), i.queue...)
	i.broadcastLocked()
}

// Broken returns why buffers cannot be read, nil if they can. Rebuild heals it.
func (i *Ingest) Broken() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.broken
}

// placed is a batch with the generation it goes to.
type placed struct {
	gen    *generation
	offset int64
	part   *part
}

// applyGroup places records into generations, appends their rows and makes them visible.
// Callers hold applying. After an error nothing of it is visible and the buffers are not usable.
func (i *Ingest) applyGroup(ctx context.Context, group []*pending) error {
	i.mu.Lock()
	var fresh []*generation
	var rows []placed
	for _, p := range group {
		for _, part := range p.parts {
			b := i.tables[part.table.UUID]
			if b == nil {
				continue // dropped meanwhile
			}
			if part.truncate {
				b.seal(p.offset - 1)
				b.truncates = append(b.truncates, p.offset)
			}
			if len(part.files) > 0 {
				b.bulk = append(b.bulk, bulkFiles{offset: p.offset, walLow: p.walLow, files: part.files, since: time.Now()})
			}
			if len(part.batches) == 0 {
				continue
			}
			g := b.open()
			if g != nil && part.table.SchemaID > g.schema.SchemaID {
				b.seal(p.offset - 1) // rows of the new schema begin a generation
				g = nil
			}
			if g == nil {
				i.nextGen++
				g = &generation{name: generationName(i.nextGen), schema: part.table, low: b.tail, walLow: p.walLow, created: time.Now()}
				b.gens = append(b.gens, g)
				fresh = append(fresh, g)
			}
			g.walLow = min(g.walLow, p.walLow)
			rows = append(rows, placed{g, p.offset, part})
		}
	}
	i.mu.Unlock()
	if err := i.appendRows(ctx, fresh, rows); err != nil {
		return err
	}
	i.mu.Lock()
	for _, r := range rows {
		r.gen.rows += r.part.rows
		r.gen.bytes += r.part.bytes
		i.buffered += r.part.bytes
	}
	i.visible = group[len(group)-1].offset
	full := false
	for _, r := range rows {
		full = full || i.dueLocked(i.tables[r.part.table.UUID], time.Now())
	}
	for _, p := range group {
		if p.done != nil {
			close(p.done)
		}
	}
	i.mu.Unlock()
	if full {
		signal(i.kick)
	}
	return nil
}

// appendRows creates the generations' tables and appends all rows. Errors other than a broken engine are
// tried again: memory may have been short for a moment.
func (i *Ingest) appendRows(ctx context.Context, fresh []*generation, rows []placed) error {
	slices.SortStableFunc(rows, func(a, b placed) int { return strings.Compare(a.gen.name, b.gen.name) }) // one appender a table
	var appends []engine.HotAppend
	for _, r := range rows {
		for _, batch := range r.part.batches {
			if r.part.table.SchemaID < r.gen.schema.SchemaID {
				var err error
				if batch, err = conform(batch, r.part.table.Columns, r.gen.schema); err != nil {
					return err
				}
			}
			appends = append(appends, engine.HotAppend{Table: r.gen.name, Offset: r.offset, Batch: batch})
		}
	}
	if len(appends) == 0 {
		return nil
	}
	err := i.again(ctx, func() error {
		for len(fresh) > 0 {
			if err := i.createGeneration(ctx, fresh[0]); err != nil {
				return err
			}
			fresh = fresh[1:]
		}
		return nil
	})
	if err != nil {
		return err
	}
	return i.appenders.add(ctx, appends, i.again)
}

// again runs work on the engine up to applyTries times.
func (i *Ingest) again(ctx context.Context, run func() error) error {
	for try := 1; ; try++ {
		err := run()
		if err == nil || try == applyTries || engine.IsFatal(err) {
			return err
		}
		select {
		case <-time.After(time.Duration(try*try) * 50 * time.Millisecond):
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}

func (i *Ingest) createGeneration(ctx context.Context, g *generation) error {
	ddl, err := hotTable(g.relation(), g.schema)
	if err != nil {
		return err
	}
	if _, err := i.appenders[0].Exec(ctx, ddl); err != nil {
		return fmt.Errorf("create buffer table: %w", err)
	}
	return nil
}

// hotTable returns the DDL of a buffer table: the offset, the columns by id, the bucket.
func hotTable(relation string, t *catalog.Table) (string, error) {
	var sql strings.Builder
	sql.WriteString("CREATE TABLE " + relation + " (_offset BIGINT")
	for _, c := range t.Columns {
		typ, err := duck.Type(c.Type)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&sql, ", %s %s", hotColumn(c.ID), typ)
	}
	sql.WriteString(", _bucket INTEGER)")
	return sql.String(), nil
}

func hotColumn(id int32) string { return fmt.Sprintf("c%d", id) }

// sweep is the goroutine that drops the tables of generations that nobody needs.
func (i *Ingest) sweep() {
	for {
		select {
		case <-i.janitor:
			i.dropGenerations()
		case <-i.stop:
			return
		}
	}
}

func (i *Ingest) dropGenerations() {
	i.mu.Lock()
	drops := i.drops
	i.drops = nil
	i.mu.Unlock()
	if len(drops) == 0 {
		return
	}
	i.applying.Lock()
	db := i.engine
	i.applying.Unlock()
	conn, err := db.Conn()
	if err != nil {
		return // the engine is gone, and the tables with it
	}
	defer conn.Close()
	for _, g := range drops {
		if _, err := conn.Exec(context.Background(), "DROP TABLE IF EXISTS "+g.relation()); err != nil {
			i.log.Warn().Err(err).Str("generation", g.name).Msg("buffer table not dropped")
		}
	}
}

// dropLocked hands generations that nobody pins to the janitor.
func (i *Ingest) dropLocked(gens []*generation) {
	if len(gens) > 0 {
		i.drops = append(i.drops, gens...)
		signal(i.janitor)
	}
}

// forget discards everything buffered of tables that are no longer in the catalog.
func (i *Ingest) forget(id uuid.UUID) {
	i.applying.Lock()
	defer i.applying.Unlock()
	i.mu.Lock()
	defer i.mu.Unlock()
	b := i.tables[id]
	if b == nil || i.settling[id] > 0 {
		return
	}
	b.seal(i.visible)
	drop, bytes := b.discard(i.visible)
	i.buffered -= bytes
	i.dropLocked(drop)
	delete(i.tables, id)
	i.broadcastLocked()
}
