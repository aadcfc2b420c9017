package log

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/testminio"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/minio"
	"github.com/miniodb/miniodb/storage/storagetest"
)

// overNetwork are limits for a real server on a busy machine. Nothing is left open for lack of time.
var overNetwork = limits{operation: 5 * time.Second, listing: 20 * time.Second, resolve: time.Minute, backoff: time.Millisecond, conflicts: 1000, reads: 8}

// newBucket returns a function that opens stores on one new bucket of a real MinIO, over a transport each (nil: without faults).
func newBucket(t *testing.T) func(*storagetest.Transport) storage.Store {
	server, bucket := testminio.Start(t), testminio.NewBucket(t)
	return func(transport *storagetest.Transport) storage.Store {
		cfg := minio.Config{Endpoint: server.Endpoint, AccessKey: server.AccessKey, SecretKey: server.SecretKey, Bucket: bucket, Prefix: "cluster"}
		if transport != nil {
			base := &http.Transport{MaxIdleConnsPerHost: 32}
			t.Cleanup(base.CloseIdleConnections)
			transport.Base, cfg.Transport = base, transport
		}
		s, err := minio.Open(t.Context(), cfg, zerolog.Nop())
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s
	}
}

// 24 goroutines on three nodes commit to one table over a real MinIO, while requests get lost, arrive late, arrive twice, and answers do not
// arrive. The log has no gap and each acknowledged commit is in it once.
func TestConcurrentCommitsOverMinIO(t *testing.T) {
	ctx := t.Context()
	const nodes, committers = 3, 24
	commits := 6
	if testing.Short() {
		commits = 2
	}
	open := newBucket(t)
	plain := open(nil)
	table := newTable(sqltype.Of(sqltype.Int4))
	id := table.UUID
	creator := newTables(t, plain)
	creator.limits = overNetwork
	require.NoError(t, creator.Create(ctx, table))

	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var transports []*storagetest.Transport
	var tables []*Tables
	for n := range uint64(nodes) {
		transport := &storagetest.Transport{}
		x := NewTables(open(transport), creator.idx, "db", fmt.Sprintf("node-%d", n), zerolog.Nop()) // the nodes of a cluster share one index
		x.limits = overNetwork
		commit := storagetest.RandomHTTP(seed+n, 0.5, storagetest.Refused, storagetest.TimedOut, storagetest.Busy, storagetest.AnswerLost, storagetest.LateRequest, storagetest.Twice)
		other := storagetest.RandomHTTP(seed-n-1, 0.15, storagetest.AllHTTPFaults...)
		transport.Inject = func(req *http.Request) storagetest.HTTPFault {
			if storagetest.Conditional(req) {
				return commit(req)
			}
			return other(req)
		}
		transports, tables = append(transports, transport), append(tables, x)
	}
	type outcome struct {
		path string
		err  error
	}
	outcomes := make(chan outcome, committers*commits)
	var wg sync.WaitGroup
	for g := range committers {
		wg.Go(func() {
			x, stream := tables[g%nodes], uuid.NewSHA1(uuid.Nil, []byte{byte(g)})
			for i := range commits {
				path := fmt.Sprintf("l0/%d-%d", g, i)
				_, err := x.Commit(ctx, id, func(s *catalog.Snapshot) (*Change, error) {
					c, err := addFile(path)(s)
					c.Checkpoints = map[uuid.UUID]int64{stream: int64(i)}
					return c, err
				})
				outcomes <- outcome{path, err}
			}
		})
	}
	wg.Wait()
	close(outcomes)
	acknowledged, failed := map[string]bool{}, map[string]bool{}
	unknown := 0
	for o := range outcomes {
		switch {
		case o.err == nil:
			acknowledged[o.path] = true
		case pgerr.Code(o.err) == pgerrcode.TransactionResolutionUnknown:
			unknown++
		default:
			require.ErrorIs(t, o.err, storage.ErrUnavailable)
			failed[o.path] = true
		}
	}
	injected := map[storagetest.HTTPFault]int{}
	for _, transport := range transports {
		transport.Flush()
		transport.Inject = nil
		for f, n := range transport.Injected() {
			injected[f] += n
		}
	}
	t.Logf("%d commits acknowledged, %d unknown, %d failed; faults %v", len(acknowledged), unknown, len(failed), injected)
	require.Greater(t, len(acknowledged), committers*commits*9/10)
	for _, f := range []storagetest.HTTPFault{storagetest.AnswerLost, storagetest.LateRequest, storagetest.Twice} {
		require.Positive(t, injected[f])
	}

	fresh := newTables(t, plain)
	fresh.limits = overNetwork
	replayed, err := fresh.Rebuild(ctx, id)
	require.NoError(t, err)
	live := map[string]int{}
	for _, p := range paths(replayed) {
		live[p]++
	}
	for p := range acknowledged {
		require.Equal(t, 1, live[p], "acknowledged %s", p)
	}
	for p := range failed {
		require.Zero(t, live[p], "failed %s", p)
	}
	require.EqualValues(t, len(replayed.Files), replayed.Version, "one file a version")
	versions, _, err := fresh.listVersions(ctx, id, 0)
	require.NoError(t, err)
	require.Len(t, versions, int(replayed.Version)+1)
	for i, v := range versions {
		require.EqualValues(t, i, v)
	}
	for _, x := range tables {
		s, err := x.Snapshot(ctx, id)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(replayed, s), "memory of a node")
	}
}
