package engine

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
)

func TestHost(t *testing.T) {
	db, err := Open(Config{Threads: 2})
	require.NoError(t, err)
	defer db.Close()
	conn, err := db.Conn()
	require.NoError(t, err)
	defer conn.Close()
	token, release, err := NewHost(func(function string, args []*string) (*string, error) {
		switch function {
		case "join":
			out := ""
			for _, a := range args {
				if a == nil {
					out += "NULL"
				} else {
					out += *a
				}
			}
			return &out, nil
		case "null":
			return nil, nil
		case "panic":
			panic("on purpose")
		}
		return nil, pgerr.New("42883", "no function %s", function)
	})
	require.NoError(t, err)
	ask := func(text string) (string, error) { return firstValue(conn, strings.ReplaceAll(text, "TOKEN", token)) }
	for text, want := range map[string]string{
		"SELECT pg_host('TOKEN', 'join', 'a', NULL, 'b')":                                       "aNULLb",
		"SELECT pg_host('TOKEN', 'null')":                                                       "NULL",
		"SELECT pg_host('TOKEN', 'join')":                                                       "",
		"SELECT max(pg_host('TOKEN', 'join', CAST(i AS VARCHAR), 'x')) FROM range(100000) t(i)": "9x",
		"SELECT CAST(count(*) AS VARCHAR) FROM range(100000) t(i) WHERE pg_host('TOKEN', 'join', CAST(i % 7 AS VARCHAR)) = '3'":           "14286",
		"SELECT array_to_string(list_transform(['a', 'b', NULL], lambda x: pg_host('TOKEN', 'join', x, repeat('long ', 10))), ',')":       "along long long long long long long long long long ,blong long long long long long long long long long ,NULLlong long long long long long long long long long ",
		"SELECT count(DISTINCT pg_host('TOKEN', 'join', CASE WHEN i % 2 = 0 THEN CAST(i AS VARCHAR) END))::VARCHAR FROM range(5000) t(i)": "2501",
	} {
		got, err := ask(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	_, err = ask("SELECT pg_host('TOKEN', 'other')")
	require.Equal(t, "42883", pgerr.Code(err))
	require.ErrorContains(t, err, "no function other")
	_, err = ask("SELECT pg_host('TOKEN', 'panic')")
	require.Equal(t, "XX000", pgerr.Code(err))
	require.True(t, db.Healthy())
	release()
	_, err = ask("SELECT pg_host('TOKEN', 'join', 'a')")
	require.Equal(t, "XX000", pgerr.Code(err))
}

// firstValue is the first value of a query's result, of text.
func firstValue(conn *Conn, text string) (string, error) {
	rows, err := conn.Query(context.Background(), text, nil)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	b, err := rows.Next(context.Background())
	if err != nil {
		return "", err
	}
	if b.Cols[0].IsNull(0) {
		return "NULL", nil
	}
	return string(b.Cols[0].Bytes(0)), nil
}

func TestFunctions(t *testing.T) {
	db, err := Open(Config{Threads: 2, Prelude: "CREATE MACRO twice(x) AS pg_call('join', x, x);", Functions: func(name string, args []*string) (*string, error) {
		switch name {
		case "join":
			out := ""
			for _, a := range args {
				if a == nil {
					out += "NULL"
				} else {
					out += *a
				}
			}
			return &out, nil
		case "null":
			return nil, nil
		case "panic":
			panic("on purpose")
		}
		return nil, pgerr.New("22023", "no function %s", name)
	}})
	require.NoError(t, err)
	defer db.Close()
	conn, err := db.Conn()
	require.NoError(t, err)
	defer conn.Close()
	ask := func(text string) (string, error) { return firstValue(conn, text) }
	for text, want := range map[string]string{
		"SELECT twice('ab')":                           "abab",
		"SELECT pg_call('join', 'a', NULL)":            "NULL", // NULL for NULL
		"SELECT pg_call_null('join', 'a', NULL)":       "aNULL",
		"SELECT pg_call('null')":                       "NULL",
		"SELECT pg_call('join', 'é', repeat('x', 40))": "é" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		// rows that repeat the one before, NULL among them
		"SELECT string_agg(coalesce(pg_call('join', CASE WHEN i % 4 < 2 THEN 'a' WHEN i % 4 = 2 THEN CAST(i AS VARCHAR) END), '-'), '' ORDER BY i) FROM range(9) t(i)": "aa2-aa6-a",
		"SELECT CAST(sum(CAST(pg_call('join', CAST(i AS VARCHAR)) AS BIGINT)) AS VARCHAR) FROM range(10000) t(i)":                                                      "49995000",
	} {
		got, err := ask(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	_, err = ask("SELECT pg_call('other')")
	require.Equal(t, "22023", pgerr.Code(err))
	_, err = ask("SELECT pg_call('panic')")
	require.Equal(t, "XX000", pgerr.Code(err))
	require.True(t, db.Healthy())
}
