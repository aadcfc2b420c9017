package minio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/storagetest"
)

// once injects a fault into the first request that fits.
func once(fault storagetest.HTTPFault, fits func(*http.Request) bool) func(*http.Request) storagetest.HTTPFault {
	done := false
	return func(req *http.Request) storagetest.HTTPFault {
		if done || !fits(req) {
			return storagetest.NoFault
		}
		done = true
		return fault
	}
}

// What the caller of a conditional PUT sees of each fault, and whether the object is there, at once and after everything late has arrived.
// Only ErrExists and ErrFull say anything certain; every other error means that the outcome is not known.
func TestPutIfAbsentFaults(t *testing.T) {
	cfg := config(t)
	for name, c := range map[string]struct {
		fault        storagetest.HTTPFault
		is           error
		there, later bool
	}{
		"connection refused":       {storagetest.Refused, storage.ErrUnavailable, false, false},
		"timed out, never arrives": {storagetest.TimedOut, storage.ErrUnavailable, false, false},
		"timed out, arrives late":  {storagetest.LateRequest, storage.ErrUnavailable, false, true},
		"applied, answer lost":     {storagetest.AnswerLost, storage.ErrUnavailable, true, true},
		"applied, sent again":      {storagetest.Twice, storage.ErrExists, true, true},
		"busy":                     {storagetest.Busy, storage.ErrUnavailable, false, false},
		"slow":                     {storagetest.Slow, nil, true, true},
		"stuck":                    {storagetest.Stuck, context.DeadlineExceeded, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			s, transport := faulty(t, cfg, quick)
			key, sent := "k/"+t.Name(), 0
			transport.Inject = func(req *http.Request) storagetest.HTTPFault {
				if !storagetest.Conditional(req) {
					return storagetest.NoFault
				}
				if sent++; sent > 1 {
					return storagetest.NoFault
				}
				return c.fault
			}
			err := s.PutIfAbsent(ctx, key, []byte("mine"))
			require.Equal(t, 1, sent, "never repeated")
			if c.is == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, c.is)
			}
			require.Equal(t, c.is == storage.ErrExists, errors.Is(err, storage.ErrExists), "%v", err)
			require.NotErrorIs(t, err, storage.ErrFull)
			there := func() bool {
				got, err := s.Get(ctx, key, 10)
				if err == nil {
					require.Equal(t, "mine", string(got))
					return true
				}
				require.ErrorIs(t, err, storage.ErrNotFound)
				return false
			}
			require.Equal(t, c.there, there())
			transport.Flush()
			require.Equal(t, c.later, there())
			// The nonce rule: putting the same bytes again settles it.
			err = s.PutIfAbsent(ctx, key, []byte("mine"))
			if c.later {
				require.ErrorIs(t, err, storage.ErrExists)
			} else {
				require.NoError(t, err)
			}
			require.True(t, there())
		})
	}
}

// A read returns all bytes or an error, whatever the connection does.
func TestReadFaults(t *testing.T) {
	cfg := config(t)
	plain := openStore(t, cfg, quick)
	ctx := t.Context()
	source, body := file(t, 3<<20)
	require.NoError(t, plain.PutFile(ctx, "f", source))
	isGet := func(req *http.Request) bool { return req.Method == http.MethodGet }
	reads := map[string]func(s *Store) ([]byte, error){
		"get": func(s *Store) ([]byte, error) { return s.Get(ctx, "f", 4<<20) },
		"open": func(s *Store) ([]byte, error) {
			r, err := s.Open(ctx, "f", 0, -1)
			if err != nil {
				return nil, err
			}
			defer func() { require.NoError(t, r.Close()) }()
			return io.ReadAll(r)
		},
		"fetch": func(s *Store) ([]byte, error) {
			f, err := os.Create(filepath.Join(t.TempDir(), "f"))
			require.NoError(t, err)
			defer func() { require.NoError(t, f.Close()) }()
			n, err := s.Fetch(ctx, "f", f)
			if err != nil {
				return nil, err
			}
			got, err := os.ReadFile(f.Name())
			require.EqualValues(t, len(got), n)
			return got, err
		},
	}
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			for _, fault := range []storagetest.HTTPFault{
				storagetest.Refused, storagetest.TimedOut, storagetest.Busy, storagetest.Slow, storagetest.Cut, storagetest.Short,
				storagetest.Stuck, storagetest.StuckBody, storagetest.Flipped,
			} {
				s, transport := faulty(t, cfg, quick)
				transport.Inject = once(fault, isGet)
				got, err := read(s)
				if name == "open" && fault == storagetest.Flipped {
					require.ErrorIs(t, err, errDamaged, "a stream cannot take back what it gave")
					continue
				}
				require.NoError(t, err, "fault %d", fault)
				require.True(t, bytes.Equal(body, got), "fault %d", fault)
			}
			// And every request fails. Half of the rest comes each time, so in the end the bodies are too short to be cut.
			for _, fault := range []storagetest.HTTPFault{storagetest.Refused, storagetest.Busy, storagetest.StuckBody} {
				s, transport := faulty(t, cfg, limits{tries: 3, backoff: 1, maxBackoff: 1, request: 100 * time.Millisecond, operation: time.Second, stall: 100 * time.Millisecond, rate: 1 << 20, part: partSize, whole: 2})
				transport.Inject = func(*http.Request) storagetest.HTTPFault { return fault }
				_, err := read(s)
				require.ErrorIs(t, err, storage.ErrUnavailable, "fault %d", fault)
			}
			s, transport := faulty(t, cfg, limits{tries: 3, backoff: 1, maxBackoff: 1, request: time.Second, operation: time.Second, stall: time.Second, rate: 1 << 20, part: partSize, whole: 2})
			transport.Inject = func(*http.Request) storagetest.HTTPFault { return storagetest.Short }
			_, err := s.Get(ctx, "f", 4<<20)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		})
	}
}

// Bytes that are wrong in the store itself are refused each time.
func TestDamagedObject(t *testing.T) {
	cfg := config(t)
	ctx := t.Context()
	s, transport := faulty(t, cfg, quick)
	body := bytes.Repeat([]byte("0123456789"), 1000)
	require.NoError(t, s.Put(ctx, "d", body))
	transport.Inject = func(*http.Request) storagetest.HTTPFault { return storagetest.Flipped }
	_, err := s.Get(ctx, "d", 1<<20)
	require.ErrorIs(t, err, errDamaged)
	require.ErrorContains(t, err, "d: the checksum of the bytes received is wrong")
	require.NotErrorIs(t, err, storage.ErrUnavailable)
	transport.Inject = nil

	// One that somebody else wrote has no checksum and is read by its length.
	_, err = s.core.Client.PutObject(ctx, s.bucket, "foreign", bytes.NewReader(body), int64(len(body)), putOptions())
	require.NoError(t, err)
	got, err := s.Get(ctx, "foreign", 1<<20)
	require.NoError(t, err)
	require.Equal(t, body, got)
	r, err := s.Open(ctx, "foreign", 5, 10)
	require.NoError(t, err)
	got, err = io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "5678901234", string(got))
}

// A request whose bytes were damaged on their way to the store is refused there and sent again.
func TestDamagedUpload(t *testing.T) {
	cfg := config(t)
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	cfg.Transport = &damaging{RoundTripper: base}
	s := openStore(t, cfg, quick)
	ctx := t.Context()
	damage := cfg.Transport.(*damaging)
	large, largeBody := file(t, 3*partSize)
	small, smallBody := file(t, 1<<20)
	for name, c := range map[string]struct {
		put  func() error
		want []byte
	}{
		"put":    {func() error { return s.Put(ctx, "put", smallBody) }, smallBody},
		"file":   {func() error { return s.PutFile(ctx, "file", small) }, smallBody},
		"upload": {func() error { return s.PutFile(ctx, "upload", large) }, largeBody},
	} {
		damage.once.Store(true)
		require.NoError(t, c.put(), name)
		require.False(t, damage.once.Load(), "nothing was damaged")
		got, err := s.Get(ctx, name, 64<<20)
		require.NoError(t, err)
		require.True(t, bytes.Equal(c.want, got), name)
	}
	damage.once.Store(true)
	err := s.PutIfAbsent(ctx, "absent", smallBody)
	require.Error(t, err)
	require.NotErrorIs(t, err, storage.ErrExists)
	_, err = s.Stat(ctx, "absent")
	require.ErrorIs(t, err, storage.ErrNotFound)
}

// A call whose caller has set no deadline ends nevertheless, and one with a deadline ends then.
func TestDeadlines(t *testing.T) {
	l := quick
	l.tries, l.request, l.operation = 3, 50*time.Millisecond, 200*time.Millisecond
	s, transport := faulty(t, config(t), l)
	transport.Inject = func(*http.Request) storagetest.HTTPFault { return storagetest.Stuck }
	source, _ := file(t, 1000)
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	calls := map[string]func(context.Context) error{
		"get":         func(ctx context.Context) error { _, err := s.Get(ctx, "a", 10); return err },
		"open":        func(ctx context.Context) error { _, err := s.Open(ctx, "a", 0, -1); return err },
		"fetch":       func(ctx context.Context) error { _, err := s.Fetch(ctx, "a", f); return err },
		"stat":        func(ctx context.Context) error { _, err := s.Stat(ctx, "a"); return err },
		"put":         func(ctx context.Context) error { return s.Put(ctx, "a", nil) },
		"putIfAbsent": func(ctx context.Context) error { return s.PutIfAbsent(ctx, "a", nil) },
		"putFile":     func(ctx context.Context) error { return s.PutFile(ctx, "a", source) },
		"delete":      func(ctx context.Context) error { return s.Delete(ctx, "a") },
		"list":        func(ctx context.Context) error { return s.List(ctx, "", "", func(storage.Info) error { return nil }) },
		"probe": func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, time.Millisecond) // health.Config has its own
			defer cancel()
			return s.Probe(ctx)
		},
	}
	for name, call := range calls {
		done := make(chan error, 1)
		go func() { done <- call(context.WithoutCancel(t.Context())) }()
		select {
		case err := <-done:
			require.ErrorIs(t, err, storage.ErrUnavailable, name)
		case <-time.After(30 * time.Second):
			require.Fail(t, "hangs", name)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		require.ErrorIs(t, call(ctx), context.DeadlineExceeded, name)
		cancel()
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(5*time.Millisecond, cancel)
		err := call(ctx)
		require.Error(t, err, name)
		if name != "probe" {
			require.ErrorIs(t, err, context.Canceled, name)
		}
		cancel()
	}
	require.FileExists(t, source)
}
