package redisdb

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// Modes of Config.
const (
	Standalone = "standalone"
	Sentinel   = "sentinel"
	Cluster    = "cluster"
)

// Defaults of Config.
const (
	defaultPoolSize    = 16
	defaultDialTimeout = time.Second
	defaultIOTimeout   = 2 * time.Second
	defaultCallTimeout = 3 * time.Second
)

// Config says where Redis is.
type Config struct {
	Mode       string   // Standalone, also if empty; Sentinel; Cluster
	Addr       string   // host:port of the server, or of one Sentinel or cluster node
	Addrs      []string // of several, in place of Addr
	MasterName string   // under which the Sentinels know the master
	Username   string   // of Redis' ACL; empty: the default user
	Password   string
	// SentinelPassword is what the Sentinels themselves ask for; empty: nothing.
	SentinelPassword string
	Number           int // of the database; a Cluster has only 0

	PoolSize    int           // connections at most, in a Cluster to each node; 0: 16
	DialTimeout time.Duration // 0: one second
	IOTimeout   time.Duration // of one write, one answer and the wait for a connection; 0: two seconds
	CallTimeout time.Duration // of a command with its retries; 0: three seconds
}

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	addrs := c.addrs()
	switch {
	case len(addrs) == 0:
		return errors.New("no address of Redis")
	case c.Mode != "" && c.Mode != Standalone && c.Mode != Sentinel && c.Mode != Cluster:
		return fmt.Errorf("mode of Redis is %q: must be %s, %s or %s", c.Mode, Standalone, Sentinel, Cluster)
	case (c.Mode == "" || c.Mode == Standalone) && len(addrs) > 1:
		return errors.New("several addresses of Redis: only with Sentinel or a Cluster")
	case c.Mode == Sentinel && c.MasterName == "":
		return errors.New("Redis Sentinel needs the name of the master")
	case c.Number < 0:
		return fmt.Errorf("number of the Redis database is %d: must not be negative", c.Number)
	case c.Mode == Cluster && c.Number != 0:
		return fmt.Errorf("number of the Redis database is %d: a Redis Cluster has only 0", c.Number)
	case c.PoolSize < 0 || c.DialTimeout < 0 || c.IOTimeout < 0 || c.CallTimeout < 0:
		return errors.New("limits of the connections to Redis must not be negative")
	}
	for _, addr := range addrs {
		if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
			return fmt.Errorf("address of Redis %q: must be host:port", addr)
		}
	}
	return nil
}

func (c *Config) addrs() []string {
	if len(c.Addrs) > 0 {
		return c.Addrs
	}
	if c.Addr == "" {
		return nil
	}
	return []string{c.Addr}
}

func (c *Config) setDefaults() {
	if c.Mode == "" {
		c.Mode = Standalone
	}
	if c.PoolSize == 0 {
		c.PoolSize = defaultPoolSize
	}
	for _, d := range []struct {
		value *time.Duration
		to    time.Duration
	}{{&c.DialTimeout, defaultDialTimeout}, {&c.IOTimeout, defaultIOTimeout}, {&c.CallTimeout, defaultCallTimeout}} {
		if *d.value == 0 {
			*d.value = d.to
		}
	}
}
