// Package config holds every setting of a server in one struct, and reads it from a YAML file, the environment and flags.
//
// It owns the names, defaults, documentation and validation of settings. The tags of Config are the only source: keys, environment
// names, flags and docs/configuration.md are all made from them. It refuses unknown keys (naming the nearest known one), and
// settings whose silent absence would mislead: who configures MinIO must not believe that data is there while it is not. It opens
// nothing; cmd/miniodb loads and server uses it.
//
// Tags: yaml (key), doc (one sentence or more for the reference), flag (short flag that exists beside --section.key), secret (masked
// when printed), refuse and warn (the setting does nothing in this build: start-up is refused, or says so).
package config

import (
	"time"

	"github.com/miniodb/miniodb/internal/units"
)

// Config is the whole configuration of a server. Load returns one with every default resolved.
type Config struct {
	Server   Server   `yaml:"server" doc:"The server itself: where it keeps its data and where it listens."`
	Pgwire   Pgwire   `yaml:"pgwire" doc:"Limits of PostgreSQL connections."`
	Engine   Engine   `yaml:"engine" doc:"What DuckDB may use of the machine."`
	WAL      WAL      `yaml:"wal" doc:"The write-ahead log: acknowledged rows live in it until they are flushed to Parquet."`
	Buffer   Buffer   `yaml:"buffer" doc:"Rows that are acknowledged and not yet flushed. These are the defaults of every table."`
	Cache    Cache    `yaml:"cache" doc:"The local cache of objects that are kept in MinIO. Without MinIO nothing is cached, files are read in place."`
	Clean    Clean    `yaml:"clean" doc:"Giving disk space back. Everything that is removed was superseded, dropped or never finished long before."`
	Tables   Tables   `yaml:"tables" doc:"Defaults of table options, for all tables or for one. CREATE TABLE ... WITH (...) overrides both."`
	Manage   Manage   `yaml:"table_management" doc:"Rules for tables."`
	Redis    Redis    `yaml:"redis" doc:"The catalog index and node registry of servers that share a database."`
	MinIO    MinIO    `yaml:"minio" doc:"The object store of servers that share a database."`
	Health   Health   `yaml:"health" doc:"How Redis and MinIO are watched."`
	Backup   Backup   `yaml:"backup" doc:"Scheduled backups of metadata."`
	Security Security `yaml:"security" doc:"Authentication and encryption."`

	// Warnings says, a line each, which settings were given and have no effect in this build.
	Warnings []string `yaml:"-"`

	origins map[string]string // by path: where a value came from, for messages
}

// Server is the section server.
type Server struct {
	DataDir   string `yaml:"data_dir" flag:"data-dir" doc:"Directory of everything this server keeps. It is created when missing and locked against a second server."`
	NodeID    string `yaml:"node_id" flag:"node-id" doc:"Name of this node, up to 63 letters, digits, '-', '_' and '.'. Empty: made once and kept in the data directory."`
	PgAddr    string `yaml:"pg_addr" flag:"pg-addr" doc:"Address for PostgreSQL clients, host:port. Port 0 takes a free one; ':5432' listens on every interface."`
	GRPCPort  string `yaml:"grpc_port" flag:"grpc-addr" warn:"the gRPC service is not in this build yet, nothing listens there" doc:"Address of the gRPC service, host:port or ':port'."`
	RestPort  string `yaml:"rest_port" flag:"http-addr" doc:"Address of HTTP (health, metrics), host:port or ':port'. Port 0 takes a free one; ':8081' listens on every interface."`
	Cluster   string `yaml:"cluster_addr" flag:"cluster-addr" warn:"cluster mode is not in this build yet, nothing listens there" doc:"Address where other nodes reach this one."`
	LogLevel  string `yaml:"log_level" flag:"log-level" doc:"Least level that is logged: trace, debug, info, warn or error."`
	LogFormat string `yaml:"log_format" doc:"Form of log lines: json, console, or auto (console on a terminal)."`
}

// Pgwire is the section pgwire.
type Pgwire struct {
	MaxConnections  int           `yaml:"max_connections" doc:"Connections at a time; one more is refused with SQLSTATE 53300."`
	MaxMessageBytes units.Size    `yaml:"max_message_bytes" doc:"Largest message a client may send after authentication."`
	StartupTimeout  time.Duration `yaml:"startup_timeout" doc:"Time a client has to start a session before its connection is closed."`
	ShutdownGrace   time.Duration `yaml:"shutdown_grace" doc:"Time that running statements have to finish when the server is told to stop. Then they end with SQLSTATE 57P01."`
}

// Engine is the section engine.
type Engine struct {
	MemoryLimit units.Size `yaml:"memory_limit" doc:"Memory of DuckDB for queries and buffered rows. 0: half of what the machine or its control group has."`
	Threads     int        `yaml:"threads" doc:"Threads that execute queries. 0: one for each processor."`
	TempLimit   units.Size `yaml:"temp_limit" doc:"Disk space that queries larger than memory may use under the data directory. More: SQLSTATE 53100 or 53200."`
	MaxQueries  int        `yaml:"max_queries" doc:"Queries that execute at a time; others wait. 0: twice the threads."`
}

// WAL is the section wal.
type WAL struct {
	SegmentSize units.Size `yaml:"segment_size" doc:"Size at which a new segment file is begun. A segment is removed when everything in it has been flushed."`
	AbandonLost bool       `yaml:"abandon_lost" doc:"Start although the log that the catalog expects in the data directory is not there, and give up the rows that were only in it. For one start, after the loss of a disk."`
	Quota       units.Size `yaml:"quota" doc:"Disk space that the log may use. Writes beyond it fail with SQLSTATE 53100 until rows have been flushed."`
}

// Buffer is the section buffer.
type Buffer struct {
	BufferSize     units.BufferSize `yaml:"buffer_size" doc:"A table is flushed when it has so many rows (100000) or bytes (64MB) buffered; both may be given (100000, 64MB)."`
	FlushInterval  time.Duration    `yaml:"flush_interval" doc:"A table is flushed when its oldest buffered row is this old."`
	MaxBytes       units.Size       `yaml:"max_bytes" doc:"Unflushed rows of all tables together. Writes beyond it wait for flushes."`
	Workers        int              `yaml:"worker_pool_size" doc:"Tables that are flushed at a time."`
	BatchFlushSize int64            `yaml:"batch_flush_size" warn:"a flush always takes every buffered row of its table" doc:"Rows that one flush takes at most. 0: all."`
}

// Cache is the section cache.
type Cache struct {
	Dir   string     `yaml:"dir" doc:"Directory of the cache. Empty: cache in the data directory."`
	Limit units.Size `yaml:"limit" doc:"Disk space of the cache. A query whose files do not fit together fails with SQLSTATE 53100."`
}

// Clean is the section clean.
type Clean struct {
	Retention time.Duration `yaml:"retention" doc:"Old versions of tables, with every file that they need, and dropped tables are kept for so long. A query, cursor or transaction that reads longer from one snapshot may fail. At least 1h."`
	OrphanAge time.Duration `yaml:"orphan_age" doc:"Objects that nothing names, as interrupted loads and flushes leave them, are removed when they are so old. At least 1h."`
	Interval  time.Duration `yaml:"interval" doc:"Time between rounds of cleaning. 0: nothing is removed."`
}

// Tables is the section tables: default_config and one section for each table by name.
type Tables struct {
	Default TableConfig            `yaml:"default_config" doc:"All tables."`
	Named   map[string]TableConfig `yaml:"<table>" doc:"One table, by its name (or schema.name). Only in the file: there is no variable or flag for these."`
}

// TableConfig has the options of a table that a configuration can give. A zero value means: not given.
type TableConfig struct {
	BufferSize    units.BufferSize  `yaml:"buffer_size" doc:"As buffer.buffer_size."`
	FlushInterval time.Duration     `yaml:"flush_interval" doc:"As buffer.flush_interval."`
	RetentionDays int               `yaml:"retention_days" warn:"rows are not yet removed by age" doc:"Days after which rows are removed, by the table's time column. 0: never."`
	BackupEnabled bool              `yaml:"backup_enabled" warn:"backups are not in this build yet" doc:"Whether backups include the table's data."`
	Properties    map[string]string `yaml:"properties" doc:"Free-form properties that are kept with the table."`
}

// Manage is the section table_management.
type Manage struct {
	AutoCreate   bool   `yaml:"auto_create_tables" warn:"only the services that are not in this build yet create tables on write" doc:"Whether a write through gRPC or REST to a missing table creates it."`
	DefaultTable string `yaml:"default_table" warn:"only the services that are not in this build yet have a default table" doc:"Table of gRPC and REST writes that name none."`
	MaxTables    int    `yaml:"max_tables" doc:"Tables that may exist; one more is refused with SQLSTATE 53400. 0: no limit."`
	NamePattern  string `yaml:"table_name_pattern" doc:"Regular expression (RE2) that the names of new tables must match in full. Empty: any name."`
}

// Redis is the section redis.
type Redis struct {
	Mode             string        `yaml:"mode" doc:"standalone, sentinel or cluster."`
	Addr             string        `yaml:"addr" flag:"redis-addr" doc:"Address of a standalone server, host:port. Empty, and no addrs: embedded, without Redis. Redis and MinIO come together."`
	Addrs            []string      `yaml:"addrs" doc:"Addresses of sentinels or cluster nodes."`
	MasterName       string        `yaml:"master_name" doc:"Name of the master that sentinels watch."`
	Username         string        `yaml:"username" doc:"User of Redis' access lists. Empty: the default user."`
	Password         string        `yaml:"password" secret:"true" doc:"Password of Redis."`
	SentinelPassword string        `yaml:"sentinel_password" secret:"true" doc:"Password of the sentinels themselves."`
	DB               int           `yaml:"db" doc:"Database number; 0 in cluster mode."`
	PoolSize         int           `yaml:"pool_size" doc:"Connections at a time, in cluster mode to each node."`
	DialTimeout      time.Duration `yaml:"dial_timeout" doc:"Time to connect."`
	Timeout          time.Duration `yaml:"timeout" doc:"Time for one command, repetitions included."`
}

// MinIO is the section minio.
type MinIO struct {
	Endpoint       string `yaml:"endpoint" flag:"minio-endpoint" doc:"Address of MinIO or another S3 store with conditional writes, host:port. Empty: embedded, objects are files in the data directory."`
	AccessKey      string `yaml:"access_key_id" flag:"minio-access-key" secret:"true" doc:"Access key."`
	SecretKey      string `yaml:"secret_access_key" flag:"minio-secret-key" secret:"true" doc:"Secret key."`
	Bucket         string `yaml:"bucket" flag:"minio-bucket" doc:"Bucket; created when missing."`
	Prefix         string `yaml:"prefix" doc:"Prefix of every key in the bucket. Servers with the same bucket and prefix share one database."`
	UseSSL         bool   `yaml:"use_ssl" doc:"Whether to connect with TLS."`
	Region         string `yaml:"region" doc:"Region of the bucket."`
	MaxConnections int    `yaml:"max_connections" doc:"Connections at a time."`
}

// Health is the section health.
type Health struct {
	Interval time.Duration `yaml:"interval" doc:"Time between health checks of Redis and MinIO. SELECT * FROM miniodb.pools shows their state."`
	Timeout  time.Duration `yaml:"timeout" doc:"Time that a health check may take."`
	Failures int           `yaml:"failures" doc:"Failures in a row after which calls are refused without being sent, until a health check succeeds."`
}

// Backup is the section backup.
type Backup struct {
	Enabled  bool          `yaml:"enabled" refuse:"backups are not in this build yet" doc:"Whether metadata is backed up on a schedule."`
	Interval time.Duration `yaml:"interval" warn:"backups are not in this build yet" doc:"Time between backups."`
	MinIO    BackupMinIO   `yaml:"minio" doc:"Where backups go, when not to the main store."`
}

// BackupMinIO is the section backup.minio.
type BackupMinIO struct {
	Endpoint  string `yaml:"endpoint" refuse:"backups are not in this build yet" doc:"Address of the store."`
	AccessKey string `yaml:"access_key_id" secret:"true" refuse:"backups are not in this build yet" doc:"Access key."`
	SecretKey string `yaml:"secret_access_key" secret:"true" refuse:"backups are not in this build yet" doc:"Secret key."`
	Bucket    string `yaml:"bucket" refuse:"backups are not in this build yet" doc:"Bucket."`
	Prefix    string `yaml:"prefix" refuse:"backups are not in this build yet" doc:"Prefix of every key."`
	UseSSL    bool   `yaml:"use_ssl" refuse:"backups are not in this build yet" doc:"Whether to connect with TLS."`
	Region    string `yaml:"region" refuse:"backups are not in this build yet" doc:"Region of the bucket."`
}

// Security is the section security.
type Security struct {
	Mode      string `yaml:"mode" refuse:"token authentication is not in this build yet" doc:"Of gRPC and REST. none: they ask for nothing. token: they want a JWT. PostgreSQL clients authenticate as roles, whatever this says."`
	JWTSecret string `yaml:"jwt_secret" secret:"true" refuse:"token authentication is not in this build yet" doc:"Secret that signs tokens, at least 32 bytes."`
	EnableTLS bool   `yaml:"enable_tls" doc:"Whether PostgreSQL clients can use TLS (1.2 or newer)."`
	CertFile  string `yaml:"tls_cert_file" doc:"Certificate chain, PEM. It is read again when it changes, and on SIGHUP. miniodb certs makes one."`
	KeyFile   string `yaml:"tls_key_file" doc:"Private key, PEM."`
	CAFile    string `yaml:"tls_ca_file" doc:"Authorities of clients' certificates, PEM."`

	RequireTLS     string   `yaml:"require_tls" doc:"With enable_tls, which connections without TLS are refused: remote (those from other machines), all, or none."`
	ClientCert     string   `yaml:"client_cert" doc:"none: clients show no certificate. verify: every TLS connection needs one of tls_ca_file, besides the password. authenticate: one whose common or alternative name is the role stands for the password."`
	CleartextRoles []string `yaml:"cleartext_roles" doc:"Roles that send their password as it is, inside of TLS, for clients that cannot do SCRAM-SHA-256. '*': all."`
}

// Default returns the built-in defaults. Values that depend on the machine are 0 here; Load resolves them.
func Default() *Config {
	return &Config{
		Server: Server{
			DataDir: "./miniodb-data", PgAddr: "127.0.0.1:5432", GRPCPort: "127.0.0.1:8080", RestPort: "127.0.0.1:8081",
			Cluster: "127.0.0.1:7946", LogLevel: "info", LogFormat: "auto",
		},
		Pgwire: Pgwire{
			MaxConnections: 2000, MaxMessageBytes: 256 * units.MB, StartupTimeout: 10 * time.Second, ShutdownGrace: 10 * time.Second,
		},
		Engine: Engine{TempLimit: 20 * units.GB},
		WAL:    WAL{SegmentSize: 64 * units.MB, Quota: 8 * units.GB},
		Buffer: Buffer{
			BufferSize: units.BufferSize{Rows: 100_000, Bytes: 64 * units.MB}, FlushInterval: time.Minute, MaxBytes: units.GB, Workers: 2,
		},
		Clean:    Clean{Retention: 7 * 24 * time.Hour, OrphanAge: 24 * time.Hour, Interval: time.Hour},
		Cache:    Cache{Limit: 10 * units.GB},
		Redis:    Redis{Mode: "standalone", PoolSize: 32, DialTimeout: time.Second, Timeout: 3 * time.Second},
		MinIO:    MinIO{Bucket: "miniodb", Region: "us-east-1", MaxConnections: 64},
		Health:   Health{Interval: time.Second, Timeout: 2 * time.Second, Failures: 5},
		Backup:   Backup{Interval: 24 * time.Hour, MinIO: BackupMinIO{Region: "us-east-1"}},
		Security: Security{Mode: "none", RequireTLS: "remote", ClientCert: "none"},
	}
}
