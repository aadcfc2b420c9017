package ingest

import (
	"context"
	"maps"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Part is a relation of buffered rows.
type Part struct {
	Relation  string         // quoted and qualified
	Low, High int64          // rows with Low < _offset <= High belong to the snapshot
	Schema    *catalog.Table // what its columns are
	Rows      int64          // upper bound
}

// TableView is one table in a snapshot: its rows are those of Snapshot.Files, Parts and Bulk together, each once.
type TableView struct {
	Snapshot *catalog.Snapshot
	Parts    []Part
	Bulk     []catalog.DataFile // files that wait to be added to the table's log
}

// Pin is a snapshot of tables. What it shows stays readable until Release.
type Pin struct {
	Tables map[uuid.UUID]*TableView
	High   int64 // the last offset of the stream that belongs to the snapshot

	in   *Ingest
	gens []*generation
	once sync.Once
}

// held is what Pin notes of a table under the lock.
type held struct {
	gens     []*generation
	bounds   [][3]int64 // low, high, rows of each
	bulk     []bulkFiles
	truncate int64 // the last truncation of the snapshot that the table log may not have; 0: none
}

// Pin takes a snapshot of tables: everything acknowledged before the call, whole transactions only. 57P03 when the engine is not
// available for StallTimeout.
func (i *Ingest) Pin(ctx context.Context, tables []uuid.UUID) (*Pin, error) {
	const tries = 100
	for range tries {
		p, err := i.pin(ctx, tables)
		if p != nil || err != nil {
			return p, err
		}
	}
	return nil, pgerr.New(pgerrcode.SerializationFailure, "could not take a snapshot: the tables' versions changed %d times meanwhile", tries)
}

// pin is one try; nil if a table's version was already ahead of the offset that was pinned.
func (i *Ingest) pin(ctx context.Context, tables []uuid.UUID) (*Pin, error) {
	i.settleDoubtful(ctx)
	p := &Pin{Tables: make(map[uuid.UUID]*TableView, len(tables)), in: i}
	notes := make([]held, len(tables))
	err := i.await(ctx, i.cfg.StallTimeout, func() (bool, error) {
		if i.closed {
			return false, pgerr.New(pgerrcode.AdminShutdown, "the server is shutting down")
		}
		if i.broken != nil {
			return false, nil
		}
		if len(i.settling) > 0 {
			for _, id := range tables {
				if i.settling[id] > 0 {
					return false, nil
				}
			}
		}
		p.High = i.visible
		for n, id := range tables {
			if b := i.tables[id]; b != nil {
				notes[n] = p.holdLocked(b)
			}
		}
		return true, nil
	}, func() error {
		return pgerr.New(pgerrcode.CannotConnectNow, "buffered rows are not available").
			WithHint("The query engine is being restarted, or the outcome of a transaction is being found out. Try again.")
	})
	if err != nil {
		return nil, err
	}
	// The versions are read after the buffers were taken: what a flush has moved since is in the version and is left out of the
	// buffers by the checkpoint.
	for n, id := range tables {
		s, err := i.deps.Tables.Snapshot(ctx, id)
		if err != nil {
			p.Release()
			return nil, err
		}
		checkpoint := s.Checkpoints[i.stream]
		if checkpoint > p.High {
			p.Release()
			if durable := i.wal.Durable(); checkpoint > durable {
				return nil, walBehind(durable, checkpoint, s.Schema)
			}
			return nil, nil
		}
		p.Tables[id] = notes[n].view(s, i.stream, checkpoint, p.High)
	}
	return p, nil
}

// holdLocked retains a buffer's generations.
func (p *Pin) holdLocked(b *buffer) held {
	var h held
	for _, o := range b.truncates {
		if o <= p.High {
			h.truncate = o
		}
	}
	for _, g := range b.gens {
		high := p.High
		if g.sealed {
			high = min(high, g.high)
		}
		if g.rows == 0 || g.low >= high {
			continue
		}
		g.pins++
		p.gens = append(p.gens, g)
		h.gens = append(h.gens, g)
		h.bounds = append(h.bounds, [3]int64{g.low, high, g.rows})
	}
	for _, f := range b.bulk {
		if f.offset <= p.High {
			h.bulk = append(h.bulk, f)
		}
	}
	return h
}

func (h *held) view(s *catalog.Snapshot, stream uuid.UUID, checkpoint, high int64) *TableView {
	if checkpoint < h.truncate-1 { // the truncation is committed by its WAL record; its table log commit is on the way
		checkpoint = h.truncate - 1
		c := *s
		c.Files = nil
		c.Checkpoints = maps.Clone(s.Checkpoints)
		if c.Checkpoints == nil {
			c.Checkpoints = map[uuid.UUID]int64{}
		}
		c.Checkpoints[stream] = checkpoint
		s = &c
	}
	v := &TableView{Snapshot: s}
	for n, g := range h.gens {
		low, top := max(h.bounds[n][0], checkpoint), h.bounds[n][1]
		if low < top {
			v.Parts = append(v.Parts, Part{Relation: g.relation(), Low: low, High: top, Schema: g.schema, Rows: h.bounds[n][2]})
		}
	}
	for _, f := range h.bulk {
		if f.offset > checkpoint {
			v.Bulk = append(v.Bulk, f.files...)
		}
	}
	return v
}

// Release gives the snapshot up. Safe twice.
func (p *Pin) Release() {
	p.once.Do(func() {
		if len(p.gens) == 0 {
			return
		}
		p.in.mu.Lock()
		defer p.in.mu.Unlock()
		p.in.unpinLocked(p.gens)
	})
}

func (i *Ingest) unpinLocked(gens []*generation) {
	var drop []*generation
	for _, g := range gens {
		if g.pins--; g.pins == 0 && g.gone {
			drop = append(drop, g)
		}
	}
	i.dropLocked(drop)
}
