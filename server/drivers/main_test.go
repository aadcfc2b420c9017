// Package drivers_test runs real PostgreSQL clients against MiniODB and against PostgreSQL 15.
//
// Each client has a program of its own: in testdata/drivers for psql, pgbench and the drivers of other languages, beside this file for those of
// Go. A program prints what its client returns, in topics; what it prints has to be the same, byte for byte, for both servers. It does not know with which it speaks.
// The package owns the comparison and the two servers, and docs/clients.md names its topics. It has no code of its own; nobody imports it. The
// clients come from make deps.
package drivers_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/miniodb/miniodb/internal/testserver"
)

const root = "../.."

var (
	bin      string // the binary under test
	tlsDir   string // certificates of both servers: ca.crt, server.crt, server.key
	programs = filepath.Join(root, "testdata/drivers")
	cache    = filepath.Join(root, "testdata/cache")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("tests of drivers are left out by -short")
		os.Exit(0)
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "miniodb-drivers")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
		defer cancel()
		if bin, err = testserver.Build(ctx, root, dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		tlsDir = filepath.Join(dir, "tls")
		if out, err := exec.CommandContext(ctx, bin, "certs", "--dir", tlsDir).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "miniodb certs: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}
