package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// lockKey names an advisory lock as pg_locks shows it: one bigint is two halves and subid 1, two integers are subid 2.
type lockKey struct {
	class, object uint32
	subid         uint16
}

func bigKey(k int64) lockKey     { return lockKey{uint32(uint64(k) >> 32), uint32(k), 1} }
func pairKey(a, b int32) lockKey { return lockKey{uint32(a), uint32(b), 2} }

// lockMode is shared or exclusive.
type lockMode uint8

const (
	lockShared lockMode = iota
	lockExclusive
	lockModes
)

func (m lockMode) String() string {
	if m == lockShared {
		return "ShareLock"
	}
	return "ExclusiveLock"
}

func conflicts(a, b lockMode) bool { return a == lockExclusive || b == lockExclusive }

// maxLocks bounds the advisory locks of a server, held and waited for together.
const maxLocks = 100_000

// locks are the advisory locks of a server (PostgreSQL's documentation, "Advisory Locks"). They are of this server alone: sessions on other servers of
// the database do not see them.
//
// A lock is granted in the order of requests, but a session that holds a lock already is not made to wait behind others for more of it. Who would
// wait for a session that waits for it is refused at once: in a cycle, whoever closes it.
type locks struct {
	mu    sync.Mutex
	byKey map[lockKey]*lock
	count int // of holders and waiters
}

// lock is one advisory lock that somebody holds or waits for.
type lock struct {
	key     lockKey
	holders map[*locker]*[lockModes]heldLock
	queue   []*lockWait
}

// heldLock counts how often a session has taken a lock in one mode.
type heldLock struct{ session, transaction int }

func (h *heldLock) total() int { return h.session + h.transaction }

// locker is a session to the locks. All fields are guarded by locks.mu.
type locker struct {
	pid     uint32
	held    map[lockKey]bool
	inTx    []lockGrant // locks of the transaction, in the order in which they were taken
	waiting *lockWait
}

type lockGrant struct {
	key  lockKey
	mode lockMode
}

// lockWait is a request in a queue.
type lockWait struct {
	by      *locker
	mode    lockMode
	tx      bool
	lock    *lock
	since   time.Time
	granted chan struct{} // closed when the lock is the waiter's
}

func newLocks() *locks { return &locks{byKey: map[lockKey]*lock{}} }

func newLocker(pid uint32) *locker { return &locker{pid: pid, held: map[lockKey]bool{}} }

// freeLocked reports whether by may have the lock now: nobody else holds it in a conflicting mode and, unless by holds it already, nobody who would
// conflict waits before place in the queue.
func (l *lock) freeLocked(by *locker, mode lockMode, place int) bool {
	for other, held := range l.holders {
		if other == by {
			continue
		}
		for m := range held {
			if held[m].total() > 0 && conflicts(mode, lockMode(m)) {
				return false
			}
		}
	}
	if l.holders[by] != nil {
		return true
	}
	for _, w := range l.queue[:place] {
		if conflicts(mode, w.mode) {
			return false
		}
	}
	return true
}

// grantLocked counts a lock for its new holder.
func (s *locks) grantLocked(l *lock, by *locker, mode lockMode, tx bool) {
	h := l.holders[by]
	if h == nil {
		h = &[lockModes]heldLock{}
		l.holders[by] = h
		by.held[l.key] = true
	}
	if h[mode].total() == 0 {
		s.count++
	}
	if tx {
		h[mode].transaction++
		by.inTx = append(by.inTx, lockGrant{l.key, mode})
	} else {
		h[mode].session++
	}
}

func (s *locks) getLocked(key lockKey) (*lock, error) {
	if s.count >= maxLocks {
		return nil, pgerr.New(pgerrcode.OutOfMemory, "out of shared memory").WithHint("The limit is %d advisory locks.", maxLocks)
	}
	l := s.byKey[key]
	if l == nil {
		l = &lock{key: key, holders: map[*locker]*[lockModes]heldLock{}}
		s.byKey[key] = l
	}
	return l, nil
}

// dropLocked forgets a lock that nobody has or wants.
func (s *locks) dropLocked(l *lock) {
	if len(l.holders) == 0 && len(l.queue) == 0 {
		delete(s.byKey, l.key)
	}
}

// try takes a lock if it is free.
func (s *locks) try(by *locker, key lockKey, mode lockMode, tx bool) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.getLocked(key)
	if err != nil {
		return false, err
	}
	if !l.freeLocked(by, mode, len(l.queue)) {
		return false, nil
	}
	s.grantLocked(l, by, mode, tx)
	return true, nil
}

// acquire takes a lock, waiting for it up to timeout if that is not 0. Errors: 40P01, 55P03, 53200, and the cause of ctx.
func (s *locks) acquire(ctx context.Context, by *locker, key lockKey, mode lockMode, tx bool, timeout time.Duration) error {
	s.mu.Lock()
	l, err := s.getLocked(key)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	if l.freeLocked(by, mode, len(l.queue)) {
		s.grantLocked(l, by, mode, tx)
		s.mu.Unlock()
		return nil
	}
	w := &lockWait{by: by, mode: mode, tx: tx, lock: l, since: time.Now(), granted: make(chan struct{})}
	place := len(l.queue)
	if l.holders[by] != nil { // ahead of those that wait for what it has
		place = 0
	}
	l.queue = slices.Insert(l.queue, place, w)
	by.waiting = w
	s.count++
	if cycle := s.cycleLocked(by); cycle != nil {
		err := deadlockLocked(cycle)
		s.leaveLocked(w)
		s.mu.Unlock()
		return err
	}
	s.mu.Unlock()

	var expired <-chan time.Time
	if timeout > 0 {
		t := time.NewTimer(timeout)
		defer t.Stop()
		expired = t.C
	}
	select {
	case <-w.granted:
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-expired:
		err = pgerr.New(pgerrcode.LockNotAvailable, "canceling statement due to lock timeout")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-w.granted: // perhaps in the same moment as the end of the wait
		return nil
	default:
		s.leaveLocked(w)
		return err
	}
}

// leaveLocked takes a request out of its queue.
func (s *locks) leaveLocked(w *lockWait) {
	l := w.lock
	if i := slices.Index(l.queue, w); i >= 0 {
		l.queue = slices.Delete(l.queue, i, i+1)
		s.count--
	}
	w.by.waiting = nil
	s.wakeLocked(l)
}

// wakeLocked grants the lock to those in the queue that may have it now.
func (s *locks) wakeLocked(l *lock) {
	for i := 0; i < len(l.queue); {
		w := l.queue[i]
		if !l.freeLocked(w.by, w.mode, i) {
			i++
			continue
		}
		l.queue = slices.Delete(l.queue, i, i+1)
		s.count--
		s.grantLocked(l, w.by, w.mode, w.tx)
		w.by.waiting = nil
		close(w.granted)
	}
	s.dropLocked(l)
}

// release gives a lock of the session back once; false if it has none.
func (s *locks) release(by *locker, key lockKey, mode lockMode) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.byKey[key]
	if l == nil || l.holders[by] == nil || l.holders[by][mode].session == 0 {
		return false
	}
	l.holders[by][mode].session--
	s.settleLocked(l, by, mode)
	return true
}

// settleLocked forgets a holder that has nothing left and wakes who can go on.
func (s *locks) settleLocked(l *lock, by *locker, mode lockMode) {
	h := l.holders[by]
	if h[mode].total() > 0 {
		return
	}
	s.count--
	if h[lockShared].total() == 0 && h[lockExclusive].total() == 0 {
		delete(l.holders, by)
		delete(by.held, l.key)
	}
	s.wakeLocked(l)
}

// mark is the place in the transaction to which releaseTx goes back.
func (s *locks) mark(by *locker) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(by.inTx)
}

// releaseTx gives back the locks that the transaction has taken since mark.
func (s *locks) releaseTx(by *locker, mark int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(by.inTx) > mark {
		g := by.inTx[len(by.inTx)-1]
		by.inTx = by.inTx[:len(by.inTx)-1]
		if l := s.byKey[g.key]; l != nil && l.holders[by] != nil {
			l.holders[by][g.mode].transaction--
			s.settleLocked(l, by, g.mode)
		}
	}
}

// releaseAll gives back all locks of the session but those of its transaction.
func (s *locks) releaseAll(by *locker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range by.held {
		l := s.byKey[key]
		for mode := range lockModes {
			if h := l.holders[by]; h != nil && h[mode].session > 0 {
				h[mode].session = 0
				s.settleLocked(l, by, mode)
			}
		}
	}
}

// waitsLocked lists the sessions that a waiter waits for.
func (w *lockWait) waitsLocked() []*locker {
	var out []*locker
	for other, held := range w.lock.holders {
		for m := range held {
			if other != w.by && held[m].total() > 0 && conflicts(w.mode, lockMode(m)) {
				out = append(out, other)
				break
			}
		}
	}
	if w.lock.holders[w.by] == nil {
		for _, before := range w.lock.queue {
			if before == w {
				break
			}
			if conflicts(w.mode, before.mode) {
				out = append(out, before.by)
			}
		}
	}
	return out
}

// cycleLocked finds a chain of waits from a session to itself: each waits for the one that follows, the last for the first.
func (s *locks) cycleLocked(from *locker) []*locker {
	seen := map[*locker]bool{}
	var path []*locker
	var visit func(at *locker) bool
	visit = func(at *locker) bool { // as deep as there are sessions that wait
		if at.waiting == nil || seen[at] {
			return false
		}
		seen[at] = true
		path = append(path, at)
		for _, next := range at.waiting.waitsLocked() {
			if next == from || visit(next) {
				return true
			}
		}
		path = path[:len(path)-1]
		return false
	}
	if visit(from) {
		return path
	}
	return nil
}

// deadlockLocked is the answer to whoever closes a cycle.
func deadlockLocked(cycle []*locker) error {
	var lines []string
	for i, l := range cycle {
		next := cycle[(i+1)%len(cycle)]
		w := l.waiting
		lines = append(lines, fmt.Sprintf("Process %d waits for %s on advisory lock [%d,%d,%d,%d]; blocked by process %d.", l.pid, w.mode,
			databaseOID, w.lock.key.class, w.lock.key.object, w.lock.key.subid, next.pid))
	}
	return pgerr.New(pgerrcode.DeadlockDetected, "deadlock detected").WithDetail("%s", strings.Join(lines, "\n")).
		WithHint("See server log for query details.")
}
