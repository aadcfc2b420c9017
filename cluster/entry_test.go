package cluster

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestEntry(t *testing.T) {
	n := testNode("a")
	n.Place, n.Started = "boot/1:2", time.Date(2024, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600))
	e := newEntry(n, "x")
	value, err := e.encode()
	require.NoError(t, err)
	got, err := decodeEntry("a", value)
	require.NoError(t, err)
	require.Equal(t, &e, got)
	n.Started, n.LastSeen = n.Started.UTC(), time.Now()
	require.Equal(t, n, got.node(n.LastSeen))

	got, err = decodeEntry("a", append([]byte(`{"zones":[{"a":1}],"quorum":1e999,`), value[1:]...))
	require.NoError(t, err, "fields of later versions")
	require.Equal(t, &e, got)
}

func FuzzDecodeEntry(f *testing.F) {
	n := testNode("a")
	n.Stream = uuid.Nil
	e := newEntry(n, "x")
	value, err := e.encode()
	require.NoError(f, err)
	f.Add(value)
	for _, text := range []string{
		"", "{", "null", `[]`, `{"format":1}`, `{"format":2,"id":"a","incarnation":"x"}`, `{"format":1,"id":"a","incarnation":"x","more":[{}]}`,
		`{"format":1,"id":"a","incarnation":"x","started":"0001-01-01T00:00:00+23:00"}`, `{"format":1,"id":"a","incarnation":"x","replicas":-1}`,
		`{"format":1,"ID":"a","incarnation":"\ud800","stream":"x"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		e, err := decodeEntry("a", value)
		if err != nil {
			return
		}
		again, err := e.encode()
		if err != nil {
			require.ErrorContains(t, err, "the entry has", "only escapes can make it too long")
			return
		}
		got, err := decodeEntry("a", again)
		require.NoError(t, err)
		require.Equal(t, e, got)
	})
}
