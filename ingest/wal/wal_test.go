package wal

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, fs vfs.FS, segment int64) *Log {
	t.Helper()
	l, err := Open(Config{Dir: "/wal", FS: fs, SegmentBytes: segment})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func all(t *testing.T, l *Log, from int64) map[int64]string {
	t.Helper()
	got := map[int64]string{}
	next := int64(0)
	require.NoError(t, l.Replay(from, func(offset int64, data []byte) error {
		if next != 0 {
			require.Equal(t, next, offset)
		}
		next = offset + 1
		got[offset] = string(data)
		return nil
	}))
	return got
}

func TestAppendReplay(t *testing.T) {
	fs := vfs.NewMem()
	l := open(t, fs, 1<<20)
	stream := l.Stream()
	big := bytes.Repeat([]byte("0123456789"), 200_000) // spans blocks and pieces
	for i, data := range [][]byte{[]byte("a"), nil, big, []byte("b")} {
		offset, err := l.Append(data)
		require.NoError(t, err)
		require.EqualValues(t, i+1, offset)
	}
	want := map[int64]string{1: "a", 2: "", 3: string(big), 4: "b"}
	require.Equal(t, want, all(t, l, 0))
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err := l.Append(nil)
	require.ErrorIs(t, err, ErrClosed)

	l = open(t, fs, 1<<20)
	require.Equal(t, stream, l.Stream())
	require.Equal(t, want, all(t, l, 0))
	require.EqualValues(t, 4, l.Durable())
	require.NoError(t, l.Truncate(4))
	require.EqualValues(t, 4, l.First()) // 2 MB went beyond a segment's end, so 4 stands alone
	require.Equal(t, map[int64]string{4: "b"}, all(t, l, 0))
	require.NoError(t, l.Truncate(100))
	offset, err := l.Append([]byte("c"))
	require.NoError(t, err)
	require.EqualValues(t, 5, offset)
}

func TestDirectoryIsLocked(t *testing.T) {
	fs := vfs.NewMem()
	open(t, fs, 0)
	_, err := Open(Config{Dir: "/wal", FS: fs})
	require.ErrorContains(t, err, "in use")
}

// TestCrash appends from several goroutines, rotates, truncates and crashes at random points, with every unsynced block and
// directory entry lost or kept at random. Each acknowledged record above the truncation must be there, in order, once.
func TestCrash(t *testing.T) {
	seeds := 600
	if testing.Short() {
		seeds = 60
	}
	for seed := range seeds {
		crash(t, uint64(seed))
	}
}

func crash(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	fs := vfs.NewCrashableMem()
	var mu sync.Mutex
	acked := map[int64]string{} // never shrinks below the truncation point
	truncated := int64(0)
	made := 0
	for round := range 4 {
		l, err := Open(Config{Dir: "/wal", FS: fs, SegmentBytes: int64(1 + rng.IntN(100_000))})
		require.NoError(t, err, "seed %d round %d", seed, round)
		got := map[int64]string{}
		seen := map[string]int64{}
		last := int64(0)
		require.NoError(t, l.Replay(0, func(offset int64, data []byte) error {
			if last != 0 {
				require.Equal(t, last+1, offset, "seed %d", seed)
			}
			last = offset
			got[offset] = string(data)
			if len(data) > 12 { // the prefix names the record
				require.Zero(t, seen[string(data[:12])], "seed %d: twice", seed)
				seen[string(data[:12])] = offset
			}
			return nil
		}), "seed %d round %d", seed, round)
		for offset, data := range acked {
			if offset >= truncated {
				require.Equal(t, data, got[offset], "seed %d round %d offset %d", seed, round, offset)
			}
		}
		for offset := range acked { // what was not acknowledged is durable or gone now
			if offset < truncated {
				delete(acked, offset)
			}
		}
		var wg sync.WaitGroup
		stop := make(chan struct{})
		progress := make(chan struct{}, 1)
		for range 1 + rng.IntN(4) {
			wrng := rand.New(rand.NewPCG(rng.Uint64(), 2))
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					mu.Lock()
					made++
					id := made
					mu.Unlock()
					data := fmt.Sprintf("%012d", id) + string(bytes.Repeat([]byte{byte(id)}, wrng.IntN(1<<wrng.IntN(17))))
					offset, err := l.Append([]byte(data))
					require.NoError(t, err)
					mu.Lock()
					acked[offset] = data
					mu.Unlock()
					select {
					case progress <- struct{}{}:
					default:
					}
				}
			})
		}
		for range rng.IntN(20) {
			<-progress
			if rng.IntN(5) == 0 {
				mu.Lock()
				truncated = max(truncated, rng.Int64N(l.Durable()+1))
				below := truncated
				mu.Unlock()
				require.NoError(t, l.Truncate(below))
			}
		}
		clean := rng.IntN(8) == 0
		if clean {
			close(stop)
			wg.Wait()
			require.NoError(t, l.Close())
		}
		mu.Lock() // no acknowledgement is noted between the two: what is in acked happened before the crash
		after := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: []int{0, 30, 60, 100}[rng.IntN(4)], RNG: rng})
		kept := make(map[int64]string, len(acked))
		for o, d := range acked {
			kept[o] = d
		}
		mu.Unlock()
		if !clean {
			close(stop)
			wg.Wait()
			require.NoError(t, l.Close())
		}
		acked, fs = kept, after
	}
}

// file reads a whole file of the memory file system.
func file(t testing.TB, fs vfs.FS, name string) []byte {
	t.Helper()
	f, err := fs.Open(name)
	require.NoError(t, err)
	defer f.Close()
	info, err := f.Stat()
	require.NoError(t, err)
	b := make([]byte, info.Size())
	_, err = f.ReadAt(b, 0)
	require.NoError(t, err)
	return b
}

func write(t testing.TB, fs vfs.FS, name string, b []byte) {
	t.Helper()
	f, err := fs.Create(name, vfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	_, err = f.Write(bytes.Clone(b))
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	require.NoError(t, f.Close())
}

// TestDamage flips every byte of a segment in turn: the log either opens with all records or says where it is damaged.
func TestDamage(t *testing.T) {
	for _, clean := range []bool{true, false} {
		fs := vfs.NewCrashableMem()
		l := open(t, fs, 1<<20)
		const n = 20
		for i := range n {
			_, err := l.Append(fmt.Appendf(nil, "record %d", i))
			require.NoError(t, err)
		}
		if clean {
			require.NoError(t, l.Close())
		}
		good := fs.CrashClone(vfs.CrashCloneCfg{})
		name := "/wal/" + segmentName(1)
		data := file(t, good, name)
		last := len(data)
		if !clean {
			last -= 40 // nothing vouches for the last record; it may be a torn one
		}
		for i := range data {
			bad := bytes.Clone(data)
			bad[i] ^= 0x10
			write(t, good, name, bad)
			l, err := Open(Config{Dir: "/wal", FS: good})
			if err == nil {
				got := all(t, l, 0)
				if i < last {
					require.Len(t, got, n, "byte %d of %d, clean %v", i, len(data), clean)
				}
				require.NoError(t, l.Close())
				require.NoError(t, good.Remove("/wal/"+segmentName(2)))
				continue
			}
			var corrupt *CorruptError
			require.ErrorAs(t, err, &corrupt, "byte %d", i)
			require.Contains(t, err.Error(), name)
		}
	}
}

func TestDamageInAnOlderSegment(t *testing.T) {
	fs := vfs.NewMem()
	l := open(t, fs, 100) // one record a segment
	for i := range 5 {
		_, err := l.Append(bytes.Repeat([]byte{byte(i)}, 200))
		require.NoError(t, err)
	}
	require.NoError(t, l.Close())
	name := "/wal/" + segmentName(3)
	good := file(t, fs, name)

	bad := bytes.Clone(good)
	bad[len(bad)-1] ^= 1
	write(t, fs, name, bad)
	l = open(t, fs, 0)
	var visited []int64
	err := l.Replay(0, func(o int64, _ []byte) error { visited = append(visited, o); return nil })
	var corrupt *CorruptError
	require.ErrorAs(t, err, &corrupt)
	require.Equal(t, name, corrupt.File)
	require.Equal(t, []int64{1, 2}, visited, "nothing behind the damage")
	require.NoError(t, l.Close())

	require.NoError(t, fs.Remove(name))
	_, err = Open(Config{Dir: "/wal", FS: fs})
	require.ErrorContains(t, err, "is missing")

	write(t, fs, name, good[:30])
	_, err = Open(Config{Dir: "/wal", FS: fs})
	require.ErrorAs(t, err, &corrupt)
}

func TestNewerFormatIsRefused(t *testing.T) {
	fs := vfs.NewMem()
	require.NoError(t, open(t, fs, 0).Close())
	name := "/wal/" + segmentName(1)
	b := file(t, fs, name)
	b[8] = FormatVersion + 1
	write(t, fs, name, b)
	_, err := Open(Config{Dir: "/wal", FS: fs})
	require.ErrorContains(t, err, "format version 2 is newer than this program's 1")
	require.NotContains(t, err.Error(), "\n")
}

// TestFullDisk: nothing is written, the log goes on, reserved entries and Close still work.
func TestFullDisk(t *testing.T) {
	full := &errorfs.Toggle{Injector: errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpFilePreallocate || op.Kind == errorfs.OpCreate {
			return syscall.ENOSPC
		}
		return nil
	})}
	fs := errorfs.Wrap(vfs.NewMem(), full)
	l := open(t, fs, 1000)
	_, err := l.Append([]byte("before"))
	require.NoError(t, err)
	full.On()
	size := l.Bytes()
	_, err = l.Append(make([]byte, 8<<20))
	require.ErrorIs(t, err, ErrFull)
	require.Equal(t, size, l.Bytes())
	done := make(chan error, 1)
	l.Submit(&Entry{Data: []byte("reserved"), Reserve: true, Done: func(_ int64, err error) { done <- err }})
	require.NoError(t, <-done)
	full.Off()
	offset, err := l.Append(make([]byte, 8<<20))
	require.NoError(t, err)
	require.EqualValues(t, 3, offset)
	full.On() // also when the next segment cannot be made
	require.NoError(t, l.Close())
	full.Off()
	require.Len(t, all(t, open(t, fs, 0), 0), 3)
}

// TestWriteError: the log refuses until Reopen; what was in flight is gone, its offset is given to the next record.
func TestWriteError(t *testing.T) {
	for _, kind := range []errorfs.OpKind{errorfs.OpFileWrite, errorfs.OpFileSyncData} {
		mem := vfs.NewCrashableMem()
		broken := &errorfs.Toggle{Injector: errorfs.InjectorFunc(func(op errorfs.Op) error {
			if op.Kind == kind {
				return syscall.EIO
			}
			return nil
		})}
		l := open(t, errorfs.Wrap(mem, broken), 0)
		_, err := l.Append([]byte("good"))
		require.NoError(t, err)
		broken.On()
		_, err = l.Append([]byte("lost"))
		require.ErrorIs(t, err, ErrUnknown)
		_, err = l.Append([]byte("refused"))
		require.ErrorIs(t, err, ErrFailed)
		broken.Off()
		_, err = l.Append([]byte("refused"))
		require.ErrorIs(t, err, ErrFailed)
		require.NoError(t, l.Reopen())
		require.NoError(t, l.Reopen())
		offset, err := l.Append([]byte("next"))
		require.NoError(t, err)
		require.EqualValues(t, 2, offset)
		want := map[int64]string{1: "good", 2: "next"}
		require.Equal(t, want, all(t, l, 0))
		// Even if the disk has kept the record that was cut.
		crashed := mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100, RNG: rand.New(rand.NewPCG(1, 1))})
		require.Equal(t, want, all(t, open(t, crashed, 0), 0))
	}
}

// TestOpenMakesDurable: what Open finds, though nobody synced it, is still there after a power failure.
func TestOpenMakesDurable(t *testing.T) {
	mem := vfs.NewCrashableMem()
	broken := &errorfs.Toggle{Injector: errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpFileSyncData {
			return syscall.EIO
		}
		return nil
	})}
	l := open(t, errorfs.Wrap(mem, broken), 0)
	_, err := l.Append([]byte("synced"))
	require.NoError(t, err)
	broken.On()
	_, err = l.Append([]byte("written"))
	require.ErrorIs(t, err, ErrUnknown)
	require.NoError(t, l.Close()) // as if killed: nothing more is written
	found := all(t, open(t, mem, 0), 0)
	require.Len(t, found, 2)
	require.Equal(t, found, all(t, open(t, mem.CrashClone(vfs.CrashCloneCfg{}), 0), 0))
}

func TestTooLarge(t *testing.T) {
	l, err := Open(Config{Dir: "/wal", FS: vfs.NewMem(), MaxRecordBytes: 10})
	require.NoError(t, err)
	defer l.Close()
	_, err = l.Append(make([]byte, 11))
	require.ErrorIs(t, err, ErrTooLarge)
	_, err = l.Append(make([]byte, 10))
	require.NoError(t, err)
	require.Len(t, all(t, l, 0), 1)
}

// FuzzSegment feeds any bytes as the newest segment: no panic, bounded memory, records in order or an error.
func FuzzSegment(f *testing.F) {
	fs := vfs.NewMem()
	l, err := Open(Config{Dir: "/wal", FS: fs})
	require.NoError(f, err)
	for i := range 3 {
		_, err := l.Append(fmt.Appendf(nil, "record %d", i))
		require.NoError(f, err)
	}
	require.NoError(f, l.Close())
	stream := file(f, fs, "/wal/STREAM")
	seed := file(f, fs, "/wal/"+segmentName(1))
	f.Add(seed)
	f.Add(seed[:len(seed)-5])
	f.Add(append(bytes.Clone(seed), make([]byte, 100)...))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		fs := vfs.NewMem()
		require.NoError(t, fs.MkdirAll("/wal", 0o755))
		write(t, fs, "/wal/STREAM", stream)
		write(t, fs, "/wal/"+segmentName(1), data)
		l, err := Open(Config{Dir: "/wal", FS: fs, MaxRecordBytes: 1 << 20})
		if err != nil {
			return
		}
		defer l.Close()
		last := l.First() - 1
		require.NoError(t, l.Replay(0, func(offset int64, _ []byte) error {
			require.Equal(t, last+1, offset)
			last = offset
			return nil
		}))
		require.Equal(t, l.Durable(), last)
		offset, err := l.Append([]byte("x"))
		require.NoError(t, err)
		require.Equal(t, last+1, offset)
	})
}

func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			dir, err := os.MkdirTemp(".", "bench")
			require.NoError(b, err)
			defer os.RemoveAll(dir)
			l, err := Open(Config{Dir: dir})
			require.NoError(b, err)
			defer l.Close()
			data := make([]byte, 200)
			b.SetParallelism(writers)
			var wg sync.WaitGroup
			b.ResetTimer()
			for w := range writers {
				wg.Go(func() {
					for i := w; i < b.N; i += writers {
						if _, err := l.Append(data); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
		})
	}
}
