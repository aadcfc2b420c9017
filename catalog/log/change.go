package log

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Change is what one commit does to a table.
type Change struct {
	Operation   string // for the table's history, such as "WRITE", "OPTIMIZE", "TRUNCATE"
	Adds        []catalog.DataFile
	Removes     []string            // paths of live files
	Checkpoints map[uuid.UUID]int64 // by WAL stream; never lower than before
	Schema      *catalog.Table      // nil: unchanged
	DataChange  bool                // false for a rewrite of the same rows (compaction)
	Announce    bool                // it changes answers (TRUNCATE): every reader has to see it from its acknowledgement on
}

// entry turns a change of snapshot s into a log entry. mapped and old are the mapping mode and protocol so far, needed for a new schema.
func (c *Change) entry(s *catalog.Snapshot, nonce uuid.UUID, node string, mapped bool, old *protocol, now time.Time) (*entry, error) {
	ms := now.UnixMilli()
	e := &entry{info: commitInfo{Timestamp: ms, Operation: c.Operation, EngineInfo: "MiniODB", Nonce: nonce.String(), Node: node}}
	schema := s.Schema
	if c.Schema != nil {
		if c.Schema.UUID != s.Table {
			return nil, fmt.Errorf("schema of table %s in a commit to table %s", c.Schema.UUID, s.Table)
		}
		meta, proto, err := describe(c.Schema, mapped)
		if err != nil {
			return nil, err
		}
		e.meta, schema = meta, c.Schema
		if proto = proto.merge(old); !proto.equal(old) {
			e.protocol = proto
		}
		if err := c.untag(e, s, now); err != nil {
			return nil, err
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(c.Checkpoints), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) {
		to := c.Checkpoints[id]
		if from, ok := s.Checkpoints[id]; ok && to < from {
			return nil, fmt.Errorf("checkpoint of stream %s would go back from %d to %d", id, from, to)
		}
		e.txns = append(e.txns, txn{AppID: id.String(), Version: to, LastUpdated: ms})
	}
	live := map[string]int64{}
	for i := range s.Files {
		live[s.Files[i].Path] = s.Files[i].Size
	}
	for _, path := range c.Removes {
		size, ok := live[path]
		if !ok {
			return nil, pgerr.New(pgerrcode.SerializationFailure, "could not serialize access due to concurrent update").
				WithDetail("File %s is no longer part of the table.", path)
		}
		delete(live, path)
		e.removes = append(e.removes, remove{
			Path: dataURI(path), DeletionTimestamp: ms, DataChange: c.DataChange, ExtendedMetadata: true,
			PartitionValues: map[string]string{}, Size: size,
		})
	}
	for i := range c.Adds {
		if _, ok := live[c.Adds[i].Path]; ok {
			return nil, fmt.Errorf("data file %s is in the table already", c.Adds[i].Path)
		}
		live[c.Adds[i].Path] = c.Adds[i].Size
		a, err := addOf(schema, &c.Adds[i], c.DataChange, now)
		if err != nil {
			return nil, err
		}
		e.adds = append(e.adds, a)
	}
	return e, nil
}

// untag adds the live files again without their buckets and dates where those are of a shard key or time column that the table does not have any more.
func (c *Change) untag(e *entry, s *catalog.Snapshot, now time.Time) error {
	if slices.Equal(c.Schema.ShardKey, s.Schema.ShardKey) && c.Schema.TimeColumn == s.Schema.TimeColumn {
		return nil
	}
	for i := range s.Files {
		f := s.Files[i]
		if slices.Contains(c.Removes, f.Path) {
			continue
		}
		f.Buckets, f.Dates = unknownBuckets, unknownDates
		a, err := addOf(c.Schema, &f, false, now)
		if err != nil {
			return err
		}
		e.adds = append(e.adds, a)
	}
	return nil
}
