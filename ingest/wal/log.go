package wal

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/uuid"
)

// Config says where a log lives and how large it may grow. Zero values mean the defaults.
type Config struct {
	Dir            string
	FS             vfs.FS // default: the operating system's
	SegmentBytes   int64  // a segment that has reached this size is followed by another; default 64 MiB
	ReserveBytes   int64  // space kept allocated for closing and for entries marked Reserve; default 256 KiB
	MaxRecordBytes int64  // default 512 MiB
}

func (c Config) withDefaults() Config {
	if c.FS == nil {
		c.FS = vfs.Default
	}
	if c.SegmentBytes <= 0 {
		c.SegmentBytes = 64 << 20
	}
	if c.ReserveBytes <= 0 {
		c.ReserveBytes = 256 << 10
	}
	if c.MaxRecordBytes <= 0 {
		c.MaxRecordBytes = 512 << 20
	}
	return c
}

// Log is an open write-ahead log. All methods may be called concurrently.
type Log struct {
	cfg    Config
	stream uuid.UUID
	lock   io.Closer
	wake   chan struct{} // capacity 1: something is queued, or Close was called
	done   chan struct{} // closed when the writer goroutine has ended

	mu      sync.Mutex
	segs    []segment // oldest first; the last one is written to
	sealed  int64     // bytes of all segments but the last
	queue   []*Entry
	durable int64 // the last offset that is fsynced
	written int64 // bytes of the last segment
	failed  error // why nothing is accepted until Reopen
	closing bool

	truncating sync.Mutex // held by Truncate, before mu

	w *writer // owned by the writer goroutine; by Reopen while failed is set
}

// Open opens or creates the log in cfg.Dir. Everything found is durable when it returns; a torn tail is cut. It holds a lock on the
// directory until Close.
func Open(cfg Config) (*Log, error) {
	cfg = cfg.withDefaults()
	if err := cfg.FS.MkdirAll(cfg.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("open write-ahead log: %w", err)
	}
	if err := syncDir(cfg.FS, cfg.FS.PathDir(cfg.Dir)); err != nil {
		return nil, fmt.Errorf("open write-ahead log: %w", err)
	}
	lock, err := cfg.FS.Lock(cfg.FS.PathJoin(cfg.Dir, "LOCK"))
	if err != nil {
		return nil, fmt.Errorf("open write-ahead log: %s is in use: %w", cfg.Dir, err)
	}
	l := &Log{cfg: cfg, lock: lock, wake: make(chan struct{}, 1), done: make(chan struct{})}
	if err := l.recover(); err != nil {
		_ = lock.Close()
		return nil, err
	}
	go l.run() // ended by Close, which waits for it
	return l, nil
}

func (l *Log) path(s segment) string { return l.cfg.FS.PathJoin(l.cfg.Dir, segmentName(s.seq)) }

// recover finds the segments, checks the newest one, makes it durable and begins a new one.
func (l *Log) recover() error {
	fs, dir := l.cfg.FS, l.cfg.Dir
	names, err := fs.List(dir)
	if err != nil {
		return fmt.Errorf("open write-ahead log: %w", err)
	}
	var seqs []uint64
	for _, name := range names {
		if strings.HasSuffix(name, ".tmp") { // a segment or STREAM that was not finished and therefore not used
			if err := fs.Remove(fs.PathJoin(dir, name)); err != nil {
				return fmt.Errorf("open write-ahead log: %w", err)
			}
		} else if seq, ok := parseName(name); ok {
			seqs = append(seqs, seq)
		}
	}
	slices.Sort(seqs)
	if err := l.readStream(len(seqs) > 0); err != nil {
		return err
	}
	for i, seq := range seqs {
		s := segment{seq: seq}
		path := l.path(s)
		if i > 0 && seq != seqs[i-1]+1 {
			return &CorruptError{File: path, Reason: fmt.Sprintf("segment %d before it is missing", seq-1)}
		}
		stream, s, err := readHeader(fs, path)
		switch {
		case err != nil:
			return fmt.Errorf("open write-ahead log: %w", err)
		case stream != l.stream:
			return &CorruptError{File: path, Reason: fmt.Sprintf("belongs to stream %s, not %s", stream, l.stream)}
		case s.seq != seq:
			return &CorruptError{File: path, Reason: fmt.Sprintf("is segment %d under another name", s.seq)}
		case i > 0 && s.first < l.segs[i-1].first:
			return &CorruptError{File: path, Reason: fmt.Sprintf("begins at offset %d, the one before it at %d", s.first, l.segs[i-1].first)}
		}
		info, err := fs.Stat(path)
		if err != nil {
			return fmt.Errorf("open write-ahead log: %w", err)
		}
		l.sealed += info.Size()
		l.segs = append(l.segs, s)
	}
	if len(l.segs) > 0 {
		newest := l.segs[len(l.segs)-1]
		if l.durable, _, err = scan(fs, l.path(newest), newest, 1<<62, l.cfg.MaxRecordBytes, nil); err != nil {
			return err
		}
		if err := syncFile(fs, l.path(newest)); err != nil { // a killed process leaves data that is not on disk yet
			return fmt.Errorf("open write-ahead log: %w", err)
		}
	}
	return l.begin()
}

// begin starts a new segment behind the last durable record, which cuts whatever follows that in older ones.
func (l *Log) begin() error {
	s := segment{seq: 1, first: l.durable + 1, salt: newSalt()}
	if n := len(l.segs); n > 0 {
		s.seq = l.segs[n-1].seq + 1
	}
	f, _, err := create(l.cfg.FS, l.cfg.Dir, l.stream, s, l.cfg.ReserveBytes)
	if err != nil {
		if isFull(err) {
			err = fmt.Errorf("%w: %w", ErrFull, err)
		}
		return fmt.Errorf("begin segment of the write-ahead log: %w", err)
	}
	l.w = newWriter(f, s, l.cfg.ReserveBytes)
	l.segs = append(l.segs, s)
	l.written = headerSize
	return nil
}

// readStream reads STREAM, or makes it when the directory has no segments.
func (l *Log) readStream(segments bool) error {
	fs := l.cfg.FS
	path := fs.PathJoin(l.cfg.Dir, "STREAM")
	f, err := fs.Open(path)
	if err == nil {
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, 64))
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		if l.stream, err = uuid.Parse(strings.TrimSpace(string(b))); err != nil {
			return &CorruptError{File: path, Reason: "no stream id"}
		}
		return nil
	}
	if segments {
		return &CorruptError{File: path, Reason: fmt.Sprintf("missing beside existing segments: %v", err)}
	}
	l.stream = uuid.New()
	tmp := path + ".tmp"
	f, err = fs.Create(tmp, vfs.WriteCategoryUnspecified)
	if err != nil {
		return fmt.Errorf("create stream: %w", err)
	}
	_, err = f.Write([]byte(l.stream.String() + "\n"))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("create stream: %w", err)
	}
	if err := fs.Rename(tmp, path); err != nil {
		return fmt.Errorf("create stream: %w", err)
	}
	if err := syncDir(fs, l.cfg.Dir); err != nil {
		return fmt.Errorf("create stream: %w", err)
	}
	return nil
}

// Stream returns the id of the stream.
func (l *Log) Stream() uuid.UUID { return l.stream }

// Durable returns the last durable offset; 0 when there is none yet.
func (l *Log) Durable() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.durable
}

// First returns the smallest offset that is still kept, or would be the next one.
func (l *Log) First() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.segs[0].first
}

// Bytes returns the size of all segments.
func (l *Log) Bytes() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sealed + l.written
}

// Truncate removes whole segments that hold only records below offset; the newest segment always stays. Each
// removal is durable before the next, so that a crash leaves no gap.
func (l *Log) Truncate(below int64) error {
	l.truncating.Lock()
	defer l.truncating.Unlock()
	for {
		l.mu.Lock()
		if len(l.segs) < 2 || l.segs[1].first > below {
			l.mu.Unlock()
			return nil
		}
		oldest := l.segs[0]
		l.segs = l.segs[1:]
		l.mu.Unlock()
		path := l.path(oldest)
		var size int64
		if info, err := l.cfg.FS.Stat(path); err == nil {
			size = info.Size()
		}
		err := l.cfg.FS.Remove(path)
		if err == nil {
			err = syncDir(l.cfg.FS, l.cfg.Dir)
		}
		l.mu.Lock()
		if err != nil {
			l.segs = slices.Insert(l.segs, 0, oldest)
			l.mu.Unlock()
			return fmt.Errorf("truncate write-ahead log: %w", err)
		}
		l.sealed -= size
		l.mu.Unlock()
	}
}

// Reopen makes a failed log usable again: it begins a new segment behind the last durable record, so that records of unknown
// outcome are gone for good. It does nothing to a log that has not failed.
func (l *Log) Reopen() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing {
		return ErrClosed
	}
	if l.failed == nil {
		return nil
	}
	if l.w != nil {
		_ = l.w.file.Close() // it failed; what matters of it is durable
		l.w = nil
		l.sealed += l.written
		l.written = 0
	}
	if err := l.begin(); err != nil {
		return err
	}
	l.failed = nil
	return nil
}

// Close writes what is queued, marks the segment as complete and releases the directory. Safe twice.
func (l *Log) Close() error {
	l.mu.Lock()
	first := !l.closing
	l.closing = true
	l.mu.Unlock()
	l.signal()
	<-l.done
	if !first {
		return nil
	}
	var err error
	if l.w != nil {
		if l.failed == nil {
			err = l.w.mark()
		}
		err = errors.Join(err, l.w.file.Close())
	}
	return errors.Join(err, l.lock.Close())
}

func (l *Log) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func syncFile(fs vfs.FS, path string) error {
	f, err := fs.OpenReadWrite(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func newSalt() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return binary.LittleEndian.Uint64(b[:])
}
