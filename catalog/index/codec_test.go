package index_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/catalog/index/indextest"
)

func TestCodec(t *testing.T) {
	s := indextest.Snapshot()
	for i := range s.Files {
		data := index.AppendFile([]byte("before"), &s.Files[i])[6:]
		got, err := index.DecodeFile(s.Files[i].Path, data)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(s.Files[i], got))
		for at := range data { // any changed byte is noticed
			data[at] ^= 1
			_, err := index.DecodeFile("x", data)
			require.Error(t, err, "byte %d", at)
			data[at] ^= 1
			_, err = index.DecodeFile("x", data[:at])
			require.Error(t, err, "cut at %d", at)
		}
	}
	head := &index.Head{Version: 1 << 62, Schema: s.Schema, Checkpoints: s.Checkpoints}
	data, err := index.AppendHead(nil, head)
	require.NoError(t, err)
	got, err := index.DecodeHead(data)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(head, got))
	version, err := index.HeadVersion(data)
	require.NoError(t, err)
	require.Equal(t, head.Version, version)
	_, err = index.DecodeHead(data[:len(data)-1])
	require.Error(t, err)
	// A file takes few bytes: 100,000 of them fit into memory many times.
	require.Less(t, len(index.AppendFile(nil, &s.Files[0])), 24)
}

// Decoders get bytes with a right checksum, as otherwise nothing but the checksum would be tested.
func FuzzDecode(f *testing.F) {
	s := indextest.Snapshot()
	head, err := index.AppendHead(nil, &index.Head{Version: 3, Schema: s.Schema, Checkpoints: s.Checkpoints})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(head[:len(head)-4])
	for i := range s.Files {
		data := index.AppendFile(nil, &s.Files[i])
		f.Add(data[:len(data)-4])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		data = index.Seal(data)
		if h, err := index.DecodeHead(data); err == nil {
			again, err := index.AppendHead(nil, h)
			require.NoError(t, err)
			back, err := index.DecodeHead(again)
			require.NoError(t, err)
			require.Equal(t, h.Version, back.Version)
			require.Equal(t, h.Checkpoints, back.Checkpoints)
		}
		if file, err := index.DecodeFile("p", data); err == nil {
			back, err := index.DecodeFile("p", index.AppendFile(nil, &file))
			require.NoError(t, err)
			require.Equal(t, file, back)
		}
		_, _ = index.HeadVersion(data)
	})
}
