package admin

import (
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

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, m := range c.metrics {
		out <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	s := c.source.Stats()
	for _, m := range c.metrics {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, float64(m.value(&s)))
	}
}
