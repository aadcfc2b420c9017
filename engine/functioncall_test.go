package engine

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
)

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
	ask := func(text string) (string, error) {
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
