package server_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/miniodb/miniodb/internal/testserver"
)

// TestMain runs servers in this process, one after the other: none may leave a goroutine behind. PostgreSQL, and where the database is in MinIO and
// Redis these, serve all tests and are still there.
func TestMain(m *testing.M) {
	if testserver.Shared() {
		os.Exit(m.Run())
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/miniodb/miniodb/internal/testpg.start.func1"))
}
