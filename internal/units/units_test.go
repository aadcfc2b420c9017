package units

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseSize(t *testing.T) {
	for in, want := range map[string]Size{
		"0": 0, "1500": 1500, "64MB": 64 * MB, "64 MiB": 64 * MB, "1.5gb": GB + GB/2, "2k": 2 * KB, "1_000": 1000, "8t": 8 * TB, "12B": 12,
	} {
		got, err := ParseSize(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for _, in := range []string{"", "MB", "-1", "64XB", "9999999999GB", "1e5", "1.2.3MB", "64MB64"} {
		_, err := ParseSize(in)
		require.Error(t, err, in)
	}
}

func TestSizeRoundTrip(t *testing.T) {
	for _, n := range []Size{0, 1, 1023, KB, 64 * MB, 3 * GB, TB, MB + 1} {
		got, err := ParseSize(n.String())
		require.NoError(t, err)
		require.Equal(t, n, got)
	}
}

func TestParseBufferSize(t *testing.T) {
	for in, want := range map[string]BufferSize{
		"500": {Rows: 500}, "64MB": {Bytes: 64 * MB}, "100000, 64MB": {Rows: 100000, Bytes: 64 * MB}, "1B": {Bytes: 1},
	} {
		got, err := ParseBufferSize(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
		again, err := ParseBufferSize(got.String())
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	for _, in := range []string{"", "0", "0MB", "-5", "1.5", "500, 600", "1MB, 2MB", "many"} {
		_, err := ParseBufferSize(in)
		require.Error(t, err, in)
	}
}

func TestParseDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "30": 30 * time.Second, "0.5": 500 * time.Millisecond, "1h30m": 90 * time.Minute,
		"7d": 7 * 24 * time.Hour, "1d12h": 36 * time.Hour, "250ms": 250 * time.Millisecond, "0": 0,
	} {
		got, err := ParseDuration(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
		again, err := ParseDuration(FormatDuration(got))
		require.NoError(t, err)
		require.Equal(t, want, again)
	}
	for _, in := range []string{"", "soon", "-1s", "-1", "5 minutes ago", "NaN", "1e300", "xd"} {
		_, err := ParseDuration(in)
		require.Error(t, err, in)
	}
	require.Equal(t, "1m", FormatDuration(time.Minute))
	require.Equal(t, "1h", FormatDuration(time.Hour))
	require.Equal(t, "1h30m", FormatDuration(90*time.Minute))
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"64MB", "1.5gb", "30s", "7d", "100000, 64MB", "1d12h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := ParseSize(s); err == nil {
			require.GreaterOrEqual(t, n, Size(0))
		}
		if d, err := ParseDuration(s); err == nil {
			require.GreaterOrEqual(t, d, time.Duration(0))
		}
		if b, err := ParseBufferSize(s); err == nil {
			again, err := ParseBufferSize(b.String())
			require.NoError(t, err)
			require.Equal(t, b, again)
		}
	})
}
