package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog/index"
)

// State implements index.Index.
func (x *Index) State(ctx context.Context, tables []uuid.UUID) (index.State, error) {
	s, err := x.state(ctx, tables)
	if err != nil {
		return index.State{}, fmt.Errorf("read versions from Redis: %w", err)
	}
	return s, nil
}

func (x *Index) state(ctx context.Context, tables []uuid.UUID) (index.State, error) {
	keys := make([]string, 0, 3+2*len(tables))
	keys = append(keys, x.generationKey(), x.catalogKey(), x.pendingKey(uuid.Nil))
	for _, id := range tables {
		keys = append(keys, x.key("v:"+id.String()), x.pendingKey(id))
	}
	for range 3 { // the generation may be lost again while we make one
		values, err := x.db.Client().MGet(ctx, keys...).Result()
		if err != nil {
			return index.State{}, err
		}
		if len(values) != len(keys) {
			return index.State{}, fmt.Errorf("%d values for %d keys", len(values), len(keys))
		}
		generation, _ := values[0].(string)
		if generation == "" {
			if _, _, err := x.run(ctx, generationScript, keys[:1], uuid.NewString()); err != nil {
				return index.State{}, err
			}
			continue
		}
		// The epoch is read after the answer: it knows of the server that gave it.
		s := index.State{Generation: generation + "@" + strconv.FormatUint(x.db.Epoch(), 10), Tables: make(map[uuid.UUID]index.Mark, len(tables))}
		s.Catalog = markOf(values[1], values[2])
		for i, id := range tables {
			s.Tables[id] = markOf(values[3+2*i], values[4+2*i])
		}
		return s, nil
	}
	return index.State{}, errors.New("the generation is lost again and again")
}

// markOf reads a version and an announcement. What is no such value counts as absent.
func markOf(version, pending any) index.Mark {
	m := index.Mark{Version: index.Absent, Pending: index.Absent}
	if s, ok := version.(string); ok {
		if e, ok := parseEntry(s); ok {
			m.Version = e.version
		}
	}
	if s, ok := pending.(string); ok {
		if p, ok := decimal(s); ok && p > m.Version {
			m.Pending = p
		}
	}
	return m
}

// Tables implements index.Index.
func (x *Index) Tables(ctx context.Context) ([]uuid.UUID, error) {
	members, err := x.db.Client().SMembers(ctx, x.tablesKey()).Result()
	if err != nil {
		return nil, fmt.Errorf("list tables in Redis: %w", err)
	}
	ids := make([]uuid.UUID, 0, len(members))
	for _, m := range members {
		if id, err := uuid.Parse(m); err == nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// Announce implements index.Index.
func (x *Index) Announce(ctx context.Context, table uuid.UUID, version int64) error {
	if version < 0 {
		return nil
	}
	_, _, err := x.run(ctx, announceScript, []string{x.generationKey(), x.pendingKey(table)}, uuid.NewString(), version, index.PendingLife.Milliseconds())
	if err != nil {
		return fmt.Errorf("announce version %d in Redis: %w", version, err)
	}
	return nil
}

// AdvanceCatalog implements index.Index.
func (x *Index) AdvanceCatalog(ctx context.Context, version int64) error {
	if version < 0 {
		return nil
	}
	if err := x.setCatalog(ctx, "advance", version, index.Absent); err != nil {
		return fmt.Errorf("advance the catalog to version %d in Redis: %w", version, err)
	}
	return nil
}

// ResetCatalog implements index.Index.
func (x *Index) ResetCatalog(ctx context.Context, version, from int64) error {
	if version < index.Absent {
		return fmt.Errorf("set the catalog to version %d: there is none", version)
	}
	if err := x.setCatalog(ctx, "reset", version, from); err != nil {
		return fmt.Errorf("set the catalog from version %d to %d in Redis: %w", from, version, err)
	}
	return nil
}

func (x *Index) setCatalog(ctx context.Context, how string, version, from int64) error {
	keys := []string{x.generationKey(), x.catalogKey(), x.pendingKey(uuid.Nil)}
	return x.change(ctx, "the catalog", catalogScript, keys, uuid.NewString(), how, versionText(version), nonce(), versionText(from))
}
