package sql_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/testpg"
	"github.com/miniodb/miniodb/sql"
)

// TestParams binds the same texts here and in PostgreSQL; inferred types, rows and SQLSTATEs must agree.
func TestParams(t *testing.T) {
	ctx := context.Background()
	pg, err := pgconn.Connect(ctx, testpg.Start(t))
	require.NoError(t, err)
	defer func() { _ = pg.Close(ctx) }()
	_, err = pg.Exec(ctx, "DROP TABLE IF EXISTS t, g;"+fixture).ReadAll()
	require.NoError(t, err)
	conn := openEngine(t)
	for _, c := range []struct {
		text string
		args []string
		oids []sqltype.OID
	}{
		{text: "SELECT $1", args: []string{"a'b"}},
		{text: "SELECT $1 + 1", args: []string{"41"}},
		{text: "SELECT $1::int / 2, $1", args: []string{"7"}},
		{text: "SELECT id FROM t WHERE id = $1", args: []string{"2"}},
		{text: "SELECT id FROM t WHERE id > $1 AND n < $2 AND d >= $3 ORDER BY id", args: []string{"0", "50.5", "2024-01-01"}},
		{text: "SELECT id FROM t WHERE ts BETWEEN $1 AND $2 ORDER BY id", args: []string{"2024-01-01 00:00:00", "2024-01-31 00:00:00"}},
		{text: "SELECT id FROM t WHERE v IN ($1, $2) ORDER BY id", args: []string{"one", "two"}},
		{text: "SELECT id FROM t WHERE id = ANY($1) ORDER BY id", args: []string{"{1,3,5}"}},
		{text: "SELECT id FROM t WHERE v = ANY($1) ORDER BY id", args: []string{`{one,"two"}`}},
		{text: "SELECT id FROM t WHERE ok = $1 ORDER BY id", args: []string{"t"}},
		{text: "SELECT id FROM t WHERE u = $1", args: []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}},
		{text: "SELECT id FROM t ORDER BY id LIMIT $1 OFFSET $2", args: []string{"2", "1"}},
		{text: "SELECT id FROM t WHERE txt LIKE $1 || '%'", args: []string{"al"}},
		{text: "SELECT id FROM t WHERE txt ~ $1 ORDER BY id", args: []string{"a$"}},
		{text: "SELECT upper($1), length($2), coalesce($3, 'x')", args: []string{"a", "bcd", "e"}},
		{text: "SELECT ts + $1 FROM t WHERE id = 1", args: []string{"1 day"}},
		{text: "SELECT d + $1 FROM t WHERE id = 1", args: []string{"3"}},
		{text: "SELECT $1::bytea, $2::bool, $3::numeric, $4::timestamptz, $5::interval", args: []string{`\x4142`, "off", "1.5", "2024-01-15 10:00:00+00", "1 mon 2 days"}},
		{text: "SELECT CASE WHEN $1 THEN $2 ELSE 5 END", args: []string{"true", "7"}},
		{text: "SELECT n * $1, f / $2, id / $3 FROM t WHERE id = 1", args: []string{"2", "4", "1"}},
		{text: "SELECT id / $1 FROM t WHERE id = 1", args: []string{"0"}},
		{text: "SELECT $1 = $2", args: []string{"a", "a"}},
		{text: "SELECT $1 UNION SELECT 5 ORDER BY 1", args: []string{"3"}},
		{text: "SELECT greatest($1, 3), nullif($2, 'x')", args: []string{"9", "x"}},
		{text: "SELECT (id, b) = ($1, $2) FROM t ORDER BY id", args: []string{"1", "10"}},
		{text: "SELECT * FROM (VALUES ($1, $2)) v(a, b)", args: []string{"x", "y"}},
		{text: "SELECT count(*) FROM t WHERE $1 = 'x' OR id = $2", args: []string{"x", "1"}},
		{text: "SELECT $1", args: []string{"7"}, oids: []sqltype.OID{sqltype.Int8}},
		{text: "SELECT $1, $2", args: []string{"7", "{1,2}"}, oids: []sqltype.OID{sqltype.Text, 1007}},
		{text: "SELECT sum(x) FROM generate_series(1, $1) x", args: []string{"10"}},
		{text: "SELECT date_trunc($1, ts) FROM t WHERE id = 1", args: []string{"month"}},
		{text: "SELECT $1::text || $2", args: []string{"a", "b"}},
		{text: "SELECT round($1, 2)", args: []string{"2.345"}},
		{text: "SELECT $2::int", args: []string{"1", "2"}},
		{text: "SELECT $1::int WHERE $1 = 'x'", args: []string{"1"}},
		{text: "SELECT $1 + $2", args: []string{"1", "2"}},
		{text: "SELECT $1::int", args: []string{"x"}},
	} {
		var bound []*string
		var raw [][]byte
		for i := range c.args {
			bound, raw = append(bound, &c.args[i]), append(raw, []byte(c.args[i]))
		}
		oids := make([]uint32, len(c.oids))
		for i, o := range c.oids {
			oids[i] = uint32(o)
		}
		env := testEnv()
		env.Params = c.oids
		got := runOurs(conn, c.text, env, bound...)
		r := pg.ExecParams(ctx, c.text, raw, oids, nil, nil).Read()
		if r.Err != nil {
			require.Equal(t, pgerr.Code(pgError(r.Err)), got.code, "%s: %s %v", c.text, got.msg, got.rows)
			continue
		}
		require.Empty(t, got.code, "%s: %s", c.text, got.msg)
		desc, err := pg.Prepare(ctx, "", c.text, oids)
		require.NoError(t, err)
		sel, err := sql.Rewrite(parseQuery(t, c.text), env)
		require.NoError(t, err)
		var types []uint32
		for _, p := range sel.Params {
			types = append(types, uint32(p.OID))
		}
		require.Equal(t, desc.ParamOIDs, types, c.text)
		require.Len(t, got.rows, len(r.Rows), c.text)
		for i, row := range r.Rows {
			for j, v := range row {
				text := "NULL"
				if v != nil {
					text = string(v)
				}
				require.Equal(t, desc.Fields[j].DataTypeOID, got.oids[j], c.text)
				require.True(t, sameValue(got.oids[j], text, got.rows[i][j]), "%s: %s, ours %s", c.text, text, got.rows[i][j])
			}
		}
	}
}

func pgError(err error) error {
	var pe *pgconn.PgError
	if ok := asPgError(err, &pe); ok {
		return pgerr.New(pe.Code, "%s", pe.Message)
	}
	return err
}
