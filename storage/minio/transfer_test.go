package minio

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	miniogo "github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/storagetest"
)

func TestCombineChecksums(t *testing.T) {
	_, body := file(t, 1<<20)
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		size := r.IntN(len(body))
		cut := r.IntN(size + 1)
		a, b := body[:cut], body[cut:size]
		require.Equal(t, crc32.Checksum(body[:size], castagnoli),
			combineChecksums(crc32.Checksum(a, castagnoli), crc32.Checksum(b, castagnoli), int64(len(b))), "%d+%d", len(a), len(b))
	}
}

func TestChecksumText(t *testing.T) {
	sum, ok := parseChecksum(checksumText(0x00c0ffee))
	require.True(t, ok)
	require.EqualValues(t, 0x00c0ffee, sum)
	for _, text := range []string{"", "c0ffee", "00c0ffeg", "000c0ffee", "+0c0ffee"} {
		_, ok := parseChecksum(text)
		require.False(t, ok, text)
	}
	require.Equal(t, "AMD/7g==", checksumHeader(0x00c0ffee))
}

// fetch downloads an object into a file that had other contents.
func fetch(t *testing.T, s *Store, key string) ([]byte, error) {
	path := filepath.Join(t.TempDir(), "fetched")
	require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("old"), 10<<20), 0o600))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	size, err := s.Fetch(t.Context(), key, f)
	if err != nil {
		return nil, err
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.EqualValues(t, len(got), size)
	return got, nil
}

// Every size around the limits of parts and ranges goes up and comes down whole, with and without faults.
func TestTransfer(t *testing.T) {
	cfg := config(t)
	for _, size := range []int64{0, 1, partSize, partSize + 1, rangeSize - 1, rangeSize, rangeSize + 1, 3*rangeSize - 1} {
		for _, share := range []float64{0, 0.25} {
			t.Run(fmt.Sprintf("%d bytes, %v faults", size, share), func(t *testing.T) {
				s, transport := faulty(t, cfg, quick)
				if share > 0 {
					transport.Inject = storagetest.RandomHTTP(uint64(size), share, storagetest.AllHTTPFaults...)
				}
				source, body := file(t, size)
				key := fmt.Sprintf("t/%d-%v", size, share)
				require.NoError(t, s.PutFile(t.Context(), key, source))
				require.NoFileExists(t, source)
				got, err := fetch(t, s, key)
				require.NoError(t, err)
				require.True(t, bytes.Equal(body, got))
				got, err = s.Get(t.Context(), key, size)
				require.NoError(t, err)
				require.True(t, bytes.Equal(body, got))
				_, checksum, err := s.stat(t.Context(), "stat", key)
				require.NoError(t, err)
				require.Equal(t, checksumText(crc32.Checksum(body, castagnoli)), checksum)
			})
		}
	}
}

// Each request of an upload in parts meets each fault once.
func TestUploadFaults(t *testing.T) {
	cfg := config(t)
	requests := map[string]func(*http.Request) bool{
		"begin": func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Query().Has("uploads") },
		"part": func(r *http.Request) bool {
			return r.Method == http.MethodPut && r.URL.Query().Get("partNumber") == "2"
		},
		"complete": func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Query().Has("uploadId") },
	}
	for name, fits := range requests {
		for _, fault := range storagetest.AllHTTPFaults {
			s, transport := faulty(t, cfg, quick)
			transport.Inject = once(fault, fits)
			source, body := file(t, partSize+1000)
			key := fmt.Sprintf("u/%s-%d", name, fault)
			require.NoError(t, s.PutFile(t.Context(), key, source), key)
			require.NoFileExists(t, source)
			transport.Flush() // what arrives now must not hurt
			got, err := s.Get(t.Context(), key, partSize+1000)
			require.NoError(t, err)
			require.True(t, bytes.Equal(body, got), key)
		}
	}
}

// An upload that fails for good leaves the file, and no object and no parts in the store.
func TestUploadFails(t *testing.T) {
	s, transport := faulty(t, config(t), limits{tries: 2, backoff: 1, maxBackoff: 1, request: quick.request, operation: quick.operation, stall: quick.stall, rate: 1 << 20, part: partSize, whole: 1})
	ctx := t.Context()
	transport.Inject = func(req *http.Request) storagetest.HTTPFault {
		if req.URL.Query().Get("partNumber") == "3" {
			return storagetest.Refused
		}
		return storagetest.NoFault
	}
	source, _ := file(t, 3*partSize)
	require.ErrorIs(t, s.PutFile(ctx, "u", source), storage.ErrUnavailable)
	require.FileExists(t, source)
	_, err := s.Stat(ctx, "u")
	require.ErrorIs(t, err, storage.ErrNotFound)
	uploads, err := s.core.ListMultipartUploads(ctx, s.bucket, "u", "", "", "", 10)
	require.NoError(t, err)
	require.Empty(t, uploads.Uploads)
	require.Error(t, s.PutFile(ctx, "u", filepath.Dir(source)), "a directory")
}

// A file that is written while it goes up is refused by its checksum.
func TestFileChanges(t *testing.T) {
	s, transport := faulty(t, config(t), quick)
	source, _ := file(t, 2*partSize)
	transport.Inject = func(req *http.Request) storagetest.HTTPFault {
		if req.Method == http.MethodPost && req.URL.Query().Has("uploads") {
			f, err := os.OpenFile(source, os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteAt([]byte("changed"), partSize+5)
			}
			if err != nil {
				panic(err)
			}
			_ = f.Close()
		}
		return storagetest.NoFault
	}
	require.ErrorContains(t, s.PutFile(t.Context(), "c", source), "checksum")
	require.FileExists(t, source)
	_, err := s.Stat(t.Context(), "c")
	require.ErrorIs(t, err, storage.ErrNotFound)
}

// Fetch never mixes two versions of an object.
func TestFetchReplaced(t *testing.T) {
	cfg := config(t)
	other := openStore(t, cfg, quick)
	s, transport := faulty(t, cfg, quick)
	ctx := t.Context()
	var want []byte
	put := func(b byte, size int) {
		want = bytes.Repeat([]byte{b}, size)
		require.NoError(t, other.Put(ctx, "r", want))
	}
	put('a', 3*rangeSize)
	replaced := 0
	transport.Inject = func(req *http.Request) storagetest.HTTPFault {
		if req.Header.Get("If-Match") != "" && replaced < 2 {
			replaced++
			put(byte('a'+replaced), 3*rangeSize+replaced)
		}
		return storagetest.NoFault
	}
	got, err := fetch(t, s, "r")
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got))
	require.Equal(t, 2, replaced)

	// Objects of others are pinned, too.
	replaced = 0
	_, err = other.core.Client.PutObject(ctx, s.bucket, "r", bytes.NewReader(want), int64(len(want)), putOptions())
	require.NoError(t, err)
	got, err = fetch(t, s, "r")
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got))
	require.Equal(t, 2, replaced)

	_, err = fetch(t, s, "absent")
	require.ErrorIs(t, err, storage.ErrNotFound)
}

func TestRanges(t *testing.T) {
	s := openStore(t, config(t), quick)
	ctx := t.Context()
	require.NoError(t, s.Put(ctx, "r", []byte("0123456789")))
	require.NoError(t, s.Put(ctx, "empty", nil))
	for _, c := range []struct {
		key            string
		offset, length int64
		want           string
		ok             bool
	}{
		{"r", 10, -1, "", true}, {"r", 10, 0, "", true}, {"r", 0, 0, "", true}, {"empty", 0, -1, "", true}, {"empty", 0, 0, "", true},
		{"r", 11, -1, "", false}, {"r", 11, 0, "", false}, {"r", 5, 6, "", false}, {"r", 10, 1, "", false}, {"r", -1, 1, "", false}, {"empty", 0, 1, "", false},
	} {
		r, err := s.Open(ctx, c.key, c.offset, c.length)
		if !c.ok {
			require.Error(t, err, "%v", c)
			continue
		}
		require.NoError(t, err, "%v", c)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, c.want, string(got))
		require.NoError(t, r.Close())
		require.NoError(t, r.Close())
	}
	r, err := s.Open(ctx, "r", 2, 3)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	_, err = r.Read(make([]byte, 1))
	require.Error(t, err, "closed")
	_, err = s.Open(ctx, "absent", 0, 0)
	require.ErrorIs(t, err, storage.ErrNotFound)
}

// BenchmarkFetch compares parallel ranges into a file with one sequential GET into a file, of 64 MB, over loopback and with connections of
// 100 MB/s each, as networks and loaded stores have them. Both verify what they read.
func BenchmarkFetch(b *testing.B) {
	const size = 64 << 20
	cfg := config(b)
	source, _ := file(b, size)
	require.NoError(b, openStore(b, cfg, defaultLimits).PutFile(b.Context(), "f", source))
	slow := &throttled{rate: 100 << 20}
	b.Cleanup(slow.CloseIdleConnections)
	for name, transport := range map[string]http.RoundTripper{"loopback": nil, "100MBps": slow} {
		cfg.Transport = transport
		s := openStore(b, cfg, defaultLimits)
		f, err := os.Create(filepath.Join(b.TempDir(), "f"))
		require.NoError(b, err)
		b.Run(name+"/ranges", func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				_, err := s.Fetch(b.Context(), "f", f)
				require.NoError(b, err)
			}
		})
		b.Run(name+"/sequential", func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				body, _, _, err := s.core.GetObject(b.Context(), s.bucket, "f", miniogo.GetObjectOptions{})
				require.NoError(b, err)
				h := crc32.New(castagnoli)
				n, err := io.CopyBuffer(io.MultiWriter(io.NewOffsetWriter(f, 0), h), body, make([]byte, copySize))
				require.NoError(b, err)
				require.EqualValues(b, size, n)
				require.NoError(b, body.Close())
			}
		})
	}
}

// BenchmarkPutFile compares the upload in parts with one PUT of the same 64 MB.
func BenchmarkPutFile(b *testing.B) {
	const size = 64 << 20
	s := openStore(b, config(b), defaultLimits)
	source, body := file(b, size)
	b.Run("parts", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			b.StopTimer()
			require.NoError(b, os.WriteFile(source, body, 0o600))
			b.StartTimer()
			require.NoError(b, s.PutFile(b.Context(), "f", source))
		}
	})
	b.Run("one", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			require.NoError(b, s.putObject(b.Context(), "f", bytes.NewReader(body), size, crc32.Checksum(body, castagnoli), "", false))
		}
	})
}
