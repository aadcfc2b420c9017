package log

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/storage"
)

// Tables keeps the logs of all tables below a prefix. It is safe for concurrent use.
type Tables struct {
	appender
	idx    index.Index
	prefix string
	node   string
	log    zerolog.Logger
	often  zerolog.Logger // for what can happen with each query: a line every ten seconds

	mu     sync.Mutex
	tables map[uuid.UUID]*handle // one a table that was used since the start
}

// NewTables returns the table logs in store below prefix ("" for none); node is written into each commit.
func NewTables(store storage.Store, idx index.Index, prefix string, node string, log zerolog.Logger) *Tables {
	log = log.With().Str("component", "tablelog").Logger()
	return &Tables{
		appender: appender{store: store, limits: defaultLimits}, idx: idx, prefix: strings.Trim(prefix, "/"), node: node,
		log: log, often: log.Sample(&zerolog.BurstSampler{Burst: 1, Period: 10 * time.Second}), tables: map[uuid.UUID]*handle{},
	}
}

// DataKey returns the storage key of a data file.
func (t *Tables) DataKey(id uuid.UUID, path string) string { return tableDir(t.prefix, id) + path }

func tableDir(prefix string, id uuid.UUID) string { return join(prefix, "tables/"+id.String()+"/") }

func logDir(prefix string, id uuid.UUID) string { return tableDir(prefix, id) + "_delta_log/" }

func entryKey(prefix string, id uuid.UUID, version int64) string {
	return fmt.Sprintf("%s%020d.json", logDir(prefix, id), version)
}

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
	h.publish(next, "")                             // proved when it is used first
	_ = t.syncIndex(ctx, next, index.Absent, false) // the index is repaired later
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
