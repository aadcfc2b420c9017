package redis

import (
	"math"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/catalog/index/indextest"
	"github.com/miniodb/miniodb/internal/redisdb"
	"github.com/miniodb/miniodb/internal/testredis"
)

func TestTag(t *testing.T) {
	db := connect(t, shared(t))
	for _, tag := range []string{"", "a{b", "a}b", "a\nb", "a\x7fb", strings.Repeat("a", 2000)} {
		_, err := New(db, tag, zerolog.Nop())
		require.ErrorContains(t, err, "hash tag")
	}
	a, b := open(t, shared(t)), open(t, shared(t))
	s, _ := fill(t, a)
	state := stateOf(t, b, s.Table)
	require.Equal(t, index.Absent, state.Tables[s.Table].Version)
	require.Equal(t, index.Absent, state.Catalog.Version)
	ids, err := b.Tables(t.Context())
	require.NoError(t, err)
	require.Empty(t, ids)
}

// Two processes with the same tag share the index, under one generation.
func TestShared(t *testing.T) {
	tag := "miniodb:shared/" + uuid.NewString()
	a, b := openTag(t, shared(t), tag), openTag(t, shared(t), tag)
	s, before := fill(t, a)
	got, err := b.Load(t.Context(), s.Table)
	require.NoError(t, err)
	require.Len(t, got.Files, 2)
	require.Equal(t, before.Generation, stateOf(t, b).Generation)
	for key, life := range map[string]bool{a.pendingKey(s.Table): true, a.pendingKey(uuid.Nil): true, a.generationKey(): false, a.keys(s.Table).version: false} {
		ttl, err := a.db.Client().PTTL(t.Context(), key).Result()
		require.NoError(t, err)
		require.Equal(t, life, ttl > index.PendingLife/2 && ttl <= index.PendingLife, "%s lives %v", key, ttl)
	}
}

// The files of a large table are sent to a key that expires, and must not expire where they end up. Those of a Reset that fails go away.
func TestStaged(t *testing.T) {
	x := open(t, shared(t))
	s := indextest.Large(2 * pieceFiles)
	require.NoError(t, x.Reset(t.Context(), s, index.Absent))
	ttl, err := x.db.Client().PTTL(t.Context(), x.keys(s.Table).files).Result()
	require.NoError(t, err)
	require.EqualValues(t, -1, ttl, "no expiry")
	require.NoError(t, x.stage(t.Context(), s, 0, x.key("n:left")))
	require.ErrorIs(t, x.stage(t.Context(), s, 3, x.key("n:right")), index.ErrVersion)
	ttl, err = x.db.Client().PTTL(t.Context(), x.key("n:left")).Result()
	require.NoError(t, err)
	require.Positive(t, ttl)
	require.LessOrEqual(t, ttl, stagedLife)
	n, err := x.db.Client().Exists(t.Context(), x.key("n:right")).Result()
	require.NoError(t, err)
	require.Zero(t, n)
}

// Whatever happens to one key, what is read is the table as it was, an error or nothing, and never another table; State goes on, and a Reset
// repairs everything.
func TestDamage(t *testing.T) {
	addr := testredis.Start(t)
	x := open(t, redisdb.Config{Addr: addr})
	ctx := t.Context()
	s := indextest.Snapshot()
	k := x.keys(s.Table)
	path := s.Files[0].Path
	do := func(args ...any) { testredis.Do(t, addr, args...) }
	wrongType := func(key string) func() {
		return func() {
			do("DEL", key)
			do("XADD", key, "*", "a", "b")
		}
	}
	lost := func(key string) func() { return func() { do("DEL", key) } }
	value := func(key, value string) func() { return func() { do("SET", key, value) } }
	cases := map[string]struct {
		damage func()
		absent bool // State takes the table for one that is not there
		whole  bool // nothing that matters
	}{
		"version of a wrong type":   {wrongType(k.version), true, false},
		"version lost":              {lost(k.version), true, false},
		"version is no number":      {value(k.version, "three"), true, false},
		"version alone":             {value(k.version, "0"), true, false},
		"version negative":          {value(k.version, "-1 ab 2 2"), true, false},
		"version too large":         {value(k.version, "9223372036854775808 ab 2 2"), true, false},
		"version with zeros":        {value(k.version, "00 ab 2 2"), true, false},
		"version of another size":   {value(k.version, "0 ab 3 2"), false, false},
		"version of other streams":  {value(k.version, "0 ab 2 1"), false, false},
		"schema of a wrong type":    {wrongType(k.schema), false, false},
		"schema lost":               {lost(k.schema), false, false},
		"schema changed":            {value(k.schema, "garbage"), false, false},
		"streams of a wrong type":   {wrongType(k.streams), false, false},
		"streams lost":              {lost(k.streams), false, false},
		"one stream lost":           {func() { do("HDEL", k.streams, anyStream(s)) }, false, false},
		"one stream too many":       {func() { do("HSET", k.streams, uuid.NewString(), "1") }, false, false},
		"offset is no number":       {func() { do("HSET", k.streams, anyStream(s), "1e3") }, false, false},
		"stream is no uuid":         {func() { do("HDEL", k.streams, anyStream(s)); do("HSET", k.streams, "x", "1") }, false, false},
		"files of a wrong type":     {wrongType(k.files), false, false},
		"files lost":                {lost(k.files), false, false},
		"one file lost":             {func() { do("HDEL", k.files, path) }, false, false},
		"one file too many":         {func() { do("HSET", k.files, "x", index.AppendFile(nil, &s.Files[0])) }, false, false},
		"one file changed":          {func() { do("HSET", k.files, path, "garbage") }, false, false},
		"pending of a wrong type":   {wrongType(k.pending), false, true},
		"pending is no number":      {value(k.pending, "1x"), false, true},
		"tables of a wrong type":    {wrongType(x.tablesKey()), false, true},
		"catalog of a wrong type":   {wrongType(x.catalogKey()), false, true},
		"generation of wrong type":  {wrongType(x.generationKey()), false, true},
		"generation empty":          {value(x.generationKey(), ""), false, true},
		"catalog pending a hash":    {wrongType(x.pendingKey(uuid.Nil)), false, true},
		"catalog is no number":      {value(x.catalogKey(), "1.5 ab 0 0"), false, true},
		"catalog beyond int64":      {value(x.catalogKey(), "99999999999999999999 ab 0 0"), false, true},
		"nothing but the wrong key": {value(x.key("other"), "1"), false, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			state := stateOf(t, x, s.Table)
			require.NoError(t, x.Reset(ctx, s, state.Tables[s.Table].Version))
			c.damage()
			state = stateOf(t, x, s.Table)
			require.NotEmpty(t, state.Generation)
			at := state.Tables[s.Table].Version
			got, err := x.Load(ctx, s.Table)
			switch {
			case c.whole:
				require.NoError(t, err)
				require.Len(t, got.Files, 2)
				require.EqualValues(t, 0, at)
			case c.absent:
				require.ErrorIs(t, err, index.ErrNotFound)
				require.Equal(t, index.Absent, at)
				require.ErrorIs(t, x.Apply(ctx, s.Table, 1, index.Delta{}), index.ErrVersion)
			default:
				require.ErrorContains(t, err, "damaged")
				require.EqualValues(t, 0, at)
			}
			require.NoError(t, x.Announce(ctx, s.Table, 1))
			require.NoError(t, x.Announce(ctx, uuid.Nil, 1))
			require.NoError(t, x.AdvanceCatalog(ctx, 1))
			require.EqualValues(t, 1, stateOf(t, x, s.Table).Tables[s.Table].Pending)
			require.NoError(t, x.Reset(ctx, s, at))
			got, err = x.Load(ctx, s.Table)
			require.NoError(t, err)
			require.Equal(t, s.Checkpoints, got.Checkpoints)
			require.Equal(t, s.Files, got.Files)
			ids, err := x.Tables(ctx)
			require.NoError(t, err)
			require.Equal(t, []uuid.UUID{s.Table}, ids)
			require.NoError(t, x.Apply(ctx, s.Table, 1, index.Delta{Adds: []catalog.DataFile{indextest.File("x")}}))
			require.NoError(t, x.ResetCatalog(ctx, index.Absent, stateOf(t, x).Catalog.Version))
		})
	}
}

// An Apply onto a table of which a part is lost must not make it look whole.
func TestApplyOntoDamage(t *testing.T) {
	x := open(t, shared(t))
	for _, part := range []func(tableKeys) string{
		func(k tableKeys) string { return k.schema },
		func(k tableKeys) string { return k.streams },
		func(k tableKeys) string { return k.files },
	} {
		s := indextest.Snapshot()
		require.NoError(t, x.Reset(t.Context(), s, index.Absent))
		testredis.Do(t, testredis.Start(t), "DEL", part(x.keys(s.Table)))
		require.ErrorIs(t, x.Apply(t.Context(), s.Table, 1, index.Delta{Schema: s.Schema}), errDamaged)
		require.EqualValues(t, 0, stateOf(t, x, s.Table).Tables[s.Table].Version)
	}
}

func anyStream(s *catalog.Snapshot) string {
	for id := range s.Checkpoints {
		return id.String()
	}
	return ""
}

func TestParse(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "12": 12, "9223372036854775807": math.MaxInt64} {
		got, ok := decimal(text)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "-1", "+1", "01", "1 ", " 1", "1e3", "0x1", "9223372036854775808", "1_0", "١"} {
		_, ok := decimal(text)
		require.False(t, ok, "%q", text)
	}
	for _, text := range []string{"", "1", "1 a 2", "1 a 2 3 4", "1  2 3", "1 g 2 3", "1 a 2 -3", "1 a 2 3\n"} {
		_, ok := parseEntry(text)
		require.False(t, ok, "%q", text)
	}
	e, ok := parseEntry("1 aF0 2 3")
	require.True(t, ok)
	require.Equal(t, entry{1, "aF0", 2, 3}, e)
}
