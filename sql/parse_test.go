package sql

import (
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// TestParseScripts runs testdata/sql/parse. Directive parse prints the statements of its input, or the error; table prints the catalog
// object of a CREATE TABLE.
func TestParseScripts(t *testing.T) {
	datadriven.Walk(t, "../testdata/sql/parse", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			stmts, err := Parse(d.Input)
			if err != nil {
				return dumpError(err)
			}
			var b strings.Builder
			for _, s := range stmts {
				if d.Cmd == "table" {
					table, ok := s.Command.(*CreateTable)
					require.True(t, ok)
					b.WriteString(dumpTable(t, table))
					continue
				}
				require.Equal(t, "parse", d.Cmd)
				b.WriteString(dumpStatement(s))
			}
			return b.String()
		})
	})
}

func TestParsePositions(t *testing.T) {
	text := "select 'é€𝄞'; -- ü\n select 1 frm t"
	stmts, err := Parse("select 'é€𝄞'; -- ü\n select 1")
	require.NoError(t, err)
	require.Len(t, stmts, 2)
	require.Equal(t, "select 1", stmts[1].Text)
	require.Equal(t, 20, stmts[1].Offset)
	_, err = Parse(text)
	e := pgerr.From(err)
	require.Equal(t, "42601", e.Code)
	runes := []rune(text)
	require.Equal(t, "t", string(runes[e.Position-1:]))
}

// TestParseComments: comments are masked before the grammar sees them, and positions do not notice.
func TestParseComments(t *testing.T) {
	text := "select /*é/**/*/ 1 /*/*ü*/*/ frm /**/ t"
	_, err := Parse(text)
	e := pgerr.From(err)
	require.Equal(t, `syntax error at or near "t"`, e.Message)
	require.Equal(t, "t", string([]rune(text)[e.Position-1:]))

	for text, want := range map[string]string{
		"select 'a' /*\n*/ 'b'":       "42601", // not joined: only a line break joins
		"select 'a'\n/* x */ 'b'":     "42601",
		"select '/* a' /**/, '*/'":    "",
		"select $$/*$$, $$*/$$ /*;*/": "",
	} {
		_, err := Parse(strings.ReplaceAll(text, "\\n", "\n"))
		require.Equal(t, want, pgerr.Code(err), text)
	}
}

func TestParseEncoding(t *testing.T) {
	for text, want := range map[string]string{
		"select 1\x00":   `invalid byte sequence for encoding "UTF8": 0x00`,
		"select '\xff'":  `invalid byte sequence for encoding "UTF8": 0xff`,
		"select '\xe2(a": `invalid byte sequence for encoding "UTF8": 0xe2 0x28 0x61`,
		"select '\xc3":   `invalid byte sequence for encoding "UTF8": 0xc3`,
	} {
		_, err := Parse(text)
		e := pgerr.From(err)
		require.Equal(t, "22021", e.Code, text)
		require.Equal(t, want, e.Message)
	}
}
