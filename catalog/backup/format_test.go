package backup

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

const testName = "20260102T030405Z-1a2b3c4d"

func ref[T any](v T) *T { return &v }

// sample is a backup with something in every field.
func sample() *Backup {
	d := catalog.NewDatabase()
	d.Version, d.NextOID = 41, 16500
	b := &Backup{Header: Header{Name: testName, Description: "naïve <&> \"quoted\"", Created: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Node: "node-1", Program: "v1"}, Catalog: d}
	stream := uuid.UUID{1}
	d.Streams[stream] = &catalog.Stream{ID: stream, Node: "node-1", Opened: time.Unix(1, 0).UTC()}
	d.Recent[uuid.UUID{2}] = 41
	d.Dropped[uuid.UUID{3}] = &catalog.Dropped{UUID: uuid.UUID{3}, Name: catalog.Name{Schema: "public", Name: "gone"}, Time: time.Unix(2, 0).UTC()}
	for i := range 3 {
		name := catalog.Name{Schema: "public", Name: fmt.Sprintf("t%d", i)}
		seq := catalog.Name{Schema: "public", Name: name.Name + "_id_seq"}
		t := &catalog.Table{
			UUID: uuid.UUID{9, byte(i)}, OID: uint32(16400 + i), Name: name, NextColumn: 2, SchemaID: 1, ShardKey: []int32{1}, Buckets: 16, Created: time.Unix(3, 0).UTC(),
			Columns: []catalog.Column{{ID: 1, Name: "id", PhysicalName: "id", Type: sqltype.Of(sqltype.Int8), Sequence: &seq}},
		}
		d.Tables[name] = t
		d.Sequences[seq] = &catalog.Sequence{OID: uint32(16450 + i), Name: seq, Start: 1, Increment: 1, Min: 1, Max: 1 << 40, Reserved: 33}
		s := &catalog.Snapshot{Table: t.UUID, Version: int64(i), Schema: t, Checkpoints: map[uuid.UUID]int64{stream: 7}}
		for f := range i {
			s.Files = append(s.Files, catalog.DataFile{
				Path: fmt.Sprintf("l0/%d.parquet", f), Size: 100, Rows: 10, Level: 1, Time: time.UnixMilli(5).UTC(), Buckets: [2]int32{0, 15}, Dates: [2]int32{1, 0},
				Stats: map[int32]catalog.ColumnStats{1: {Min: ref("1"), Max: ref("50"), NullCount: 2}},
			})
		}
		b.Tables = append(b.Tables, tableOf(name, s))
	}
	v := catalog.Name{Schema: "public", Name: "v"}
	d.Views[v] = &catalog.View{OID: 16480, Name: v, Query: "SELECT 1 AS a", Columns: []catalog.Column{{ID: 1, Name: "a", Type: sqltype.Of(sqltype.Int4)}}}
	return b
}

func TestRoundTrip(t *testing.T) {
	b := sample()
	data, err := b.encode()
	require.NoError(t, err)
	require.Equal(t, 6, bytes.Count(data, []byte{'\n'}), "header, catalog, three tables, end")
	again, err := decode(testName, data)
	require.NoError(t, err)
	require.Equal(t, b, again)
	require.EqualValues(t, 3, again.Header.Tables)
	require.EqualValues(t, 3, again.Header.Files)
	require.EqualValues(t, 30, again.Header.Rows)
	require.EqualValues(t, 300, again.Header.Bytes)
	for _, table := range again.Tables {
		require.Equal(t, table, tableOf(table.Name, table.Snapshot()))
	}
	_, err = decode("20260102T030405Z-00000000", data)
	require.ErrorContains(t, err, `part 0 (header): it is that of backup "20260102T030405Z-1a2b3c4d"`)
}

// TestEveryAlteredByteIsFound changes each byte in several ways, and cuts the object off at each place: the part that the place is in is named.
func TestEveryAlteredByteIsFound(t *testing.T) {
	data, err := sample().encode()
	require.NoError(t, err)
	part := make([]int, len(data))
	number := 0
	for i, c := range data {
		part[i] = number
		if c == '\n' {
			number++
		}
	}
	for i := range data {
		for _, flip := range []byte{1, 0x20, 0x80, byte(1 + rand.N(255))} {
			bad := bytes.Clone(data)
			bad[i] ^= flip
			_, err := decode(testName, bad)
			require.Equal(t, pgerrcode.DataCorrupted, pgerr.Code(err), "byte %d, %q", i, bad[i])
			named := strings.Contains(err.Error(), fmt.Sprintf("part %d", part[i]))
			require.True(t, named, "byte %d of part %d: %v", i, part[i], err)
		}
		_, err := decode(testName, data[:i])
		require.Equal(t, pgerrcode.DataCorrupted, pgerr.Code(err), "cut at %d", i)
		require.ErrorContains(t, err, fmt.Sprintf("part %d", part[i]))
	}
	_, err = decode(testName, append(bytes.Clone(data), '\n'))
	require.Equal(t, pgerrcode.DataCorrupted, pgerr.Code(err))
}

// TestPartsThatDoNotBelongTogether exchanges, leaves out and repeats whole parts, whose own checksums are right.
func TestPartsThatDoNotBelongTogether(t *testing.T) {
	data, err := sample().encode()
	require.NoError(t, err)
	lines := bytes.SplitAfter(data, []byte{'\n'})
	lines = lines[:len(lines)-1]
	for name, order := range map[string][]int{
		"exchanged": {0, 1, 3, 2, 4, 5}, "left out": {0, 1, 2, 4, 5}, "repeated": {0, 1, 2, 2, 3, 4, 5}, "no header": {1, 2, 3, 4, 5}, "end alone": {5}, "no end": {0, 1, 2, 3, 4},
		"two headers": {0, 0, 1, 2, 3, 4, 5},
	} {
		var bad []byte
		for _, i := range order {
			bad = append(bad, lines[i]...)
		}
		_, err := decode(testName, bad)
		require.Equal(t, pgerrcode.DataCorrupted, pgerr.Code(err), name)
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	l := &line{Part: partHeader, Data: []byte(`{"format":"miniodb metadata backup","version":2,"name":"` + testName + `"}`)}
	l.SHA256 = l.sum()
	_, err := takeHeader(testName, l)
	require.Equal(t, pgerrcode.FeatureNotSupported, pgerr.Code(err))
}

// TestTooLarge has one table with more files than fit.
func TestTooLarge(t *testing.T) {
	b := sample()
	long := strings.Repeat("x", 1<<20)
	for i := range maxObject >> 20 {
		b.Tables[2].Files = append(b.Tables[2].Files, File{Path: fmt.Sprint(long, i)})
	}
	_, err := b.encode()
	require.Equal(t, pgerrcode.ProgramLimitExceeded, pgerr.Code(err))
}

func FuzzDecode(f *testing.F) {
	data, err := sample().encode()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte("{\"part\":\"header\",\"sha256\":\"\",\"data\":null}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := decode(testName, data)
		if err != nil {
			require.Nil(t, b)
			return
		}
		again, err := b.encode()
		require.NoError(t, err)
		_, err = decode(testName, again)
		require.NoError(t, err)
	})
}
