package pgvalue_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

func TestLoadZone(t *testing.T) {
	winter := time.Date(2024, 1, 15, 12, 0, 0, 0, time.UTC)
	for name, offset := range map[string]int{
		"UTC": 0, "utc": 0, "Z": 0, "Europe/Berlin": 3600, "EUROPE/BERLIN": 3600, "us/pacific": -8 * 3600, "America/Port-au-Prince": -5 * 3600, "EST5EDT": -5 * 3600, "Etc/GMT+3": -3 * 3600,
		"<+05>-05": 5 * 3600, "<-03:30>+03:30": -(3*3600 + 1800), "UTC+3": -3 * 3600, "FOO-2": 2 * 3600, "5.5": 5*3600 + 1800, "-7": -7 * 3600, "PST": -8 * 3600, "Asia/Kolkata": 5*3600 + 1800,
	} {
		loc, err := pgvalue.LoadZone(name)
		require.NoError(t, err, name)
		_, got := winter.In(loc).Zone()
		require.Equal(t, offset, got, name)
	}
	for _, name := range []string{"", "Nowhere/Land", "../../etc/passwd", "Local", "local", "UTC+", "<x", "1000", "AB1", "UTC+1:2:3:4", "x\x00y"} {
		_, err := pgvalue.LoadZone(name)
		require.Equal(t, "22023", pgerr.Code(err), name)
	}
}

// TestSpecialTimes shows words that depend on the clock, in a zone where it is another day already.
func TestSpecialTimes(t *testing.T) {
	loc, err := pgvalue.LoadZone("Asia/Tokyo")
	require.NoError(t, err)
	d := pgvalue.NewDecoder(pgvalue.Options{Location: loc, Now: time.Date(2024, 2, 28, 20, 30, 15, 500000000, time.UTC)})
	enc := pgvalue.NewEncoder(pgvalue.Settings{Location: loc})
	for _, tt := range []struct {
		oid      sqltype.OID
		in, want string
	}{
		{sqltype.Date, "now", "2024-02-29"}, {sqltype.Date, "today", "2024-02-29"}, {sqltype.Date, "tomorrow", "2024-03-01"}, {sqltype.Date, "YESTERDAY", "2024-02-28"},
		{sqltype.Timestamp, "now", "2024-02-29 05:30:15.5"}, {sqltype.Timestamp, "today", "2024-02-29 00:00:00"}, {sqltype.Timestamp, "tomorrow 04:05", "2024-03-01 04:05:00"},
		{sqltype.Timestamptz, "now", "2024-02-29 05:30:15.5+09"}, {sqltype.Timestamptz, "yesterday", "2024-02-28 00:00:00+09"}, {sqltype.Timestamptz, "today allballs", "2024-02-29 09:00:00+09"}, {sqltype.Timestamptz, "today 10:00 PST", "2024-03-01 03:00:00+09"},
		{sqltype.Time, "now", "05:30:15.5"}, {sqltype.Timestamp, "epoch", "1970-01-01 00:00:00"}, {sqltype.Timestamptz, "epoch", "1970-01-01 09:00:00+09"},
	} {
		v, err := one(sqltype.Of(tt.oid), func(a *vector.Appender) error { return d.ParseText(a, []byte(tt.in)) })
		require.NoError(t, err, tt.in)
		require.Equal(t, tt.want, string(pgvalue.AppendText(nil, v, 0, enc)), "%s %s", sqltype.Of(tt.oid), tt.in)
	}
}
