package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func exec(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(args, &out, &errs)
	return status, out.String(), errs.String()
}

func TestVersion(t *testing.T) {
	status, out, _ := exec("version")
	require.Zero(t, status)
	require.True(t, strings.HasPrefix(out, "miniodb "), out)
}

func TestHelpNamesTheShortFlags(t *testing.T) {
	status, out, _ := exec("server", "--help")
	require.Zero(t, status)
	for _, flag := range strings.Fields("config data-dir node-id pg-addr grpc-addr http-addr cluster-addr redis-addr minio-endpoint minio-bucket minio-access-key minio-secret-key log-level") {
		require.Contains(t, out, "--"+flag+" ")
	}
	require.NotContains(t, out, "--server.data-dir ")
}

func TestConfigCommands(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good.yml"), filepath.Join(dir, "bad.yml")
	require.NoError(t, os.WriteFile(good, []byte("server: {data_dir: /d}\nbuffer: {batch_flush_size: 5}\n"), 0o600))
	require.NoError(t, os.WriteFile(bad, []byte("server: {datadir: /d}\n"), 0o600))

	status, out, _ := exec("config", "check", good)
	require.Zero(t, status)
	require.Contains(t, out, "is valid")
	require.Contains(t, out, "warning: buffer.batch_flush_size has no effect")

	status, _, errs := exec("config", "check", bad)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "bad.yml:1:10: unknown key server.datadir, did you mean server.data_dir?\n")
	status, _, errs = exec("config", "check", filepath.Join(dir, "none.yml"))
	require.Equal(t, 1, status)
	require.Contains(t, errs, "no such file")

	status, out, _ = exec("config", "print", "--config", good, "--log-level", "debug")
	require.Zero(t, status)
	require.Contains(t, out, "data_dir: /d")
	require.Contains(t, out, "log_level: debug")

	status, out, _ = exec("config", "reference")
	require.Zero(t, status)
	require.Contains(t, out, "MINIODB_SERVER_DATA_DIR")
}

func TestFaultsAreOneLine(t *testing.T) {
	for want, args := range map[string][]string{
		`unknown command "sevrer"`:                 {"sevrer"},
		"unknown flag: --datadir":                  {"--datadir", "/x"},
		"minio.endpoint: needs redis.addr":         {"server", "--minio-endpoint", "localhost:9000", "--minio-access-key", "a", "--minio-secret-key", "b"},
		"import: --table is missing":               {"import", "x.csv"},
		"none.csv: no such file":                   {"import", "--table", "t", "none.csv"},
		`"localhost": want host:port or :port`:     {"--pg-addr", "localhost"},
		"accepts 1 arg(s), received 0":             {"config", "check"},
		`log_level: "loud": want trace, debug, in`: {"--log-level", "loud"},
	} {
		status, out, errs := exec(args...)
		require.Equal(t, 1, status, args)
		require.Empty(t, out)
		require.Contains(t, errs, want)
		require.Equal(t, 1, strings.Count(strings.Split(errs, "\n\n")[0], "miniodb: "), errs)
	}
}

func TestPsqlLine(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:5432": "psql -h 127.0.0.1 -p 5432 -U miniodb miniodb",
		"[::]:15432":     "psql -h 127.0.0.1 -p 15432 -U miniodb miniodb",
		"0.0.0.0:1":      "psql -h 127.0.0.1 -p 1 -U miniodb miniodb",
		"[::1]:5432":     "psql -h ::1 -p 5432 -U miniodb miniodb",
		"10.0.0.5:5432":  "psql -h 10.0.0.5 -p 5432 -U miniodb miniodb",
	} {
		a, err := net.ResolveTCPAddr("tcp", addr)
		require.NoError(t, err)
		require.Equal(t, want, psqlLine(a))
	}
}
