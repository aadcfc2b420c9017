package server_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/miniodb/miniodb/internal/testserver"
)

// TestMain runs servers in this process, one after the other: none may leave a goroutine behind. PostgreSQL, MinIO and Redis serve all tests and
// are still there; where the database is in the latter two, what waits for them is not told apart.
func TestMain(m *testing.M) {
	if testserver.Shared() {
		os.Exit(m.Run())
	}
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/miniodb/miniodb/internal/testpg.start.func1"),
		goleak.IgnoreAnyFunction("github.com/miniodb/miniodb/internal/testminio.(*Process).Start.func1"),
	)
}
