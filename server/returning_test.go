package server_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"
)

// TestReturningExtended asks for the keys of inserted rows as drivers do: described before it runs, in binary, in batches, some rows at a time.
func TestReturningExtended(t *testing.T) {
	addr := startServer(t)
	c := openPgx(t, addr)
	_, err := c.Exec(short(t), "CREATE TABLE t (id bigserial, name text NOT NULL, n numeric(8,2), at timestamptz DEFAULT now())")
	require.NoError(t, err)

	d, err := c.Prepare(short(t), "ins", "INSERT INTO t (name, n) VALUES ($1, $2) RETURNING id, upper(name), n, $3::int + 1, at = now()")
	require.NoError(t, err)
	require.Equal(t, []uint32{25, 1700, 23}, d.ParamOIDs)
	var types []uint32
	for _, f := range d.Fields {
		types = append(types, f.DataTypeOID)
	}
	require.Equal(t, []uint32{20, 25, 1700, 23, 16}, types)
	require.NotZero(t, d.Fields[0].TableOID)
	for i := range 3 {
		var id int64
		var name, n string
		var plus int32
		var same bool
		require.NoError(t, c.QueryRow(short(t), "ins", fmt.Sprint("a", i), "1.5", 41).Scan(&id, &name, &n, &plus, &same))
		require.Equal(t, int64(i+1), id)
		require.Equal(t, fmt.Sprint("A", i), name)
		require.Equal(t, "1.50", n)
		require.Equal(t, int32(42), plus)
		require.True(t, same)
	}
	require.Equal(t, int64(4), one[int64](t, c, "INSERT INTO t (name) VALUES ($1) RETURNING id", "plain"))

	var b pgx.Batch
	for i := range 20 {
		b.Queue("INSERT INTO t (name) SELECT $1 RETURNING id, name", fmt.Sprint("b", i))
	}
	results := c.SendBatch(short(t), &b)
	for i := range 20 {
		var id int64
		var name string
		require.NoError(t, results.QueryRow().Scan(&id, &name))
		require.Equal(t, fmt.Sprint("b", i), name)
	}
	require.NoError(t, results.Close())

	// A column that goes away between Prepare and Execute.
	other := openPgx(t, addr)
	_, err = c.Prepare(short(t), "all", "INSERT INTO t (name) VALUES ($1) RETURNING *")
	require.NoError(t, err)
	_, err = other.Exec(short(t), "ALTER TABLE t DROP COLUMN n")
	require.NoError(t, err)
	before := one[int64](t, other, "SELECT count(*) FROM t")
	for range 2 {
		_, err = c.Exec(short(t), "all", "x")
		requireCode(t, "0A000", err)
	}
	require.Equal(t, before, one[int64](t, other, "SELECT count(*) FROM t"))
}

// TestReturningPortal takes the rows of one INSERT by and by: all are inserted by the first Execute.
func TestReturningPortal(t *testing.T) {
	addr := startServer(t)
	c := openPgx(t, addr)
	_, err := c.Exec(short(t), "CREATE TABLE t (id serial, g int)")
	require.NoError(t, err)
	conn := connect(t, "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
	hijacked, err := conn.Hijack()
	require.NoError(t, err)
	defer hijacked.Conn.Close()
	f := hijacked.Frontend
	f.Send(&pgproto3.Query{String: "BEGIN"})
	f.Send(&pgproto3.Parse{Query: "INSERT INTO t (g) SELECT generate_series(1, 5) RETURNING id, g * 10"})
	f.Send(&pgproto3.Bind{})
	f.Send(&pgproto3.Describe{ObjectType: 'P'})
	for range 3 {
		f.Send(&pgproto3.Execute{MaxRows: 2})
	}
	f.Send(&pgproto3.Sync{})
	f.Send(&pgproto3.Query{String: "COMMIT"})
	require.NoError(t, f.Flush())
	var got []string
	for ready := 0; ready < 3; {
		m, err := f.Receive()
		require.NoError(t, err)
		switch m := m.(type) {
		case *pgproto3.DataRow:
			got = append(got, string(m.Values[0])+":"+string(m.Values[1]))
		case *pgproto3.PortalSuspended:
			got = append(got, "suspended")
		case *pgproto3.CommandComplete:
			got = append(got, string(m.CommandTag))
		case *pgproto3.ErrorResponse:
			got = append(got, m.Message)
		case *pgproto3.ReadyForQuery:
			ready++
		}
	}
	require.Equal(t, []string{"BEGIN", "1:10", "2:20", "suspended", "3:30", "4:40", "suspended", "5:50", "INSERT 0 5", "COMMIT"}, got)
	require.Equal(t, int64(5), one[int64](t, c, "SELECT count(*) FROM t"))
}

// TestReturningIsWhatWasInserted has sessions insert at a time; each gets its own rows, and their keys are in the table with their values.
func TestReturningIsWhatWasInserted(t *testing.T) {
	addr := startServer(t)
	c := openPgx(t, addr)
	_, err := c.Exec(short(t), "CREATE TABLE t (id serial, who int, n int)")
	require.NoError(t, err)
	var mu sync.Mutex
	keys := map[int32][2]int32{}
	var wait sync.WaitGroup
	for who := range 3 {
		s := openPgx(t, addr)
		wait.Go(func() {
			for i := range 10 {
				rows, err := s.Query(short(t), "INSERT INTO t (who, n) SELECT $1, g FROM generate_series($2::int, $2::int + 2) AS g RETURNING id, n + 0", who, 10*i)
				if err != nil {
					t.Error(err)
					return
				}
				for rows.Next() {
					var id, n int32
					if err := rows.Scan(&id, &n); err != nil {
						t.Error(err)
					}
					mu.Lock()
					keys[id] = [2]int32{int32(who), n}
					mu.Unlock()
				}
				if rows.Err() != nil {
					t.Error(rows.Err())
				}
			}
		})
	}
	wait.Wait()
	require.Len(t, keys, 90)
	rows, err := c.Query(short(t), "SELECT id, who, n FROM t")
	require.NoError(t, err)
	for rows.Next() {
		var id, who, n int32
		require.NoError(t, rows.Scan(&id, &who, &n))
		require.Equal(t, [2]int32{who, n}, keys[id])
		delete(keys, id)
	}
	require.NoError(t, rows.Err())
	require.Empty(t, keys)
}
