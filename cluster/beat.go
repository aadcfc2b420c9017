package cluster

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// beatScript writes the entry of a node unless a live one of another incarnation is there. What is not an entry at all is replaced. It returns
// {1, now} or {0, now, the other entry, when it was seen}, times in milliseconds of Redis' clock.
//
//	KEYS  the node's key, the set of ids
//	ARGV  id, incarnation, place of a process that is known to have ended or "", entry, life and forget in milliseconds
var beatScript = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local old = redis.pcall('GET', KEYS[1])
if type(old) == 'string' then
  local ok, e = pcall(cjson.decode, old)
  if ok and type(e) == 'table' and type(e.incarnation) == 'string' and e.incarnation ~= ARGV[2]
     and (ARGV[3] == '' or e.place ~= ARGV[3]) then
    local seen = redis.pcall('ZSCORE', KEYS[2], ARGV[1])
    if type(seen) ~= 'string' then seen = '' end
    return {0, now, old, seen}
  end
end
redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
local added = redis.pcall('ZADD', KEYS[2], now, ARGV[1])
if type(added) == 'table' and added.err then
  redis.call('DEL', KEYS[2])
  redis.call('ZADD', KEYS[2], now, ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[6])
redis.call('ZREMRANGEBYSCORE', KEYS[2], now + ARGV[6], '+inf')
redis.call('PEXPIRE', KEYS[2], ARGV[6])
return {1, now}`)

// leaveScript removes the entry of a node if this incarnation wrote it. KEYS as above; ARGV: id, incarnation.
var leaveScript = redis.NewScript(`
local old = redis.pcall('GET', KEYS[1])
if type(old) ~= 'string' then return 0 end
local ok, e = pcall(cjson.decode, old)
if not ok or type(e) ~= 'table' or e.incarnation ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.pcall('ZREM', KEYS[2], ARGV[1])
return 1`)

// beat writes the entry. A rival is the live node that has the same id; then nothing was written.
func (r *RedisRegistry) beat(ctx context.Context) (rival *rival, err error) {
	r.mu.Lock()
	e, place := newEntry(r.self, r.incarnation), r.self.Place
	if r.registered {
		place = "" // who writes over our entry from now on lives
	}
	r.mu.Unlock()
	value, err := e.encode()
	if err != nil {
		return nil, fmt.Errorf("register node %q: %w", e.ID, err)
	}
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	reply, err := beatScript.Run(ctx, r.client, r.keys(e.ID), e.ID, e.Incarnation, place, value, r.life.Milliseconds(), forgetAfter.Milliseconds()).Slice()
	if err != nil {
		return nil, fmt.Errorf("register node %q: %w", e.ID, err)
	}
	written, seen, other, err := readBeat(e.ID, reply)
	if err != nil {
		return nil, fmt.Errorf("register node %q: %w", e.ID, err)
	}
	if !written {
		return other, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.registered, r.self.LastSeen = true, seen
	return nil, nil
}

// rival is another process that has our node's id. Its node is as good as its entry could be read.
type rival struct {
	incarnation string
	node        Node
}

func (r *rival) String() string {
	seen := "at a time unknown"
	if !r.node.LastSeen.IsZero() {
		seen = r.node.LastSeen.Format(time.RFC3339)
	}
	return fmt.Sprintf("%s, last seen %s", r.node.describe(), seen)
}

// readBeat reads the reply of beatScript.
func readBeat(id string, reply []any) (written bool, now time.Time, other *rival, err error) {
	if len(reply) < 2 {
		return false, now, nil, fmt.Errorf("unexpected reply %v", reply)
	}
	ok, _ := reply[0].(int64)
	ms, _ := reply[1].(int64)
	now = time.UnixMilli(ms).UTC()
	if ok == 1 {
		return true, now, nil, nil
	}
	if len(reply) < 4 {
		return false, now, nil, fmt.Errorf("unexpected reply %v", reply)
	}
	value, _ := reply[2].(string)
	score, _ := reply[3].(string)
	other = &rival{incarnation: value, node: Node{ID: id}}
	if e, err := decodeEntry(id, []byte(value)); err == nil {
		other.incarnation, other.node = e.Incarnation, e.node(time.Time{})
	}
	if at, err := strconv.ParseFloat(score, 64); err == nil {
		other.node.LastSeen = time.UnixMilli(int64(at)).UTC()
	}
	return false, now, other, nil
}

func (r *RedisRegistry) keys(id string) []string {
	return []string{key(r.tag, "node", id), key(r.tag, "nodes")}
}
