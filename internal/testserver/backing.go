package testserver

import (
	"fmt"
	"hash/fnv"
	"os"
	"testing"

	"github.com/miniodb/miniodb/internal/testminio"
	"github.com/miniodb/miniodb/internal/testredis"
)

// backingVariable chooses where the databases of tests are kept: in the data directory (embedded, the default), or shared: in MinIO and Redis.
const backingVariable = "MINIODB_TEST_BACKING"

// Shared reports whether databases of tests are kept in MinIO and Redis.
func Shared() bool { return os.Getenv(backingVariable) == "shared" }

// Backing is where a shared database is kept.
type Backing struct {
	RedisAddr                              string
	Endpoint, AccessKey, SecretKey, Bucket string
	Prefix                                 string
}

// NewBacking returns a place in the test binary's MinIO and Redis that belongs to a data directory: the same for each start on that directory.
func NewBacking(tb testing.TB, dir string) Backing {
	tb.Helper()
	m := testminio.Start(tb)
	h := fnv.New64a()
	_, _ = h.Write([]byte(dir)) // it does not fail
	return Backing{
		RedisAddr: testredis.Start(tb), Endpoint: m.Endpoint, AccessKey: m.AccessKey, SecretKey: m.SecretKey,
		Bucket: "test", Prefix: fmt.Sprintf("%x", h.Sum64()),
	}
}

// Args are the backing as flags of miniodb.
func (b Backing) Args() []string {
	return []string{
		"--redis-addr", b.RedisAddr, "--minio-endpoint", b.Endpoint, "--minio-access-key", b.AccessKey, "--minio-secret-key", b.SecretKey,
		"--minio-bucket", b.Bucket, "--minio.prefix", b.Prefix,
	}
}

// Args are the flags with which every program of a test finds the database of a data directory.
func Args(tb testing.TB, dir string) []string {
	tb.Helper()
	args := []string{"--data-dir", dir}
	if Shared() {
		args = append(args, NewBacking(tb, dir).Args()...)
	}
	return args
}
