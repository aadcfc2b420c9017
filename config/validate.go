package config

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/miniodb/miniodb/internal/logging"
	"github.com/miniodb/miniodb/internal/units"
)

var nodeID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// Validate checks every setting, normalises addresses and fills Warnings. The error has one line a fault, each with the place where the
// value was given.
func (c *Config) Validate() error {
	v := &validator{cfg: c}
	v.inert()
	s := &c.Server
	v.check("server.data_dir", s.DataDir != "", "must not be empty")
	v.check("server.node_id", s.NodeID == "" || nodeID.MatchString(s.NodeID), "%q: want up to 63 letters, digits, '-', '_' and '.', beginning with a letter or digit", s.NodeID)
	v.addr("server.pg_addr", &s.PgAddr)
	v.addr("server.grpc_port", &s.GRPCPort)
	v.addr("server.rest_port", &s.RestPort)
	v.addr("server.cluster_addr", &s.Cluster)
	v.oneOf("server.log_level", s.LogLevel, logging.Levels...)
	v.oneOf("server.log_format", s.LogFormat, logging.Auto, logging.Console, logging.JSON)

	between(v, "pgwire.max_connections", c.Pgwire.MaxConnections, 1, 100_000)
	between(v, "pgwire.max_message_bytes", c.Pgwire.MaxMessageBytes, units.MB, units.GB)
	between(v, "pgwire.startup_timeout", c.Pgwire.StartupTimeout, 100*time.Millisecond, 10*time.Minute)
	between(v, "pgwire.shutdown_grace", c.Pgwire.ShutdownGrace, 0, time.Hour)

	v.check("engine.memory_limit", c.Engine.MemoryLimit == 0 || c.Engine.MemoryLimit >= 64*units.MB, "%s is too small: want at least 64MB", c.Engine.MemoryLimit)
	between(v, "engine.threads", c.Engine.Threads, 0, 1024)
	between(v, "engine.max_queries", c.Engine.MaxQueries, 0, 10_000)

	between(v, "wal.segment_size", c.WAL.SegmentSize, units.MB, units.GB)
	v.check("wal.quota", c.WAL.Quota >= 2*c.WAL.SegmentSize, "%s is too small: want at least two segments of %s", c.WAL.Quota, c.WAL.SegmentSize)

	v.check("buffer.max_bytes", c.Buffer.MaxBytes >= units.MB, "%s is too small: want at least 1MB", c.Buffer.MaxBytes)
	between(v, "buffer.worker_pool_size", c.Buffer.Workers, 1, 256)
	between(v, "buffer.batch_flush_size", c.Buffer.BatchFlushSize, 0, 1<<40)
	v.flush("buffer.", c.Buffer.FlushInterval)
	v.check("buffer.flush_interval", c.Buffer.FlushInterval > 0, "must be more than 0")

	between(v, "clean.retention", c.Clean.Retention, time.Hour, 100_000*24*time.Hour)
	between(v, "clean.orphan_age", c.Clean.OrphanAge, time.Hour, 100_000*24*time.Hour)
	v.check("clean.interval", c.Clean.Interval == 0 || c.Clean.Interval >= time.Second && c.Clean.Interval <= 30*24*time.Hour, "%s is out of range: want 0 or 1s to 30d", units.FormatDuration(c.Clean.Interval))

	v.table("tables.default_config", c.Tables.Default)
	names := make([]string, 0, len(c.Tables.Named))
	for name := range c.Tables.Named {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		v.check("tables."+name, name != "" && len(name) <= 127, "the name of a table has 1 to 63 bytes")
		v.table("tables."+name, c.Tables.Named[name])
	}

	between(v, "table_management.max_tables", c.Manage.MaxTables, 0, 1<<30)
	if _, err := regexp.Compile(c.Manage.NamePattern); err != nil {
		v.check("table_management.table_name_pattern", false, "%q is not a regular expression: %s", c.Manage.NamePattern, err)
	}

	v.shared()
	v.security()
	v.check("backup.interval", c.Backup.Interval >= time.Minute, "%s is too short: want at least 1m", units.FormatDuration(c.Backup.Interval))
	return errors.Join(v.faults...)
}

type validator struct {
	cfg    *Config
	faults []error
}

// check adds a fault to path unless ok.
func (v *validator) check(path string, ok bool, format string, args ...any) {
	if ok {
		return
	}
	msg := path + ": " + fmt.Sprintf(format, args...)
	if origin := v.cfg.origins[path]; origin != "" {
		msg = origin + ": " + msg
	}
	v.faults = append(v.faults, errors.New(msg))
}

func (v *validator) oneOf(path, value string, want ...string) {
	v.check(path, slices.Contains(want, value), "%q: want %s", value, strings.Join(want, ", "))
}

func between[T int | int64 | units.Size | time.Duration](v *validator, path string, value, low, high T) {
	var a, b, c any = value, low, high
	if d, ok := a.(time.Duration); ok {
		a, b, c = units.FormatDuration(d), units.FormatDuration(b.(time.Duration)), units.FormatDuration(c.(time.Duration))
	}
	v.check(path, value >= low && value <= high, "%v is out of range: want %v to %v", a, b, c)
}

// addr checks host:port and completes ":8081" or "8081" to every interface.
func (v *validator) addr(path string, addr *string) {
	if _, err := strconv.ParseUint(*addr, 10, 16); err == nil {
		*addr = ":" + *addr
	}
	_, port, err := net.SplitHostPort(*addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	v.check(path, err == nil, "%q: want host:port or :port", *addr)
}

func (v *validator) flush(prefix string, d time.Duration) {
	v.check(prefix+"flush_interval", d == 0 || d >= 100*time.Millisecond && d <= 24*time.Hour, "%s is out of range: want 100ms to 24h", units.FormatDuration(d))
}

func (v *validator) table(path string, t TableConfig) {
	v.flush(path+".", t.FlushInterval)
	between(v, path+".retention_days", t.RetentionDays, 0, 1_000_000)
	if path == "tables.default_config" { // its settings are in the list that inert walks
		return
	}
	if t.RetentionDays != 0 {
		v.warn(path+".retention_days", "rows are not yet removed by age")
	}
	if t.BackupEnabled {
		v.warn(path+".backup_enabled", "backups are not in this build yet")
	}
}

func (v *validator) warn(path, why string) {
	v.cfg.Warnings = append(v.cfg.Warnings, fmt.Sprintf("%s has no effect: %s", path, why))
}

// inert refuses or warns about settings that differ from their default and do nothing in this build.
func (v *validator) inert() {
	def := Default()
	refused := map[string]bool{} // one line a reason and section: that is what the reader has to know
	for _, s := range settings() {
		if v.cfg.text(s) == def.text(s) {
			continue
		}
		section, _, _ := strings.Cut(s.Path, ".")
		switch {
		case s.Refuse != "" && !refused[section+s.Refuse]:
			refused[section+s.Refuse] = true
			v.check(s.Path, false, "%s", s.Refuse)
		case s.Warn != "":
			v.warn(s.Path, s.Warn)
		}
	}
}
