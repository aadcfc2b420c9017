package auth

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/testpg"
)

// passwords try every step of SASLprep: mapping, normalisation, what is prohibited or not assigned, both directions of writing.
var passwords = []string{
	"secret", "with space", "ünïcödé", "u\u0308ni", "ﬁne", "Ⅸ", "a\u00a0b", "a\u200bb", "a\u00adb", "\u00ad", "\u200b", "tab\tbed", "bell\u0007", "a\u0340b",
	"😀", "ﬁ😀", "\u0627\u0628", "\u06271", "\u0627a\u0628", "a\u0627", "\u0627 \u0628", "\ue000", "\ufffd", "\u2028", "\u0221", "Å", "A\u030a", "①②③", "ｆｕｌｌ",
	strings.Repeat("long ", 500), "SCRAM-SHA-256", "SCRAM-SHA-256$4096:x$y:z", "SCRAM-SHA-256$0:c2FsdA==$a:b", "md5", "$", "'\"\\", "=,n=x", "\u180e", "\u3000x",
}

// TestVerifierIsPostgres has PostgreSQL make verifiers and makes the same ones from password and salt.
func TestVerifierIsPostgres(t *testing.T) {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, testpg.Start(t))
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close(ctx)) }()
	r := rand.New(rand.NewPCG(1, 2))
	all := append([]string(nil), passwords...)
	ranges := [][2]rune{{1, 0x7f}, {0x80, 0x500}, {0x500, 0x1000}, {0x1000, 0x2100}, {0x2000, 0x2080}, {0x2100, 0xd7ff}, {0xe000, 0xffff}, {0x10000, 0x10ffff}}
	for range 100 {
		var b strings.Builder
		span := ranges[r.IntN(len(ranges))]
		for range 1 + r.IntN(4) {
			b.WriteRune(span[0] + r.Int32N(span[1]-span[0]))
			if r.IntN(3) == 0 {
				span = ranges[r.IntN(len(ranges))]
			}
		}
		all = append(all, b.String())
	}
	_, err = c.Exec(ctx, "CREATE ROLE v")
	require.NoError(t, err)
	for _, p := range all {
		_, err := c.Exec(ctx, "ALTER ROLE v PASSWORD "+literal(p))
		require.NoError(t, err)
		var theirs string
		require.NoError(t, c.QueryRow(ctx, "SELECT rolpassword FROM pg_authid WHERE rolname = 'v'").Scan(&theirs))
		v, err := parseVerifier(theirs)
		require.NoError(t, err, "%q", p)
		require.Equal(t, theirs, v.String())
		ours, err := derive(p, []byte(v.Salt), v.Iters)
		require.NoError(t, err)
		require.Equal(t, theirs, ours.String(), "%+q", p)
		require.True(t, v.fits(p))
		require.False(t, v.fits(p+"x"))
		again, err := Verifier(theirs)
		require.NoError(t, err)
		require.Equal(t, theirs, again, "a verifier is kept as it is")
	}
}

func literal(s string) string {
	return " E'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func TestVerifier(t *testing.T) {
	a, err := Verifier("secret")
	require.NoError(t, err)
	require.Regexp(t, `^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$`, a)
	b, err := Verifier("secret")
	require.NoError(t, err)
	require.NotEqual(t, a, b, "each has a salt of its own")

	empty, err := derive("", []byte("0123456789abcdef"), iterations)
	require.NoError(t, err)
	for _, none := range []string{"", empty.String()} {
		v, err := Verifier(none)
		require.NoError(t, err)
		require.Empty(t, v)
	}
	_, err = Verifier("md5" + strings.Repeat("0a", 16))
	require.Equal(t, "0A000", pgerr.Code(err))
	for _, s := range []string{
		"", "secret", "SCRAM-SHA-256", "SCRAM-SHA-256$", a[:len(a)-1], a + "=", a + "\n", strings.Replace(a, "4096", "0", 1), strings.Replace(a, "4096", "-1", 1),
		strings.Replace(a, "4096", "99999999999", 1), strings.Replace(a, "SHA-256", "SHA-1", 1), "SCRAM-SHA-256$4096:$" + a[strings.LastIndex(a, "$")+1:],
	} {
		_, err := parseVerifier(s)
		require.ErrorIs(t, err, errNoVerifier, "%q", s)
		require.NotContains(t, err.Error(), "secret")
	}
}
