package engine

import (
	"os"
	"testing"

	b "github.com/duckdb/duckdb-go-bindings"
	"go.uber.org/goleak"
)

// No goroutine and, with the build tag debug_bindings, which makes the bindings count, no object of DuckDB is left behind.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		b.VerifyAllocationCounters()
		os.Exit(code)
	}))
}
