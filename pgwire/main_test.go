package pgwire_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the tests when a goroutine of theirs outlives them; the private PostgreSQL of the benchmarks is meant to.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/miniodb/miniodb/internal/testpg.start.func1"))
}
