package testredis_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testredis"
)

func TestShared(t *testing.T) {
	addr := testredis.Start(t)
	require.Equal(t, addr, testredis.Start(t))
	testredis.Do(t, addr, "SET", "a", "1")
	testredis.Flush(t)
	require.EqualValues(t, 0, testredis.Do(t, addr, "DBSIZE"))
}

func TestKillAndStart(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  int64
	}{"without data": {nil, 0}, "with data": {testredis.KeepData, 1}} {
		t.Run(name, func(t *testing.T) {
			p := testredis.Launch(t, c.lines...)
			testredis.Do(t, p.Addr, "SET", "a", "1")
			p.Kill(t)
			p.Start(t)
			require.Equal(t, c.want, testredis.Do(t, p.Addr, "DBSIZE"))
			p.Pause(t)
			p.Resume(t)
			require.Equal(t, "PONG", testredis.Do(t, p.Addr, "PING"))
			p.Stop()
			p.Stop()
		})
	}
}

func TestSentinel(t *testing.T) {
	g := testredis.Sentinel(t)
	require.Contains(t, fmt.Sprint(testredis.Do(t, g.Addrs[0], "SENTINEL", "GET-MASTER-ADDR-BY-NAME", testredis.MasterName)), fmt.Sprint(g.Master.Port))
}

func TestCluster(t *testing.T) {
	all := testredis.Cluster(t)
	replica := testredis.Replicate(t, all, 1)
	testredis.FailOver(t, replica)
	all[0].Kill(t)
}
