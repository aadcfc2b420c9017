package pgwire

import (
	"fmt"
	"net"
	"time"
)

// Config has the settings of a Server. Zero values mean the defaults below.
type Config struct {
	Addr           string // host:port to listen on; port 0 takes a free one
	MaxConnections int    // sessions at a time; more are refused with 53300
	// ReservedConnections are the last of them, for superusers; negative: none. Half of the connections at most.
	ReservedConnections int
	// MaxStarting connections at a time have not proved who they are; more wait.
	MaxStarting    int
	StartupTimeout time.Duration // from accept to the end of authentication
	DrainGrace     time.Duration // how long running statements may go on once the server stops

	MaxMessageBytes   int // of one message after authentication, which bounds a statement, a parameter and a COPY message
	MaxStatements     int // prepared statements a connection
	MaxStatementBytes int // texts of prepared statements a connection
	MaxPortals        int // open portals a connection
	MaxCopyLineBytes  int // one line of COPY FROM STDIN

	TLS *TLSConfig // nil: none

	NodeTag uint16 // of this server in a group, see NodeTag; 0: it is alone
	Peers   Peers  // the group; nil: none
}

// Defaults.
const (
	DefaultMaxConnections    = 1000
	DefaultReserved          = 3
	DefaultMaxStarting       = 256
	DefaultStartupTimeout    = 10 * time.Second
	DefaultDrainGrace        = 10 * time.Second
	DefaultMaxMessageBytes   = 256 << 20
	DefaultMaxStatements     = 10_000
	DefaultMaxStatementBytes = 64 << 20
	DefaultMaxPortals        = 1_000
	DefaultMaxCopyLineBytes  = 64 << 20
)

// Limits that are no settings.
const (
	maxStartupBytes   = 64 << 10 // of a message before authentication
	maxSmallMessage   = 10_000   // of the messages that carry at most a name, as in PostgreSQL
	flushBytes        = 64 << 10 // output is written when so much waits
	disconnectCheck   = time.Second
	hardCloseAfter    = 2 * time.Second // between the cancel at the end of the grace period and closing the socket
	refusalWriteLimit = time.Second
)

func (c *Config) setDefaults() {
	def := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	def(&c.MaxConnections, DefaultMaxConnections)
	def(&c.ReservedConnections, DefaultReserved)
	def(&c.MaxStarting, DefaultMaxStarting)
	c.ReservedConnections = min(max(c.ReservedConnections, 0), c.MaxConnections/2)
	def(&c.MaxMessageBytes, DefaultMaxMessageBytes)
	def(&c.MaxStatements, DefaultMaxStatements)
	def(&c.MaxStatementBytes, DefaultMaxStatementBytes)
	def(&c.MaxPortals, DefaultMaxPortals)
	def(&c.MaxCopyLineBytes, DefaultMaxCopyLineBytes)
	if c.StartupTimeout == 0 {
		c.StartupTimeout = DefaultStartupTimeout
	}
	if c.DrainGrace == 0 {
		c.DrainGrace = DefaultDrainGrace
	}
}

// Validate reports the first setting that makes no sense.
func (c *Config) Validate() error {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fmt.Errorf("address %q: %w", c.Addr, err)
	}
	for _, n := range []struct {
		name  string
		value int
	}{
		{"connection limit", c.MaxConnections}, {"limit of starting connections", c.MaxStarting}, {"message limit", c.MaxMessageBytes}, {"statement limit", c.MaxStatements},
		{"statement text limit", c.MaxStatementBytes}, {"portal limit", c.MaxPortals}, {"COPY line limit", c.MaxCopyLineBytes},
	} {
		if n.value < 0 {
			return fmt.Errorf("%s %d: must not be negative", n.name, n.value)
		}
	}
	if c.StartupTimeout < 0 || c.DrainGrace < 0 {
		return fmt.Errorf("start-up timeout %v and grace period %v: must not be negative", c.StartupTimeout, c.DrainGrace)
	}
	return nil
}
