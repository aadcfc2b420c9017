package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testpg"
)

// catalogStatement is a statement as a client has sent it. OIDs of objects stand in it as {{regclass:name}}.
type catalogStatement struct {
	client string
	text   string
	params [][]byte
}

var placeholder = regexp.MustCompile(`\{\{(reg\w+):([^}]*)\}\}`)

// readCatalogStatements reads what testdata/catalog holds: statements between lines of dashes, each after its parameters.
func readCatalogStatements(t *testing.T) []catalogStatement {
	files, err := filepath.Glob("../testdata/catalog/*.sql")
	require.NoError(t, err)
	var out []catalogStatement
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, block := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n----\n") {
			s := catalogStatement{client: strings.TrimSuffix(filepath.Base(file), ".sql"), text: block}
			for strings.HasPrefix(s.text, "-- param: ") {
				line, rest, _ := strings.Cut(s.text, "\n")
				s.text = rest
				if line = strings.TrimPrefix(line, "-- param: "); line == "NULL" {
					s.params = append(s.params, nil)
					continue
				}
				var value string
				require.NoError(t, json.Unmarshal([]byte(line), &value), line)
				s.params = append(s.params, []byte(value))
			}
			out = append(out, s)
		}
	}
	return out
}

// catalogServer runs the statements on one server.
type catalogServer struct {
	conn *pgconn.PgConn
	oids map[string]string
}

func (c *catalogServer) fill(t *testing.T, text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if oid, ok := c.oids[p]; ok {
			return oid
		}
		m := placeholder.FindStringSubmatch(p)
		r := c.conn.ExecParams(context.Background(), "SELECT $1::"+m[1]+"::oid", [][]byte{[]byte(m[2])}, []uint32{25}, nil, nil).Read()
		require.NoError(t, r.Err, p)
		c.oids[p] = string(r.Rows[0][0])
		return c.oids[p]
	})
}

// run returns the SQLSTATE and the number of rows of each result.
func (c *catalogServer) run(t *testing.T, s catalogStatement) (code string, rows []int, err error) {
	ctx := context.Background()
	text := c.fill(t, s.text)
	var results []*pgconn.Result
	if s.params == nil {
		results, err = c.conn.Exec(ctx, text).ReadAll()
	} else {
		params := make([][]byte, len(s.params))
		for i, p := range s.params {
			if p != nil {
				params[i] = []byte(c.fill(t, string(p)))
			}
		}
		r := c.conn.ExecParams(ctx, text, params, nil, nil, nil).Read()
		results, err = []*pgconn.Result{r}, r.Err
	}
	for _, r := range results {
		rows = append(rows, len(r.Rows))
	}
	if err != nil {
		code = "?"
		var e *pgconn.PgError
		if errors.As(err, &e) {
			code = e.Code
		}
	}
	return code, rows, err
}

// TestCatalogStatements replays what clients ask the catalogs against PostgreSQL 15 and the server, over the same objects: all statements must run, and at
// least 90 in 100 must return as many rows. Others name what one of the two servers alone has, such as the schema miniodb or more databases.
func TestCatalogStatements(t *testing.T) {
	setup, err := os.ReadFile("../testdata/catalog/objects.setup")
	require.NoError(t, err)
	all := readCatalogStatements(t)
	servers := [2]*catalogServer{}
	dsns := []string{freshDatabase(t, testpg.Start(t)), "postgres://miniodb@" + startServer(t) + "/miniodb?sslmode=disable"}
	for i, dsn := range dsns {
		servers[i] = &catalogServer{conn: connect(t, dsn), oids: map[string]string{}}
		_, err := servers[i].conn.Exec(context.Background(), string(setup)).ReadAll()
		require.NoError(t, err)
		for _, s := range all { // before a client changes the search path
			servers[i].fill(t, s.text)
			for _, p := range s.params {
				servers[i].fill(t, string(p))
			}
		}
	}
	ran, same, wanted := 0, 0, 0
	client := ""
	for _, s := range all {
		if s.client != client { // each has a session of its own
			client = s.client
			for i, dsn := range dsns {
				servers[i].conn = connect(t, dsn)
			}
		}
		code, rows, _ := servers[0].run(t, s)
		ourCode, ourRows, ourErr := servers[1].run(t, s)
		if code != "" && code == ourCode { // an error on purpose
			continue
		}
		if code != "" {
			t.Logf("%s: PostgreSQL says %s: %.200s", s.client, code, s.text)
			continue
		}
		wanted++
		switch {
		case ourErr != nil:
			t.Logf("%s: %v\n%s", s.client, ourErr, s.text)
		case fmt.Sprint(rows) != fmt.Sprint(ourRows):
			ran++
			t.Logf("%s: rows %v, PostgreSQL %v: %.1000s", s.client, ourRows, rows, s.text)
		default:
			ran++
			same++
		}
	}
	t.Logf("%d statements: %d run (%.1f%%), %d return as many rows (%.1f%%)", wanted, ran, 100*float64(ran)/float64(wanted), same, 100*float64(same)/float64(wanted))
	require.Equal(t, wanted, ran)
	require.GreaterOrEqual(t, float64(same), 0.9*float64(wanted))
}
