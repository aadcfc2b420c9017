package sql

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// addScripts seeds a fuzz target with the inputs of the parse scripts.
func addScripts(f *testing.F) {
	files, err := filepath.Glob("../testdata/sql/parse/*")
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		for part := range strings.SplitSeq(string(data), "\n\n") {
			if _, rest, ok := strings.Cut(part, "\n"); ok {
				input, _, _ := strings.Cut(rest, "\n----")
				f.Add(input)
			}
		}
	}
}

// FuzzParse: any text is parsed or refused with an SQLSTATE that is not an internal error and a position that lies in it.
func FuzzParse(f *testing.F) {
	addScripts(f)
	f.Fuzz(func(t *testing.T, text string) {
		stmts, err := Parse(text)
		if err != nil {
			e := pgerr.From(err)
			require.NotEqual(t, "XX000", e.Code, e.Message)
			require.Len(t, e.Code, 5)
			require.LessOrEqual(t, e.Position, utf8.RuneCountInString(text)+1)
			require.GreaterOrEqual(t, e.Position, 0)
			return
		}
		runes := []rune(text)
		for _, s := range stmts {
			require.NotNil(t, s.Command)
			require.NotEmpty(t, s.Tag)
			require.NotEmpty(t, s.Text)
			require.True(t, strings.HasPrefix(string(runes[s.Offset:]), s.Text))
			if c, ok := s.Command.(*CreateTable); ok {
				if _, err := c.Table(timeZero, uuidZero, 1); err != nil { // LIKE alone: its columns are known when it runs
					require.Equal(t, "0A000", pgerr.Code(err), err)
				}
			}
		}
	})
}

// FuzzScanInsert: the scanner of plain INSERTs agrees with the grammar on whatever it takes.
func FuzzScanInsert(f *testing.F) {
	addScripts(f)
	f.Add("insert into t values (1, -2.5e3, 'a''b', date '2020-01-01', $1::int, null)")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		requireAgreement(t, text)
		if !strings.HasPrefix(text, "insert into") {
			requireAgreement(t, "insert into t values ("+text+")")
			requireAgreement(t, "insert into "+text)
		}
	})
}
