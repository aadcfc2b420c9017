package ingest

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
)

// generation is one buffer table in the engine. It holds the rows of its table with low < offset <= high.
type generation struct {
	name    string         // in hot.main
	schema  *catalog.Table // what its columns are
	low     int64
	high    int64 // open until sealed
	sealed  bool
	walLow  int64 // the smallest offset of a WAL record needed to rebuild it
	rows    int64 // upper bound of visible rows
	bytes   int64
	created time.Time
	pins    int
	gone    bool // flushed, truncated or dropped: no new pin takes it
}

func (g *generation) relation() string { return `hot.main."` + g.name + `"` }

// bulkFiles are files that a WAL record names and the table log does not have yet.
type bulkFiles struct {
	offset int64
	walLow int64
	files  []catalog.DataFile
	since  time.Time
}

// buffer is what is buffered of one table. Ingest.mu guards everything below flushing.
type buffer struct {
	id       uuid.UUID
	flushing sync.Mutex // one flush or truncation of the table at a time; taken before Ingest.applying

	table      *catalog.Table // the newest schema seen
	checkpoint int64          // of our stream in the newest version known here
	tail       int64          // where the next generation begins: the highest sealed offset
	gens       []*generation  // oldest first; only the last may be open
	bulk       []bulkFiles    // by offset
	truncates  []int64        // offsets of truncations that the table log does not have yet, ascending
	busy       bool           // Run is flushing it
	failures   int            // flushes that failed in a row
	retryAt    time.Time
	lastError  error
}

func (b *buffer) open() *generation {
	if n := len(b.gens); n > 0 && !b.gens[n-1].sealed {
		return b.gens[n-1]
	}
	return nil
}

// seal closes the open generation at an offset; the next one begins there.
func (b *buffer) seal(high int64) {
	if g := b.open(); g != nil {
		g.high, g.sealed = high, true
	}
	b.tail = max(b.tail, high)
}

func (b *buffer) rows() (rows, bytes int64) {
	for _, g := range b.gens {
		rows, bytes = rows+g.rows, bytes+g.bytes
	}
	return rows, bytes
}

// oldest returns when the oldest thing that waits for a flush came in.
func (b *buffer) oldest() (t time.Time, any bool) {
	for _, g := range b.gens {
		if g.rows > 0 && (!any || g.created.Before(t)) {
			t, any = g.created, true
		}
	}
	for _, f := range b.bulk {
		if !any || f.since.Before(t) {
			t, any = f.since, true
		}
	}
	return t, any
}

// walLow returns the smallest offset of the WAL that the table still needs.
func (b *buffer) walLow() (low int64, any bool) {
	note := func(o int64) {
		if !any || o < low {
			low, any = o, true
		}
	}
	for _, g := range b.gens {
		note(g.walLow)
	}
	for _, f := range b.bulk {
		note(f.walLow)
	}
	for _, o := range b.truncates {
		note(o)
	}
	return low, any
}

// discard takes out what lies at or below an offset, and returns the generations whose tables can be dropped at once.
// Callers hold Ingest.mu.
func (b *buffer) discard(upTo int64) (drop []*generation, bytes int64) {
	b.gens = slices.DeleteFunc(b.gens, func(g *generation) bool {
		if !g.sealed || g.high > upTo {
			return false
		}
		g.gone = true
		bytes += g.bytes
		if g.pins == 0 {
			drop = append(drop, g)
		}
		return true
	})
	b.bulk = slices.DeleteFunc(b.bulk, func(f bulkFiles) bool { return f.offset <= upTo })
	b.tail = max(b.tail, upTo)
	return drop, bytes
}

func generationName(n int64) string { return "g" + strconv.FormatInt(n, 10) }
