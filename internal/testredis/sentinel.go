package testredis

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// MasterName is the name under which the Sentinels of Sentinel know their master.
const MasterName = "miniodb-test"

// Group is a master and a replica watched by three Sentinels, two of which decide.
type Group struct {
	Addrs           []string // of the Sentinels
	Master, Replica *Process // as at the start
	Sentinels       []*Process
}

// Sentinel starts a group and waits until it would fail over. A master is down after half a second.
func Sentinel(tb testing.TB) *Group {
	tb.Helper()
	g := &Group{Master: Launch(tb)}
	g.Replica = Launch(tb, fmt.Sprintf("replicaof 127.0.0.1 %d", g.Master.Port), "repl-ping-replica-period 1")
	for range 3 {
		p, err := launch("--sentinel",
			fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d 2", MasterName, g.Master.Port),
			fmt.Sprintf("sentinel down-after-milliseconds %s 500", MasterName),
			fmt.Sprintf("sentinel failover-timeout %s 5000", MasterName))
		if err != nil {
			tb.Fatalf("start Redis Sentinel: %v", err)
		}
		tb.Cleanup(p.Stop)
		g.Sentinels, g.Addrs = append(g.Sentinels, p), append(g.Addrs, p.Addr)
	}
	await(tb, "the Sentinels to know each other and the replica", func() bool {
		for _, addr := range g.Addrs {
			info, err := do(addr, "INFO", "sentinel")
			if err != nil || !strings.Contains(fmt.Sprint(info), "status=ok") || !strings.Contains(fmt.Sprint(info), "slaves=1,sentinels=3") {
				return false
			}
		}
		info, err := do(g.Replica.Addr, "INFO", "replication")
		return err == nil && strings.Contains(fmt.Sprint(info), "master_link_status:up")
	})
	return g
}

// await polls a condition of a server that only time brings about.
func await(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	tb.Fatalf("waited too long for %s", what)
}
