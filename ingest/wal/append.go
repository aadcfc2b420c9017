package wal

import (
	"fmt"

	"github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	groupBytes   = 16 << 20 // a group ends here; a larger record is a group of its own
	groupEntries = 4096
	flushBytes   = 1 << 20 // written to the file in pieces of this size
	extendBytes  = 4 << 20 // space is allocated ahead in steps of this size
)

// Entry is one record to append.
type Entry struct {
	Data    []byte // not changed and not kept after Done was called
	Reserve bool   // may use the reserved space: for small records that must not fail when the disk is full
	// Done is called exactly once, from the log's goroutine and in offset order, after the record is durable or has failed. It must
	// not block and must not call the log.
	Done func(offset int64, err error)
}

// Submit queues entries in this order and without others between them. They share one fsync with whatever else is queued.
func (l *Log) Submit(entries ...*Entry) {
	var refuse error
	for _, e := range entries {
		if int64(len(e.Data)) > l.cfg.MaxRecordBytes {
			refuse = fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(e.Data), l.cfg.MaxRecordBytes)
		}
	}
	l.mu.Lock()
	switch {
	case refuse != nil:
	case l.closing:
		refuse = ErrClosed
	case l.failed != nil:
		refuse = fmt.Errorf("%w: %w", ErrFailed, l.failed)
	default:
		l.queue = append(l.queue, entries...)
	}
	l.mu.Unlock()
	if refuse != nil {
		for _, e := range entries {
			e.Done(0, refuse)
		}
		return
	}
	l.signal()
}

// Append writes one record and returns its offset when it is durable. See the errors of this package for the outcomes.
func (l *Log) Append(data []byte) (int64, error) {
	type result struct {
		offset int64
		err    error
	}
	ch := make(chan result, 1)
	l.Submit(&Entry{Data: data, Done: func(offset int64, err error) { ch <- result{offset, err} }})
	r := <-ch
	return r.offset, r.err
}

// run is the writer goroutine: group after group until Close and an empty queue.
func (l *Log) run() {
	defer close(l.done)
	for range l.wake {
		for {
			group, closing, failed := l.take()
			if len(group) == 0 {
				if closing {
					return
				}
				break
			}
			if failed != nil {
				for _, e := range group {
					e.Done(0, fmt.Errorf("%w: %w", ErrFailed, failed))
				}
				continue
			}
			l.commit(group)
		}
	}
}

// take removes the next group from the queue.
func (l *Log) take() (group []*Entry, closing bool, failed error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, bytes := 0, 0
	for n < len(l.queue) && n < groupEntries && (n == 0 || bytes+len(l.queue[n].Data) <= groupBytes) {
		bytes += len(l.queue[n].Data)
		n++
	}
	group = l.queue[:n:n]
	if l.queue = l.queue[n:]; len(l.queue) == 0 {
		l.queue = nil
	}
	return group, l.closing, l.failed
}

// commit makes a group durable and tells its entries.
func (l *Log) commit(group []*Entry) {
	if err := l.w.allocate(group, l.cfg.ReserveBytes); err != nil {
		rest := group[:0:0]
		for _, e := range group {
			if e.Reserve {
				rest = append(rest, e)
			} else {
				e.Done(0, fmt.Errorf("%w: %w", ErrFull, err))
			}
		}
		if len(rest) == 0 {
			return
		}
		group = rest
	}
	first := l.w.next
	err := l.w.write(group)
	l.mu.Lock()
	if err != nil {
		l.failed = err
	} else {
		l.durable = l.w.next - 1
	}
	l.written = headerSize + l.w.synced
	l.mu.Unlock()
	for i, e := range group {
		if err != nil {
			e.Done(0, fmt.Errorf("%w: %w", ErrUnknown, err))
		} else {
			e.Done(first+int64(i), nil)
		}
	}
	if err == nil && l.w.synced >= l.cfg.SegmentBytes {
		l.rotate()
	}
}

// rotate begins the next segment. When it cannot, the present one grows beyond its size and the next group tries again; only when
// it is not known whether the new segment exists has the log failed.
func (l *Log) rotate() {
	l.mu.Lock()
	s := segment{seq: l.segs[len(l.segs)-1].seq + 1, first: l.durable + 1, salt: newSalt()}
	l.mu.Unlock()
	f, renamed, err := create(l.cfg.FS, l.cfg.Dir, l.stream, s, l.cfg.ReserveBytes)
	old := l.w
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.w = newWriter(f, s, l.cfg.ReserveBytes)
		l.segs = append(l.segs, s)
		l.sealed += l.written
		l.written = headerSize
		_ = old.file.Close() // all of it is fsynced
	case renamed:
		l.segs = append(l.segs, s) // the name is taken; empty, so harmless if it is not there
		l.failed = err
	}
}

// writer writes one segment.
type writer struct {
	file      vfs.File
	seg       segment
	rec       *record.Writer
	buf       []byte // what rec has produced and the file has not got
	next      int64  // offset of the next record
	synced    int64  // bytes of the record stream that are fsynced
	out       int64  // bytes of the record stream produced
	allocated int64  // bytes of the file with space behind them, reserve included
	blind     bool   // the file system cannot allocate
}

func newWriter(f vfs.File, s segment, reserve int64) *writer {
	w := &writer{file: f, seg: s, next: s.first, allocated: headerSize + reserve}
	w.rec = record.NewWriter(sink{w})
	return w
}

// sink gathers what the record writer produces, so that a group is few writes.
type sink struct{ w *writer }

func (s sink) Write(p []byte) (int, error) {
	w := s.w
	w.buf = append(w.buf, p...)
	w.out += int64(len(p))
	if len(w.buf) >= flushBytes {
		return len(p), w.flush()
	}
	return len(p), nil
}

func (w *writer) flush() error {
	_, err := w.file.Write(w.buf)
	if w.buf = w.buf[:0]; cap(w.buf) > 4*flushBytes {
		w.buf = nil
	}
	return err
}

// allocate makes sure that a group fits with the reserve left over. Its error is a full disk; nothing has been written.
func (w *writer) allocate(group []*Entry, reserve int64) error {
	if w.blind {
		return nil
	}
	need := headerSize + w.out + reserve
	for _, e := range group {
		n := int64(len(e.Data)) + prefixSize
		need += n + n/2048 + 2*chunkHeader // a chunk header in each block of 32 KiB
	}
	if need <= w.allocated {
		return nil
	}
	for _, step := range []int64{extendBytes, 0} { // the last bytes of a disk are worth a second try
		err := w.file.Preallocate(w.allocated, need+step-w.allocated)
		switch {
		case err == nil:
			w.allocated = need + step
			return nil
		case !isFull(err):
			w.blind = true
			return nil
		case step == 0:
			return err
		}
	}
	return nil
}

// write appends the group and fsyncs.
func (w *writer) write(group []*Entry) error {
	var prefix [prefixSize]byte
	for _, e := range group {
		if err := w.record(appendPrefix(prefix[:0], w.seg.salt, w.next, w.synced), e.Data); err != nil {
			return err
		}
		w.next++
	}
	return w.sync()
}

func (w *writer) record(prefix, data []byte) error {
	rec, err := w.rec.Next()
	if err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	if _, err := rec.Write(prefix); err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	if _, err := rec.Write(data); err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	if err := w.rec.Flush(); err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	return nil
}

func (w *writer) sync() error {
	if len(w.buf) > 0 {
		if err := w.flush(); err != nil {
			return fmt.Errorf("write segment: %w", err)
		}
	}
	if err := w.file.SyncData(); err != nil {
		return fmt.Errorf("sync segment: %w", err)
	}
	w.synced = w.out
	return nil
}

// mark writes the record that vouches for all before it.
func (w *writer) mark() error {
	var prefix [prefixSize]byte
	if err := w.record(appendPrefix(prefix[:0], w.seg.salt, markOffset, w.synced), nil); err != nil {
		return err
	}
	return w.sync()
}
