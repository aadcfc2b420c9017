package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

var errCrashed = errors.New("crashed")

// gate is a store that stops working at once, with no operation half done, as at a crash.
type gate struct {
	storage.Store
	mu     sync.RWMutex
	shut   bool
	refuse func(op, key string) error // nil: none
}

func (g *gate) enter(op, key string) (func(), error) {
	g.mu.RLock()
	if g.shut {
		g.mu.RUnlock()
		if op == "put" || op == "putfile" {
			return nil, storage.ErrFull // others would be tried again for half a minute; nobody sees the answer
		}
		return nil, errCrashed
	}
	if g.refuse != nil {
		if err := g.refuse(op, key); err != nil {
			g.mu.RUnlock()
			return nil, err
		}
	}
	return g.mu.RUnlock, nil
}

func (g *gate) close() {
	g.mu.Lock()
	g.shut = true
	g.mu.Unlock()
}

func (g *gate) set(refuse func(op, key string) error) {
	g.mu.Lock()
	g.refuse = refuse
	g.mu.Unlock()
}

func (g *gate) Get(ctx context.Context, key string, limit int64) ([]byte, error) {
	leave, err := g.enter("get", key)
	if err != nil {
		return nil, err
	}
	defer leave()
	return g.Store.Get(ctx, key, limit)
}

func (g *gate) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	leave, err := g.enter("open", key)
	if err != nil {
		return nil, err
	}
	defer leave()
	return g.Store.Open(ctx, key, offset, length)
}

func (g *gate) PutIfAbsent(ctx context.Context, key string, data []byte) error {
	leave, err := g.enter("put", key)
	if err != nil {
		return err
	}
	defer leave()
	return g.Store.PutIfAbsent(ctx, key, data)
}

func (g *gate) Put(ctx context.Context, key string, data []byte) error {
	leave, err := g.enter("put", key)
	if err != nil {
		return err
	}
	defer leave()
	return g.Store.Put(ctx, key, data)
}

func (g *gate) PutFile(ctx context.Context, key, source string) error {
	leave, err := g.enter("putfile", key)
	if err != nil {
		return err
	}
	defer leave()
	return g.Store.PutFile(ctx, key, source)
}

func (g *gate) Delete(ctx context.Context, key string) error {
	leave, err := g.enter("delete", key)
	if err != nil {
		return err
	}
	defer leave()
	return g.Store.Delete(ctx, key)
}

// outcome of a transaction as its client knows it.
type outcome int

const (
	unanswered outcome = iota // in flight at the crash, or 08007
	committed
	failed
)

// madeTx is a transaction of the model: its rows by table, and what it truncates.
type madeTx struct {
	rows      map[uuid.UUID][]int64
	truncates []uuid.UUID
	creates   *catalog.Table
	outcome   outcome
}

// model knows what the database must hold. Transactions on a table that someone truncates are serial, others run beside each other.
type model struct {
	mu     sync.Mutex
	tables []*catalog.Table
	locks  map[uuid.UUID]*sync.RWMutex
	txs    []*madeTx // in the order of their begin; a truncation comes after all that it removes
	nextID int64
}

// check compares what a snapshot shows with the transactions. Rows that nobody made, doubled rows and halves of transactions are
// errors always; committed ones must be there, failed ones must not, unless must is false (other clients are at work).
// It returns the transactions whose rows are there.
func (m *model) check(got map[uuid.UUID][]int64, txs []*madeTx) error {
	have := map[int64]uuid.UUID{}
	for id, rows := range got {
		for k, r := range rows {
			if k > 0 && rows[k-1] == r {
				return fmt.Errorf("row %d twice", r)
			}
			have[r] = id
		}
	}
	known := map[int64]bool{}
	present := make([]bool, len(txs)) // some row of it is there
	absent := make([]bool, len(txs))
	for n, tx := range txs {
		for table, rows := range tx.rows {
			if _, ok := got[table]; !ok {
				continue
			}
			for _, r := range rows {
				known[r] = true
				if have[r] == table {
					present[n] = true
				} else {
					absent[n] = true
				}
			}
		}
	}
	for r := range have {
		if !known[r] {
			return fmt.Errorf("row %d out of nowhere", r)
		}
	}
	// Which truncations took effect? Rows of the same transaction or the absence of earlier rows tell.
	for n, tx := range txs {
		for table, rows := range tx.rows {
			if _, ok := got[table]; !ok {
				continue
			}
			mayGo, mustGo := false, false
			for k := n + 1; k < len(txs); k++ {
				if slices.Contains(txs[k].truncates, table) && txs[k].outcome != failed {
					mayGo = true
					mustGo = mustGo || txs[k].outcome == committed || present[k]
				}
			}
			here := 0
			for _, r := range rows {
				if have[r] == table {
					here++
				}
			}
			switch {
			case here != 0 && here != len(rows):
				return fmt.Errorf("half of transaction %d in table %s", n, table)
			case mustGo && here > 0:
				return fmt.Errorf("transaction %d is back after a truncation of %s", n, table)
			case tx.outcome == failed && here > 0:
				return fmt.Errorf("transaction %d failed and is there", n)
			case tx.outcome == committed && here == 0 && !mayGo:
				return fmt.Errorf("transaction %d was acknowledged and is lost from %s", n, table)
			case !mayGo && present[n] && here == 0:
				return fmt.Errorf("half of transaction %d: nothing in table %s", n, table)
			}
		}
	}
	return nil
}

// settle decides what the crash left open by what is there, so that the next round checks that it stays so.
func (m *model) settle(got map[uuid.UUID][]int64) {
	here := map[int64]bool{}
	for _, rows := range got {
		for _, r := range rows {
			here[r] = true
		}
	}
	var kept []*madeTx
	for _, tx := range m.txs {
		if tx.outcome == failed {
			continue
		}
		left := &madeTx{rows: map[uuid.UUID][]int64{}, outcome: committed}
		for table, rows := range tx.rows {
			if len(rows) > 0 && here[rows[0]] {
				left.rows[table] = rows
			}
		}
		if len(left.rows) > 0 {
			kept = append(kept, left)
		}
	}
	m.txs = kept
}

// TestCrash runs clients, flushes and readers against a node and crashes it: the WAL loses what was not synced, at random, the store stops. Every
// acknowledged row must be there once, transactions whole, truncations done; also while it runs.
func TestCrash(t *testing.T) {
	seeds := 500
	if testing.Short() {
		seeds = 50
	}
	for part := range 4 {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			for seed := part; seed < seeds; seed += 4 {
				crash(t, uint64(seed))
				if t.Failed() {
					return
				}
			}
		})
	}
}

func crash(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 77))
	dir := fastDir(t)
	mem := vfs.NewCrashableMem()
	m := &model{locks: map[uuid.UUID]*sync.RWMutex{}}
	for round := range 3 {
		var g *gate
		n := start(t, dir, mem, Config{SegmentBytes: int64(1 + rng.IntN(20_000)), BufferRows: int64(1 + rng.IntN(50)), FlushInterval: time.Hour},
			func(s storage.Store) storage.Store { g = &gate{Store: s}; return g })
		if round == 0 {
			for k := range 2 {
				table := n.put(n.table(fmt.Sprintf("t%d", k)))
				m.tables = append(m.tables, table)
				m.locks[table.UUID] = &sync.RWMutex{}
			}
		}
		m.reopen(n)
		got := n.read(m.tables...)
		require.NoError(t, m.check(got, m.txs), "seed %d round %d", seed, round)
		m.settle(got)

		ctx, stop := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		steps := make(chan struct{}, 1)
		for range 1 + rng.IntN(3) {
			crng := rand.New(rand.NewPCG(rng.Uint64(), 5))
			wg.Go(func() {
				for ctx.Err() == nil {
					m.client(ctx, n, g, crng)
					select {
					case steps <- struct{}{}:
					default:
					}
				}
			})
		}
		frng := rand.New(rand.NewPCG(rng.Uint64(), 6))
		flush, read := make(chan struct{}, 1), make(chan struct{}, 1)
		wg.Go(func() {
			for range flush {
				m.mu.Lock()
				table := m.tables[frng.IntN(len(m.tables))]
				m.mu.Unlock()
				_, _ = n.in.Flush(ctx, table.UUID)
			}
		})
		wg.Go(func() {
			for range read {
				m.reader(ctx, t, n, seed)
			}
		})
		for range rng.IntN(30) {
			<-steps
			if rng.IntN(3) == 0 {
				signal(flush)
			}
			if rng.IntN(5) == 0 {
				signal(read)
			}
		}
		close(flush)
		close(read)
		g.close()
		m.mu.Lock()
		after := mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: []int{0, 50, 100}[rng.IntN(3)], RNG: rng})
		outcomes := make([]outcome, len(m.txs))
		for k, tx := range m.txs {
			outcomes[k] = tx.outcome
		}
		m.mu.Unlock()
		stop()
		_ = n.in.Close()
		wg.Wait()
		n.close()
		m.txs = m.txs[:len(outcomes)]
		for k, tx := range m.txs {
			tx.outcome = outcomes[k]
		}
		mem = after
		if t.Failed() {
			return
		}
	}
}

// reopen takes the tables from the catalog: those whose creation did not survive are gone.
func (m *model) reopen(n *node) {
	var tables []*catalog.Table
	for _, t := range m.tables {
		if n.cat.Current().TableByUUID(t.UUID) != nil {
			tables = append(tables, t)
		}
	}
	for _, tx := range m.txs {
		if tx.creates == nil {
			continue
		}
		there := n.cat.Current().TableByUUID(tx.creates.UUID) != nil
		switch {
		case there && !slices.Contains(tables, tx.creates):
			tables = append(tables, tx.creates)
			m.locks[tx.creates.UUID] = &sync.RWMutex{}
		case !there && tx.outcome == committed:
			require.Fail(n.t, "created table is lost")
		}
		if there && tx.outcome == unanswered {
			tx.outcome = committed // the catalog decides for the rows
		} else if !there {
			tx.outcome = failed
		}
	}
	m.tables = tables
}

// client runs one transaction.
func (m *model) client(ctx context.Context, n *node, g *gate, rng *rand.Rand) {
	made := &madeTx{rows: map[uuid.UUID][]int64{}}
	tx := &Tx{ID: uuid.New()}
	m.mu.Lock()
	tables := slices.Clone(m.tables)
	m.mu.Unlock()
	rng.Shuffle(len(tables), func(a, b int) { tables[a], tables[b] = tables[b], tables[a] })
	tables = tables[:1+rng.IntN(2)]
	truncate := rng.IntN(6) == 0
	slices.SortFunc(tables, func(a, b *catalog.Table) int { return slices.Compare(a.UUID[:], b.UUID[:]) }) // one lock order
	for _, t := range tables {
		m.mu.Lock()
		lock := m.locks[t.UUID]
		m.mu.Unlock()
		if truncate {
			lock.Lock()
			defer lock.Unlock()
			tx.Truncate = append(tx.Truncate, t)
			made.truncates = append(made.truncates, t.UUID)
		} else {
			lock.RLock()
			defer lock.RUnlock()
		}
	}
	create := rng.IntN(8) == 0
	var created *catalog.Table
	if create {
		m.mu.Lock()
		created = newTable(n, fmt.Sprintf("made%d", m.nextID))
		m.nextID++
		m.mu.Unlock()
		if n.logs.Create(ctx, created) != nil {
			return
		}
		tables = append(tables, created)
		mode := rng.IntN(4)
		tx.Catalog = func(ctx context.Context, nonce uuid.UUID) error {
			if mode == 0 {
				return pgerr.New(pgerrcode.DuplicateTable, "refused")
			}
			_, err := n.cat.Commit(ctx, nonce, func(*catalog.Database) ([]catalog.Op, error) {
				return []catalog.Op{{PutTable: created}}, nil
			})
			if err == nil && mode == 1 {
				return pgerr.New(pgerrcode.TransactionResolutionUnknown, "the answer was lost")
			}
			return err
		}
	}
	bulk := rng.IntN(8) == 0
	for _, t := range tables {
		var ids []int64
		m.mu.Lock()
		for range 1 + rng.IntN(20) {
			m.nextID++
			ids = append(ids, m.nextID)
		}
		m.mu.Unlock()
		made.rows[t.UUID] = ids
		if bulk && t != created {
			s, err := n.in.SpoolBulk(t)
			if err != nil {
				return
			}
			err = s.Append(ctx, rows(t, ids...).Batches[0])
			files, err2 := s.Finish(ctx)
			if err != nil || err2 != nil {
				return
			}
			tx.Bulk = append(tx.Bulk, Bulk{t, files})
			continue
		}
		cut := rng.IntN(len(ids) + 1)
		tx.Writes = append(tx.Writes, rows(t, ids[:cut]...), rows(t, ids[cut:]...))
	}
	m.mu.Lock()
	if create {
		made.creates = created
	}
	m.txs = append(m.txs, made)
	m.mu.Unlock()
	err := n.in.Commit(ctx, tx)
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case err == nil:
		made.outcome = committed
		if created != nil {
			m.tables = append(m.tables, created)
			m.locks[created.UUID] = &sync.RWMutex{}
		}
	case pgerr.Code(err) == pgerrcode.TransactionResolutionUnknown || errors.Is(err, errCrashed) || ctx.Err() != nil:
		// stays open
	default:
		made.outcome = failed
	}
}

// newTable is node.table without making the log.
func newTable(n *node, name string) *catalog.Table {
	t := *n.cat.Current().Tables[catalog.Name{Schema: "public", Name: "t0"}]
	t.UUID, t.Name.Name, t.OID = uuid.New(), name, t.OID+1000
	return &t
}

// reader takes a snapshot and checks it against what was acknowledged before.
func (m *model) reader(ctx context.Context, t *testing.T, n *node, seed uint64) {
	m.mu.Lock()
	tables := slices.Clone(m.tables)
	before := make([]*madeTx, len(m.txs))
	for k, tx := range m.txs {
		c := *tx
		before[k] = &c
	}
	m.mu.Unlock()
	pin, err := n.in.Pin(ctx, ids(tables...))
	if err != nil {
		return
	}
	defer pin.Release()
	got := n.readPin(pin)
	m.mu.Lock()
	// Transactions begun since may be there in part as far as the model of "before" goes: they are open.
	for _, tx := range m.txs[len(before):] {
		c := *tx
		c.outcome = unanswered
		before = append(before, &c)
	}
	m.mu.Unlock()
	if err := m.check(got, before); err != nil {
		t.Errorf("seed %d: while running: %v", seed, err)
	}
}

// fastDir is a directory in memory where there is one: the store's durability is not what is tested.
func fastDir(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "miniodb-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
