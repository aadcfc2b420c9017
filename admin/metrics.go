package admin

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// StatsSource gives the numbers of one scrape.
type StatsSource interface {
	Stats() Stats
}

// StatsFunc is a function as a StatsSource.
type StatsFunc func() Stats

// Stats calls f.
func (f StatsFunc) Stats() Stats { return f() }

// Stats is what the server counts. Totals count from the start of the process and never fall.
type Stats struct {
	ConnectionsOpen  int64 // PostgreSQL connections now
	ConnectionsTotal int64
	QueriesActive    int64 // statements executing now
	QueriesTotal     int64 // statements executed, failed ones included
	QueryErrorsTotal int64
	Tables           int64
	BufferedRows     int64 // acknowledged and not yet in Parquet files
	BufferedBytes    int64
	WALBytes         int64 // size of the segments on disk
	FlushesTotal     int64
	FlushErrorsTotal int64
	FlushedRowsTotal int64

	Pools []PoolStats // one a service on other machines
	Cache *CacheStats // of object files; nil: there is none
}

// PoolStats is what the server counts of one service that it depends on.
type PoolStats struct {
	Name                     string // the label pool; few and fixed
	State                    int64  // 0 down, 1 degraded, 2 up
	InUse, Idle, Limit       int64  // connections
	Calls, Failures, Refused int64  // totals: sent, sent and failed, not sent
	Latency                  time.Duration
}

// CacheStats is what the server counts of its local copies of objects.
type CacheStats struct {
	Files, Bytes, Limit     int64 // now
	Hits, Misses, Evictions int64 // totals
	Errors                  int64 // total: downloads that failed, damaged copies
}

type metric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*Stats) int64
}

// collector turns one Stats into metrics, so that all of a scrape belong together.
type collector struct {
	source  StatsSource
	metrics []metric
	pools   []labelled[PoolStats]
	cache   []labelled[CacheStats]
}

// labelled is a metric of a part that may be there several times or not at all.
type labelled[T any] struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*T) float64
}

func (m *labelled[T]) collect(out chan<- prometheus.Metric, v *T, labels ...string) {
	out <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(v), labels...)
}

func newRegistry(deps Deps) (*prometheus.Registry, error) {
	c := &collector{source: deps.Stats}
	add := func(name, help string, kind prometheus.ValueType, value func(*Stats) int64) {
		c.metrics = append(c.metrics, metric{prometheus.NewDesc("miniodb_"+name, help, nil, nil), kind, value})
	}
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	add("pgwire_connections_open", "PostgreSQL connections now.", gauge, func(s *Stats) int64 { return s.ConnectionsOpen })
	add("pgwire_connections_total", "PostgreSQL connections accepted.", counter, func(s *Stats) int64 { return s.ConnectionsTotal })
	add("query_statements_active", "Statements executing now.", gauge, func(s *Stats) int64 { return s.QueriesActive })
	add("query_statements_total", "Statements executed, failed ones included.", counter, func(s *Stats) int64 { return s.QueriesTotal })
	add("query_errors_total", "Statements that failed.", counter, func(s *Stats) int64 { return s.QueryErrorsTotal })
	add("catalog_tables", "Tables.", gauge, func(s *Stats) int64 { return s.Tables })
	add("buffer_rows", "Acknowledged rows that are not yet in Parquet files.", gauge, func(s *Stats) int64 { return s.BufferedRows })
	add("buffer_bytes", "Memory of buffered rows.", gauge, func(s *Stats) int64 { return s.BufferedBytes })
	add("wal_bytes", "Disk space of the write-ahead log.", gauge, func(s *Stats) int64 { return s.WALBytes })
	add("flush_commits_total", "Flushes committed.", counter, func(s *Stats) int64 { return s.FlushesTotal })
	add("flush_errors_total", "Flushes that failed and will be tried again.", counter, func(s *Stats) int64 { return s.FlushErrorsTotal })
	add("flush_rows_total", "Rows flushed to Parquet files.", counter, func(s *Stats) int64 { return s.FlushedRowsTotal })
	c.addPools()
	c.addCache()

	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "miniodb_build_info", Help: "Always 1; the label is the version.",
		ConstLabels: prometheus.Labels{"version": deps.Version}})
	build.Set(1)
	r := prometheus.NewPedanticRegistry()
	for _, col := range []prometheus.Collector{c, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		if err := r.Register(col); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (c *collector) addPools() {
	add := func(name, help string, kind prometheus.ValueType, value func(*PoolStats) float64) {
		c.pools = append(c.pools, labelled[PoolStats]{prometheus.NewDesc("miniodb_pool_"+name, help, []string{"pool"}, nil), kind, value})
	}
	count := func(field func(*PoolStats) int64) func(*PoolStats) float64 {
		return func(p *PoolStats) float64 { return float64(field(p)) }
	}
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	add("state", "How a service does: 0 down, 1 degraded, 2 up.", gauge, count(func(p *PoolStats) int64 { return p.State }))
	add("connections_in_use", "Connections with a call on them.", gauge, count(func(p *PoolStats) int64 { return p.InUse }))
	add("connections_idle", "Connections that wait for a call.", gauge, count(func(p *PoolStats) int64 { return p.Idle }))
	add("connections_limit", "Connections there may be.", gauge, count(func(p *PoolStats) int64 { return p.Limit }))
	add("calls_total", "Calls sent.", counter, count(func(p *PoolStats) int64 { return p.Calls }))
	add("call_failures_total", "Calls sent that failed.", counter, count(func(p *PoolStats) int64 { return p.Failures }))
	add("calls_refused_total", "Calls not sent because the service was down.", counter, count(func(p *PoolStats) int64 { return p.Refused }))
	add("probe_seconds", "Round trip of the last health check that succeeded.", gauge, func(p *PoolStats) float64 { return p.Latency.Seconds() })
}

func (c *collector) addCache() {
	add := func(name, help string, kind prometheus.ValueType, value func(*CacheStats) int64) {
		c.cache = append(c.cache, labelled[CacheStats]{prometheus.NewDesc("miniodb_cache_"+name, help, nil, nil), kind,
			func(s *CacheStats) float64 { return float64(value(s)) }})
	}
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	add("files", "Objects with a local copy.", gauge, func(s *CacheStats) int64 { return s.Files })
	add("bytes", "Disk space of local copies.", gauge, func(s *CacheStats) int64 { return s.Bytes })
	add("limit_bytes", "Disk space that local copies may take.", gauge, func(s *CacheStats) int64 { return s.Limit })
	add("hits_total", "Objects that were read from a local copy.", counter, func(s *CacheStats) int64 { return s.Hits })
	add("misses_total", "Objects that had to be downloaded.", counter, func(s *CacheStats) int64 { return s.Misses })
	add("evictions_total", "Local copies that were removed to make room.", counter, func(s *CacheStats) int64 { return s.Evictions })
	add("errors_total", "Downloads that failed and local copies that were damaged.", counter, func(s *CacheStats) int64 { return s.Errors })
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, m := range c.metrics {
		out <- m.desc
	}
	for _, m := range c.pools {
		out <- m.desc
	}
	for _, m := range c.cache {
		out <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	s := c.source.Stats()
	for _, m := range c.metrics {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, float64(m.value(&s)))
	}
	for _, m := range c.pools {
		for i := range s.Pools {
			m.collect(out, &s.Pools[i], s.Pools[i].Name)
		}
	}
	for _, m := range c.cache {
		if s.Cache != nil {
			m.collect(out, s.Cache)
		}
	}
}
