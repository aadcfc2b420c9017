package ingest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
)

const tick = 200 * time.Millisecond

// Run flushes buffers by size, age and pressure until ctx ends, then flushes what it can within ShutdownTimeout and closes the log.
// What could not be flushed is in the WAL.
func (i *Ingest) Run(ctx context.Context) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx)) // flushes outlive ctx for a while
	defer cancel()
	slots := make(chan struct{}, i.cfg.FlushWorkers)
	var running sync.WaitGroup
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	version := int64(-1)
	behind := follower{followed: map[uuid.UUID]int32{}, version: -1}
	for ctx.Err() == nil {
		version = i.forgetDropped(version)
		if behind.due(version) {
			running.Go(func() { behind.run(work, i) })
		}
		i.settleDoubtful(work)
		for _, b := range i.claimDue(cap(slots) - len(slots)) {
			slots <- struct{}{}
			running.Go(func() {
				defer func() { <-slots; signal(i.kick) }()
				i.flushAndNote(work, b)
			})
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		case <-i.kick:
		}
	}
	stop := time.AfterFunc(i.cfg.ShutdownTimeout, cancel)
	defer stop.Stop()
	running.Wait()
	i.flushAll(work)
	if err := i.Close(); err != nil {
		return fmt.Errorf("close ingest: %w", err)
	}
	return nil
}

// flushAll flushes every table once, FlushWorkers at a time.
func (i *Ingest) flushAll(ctx context.Context) {
	i.mu.Lock()
	var all []*buffer
	for _, b := range i.tables {
		all = append(all, b)
	}
	i.mu.Unlock()
	slots := make(chan struct{}, i.cfg.FlushWorkers)
	var running sync.WaitGroup
	for _, b := range all {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			i.flushAndNote(ctx, b)
		})
	}
	running.Wait()
}

// flushAndNote flushes a table and notes a failure, after which it is tried again later, the later the more often it has failed.
func (i *Ingest) flushAndNote(ctx context.Context, b *buffer) {
	start := time.Now()
	rows, err := i.Flush(ctx, b.id)
	i.mu.Lock()
	b.busy = false
	b.lastError = err
	if err == nil {
		b.failures = 0
		b.retryAt = time.Time{}
	} else {
		b.failures++
		b.retryAt = time.Now().Add(min(time.Second<<min(b.failures-1, 6), time.Minute))
	}
	failures, name := b.failures, b.table.Name
	i.mu.Unlock()
	switch {
	case err != nil && ctx.Err() == nil:
		i.log.Warn().Err(err).Stringer("table", name).Int("failures", failures).Msg("flush failed, rows stay in the write-ahead log")
	case err == nil && rows > 0:
		i.log.Debug().Stringer("table", name).Int64("rows", rows).Dur("took", time.Since(start)).Msg("flushed")
	}
}

// claimDue picks at most n tables that should be flushed now and marks them as busy.
func (i *Ingest) claimDue(n int) []*buffer {
	now := time.Now()
	wal := i.wal.Bytes()
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.broken != nil {
		return nil
	}
	var due, rest []*buffer
	for _, b := range i.tables {
		switch {
		case b.busy || now.Before(b.retryAt):
		case i.dueLocked(b, now):
			due = append(due, b)
		default:
			rest = append(rest, b)
		}
	}
	if i.buffered+i.inFlight > i.cfg.MaxBufferBytes/2 && len(rest) > 0 { // the largest goes early
		big := slices.MaxFunc(rest, func(a, b *buffer) int {
			_, x := a.rows()
			_, y := b.rows()
			return cmp.Compare(x, y)
		})
		if _, bytes := big.rows(); bytes > 0 {
			due = append(due, big)
		}
	}
	if wal > min(i.cfg.IdleWALBytes, i.cfg.MaxWALBytes/2) { // who holds the oldest record goes early
		var oldest *buffer
		low := i.visible + 1
		for _, b := range rest {
			if l, ok := b.walLow(); ok && l < low {
				oldest, low = b, l
			}
		}
		if oldest != nil && !slices.Contains(due, oldest) {
			due = append(due, oldest)
		}
	}
	due = due[:min(n, len(due))]
	for _, b := range due {
		b.busy = true
	}
	return due
}

// dueLocked reports whether a table has reached one of its limits.
func (i *Ingest) dueLocked(b *buffer, now time.Time) bool {
	if b == nil {
		return false
	}
	o := b.table.Options
	maxRows, maxBytes, interval := i.cfg.BufferRows, i.cfg.BufferBytes, i.cfg.FlushInterval
	switch { // an option in rows or bytes replaces both defaults
	case o.BufferRows > 0 && o.BufferBytes > 0:
		maxRows, maxBytes = o.BufferRows, o.BufferBytes
	case o.BufferRows > 0:
		maxRows = o.BufferRows
	case o.BufferBytes > 0:
		maxRows, maxBytes = 1<<62, o.BufferBytes
	}
	if o.FlushInterval > 0 {
		interval = o.FlushInterval
	}
	rows, bytes := b.rows()
	if rows >= maxRows || bytes >= maxBytes || len(b.truncates) > 0 {
		return true
	}
	oldest, any := b.oldest()
	return any && now.Sub(oldest) >= interval
}

// forgetDropped discards buffers of tables that the catalog has dropped since the given version, and takes over changed options.
func (i *Ingest) forgetDropped(version int64) int64 {
	d := i.deps.Catalog.Current()
	if d.Version == version {
		return version
	}
	tables := make(map[uuid.UUID]*catalog.Table, len(d.Tables))
	for _, t := range d.Tables {
		tables[t.UUID] = t
	}
	var gone []uuid.UUID
	i.mu.Lock()
	for id, b := range i.tables {
		if t := tables[id]; t == nil {
			gone = append(gone, id)
		} else {
			b.table = t
		}
	}
	i.mu.Unlock()
	for _, id := range gone {
		i.forget(id)
	}
	if len(gone) > 0 {
		if err := i.truncateWAL(); err != nil {
			i.log.Warn().Err(err).Msg("write-ahead log not truncated")
		}
	}
	return d.Version
}

// BufferStats describes what is buffered of one table.
type BufferStats struct {
	Table       uuid.UUID
	Rows        int64
	Bytes       int64 // about
	Generations int
	BulkFiles   int
	Oldest      time.Time // when the oldest buffered row came in; zero: nothing is buffered
	Checkpoint  int64     // offset up to which rows are in files
	Failures    int       // flushes that failed in a row
	LastError   error     // of the last flush
}

// StreamStats describes the WAL stream.
type StreamStats struct {
	ID       uuid.UUID
	First    int64 // the oldest offset kept
	Durable  int64
	Visible  int64
	WALBytes int64
	Buffered int64 // bytes of all tables, about

	Flushes, FlushFailures, FlushedRows int64 // since the start
}

// Stats lists the buffers, in no order.
func (i *Ingest) Stats() []BufferStats {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := make([]BufferStats, 0, len(i.tables))
	for id, b := range i.tables {
		s := BufferStats{Table: id, Generations: len(b.gens), Checkpoint: b.checkpoint, Failures: b.failures, LastError: b.lastError}
		s.Rows, s.Bytes = b.rows()
		s.Oldest, _ = b.oldest()
		for _, f := range b.bulk {
			s.BulkFiles += len(f.files)
		}
		out = append(out, s)
	}
	return out
}

// StreamStats describes the stream.
func (i *Ingest) StreamStats() StreamStats {
	s := StreamStats{
		ID: i.stream, First: i.wal.First(), Durable: i.wal.Durable(), WALBytes: i.wal.Bytes(),
		Flushes: i.counts.flushes.Load(), FlushFailures: i.counts.failures.Load(), FlushedRows: i.counts.rows.Load(),
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	s.Visible, s.Buffered = i.visible, i.buffered
	return s
}
