package testredis

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Cluster starts three masters without replicas that share the slots, and waits until all agree on that.
func Cluster(tb testing.TB) []*Process {
	tb.Helper()
	var all []*Process
	args := []string{"--cluster", "create"}
	for range 3 {
		p := clusterNode(tb)
		all, args = append(all, p), append(args, p.Addr)
	}
	redisCLI(tb, append(args, "--cluster-yes")...)
	awaitCluster(tb, all)
	return all
}

// Replicate adds a replica of all[i] to a cluster and returns it. FailOver makes it the master.
func Replicate(tb testing.TB, all []*Process, i int) *Process {
	tb.Helper()
	p := clusterNode(tb)
	master := fmt.Sprint(Do(tb, all[i].Addr, "CLUSTER", "MYID"))
	await(tb, "the nodes to agree", func() bool { // they may not have heard of the last change everywhere
		out, err := exec.Command("redis-cli", "--cluster", "add-node", p.Addr, all[i].Addr, "--cluster-slave", "--cluster-master-id", master).CombinedOutput()
		if err != nil && !strings.Contains(string(out), "Nodes don't agree") {
			tb.Fatalf("redis-cli --cluster add-node: %v: %s", err, out)
		}
		return err == nil
	})
	id := fmt.Sprint(Do(tb, p.Addr, "CLUSTER", "MYID"))
	await(tb, "the cluster to know the replica", func() bool {
		for _, other := range all {
			nodes, err := do(other.Addr, "CLUSTER", "REPLICAS", master)
			if err != nil || !strings.Contains(fmt.Sprint(nodes), id) {
				return false
			}
		}
		info, err := do(p.Addr, "INFO", "replication")
		return err == nil && strings.Contains(fmt.Sprint(info), "master_link_status:up")
	})
	return p
}

// FailOver makes a replica of a cluster the master in place of its own. On a busy machine the nodes may give up the first time, after
// five seconds.
func FailOver(tb testing.TB, replica *Process) {
	tb.Helper()
	var asked time.Time
	await(tb, "the replica to become master", func() bool {
		info, err := do(replica.Addr, "INFO", "replication")
		if err == nil && strings.Contains(fmt.Sprint(info), "role:master") {
			return true
		}
		if time.Since(asked) > 6*time.Second {
			asked = time.Now()
			_, _ = do(replica.Addr, "CLUSTER", "FAILOVER") // refused while the last one goes on
		}
		return false
	})
}

func clusterNode(tb testing.TB) *Process {
	tb.Helper()
	bus, err := freePort()
	if err != nil {
		tb.Fatal(err)
	}
	return Launch(tb, "cluster-enabled yes", fmt.Sprintf("cluster-port %d", bus), "cluster-node-timeout 2000")
}

func awaitCluster(tb testing.TB, all []*Process) {
	tb.Helper()
	await(tb, "the cluster", func() bool {
		for _, p := range all {
			info, err := do(p.Addr, "CLUSTER", "INFO")
			if err != nil || !strings.Contains(fmt.Sprint(info), "cluster_state:ok") || !strings.Contains(fmt.Sprint(info), "cluster_known_nodes:3") {
				return false
			}
		}
		return true
	})
}

func redisCLI(tb testing.TB, args ...string) {
	tb.Helper()
	if out, err := exec.Command("redis-cli", args...).CombinedOutput(); err != nil {
		tb.Fatalf("redis-cli %v: %v: %s", args, err, out)
	}
}
