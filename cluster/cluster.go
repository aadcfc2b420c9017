// Package cluster knows which servers share a database, and lets one of them at a time do a piece of work.
//
// It owns the registry of nodes and the leases, in Redis for servers that share a database and in memory for the embedded server, and the
// keys {tag}:nodes, {tag}:node:<id> and {tag}:lease:<name>. It refuses a second live node of the same id. It decides nothing from what it
// knows and holds nothing that has to last: all of it may be lost at any moment and is there again a heartbeat later. The server starts it and shows the
// nodes; whoever does background work on shared tables takes a lease first.
//
// # Design
//
// A node writes its entry with a time to live and its id into a sorted set scored by Redis' clock, in one script, every heartbeat. Clocks of
// nodes are never compared: "last seen" is Redis' time, and a lease is measured with the holder's monotonic clock alone, from before
// its request was sent, so that the holder gives up before Redis does. Only a holder whose process stands still for longer than a lease's life, a Redis
// that loses writes (flushed, failed over) or whose clock jumps can make two holders. That is why a lease is never what makes something
// correct: it saves double work, and the conditional commits of the logs decide.
//
// An entry names the incarnation (one process) that wrote it and, where that can be known, the place of its data: the lock file of the data
// directory, by the boot of the kernel, device and inode. A node that starts after a crash finds the entry of the process before it. When the place
// is the same, the lock that it holds by now proves that the other process is gone; otherwise the entry must expire first, and one that is
// renewed meanwhile belongs to a server that lives with a copy of the same directory.
//
// All scripts may be run twice by the client's retries, or arrive late: they act only on what carries the caller's own incarnation or token.
package cluster

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	heartbeat   = 2 * time.Second  // between two writes of a node's entry
	nodeLife    = 10 * time.Second // of an entry that is not written again
	forgetAfter = time.Minute      // an id without heartbeats leaves the set
	maxNodes    = 1024             // that Nodes returns
)

// Node is one server as the others see it.
type Node struct {
	ID       string // made once, kept in the data directory
	PGAddr   string // host:port of PostgreSQL's protocol
	HTTPAddr string // host:port
	Version  string // of the program
	Stream   uuid.UUID
	Started  time.Time
	LastSeen time.Time // by Redis' clock; of the embedded server always now
	Replicas int       // copies of an acknowledged record, R
	Place    string    // of the data, see Place; "" if unknown
}

// Registry knows the nodes that live.
type Registry interface {
	// Nodes lists the live nodes by id, the one that asks always among them. An error says that the registry cannot be read now.
	Nodes(ctx context.Context) ([]Node, error)
	// Run keeps the node registered until ctx ends, then deregisters it. It goes on through every failure and returns nil.
	Run(ctx context.Context) error
}

// key makes a key of the database. The tag is given with or without its braces.
func key(tag string, parts ...string) string {
	return "{" + strings.Trim(tag, "{}") + "}:" + strings.Join(parts, ":")
}

// describe names a node for a person who has to find it.
func (n *Node) describe() string {
	return fmt.Sprintf("PostgreSQL at %s, HTTP at %s, started %s", orNone(n.PGAddr), orNone(n.HTTPAddr), n.Started.UTC().Format(time.RFC3339))
}

func orNone(addr string) string {
	if addr == "" {
		return "no address"
	}
	return addr
}
