package log

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

// Tables keeps the logs of all tables below a prefix. It is safe for concurrent use.
type Tables struct {
	appender
	idx    index.Index
	prefix string
	node   string
	log    zerolog.Logger

	mu     sync.Mutex
	tables map[uuid.UUID]*handle // one a table that was used since the start
}

// handle is one table in memory.
type handle struct {
	id      uuid.UUID
	turn    chan struct{}                    // holds a token while somebody commits or refreshes
	current atomic.Pointer[catalog.Snapshot] // nil: not loaded
	suspect atomic.Bool                      // the outcome of a commit is not known: read the tail first
	dropped atomic.Bool
}

// NewTables returns the table logs in store below prefix ("" for none); node is written into each commit.
func NewTables(store storage.Store, idx index.Index, prefix string, node string, log zerolog.Logger) *Tables {
	return &Tables{
		appender: appender{store: store, limits: defaultLimits}, idx: idx, prefix: strings.Trim(prefix, "/"), node: node,
		log: log.With().Str("component", "tablelog").Logger(), tables: map[uuid.UUID]*handle{},
	}
}

// DataKey returns the storage key of a data file.
func (t *Tables) DataKey(id uuid.UUID, path string) string { return tableDir(t.prefix, id) + path }

func tableDir(prefix string, id uuid.UUID) string { return join(prefix, "tables/"+id.String()+"/") }

func logDir(prefix string, id uuid.UUID) string { return tableDir(prefix, id) + "_delta_log/" }

func entryKey(prefix string, id uuid.UUID, version int64) string {
	return fmt.Sprintf("%s%020d.json", logDir(prefix, id), version)
}

func (t *Tables) handle(id uuid.UUID) *handle {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.tables[id]
	if h == nil {
		h = &handle{id: id, turn: make(chan struct{}, 1)}
		t.tables[id] = h
	}
	return h
}

func (h *handle) acquire(ctx context.Context) error {
	select {
	case h.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *handle) release() { <-h.turn }

// Create writes version 0 of a table's log. Physical names must be there (AssignPhysicalNames).
func (t *Tables) Create(ctx context.Context, table *catalog.Table) error {
	meta, proto, err := describe(table, false)
	if err != nil {
		return err
	}
	h := t.handle(table.UUID)
	if err := h.acquire(ctx); err != nil {
		return err
	}
	defer h.release()
	nonce := uuid.New()
	e := &entry{
		info:     commitInfo{Timestamp: time.Now().UnixMilli(), Operation: "CREATE TABLE", EngineInfo: "MiniODB", Nonce: nonce.String(), Node: t.node},
		protocol: proto, meta: meta,
		domains: []domainMetadata{{Domain: domainFormat, Configuration: fmt.Sprintf(`{"version":%d}`, formatVersion)}},
	}
	next, _, won, err := t.write(ctx, nil, table.UUID, 0, e, nonce)
	if err != nil {
		return fmt.Errorf("create log of table %s: %w", table.Name, err)
	}
	if !won {
		return fmt.Errorf("create log of table %s: there is one already for %s", table.Name, table.UUID)
	}
	h.current.Store(next)
	t.syncIndex(ctx, next, index.Absent, false)
	return nil
}

// write encodes an entry, puts it, and returns the snapshot that its bytes lead to.
func (t *Tables) write(ctx context.Context, s *catalog.Snapshot, id uuid.UUID, version int64, e *entry, nonce uuid.UUID) (*catalog.Snapshot, *index.Delta, bool, error) {
	data, err := e.encode()
	if err != nil {
		return nil, nil, false, err
	}
	decoded, err := decodeEntry(data)
	if err != nil {
		return nil, nil, false, err
	}
	next, delta, err := advance(s, version, decoded)
	if err != nil {
		return nil, nil, false, err
	}
	won, err := t.put(ctx, entryKey(t.prefix, id, version), data, nonce, func(d []byte) (uuid.UUID, error) {
		e, err := decodeEntry(d)
		if err != nil {
			return uuid.Nil, err
		}
		return e.nonce(), nil
	})
	return next, delta, won, err
}

// Snapshot returns the current version of a table.
func (t *Tables) Snapshot(ctx context.Context, id uuid.UUID) (*catalog.Snapshot, error) {
	all, err := t.Snapshots(ctx, []uuid.UUID{id})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Snapshots returns the current versions of several tables, asking the index once.
func (t *Tables) Snapshots(ctx context.Context, ids []uuid.UUID) ([]*catalog.Snapshot, error) {
	state, err := t.idx.State(ctx, ids)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		t.log.Warn().Err(err).Msg("index does not answer, reading the logs")
	}
	out := make([]*catalog.Snapshot, len(ids))
	for i, id := range ids {
		h := t.handle(id)
		s := h.current.Load()
		m, ok := state.Tables[id]
		if s == nil || !ok || m.Version == index.Absent || m.Ahead(s.Version) || h.suspect.Load() || h.dropped.Load() {
			if s, err = t.refresh(ctx, h); err != nil {
				return nil, err
			}
		}
		out[i] = s
	}
	return out, nil
}

// refresh takes the table's turn and brings memory and index up to the log.
func (t *Tables) refresh(ctx context.Context, h *handle) (*catalog.Snapshot, error) {
	if err := h.acquire(ctx); err != nil {
		return nil, err
	}
	defer h.release()
	return t.refreshInTurn(ctx, h)
}

func (t *Tables) refreshInTurn(ctx context.Context, h *handle) (*catalog.Snapshot, error) {
	if h.dropped.Load() {
		return nil, pgerr.New(pgerrcode.UndefinedTable, "table with storage id %s has been dropped", h.id)
	}
	seen, err := t.indexed(ctx, h.id)
	if err != nil {
		seen = index.Absent // syncIndex will say so
	}
	s := h.current.Load()
	if s == nil {
		s = t.loadIndexed(ctx, h.id)
	}
	replayed := s == nil
	if replayed {
		s, err = t.replay(ctx, h.id)
	} else {
		s, err = t.readTail(ctx, s)
	}
	if err != nil {
		if errors.Is(err, storage.ErrNotFound) {
			return nil, pgerr.New(pgerrcode.UndefinedTable, "table with storage id %s has no log", h.id).WithCause(err)
		}
		return nil, fmt.Errorf("read log of table %s: %w", h.id, err)
	}
	t.publish(h, s)
	t.syncIndex(ctx, s, seen, replayed)
	return s, nil
}

func (t *Tables) publish(h *handle, s *catalog.Snapshot) {
	h.current.Store(s)
	h.suspect.Store(false)
}

// loadIndexed returns what the index knows of a table, or nil if that is nothing or cannot be: the log has no such version.
func (t *Tables) loadIndexed(ctx context.Context, id uuid.UUID) *catalog.Snapshot {
	s, err := t.idx.Load(ctx, id)
	if err != nil {
		if !errors.Is(err, index.ErrNotFound) {
			t.log.Warn().Err(err).Stringer("table", id).Msg("index does not answer, reading the log")
		}
		return nil
	}
	if s.Schema == nil || s.Schema.UUID != id || s.Version < 0 {
		return nil
	}
	// Old entries are removed some time after a checkpoint; a replay from there costs little.
	statCtx, cancel := context.WithTimeout(ctx, t.limits.operation)
	defer cancel()
	if _, err := t.store.Stat(statCtx, entryKey(t.prefix, id, s.Version)); err != nil {
		return nil
	}
	return s
}

// readTail applies the entries after s, normally none.
func (t *Tables) readTail(ctx context.Context, s *catalog.Snapshot) (*catalog.Snapshot, error) {
	for {
		e, err := t.readEntry(ctx, s.Table, s.Version+1)
		if errors.Is(err, storage.ErrNotFound) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		next, _, err := advance(s, s.Version+1, e)
		if err != nil {
			return nil, err
		}
		s = next
	}
}

func (t *Tables) readEntry(ctx context.Context, id uuid.UUID, version int64) (*entry, error) {
	return readObject(ctx, &t.appender, entryKey(t.prefix, id, version), maxEntrySize, decodeEntry)
}

// indexed returns the version of a table in the index, Absent if it is not there.
func (t *Tables) indexed(ctx context.Context, id uuid.UUID) (int64, error) {
	state, err := t.idx.State(ctx, []uuid.UUID{id})
	if err != nil {
		return index.Absent, err
	}
	return state.Tables[id].Version, nil
}

// syncIndex brings the index to s, replacing also an entry of the same version if replace is set. An index that is ahead is left alone,
// as somebody has committed after s, unless it was at that version, seen, before the log was read and so is wrong. A failure
// leaves the index out of step, which the next access notices.
func (t *Tables) syncIndex(ctx context.Context, s *catalog.Snapshot, seen int64, replace bool) {
	ctx = context.WithoutCancel(ctx)
	var err error
	for range t.limits.reads {
		var at int64
		if at, err = t.indexed(ctx, s.Table); err != nil {
			break
		}
		if at == s.Version && !replace || at > s.Version && at != seen {
			return
		}
		if err = t.idx.Reset(ctx, s, at); !errors.Is(err, index.ErrVersion) {
			break
		}
	}
	if err != nil {
		t.log.Warn().Err(err).Stringer("table", s.Table).Msg("index is out of step with the log and will be repaired")
	}
}

// Rebuild replaces what the index and memory know of a table by a replay of its log.
func (t *Tables) Rebuild(ctx context.Context, id uuid.UUID) (*catalog.Snapshot, error) {
	h := t.handle(id)
	if err := h.acquire(ctx); err != nil {
		return nil, err
	}
	defer h.release()
	s, err := t.replay(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read log of table %s: %w", id, err)
	}
	t.publish(h, s)
	at, err := t.indexed(ctx, id)
	if err == nil {
		err = t.idx.Reset(ctx, s, at)
	}
	if err != nil {
		return nil, fmt.Errorf("rebuild index of table %s: %w", id, err)
	}
	return s, nil
}

// Drop forgets a table in memory and index. Its objects stay for whoever still reads them.
func (t *Tables) Drop(ctx context.Context, id uuid.UUID) error {
	h := t.handle(id)
	if err := h.acquire(ctx); err != nil {
		return err
	}
	defer h.release()
	h.dropped.Store(true)
	h.current.Store(nil)
	if err := t.idx.Drop(ctx, id); err != nil {
		return fmt.Errorf("drop table %s from the index: %w", id, err)
	}
	return nil
}
