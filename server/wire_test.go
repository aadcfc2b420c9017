package server_test

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testpg"
	"github.com/miniodb/miniodb/internal/wirescript"
)

const (
	wireDir     = "../testdata/wire/"
	wireReasons = wireDir + "differences.txt"

	// minWireScripts keeps scripts from getting lost.
	minWireScripts = 200
)

var showWire = flag.Bool("wire.show", false, "print all answers of PostgreSQL to the scripts of raw messages")

// TestWire sends the scripts of raw messages in testdata/wire to PostgreSQL 15 and to MiniODB and compares the answers message by message. What differs
// stands with its reason in differences.txt beside them: nothing else may, and all of that must. With -rewrite the list takes the differences of
// this run; a reason has to be written for new ones.
func TestWire(t *testing.T) {
	files, err := filepath.Glob(wireDir + "*.wire")
	require.NoError(t, err)
	text, err := os.ReadFile(wireReasons)
	require.NoError(t, err)
	reasons, err := wirescript.ParseReasons(string(text))
	require.NoError(t, err)
	explained := map[string][]string{}
	for _, r := range reasons {
		for _, d := range r.Scripts {
			require.NotContains(t, explained, d.Script)
			explained[d.Script] = d.Lines
			if r.Text[0] == wirescript.Unexplained && !rewriting() {
				t.Errorf("%s has no reason", d.Script)
			}
		}
	}
	known := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		f, err := wirescript.Parse(string(text))
		require.NoError(t, err, file)
		name := strings.TrimSuffix(filepath.Base(file), ".wire")
		for _, s := range f.Scripts {
			known[name+"/"+s.Name] = true
		}
		t.Run(name, func(t *testing.T) {
			sides := wireSides(t, f.Setup)
			for _, s := range f.Scripts {
				t.Run(s.Name, func(t *testing.T) {
					theirs, ours := sides.play(t, s)
					if *showWire {
						t.Logf("PostgreSQL:\n%s", strings.Join(theirs, "\n"))
					}
					differ := wirescript.Compare(theirs, ours)
					key := name + "/" + s.Name
					if rewriting() {
						reasons = wirescript.Update(reasons, key, differ)
						return
					}
					want := explained[key]
					if !slices.Equal(want, differ) {
						t.Errorf("%s:%d: answers differ, - PostgreSQL, + MiniODB:\n%s\nexplained:\n%s", file, s.Line, strings.Join(differ, "\n"), strings.Join(want, "\n"))
					}
				})
			}
		})
	}
	for key := range explained {
		if !known[key] && rewriting() {
			reasons = wirescript.Update(reasons, key, nil)
		} else if !known[key] {
			t.Errorf("no script has the name %s", key)
		}
	}
	if rewriting() {
		header, _, _ := strings.Cut(string(text), "\nbecause ")
		require.NoError(t, os.WriteFile(wireReasons, []byte(wirescript.PrintReasons(header+"\n", reasons)), 0o644))
	}
	require.GreaterOrEqual(t, len(known), minWireScripts)
}

// wirePair are the two servers that answer.
type wirePair struct{ pg, ours string } // the socket's path, the address

// wireSides starts MiniODB, makes a database of the same name in PostgreSQL and prepares both.
func wireSides(t *testing.T, setup []string) wirePair {
	cfg, err := pgconn.ParseConfig(testpg.Start(t))
	require.NoError(t, err)
	admin := connect(t, testpg.Start(t))
	for _, text := range []string{
		"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'miniodb') THEN CREATE ROLE miniodb SUPERUSER LOGIN; END IF; END $$",
		"DROP DATABASE IF EXISTS miniodb WITH (FORCE)",
		"CREATE DATABASE miniodb OWNER miniodb TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
	} {
		_, err := admin.Exec(context.Background(), text).ReadAll()
		require.NoError(t, err)
	}
	p := wirePair{pg: fmt.Sprintf("%s/.s.PGSQL.%d", cfg.Host, cfg.Port), ours: startServer(t)}
	for _, dsn := range []string{
		fmt.Sprintf("host=%s port=%d user=miniodb database=miniodb sslmode=disable", cfg.Host, cfg.Port), "postgres://miniodb@" + p.ours + "/miniodb?sslmode=disable",
	} {
		c := connect(t, dsn)
		for _, text := range setup {
			_, err := c.Exec(context.Background(), text).ReadAll()
			require.NoError(t, err, text)
		}
		require.NoError(t, c.Close(context.Background()))
	}
	return p
}

// play runs a script on both.
func (p wirePair) play(t *testing.T, s *wirescript.Script) (theirs, ours []string) {
	dial := func(network, addr string, ready int) []string {
		nc, err := net.Dial(network, addr)
		require.NoError(t, err)
		lines, err := wirescript.Run(nc, s, ready)
		require.NoError(t, err)
		return lines
	}
	theirs = dial("unix", p.pg, 0)
	return theirs, dial("tcp", p.ours, wirescript.Ready(theirs))
}
