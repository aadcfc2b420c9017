package config

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/units"
)

func TestGoodFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.good.yml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		_, err := Load(Source{File: file})
		require.NoError(t, err, file)
	}

	c, err := Load(Source{File: "testdata/full.good.yml"})
	require.NoError(t, err)
	require.Equal(t, "/var/lib/miniodb", c.Server.DataDir)
	require.Equal(t, ":8081", c.Server.RestPort, "a bare port listens on every interface")
	require.Equal(t, Pgwire{500, 128 * units.MB, 5 * time.Second, 0}, c.Pgwire)
	require.Equal(t, Engine{units.GB + units.GB/2, 4, 50 * units.GB, 8}, c.Engine)
	require.Equal(t, units.BufferSize{Rows: 500}, c.Buffer.BufferSize)
	require.Equal(t, 30*time.Second, c.Buffer.FlushInterval)
	require.Equal(t, map[string]string{"owner": "data team", "tier": "hot"}, c.Tables.Default.Properties)
	require.Equal(t, TableConfig{BufferSize: units.BufferSize{Bytes: 16 * units.MB}, FlushInterval: time.Second}, c.Tables.Named["events"])
	require.Equal(t, 30, c.Tables.Named["audit.log"].RetentionDays)
	require.Equal(t, "^[a-z_]+$", c.Manage.NamePattern)
	warnings := strings.Join(c.Warnings, "\n")
	for _, want := range []string{"server.cluster_addr", "buffer.batch_flush_size", "tables.default_config.retention_days",
		"tables.audit.log.retention_days", "table_management.auto_create_tables"} {
		require.Contains(t, warnings, want+" has no effect: ")
	}
	require.NotContains(t, warnings, "rest_port")
}

func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.bad.yml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, err := os.ReadFile(strings.TrimSuffix(file, ".yml") + ".txt")
			require.NoError(t, err)
			_, err = Load(Source{File: file})
			require.Error(t, err)
			got := strings.ReplaceAll(err.Error(), "testdata/", "")
			require.Equal(t, strings.TrimSpace(string(want)), got)
		})
	}
}

func TestDefaultsAreValidAndResolved(t *testing.T) {
	c, err := Load(Source{})
	require.NoError(t, err)
	require.Empty(t, c.Warnings)
	require.Equal(t, "127.0.0.1:5432", c.Server.PgAddr)
	require.Equal(t, MachineMemory()/2, c.Engine.MemoryLimit)
	require.Equal(t, runtime.GOMAXPROCS(0), c.Engine.Threads)
	require.Equal(t, 2*c.Engine.Threads, c.Engine.MaxQueries)
}

func TestPrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yml")
	require.NoError(t, os.WriteFile(file, []byte("server: {data_dir: file, node_id: file, log_level: warn}\n"), 0o600))
	c, err := Load(Source{
		File:    file,
		Environ: []string{"MINIODB_SERVER_NODE_ID=env", "MINIODB_LOG_LEVEL=error", "PATH=/bin", "MINIODB_SERVER_PG_ADDR="},
		Flags:   map[string]string{"server.log_level": "debug"},
	})
	require.NoError(t, err)
	require.Equal(t, "file", c.Server.DataDir)
	require.Equal(t, "env", c.Server.NodeID)
	require.Equal(t, "debug", c.Server.LogLevel)
	require.Equal(t, "127.0.0.1:5432", c.Server.PgAddr, "an empty variable counts as not set")
}

func TestEnvironment(t *testing.T) {
	c, err := Load(Source{Environ: []string{
		"MINIODB_TABLES_DEFAULT_CONFIG_PROPERTIES=a=1,b=2", "MINIODB_SERVER_DATADIR=/x", "MINIODB_SERVICE_HOST=10.0.0.1", "MINIODB_TEST_SEED=1",
	}})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "1", "b": "2"}, c.Tables.Default.Properties)
	require.Equal(t, []string{"environment variable MINIODB_SERVER_DATADIR is not a setting, did you mean MINIODB_SERVER_DATA_DIR?"}, c.Warnings)

	_, err = Load(Source{Environ: []string{"MINIODB_ENGINE_THREADS=x", "MINIODB_WAL_QUOTA=-"}})
	require.ErrorContains(t, err, `environment variable MINIODB_ENGINE_THREADS: engine.threads: "x" is not a whole number`)
	require.ErrorContains(t, err, "MINIODB_WAL_QUOTA")
	_, err = Load(Source{Environ: []string{"MINIODB_DATA_DIR=/a", "MINIODB_SERVER_DATA_DIR=/b"}})
	require.ErrorContains(t, err, "MINIODB_DATA_DIR and MINIODB_SERVER_DATA_DIR are the same setting")
	_, err = Load(Source{Environ: []string{"MINIODB_REDIS_ADDR=localhost:6379"}})
	require.EqualError(t, err, "environment variable MINIODB_REDIS_ADDR: redis.addr: needs minio.endpoint: an index in Redis is shared, objects in a data directory are not")
}

func TestFlags(t *testing.T) {
	parse := func(args ...string) (*Config, error) {
		fs := pflag.NewFlagSet("server", pflag.ContinueOnError)
		values := Flags(fs)
		require.NoError(t, fs.Parse(args))
		return Load(Source{Flags: values()})
	}
	c, err := parse("--data-dir", "/d", "--node-id=n", "--pg-addr", ":1", "--http-addr", "[::1]:2", "--log-level=warn", "--wal.segment-size", "8MB", "--server.log-format=json")
	require.NoError(t, err)
	require.Equal(t, Server{DataDir: "/d", NodeID: "n", PgAddr: ":1", GRPCPort: "127.0.0.1:8080", RestPort: "[::1]:2",
		Cluster: "127.0.0.1:7946", LogLevel: "warn", LogFormat: "json"}, c.Server)
	require.Equal(t, 8*units.MB, c.WAL.SegmentSize)

	minio := []string{"--minio-endpoint", "m:9000", "--minio-access-key", "a", "--minio-secret-key", "s"}
	for want, args := range map[string][]string{
		"flag --minio-endpoint: minio.endpoint: needs redis.addr":               minio,
		"flag --redis-addr: redis.addr: needs minio.endpoint":                   {"--redis-addr", "x:1"},
		"minio.access_key_id: minio.endpoint needs an access key":               {"--redis-addr", "x:1", "--minio-endpoint", "m:9000"},
		"flag --minio-endpoint: minio.endpoint: \"http://m\": want host:port":   {"--redis-addr", "x:1", "--minio-endpoint", "http://m", "--minio-access-key", "a", "--minio-secret-key", "s"},
		"redis.addr: \"x\": want host:port":                                     append([]string{"--redis-addr", "x"}, minio...),
		"redis.addrs: is for sentinels and clusters":                            append([]string{"--redis-addr", "x:1", "--redis.addrs", "y:1"}, minio...),
		"flag --redis.mode: redis.mode: sentinel needs redis.master_name":       append([]string{"--redis.addrs", "y:1", "--redis.mode", "sentinel"}, minio...),
		"flag --redis.db: redis.db: must be 0 in cluster mode":                  append([]string{"--redis.addrs", "y:1", "--redis.mode", "cluster", "--redis.db", "1"}, minio...),
		"flag --redis.mode: redis.mode: \"x\": want standalone, sentinel":       append([]string{"--redis.addrs", "y:1", "--redis.mode", "x"}, minio...),
		"flag --minio-bucket: minio.bucket: must not be empty":                  append([]string{"--redis-addr", "x:1", "--minio-bucket", ""}, minio...),
		"flag --minio.prefix: minio.prefix: \"/p\": want a relative path":       append([]string{"--redis-addr", "x:1", "--minio.prefix", "/p"}, minio...),
		"flag --cache.limit: cache.limit: 1MB is too small: want at least 64MB": {"--cache.limit", "1MB"},
	} {
		_, err = parse(args...)
		require.ErrorContains(t, err, want, args)
	}
	c, err = parse(append([]string{"--redis-addr", "r:6379"}, minio...)...)
	require.NoError(t, err)
	require.True(t, c.Shared())
	require.Empty(t, c.Warnings)
	tls := []string{"--security.enable-tls", "--security.tls-cert-file=c", "--security.tls-key-file=k"}
	for want, args := range map[string][]string{
		"flag --security.require-tls: security.require_tls: \"no\": want none, remote, all": {"--security.require-tls=no"},
		"flag --security.require-tls: security.require_tls: needs security.enable_tls":      {"--security.require-tls=all"},
		"security.client_cert: needs security.enable_tls":                                   {"--security.client-cert=verify"},
		"security.cleartext_roles: needs security.enable_tls":                               {"--security.cleartext-roles=a,b"},
		"security.tls_key_file: must be given with security.enable_tls":                     tls[:2],
		"security.tls_ca_file: must be given with security.client_cert verify":              append([]string{"--security.client-cert=verify"}, tls...),
		"a connection without TLS shows no certificate": append([]string{
			"--security.client-cert=authenticate", "--security.require-tls=none", "--security.tls-ca-file=a",
		}, tls...),
	} {
		_, err = parse(args...)
		require.ErrorContains(t, err, want, args)
	}
	c, err = parse(append([]string{"--security.client-cert=authenticate", "--security.tls-ca-file=a", "--security.cleartext-roles=a, b"}, tls...)...)
	require.NoError(t, err)
	require.Empty(t, c.Warnings)
	require.Equal(t, []string{"a", "b"}, c.Security.CleartextRoles)
	c, err = parse("--security.tls-cert-file=c")
	require.NoError(t, err)
	require.Len(t, c.Warnings, 1)
	_, err = parse("--security.mode=token")
	require.EqualError(t, err, "flag --security.mode: security.mode: token authentication is not in this build yet")
	c, err = parse("--grpc-addr", ":9", "--cluster-addr", ":10")
	require.NoError(t, err)
	require.Len(t, c.Warnings, 2)
}

func TestPrintReadsBackAndHidesSecrets(t *testing.T) {
	c, err := Load(Source{File: "testdata/full.good.yml"})
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, c.Print(&out))
	file := filepath.Join(t.TempDir(), "printed.yml")
	require.NoError(t, os.WriteFile(file, out.Bytes(), 0o600))
	again, err := Load(Source{File: file})
	require.NoError(t, err, out.String())
	c.origins, again.origins = nil, nil
	require.Equal(t, c, again, out.String())

	c.Redis.Password, c.Redis.Addrs = "hunter2", []string{"a:1", "b:2"}
	c.MinIO.SecretKey, c.Security.JWTSecret, c.Backup.MinIO.AccessKey = "hunter2", "hunter2", "hunter2"
	out.Reset()
	require.NoError(t, c.Print(&out))
	require.NotContains(t, out.String(), "hunter2")
	require.Contains(t, out.String(), mask)
}

func TestReferenceIsCurrent(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, Reference(&out))
	page, err := os.ReadFile("../docs/configuration.md")
	require.NoError(t, err)
	require.Equal(t, string(page), out.String(), "docs/configuration.md is not current: run make docs")
	for _, s := range settings() {
		require.Contains(t, out.String(), s.Env)
		require.NotEmpty(t, s.Doc, s.Path)
	}
}

func TestMemoryHonoursControlGroups(t *testing.T) {
	write := func(root, path, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, path), []byte(text), 0o600))
	}
	root := t.TempDir()
	require.Equal(t, fallbackMemory, memoryUnder(root))
	write(root, "proc/meminfo", "MemTotal:       8388608 kB\nMemFree: 1 kB\n")
	require.Equal(t, 8*units.GB, memoryUnder(root))
	write(root, "proc/self/cgroup", "0::/a/b\n")
	write(root, "sys/fs/cgroup/a/b/memory.max", "max\n")
	require.Equal(t, 8*units.GB, memoryUnder(root))
	write(root, "sys/fs/cgroup/a/memory.max", "2147483648\n")
	require.Equal(t, 2*units.GB, memoryUnder(root), "a limit of the group above counts")
	write(root, "proc/self/cgroup", "5:cpu,memory:/v1\n")
	write(root, "sys/fs/cgroup/memory/v1/memory.limit_in_bytes", "1073741824\n")
	require.Equal(t, units.GB, memoryUnder(root))
}

func FuzzLoadYAML(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yml")
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := Default()
		c.origins = map[string]string{}
		if c.loadYAML("f.yml", data) == nil {
			_ = c.Validate()
		}
	})
}
