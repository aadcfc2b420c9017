package ingest

import (
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// looseLife is how long a transaction may take to commit files of a bulk load; then they are given up to cleaning.
const looseLife = 24 * time.Hour

// uploads are the data files of this process that are in the store, or on their way, and that no record or table log names yet. Cleaning must not take them for
// orphans, however long their transaction stays open. The zero value is ready.
type uploads struct {
	mu    sync.Mutex
	files map[uuid.UUID]map[string]*upload // by table and path
}

// upload is one file.
type upload struct {
	held  bool      // by a flush, an open spool or a commit, which let go of it; otherwise a transaction has it
	since time.Time // when the transaction got it
}

// hold notes a file before it comes into being.
func (u *uploads) hold(table uuid.UUID, path string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.files == nil {
		u.files = map[uuid.UUID]map[string]*upload{}
	}
	if u.files[table] == nil {
		u.files[table] = map[string]*upload{}
	}
	u.files[table][path] = &upload{held: true}
}

// handOut leaves files to a transaction, which commits them or forgets them.
func (u *uploads) handOut(table uuid.UUID, files []catalog.DataFile) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, f := range files {
		if x := u.files[table][f.Path]; x != nil {
			x.held, x.since = false, time.Now()
		}
	}
}

// drop forgets files: something else names them, or nothing will.
func (u *uploads) drop(table uuid.UUID, files ...catalog.DataFile) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, f := range files {
		delete(u.files[table], f.Path)
	}
	if len(u.files[table]) == 0 {
		delete(u.files, table)
	}
}

// claim takes the files of a transaction that is being committed back. It refuses those that were given up: they may be gone.
func (u *uploads) claim(parts []*part) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	var claimed []*upload
	for _, p := range parts {
		for _, f := range p.files {
			x := u.files[p.table.UUID][f.Path]
			if x == nil || x.held || time.Since(x.since) >= looseLife {
				for _, x := range claimed {
					x.held = false
				}
				return pgerr.New(pgerrcode.IdleInTransactionSessionTimeout, "rows that were loaded into table %q more than %d hours before the commit have been given up",
					p.table.Name.Name, int(looseLife.Hours())).WithHint("Load them again and commit sooner.")
			}
			x.held = true
			claimed = append(claimed, x)
		}
	}
	return nil
}

// settle ends a claim. Where it is not known whether the record exists, its files stay held until the process ends and recovery finds out.
func (u *uploads) settle(parts []*part, err error) {
	if err != nil && !certain(err) {
		return
	}
	for _, p := range parts {
		u.drop(p.table.UUID, p.files...)
	}
}

// names adds the paths of a table's files to out, and forgets those that were given up.
func (u *uploads) names(table uuid.UUID, out map[string]bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for path, x := range u.files[table] {
		if !x.held && time.Since(x.since) >= looseLife {
			delete(u.files[table], path)
			continue
		}
		out[path] = true
	}
	if len(u.files[table]) == 0 {
		delete(u.files, table)
	}
}

// Unlogged returns the paths of a table's data files that only this write path names: those of records that have not been flushed, of transactions that are
// prepared or still open, and of uploads. A file leaves this set only after the table's log has it, or after it has become an orphan; so whoever
// reads the log afterwards misses none. An error says that this is not known at the moment.
func (i *Ingest) Unlogged(table uuid.UUID) (map[string]bool, error) {
	out := map[string]bool{}
	i.uploads.names(table, out) // first: from there files go to what follows
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.closed:
		return nil, errors.New("the server is shutting down")
	case i.broken != nil:
		return nil, errors.New("buffers are being rebuilt from the write-ahead log")
	case i.settling[table] > 0:
		return nil, errors.New("a transaction with DDL and rows is being committed")
	}
	add := func(files []catalog.DataFile) {
		for _, f := range files {
			out[f.Path] = true
		}
	}
	addPending := func(p *pending) {
		for ; p != nil; p = p.prepares {
			for _, part := range p.parts {
				if part.table.UUID == table {
					add(part.files)
				}
			}
		}
	}
	if b := i.tables[table]; b != nil {
		for _, f := range b.bulk {
			add(f.files)
		}
	}
	for _, p := range i.queue {
		addPending(p)
	}
	for _, p := range i.prepared {
		addPending(p)
	}
	return out, nil
}
