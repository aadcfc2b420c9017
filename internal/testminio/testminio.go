// Package testminio starts private MinIO servers for tests.
//
// Start gives one server per test binary, in a temporary directory; Launch gives a server that a test may kill, pause and start again. Each is
// the child of a shell that waits for the test binary to end, in whatever way, and then stops it and removes what is its own. Nothing is listened
// on but one port of 127.0.0.1. Only tests import this package.
package testminio

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
)

// Server is what a client needs.
type Server struct {
	Endpoint  string // host:port, plain HTTP
	AccessKey string
	SecretKey string
}

var shared struct {
	once    sync.Once
	process *Process
	err     error
	buckets atomic.Int64
}

// Start returns this test binary's MinIO, starting it at the first call. It fails the test when there is no binary or it does not start.
func Start(tb testing.TB) Server {
	tb.Helper()
	shared.once.Do(func() {
		// Not tb.TempDir: the server outlives the test.
		dir, err := os.MkdirTemp("/tmp", "testminio")
		if err == nil {
			shared.process, err = launch(dir, 0, true)
		}
		shared.err = err
	})
	if shared.err != nil {
		tb.Fatalf("start MinIO: %v", shared.err)
	}
	return shared.process.Server
}

// NewBucket returns the name of a bucket of this test binary's MinIO that no other test uses. It does not exist yet.
func NewBucket(tb testing.TB) string {
	tb.Helper()
	Start(tb)
	return fmt.Sprintf("test-%d-%d", os.Getpid(), shared.buckets.Add(1))
}
