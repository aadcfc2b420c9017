package server

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/miniodb/miniodb/cluster"
	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/pgwire"
)

// peersFresh is how long what is known of the other servers serves for cancel requests, which anybody can send.
const peersFresh = time.Second

// peers finds other servers for cancel requests. It implements pgwire.Peers.
type peers struct {
	self  string
	nodes func(context.Context) ([]cluster.Node, error)

	mu    sync.Mutex
	known []cluster.Node
	until time.Time
}

// CancelAddrs implements pgwire.Peers.
func (p *peers) CancelAddrs(ctx context.Context, tag uint16) ([]string, error) {
	p.mu.Lock()
	nodes, fresh := p.known, time.Now().Before(p.until)
	p.mu.Unlock()
	if !fresh {
		var err error
		if nodes, err = p.nodes(ctx); err != nil {
			return nil, err
		}
		p.mu.Lock()
		p.known, p.until = nodes, time.Now().Add(peersFresh)
		p.mu.Unlock()
	}
	var addrs []string
	for i := range nodes {
		if n := &nodes[i]; n.ID != p.self && n.PGAddr != "" && pgwire.NodeTag(n.ID) == tag {
			addrs = append(addrs, n.PGAddr)
		}
	}
	return addrs, nil
}

// reachable is the address that others use for one that is listened on: a wildcard stands for the address from which this machine reaches what all
// servers share. Without one to be found it stays as it is.
func reachable(addr net.Addr, cfg *config.Config) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() || !cfg.Shared() {
		return addr.String()
	}
	for _, target := range []string{cfg.MinIO.Endpoint, cfg.Redis.Addr} {
		conn, err := net.Dial("udp", target) // chooses a route and sends nothing
		if err != nil {
			continue
		}
		local, ok := conn.LocalAddr().(*net.UDPAddr)
		_ = conn.Close()
		if ok && !local.IP.IsUnspecified() {
			return (&net.TCPAddr{IP: local.IP, Port: tcp.Port}).String()
		}
	}
	return addr.String()
}
