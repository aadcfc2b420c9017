package redisdb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// watch notices that another server answers.
type watch struct {
	epoch atomic.Uint64

	mu   sync.Mutex
	last string              // the server that answered last
	met  map[string]struct{} // addresses of a Cluster's nodes
}

// answered takes note of the server that is about to answer, or has answered.
func (w *watch) answered(server string, log zerolog.Logger) {
	w.mu.Lock()
	before := w.last
	w.last = server
	if before != server {
		w.epoch.Add(1)
	}
	w.mu.Unlock()
	if before != server && before != "" {
		log.Warn().Str("before", before).Str("now", server).Msg("another Redis server answers: restart or failover")
	}
}

func (w *watch) meet(addr string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.met == nil {
		w.met = map[string]struct{}{}
	}
	w.met[addr] = struct{}{}
}

func (w *watch) nodes() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.met)
}

// identify names the server at the other end of a new connection, and refuses one that must not be used.
func (d *DB) identify(ctx context.Context, c *redis.Conn) (string, error) {
	text, err := c.Info(unguarded(ctx)).Result()
	if isAnswer(err) { // the ACL refuses INFO
		return "unknown " + uuid.NewString(), nil
	}
	if err != nil {
		return "", err
	}
	info := parseInfo(text)
	if info["loading"] == "1" {
		return "", errors.New("LOADING Redis is loading the dataset in memory")
	}
	if d.cfg.Mode != Cluster && info["role"] != "" && info["role"] != "master" {
		return "", fmt.Errorf("Redis server is a %s, not a master", info["role"])
	}
	id := info["run_id"] + " " + info["master_replid"]
	if info["run_id"] == "" {
		id = "unknown " + uuid.NewString()
	}
	if policy := info["maxmemory_policy"]; info["maxmemory"] != "" && info["maxmemory"] != "0" && policy != "" && policy != "noeviction" && d.watch.isNew(id) {
		d.log.Warn().Str("maxmemory_policy", policy).Msg("Redis may evict keys that the cluster needs; set maxmemory-policy to noeviction")
	}
	return id, nil
}

func (w *watch) isNew(server string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last != server
}

// parseInfo reads the lines "name:value" of INFO.
func parseInfo(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":"); ok {
			out[name] = value
		}
	}
	return out
}
