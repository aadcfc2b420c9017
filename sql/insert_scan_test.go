package sql

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
)

// grammarInsert classifies one INSERT with the grammar alone.
func grammarInsert(text string) (*Insert, error) {
	node, err := parseGrammar(text)
	if err != nil {
		return nil, err
	}
	s := &Statement{Text: text}
	c := classifier{text: text, walk: true}
	if err := c.statement(s, node); err != nil {
		return nil, err
	}
	ins, ok := s.Command.(*Insert)
	if !ok {
		return nil, unsupported("not an INSERT")
	}
	return ins, nil
}

// requireAgreement checks that the scanner, if it takes the text, makes of it what the grammar makes.
func requireAgreement(t *testing.T, text string) bool {
	t.Helper()
	if checkEncoding(text) != nil {
		return false
	}
	fast, params, end, next, ok := scanInsert(text, 0)
	if !ok {
		return false
	}
	p, err := (&lexer{text: text}).piece()
	require.NoError(t, err)
	require.Equal(t, p.end, end, text)
	require.Equal(t, p.params, params, text)
	require.True(t, next == len(text) || text[next] == ';', text)
	slow, err := grammarInsert(text[:end])
	require.NoError(t, err, text)
	require.Equal(t, slow, fast, text)
	return true
}

func TestScanInsertAgrees(t *testing.T) {
	taken := []string{
		"insert into t values (1)", "INSERT INTO s.T (a, \"B c\") VALUES (1, 'x'), (-2, NULL);", "insert into t values(+1,-0,00,-007,.5,5.,1e10,-1.5E-3,1.e+2)",
		"insert into t values ('it''s', '', 'a\\n', 'é')", "insert into t values (true, False, null, default)", "insert into t values ($1, $22, $3::int)",
		"insert into t values (1::bigint, '1'::numeric, '2020-01-01'::date, true::text, null::int)", "insert into t values (date '2020-01-01', timestamp '2020-01-01', interval '1 day', json '{}', uuid 'x')",
		"insert/**/into--x\nt values /* ' */ (1) -- end", "insert into t (a) values (1, 2)", "insert into t (a, b) values (1)",
		"insert into t values (99999999999999999999, 2147483648, -2147483648, 00000000000000000000001)", "insert into name (value, key) values (1, 2)",
		"insert into t values ('a' , 'b')\n,\n('c','d')\n ;  ",
		"insert into öäÜ (ÄÖ) values (1)",
	}
	for _, text := range taken {
		require.True(t, requireAgreement(t, text), text)
	}
	left := []string{
		"insert into t values ('a'\n'b')", "insert into t values (E'a')", "insert into t values (1 + 1)", "insert into t values (- - 1)", "insert into t values (-1::int)",
		"insert into t values (1::int::text)", "insert into t values ('1'::numeric(5,2))", "insert into t values (1::int[])", "insert into t values (now())",
		"insert into t values (0x1F)", "insert into t values (1_000)", "insert into t values (1a)", "insert into t values (1.2.3)", "insert into t values (1), (1, 2)",
		"insert into t values (1) returning a", "insert into t (a, a) values (1, 1)", "insert into select values (1)", "insert into a.b.c values (1)", "insert into t as x values (1)",
		"insert into t values (interval '1' day)", "insert into t values (1", "insert into t values", "insert into t values ()", "insert", "insert into t values (1) /*",
		"insert into t values ('a)", "insert into t values (timestamp with time zone 'x')", "insert into t values ('x'::timestamp with time zone)",
		"insert into t values (+ 'a')", "insert into t values (-$1)", "insert into t values (1:: int : : int)", "insert into t values (1: :int)",
		"insert into \"a\"\"b\" values (1)", "insert into \"\" values (1)", "insert into t values (1),", "insert into " + strings.Repeat("x", 64) + " values (1)",
		"insert into t values (default::int)", "insert into t values ($0)", "insert into t values ($99999)", "insert into t values (a)", "insert into t values (numeric '1' (5))",
		"insert into t values (falſe)", "inſert into t values (1)", "insert into t values (1.5e)", "insert into t values (1..2)", "insert into t values (U&'a')", "insert into t(a) values (b'1')",
	}
	for _, text := range left {
		require.False(t, requireAgreement(t, text), text)
	}
}

// TestWithDefaults puts default expressions where VALUES says DEFAULT, and leaves the statement as it was.
func TestWithDefaults(t *testing.T) {
	stmts, err := Parse("insert into t values (1 + 1, default, default), (default, 2, 3)")
	require.NoError(t, err)
	ins, ok := stmts[0].Command.(*Insert)
	require.True(t, ok)
	require.True(t, ins.HasDefaults())
	before := proto.Clone(ins.Query.Node)
	q, err := ins.WithDefaults([]string{"now()", "", "'a' || 'b'"})
	require.NoError(t, err)
	text, err := deparseNode(q.Node)
	require.NoError(t, err)
	require.Equal(t, "VALUES (1 + 1, NULL, 'a' || 'b'), (now(), 2, 3)", text)
	require.True(t, proto.Equal(before, ins.Query.Node))
	_, err = ins.WithDefaults([]string{"1"})
	require.ErrorContains(t, err, "more expressions than target columns")
}
