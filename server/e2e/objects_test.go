package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/local"
	"github.com/miniodb/miniodb/storage/minio"
)

// objects opens the object store of a data directory's database beside the server.
func objects(t testing.TB, dir string) storage.Store {
	if !testserver.Shared() {
		s, err := local.New(filepath.Join(dir, "store"))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s
	}
	b := testserver.NewBacking(t, dir)
	s, err := minio.Open(t.Context(), minio.Config{Endpoint: b.Endpoint, AccessKey: b.AccessKey, SecretKey: b.SecretKey, Bucket: b.Bucket, Prefix: b.Prefix}, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// keys lists the objects below a prefix.
func keys(t testing.TB, dir, prefix string) (all []string) {
	require.NoError(t, objects(t, dir).List(t.Context(), prefix, "", func(i storage.Info) error {
		all = append(all, i.Key)
		return nil
	}))
	return all
}

// parquetFiles lists the data files of a database.
func parquetFiles(t testing.TB, dir string) (files []string) {
	for _, key := range keys(t, dir, "tables/") {
		if strings.HasSuffix(key, ".parquet") && !strings.Contains(key, "_delta_log") {
			files = append(files, key)
		}
	}
	return files
}

// deltaTable returns what PyPI's deltalake needs to open the only table of a database: its URL, and options of the store as JSON.
func deltaTable(t testing.TB, dir string) (url, options string) {
	const version0 = "/_delta_log/00000000000000000000.json"
	var tables []string
	for _, key := range keys(t, dir, "tables/") {
		if table, ok := strings.CutSuffix(key, version0); ok {
			tables = append(tables, table)
		}
	}
	require.Len(t, tables, 1)
	if !testserver.Shared() {
		return filepath.Join(dir, "store", tables[0]), "{}"
	}
	b := testserver.NewBacking(t, dir)
	data, err := json.Marshal(map[string]string{
		"AWS_ENDPOINT_URL": "http://" + b.Endpoint, "AWS_ACCESS_KEY_ID": b.AccessKey, "AWS_SECRET_ACCESS_KEY": b.SecretKey,
		"AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true",
	})
	require.NoError(t, err)
	return "s3://" + b.Bucket + "/" + b.Prefix + "/" + tables[0], string(data)
}

// localCopy returns the path of a file with the bytes of an object.
func localCopy(t testing.TB, dir, key string) string {
	if !testserver.Shared() {
		return filepath.Join(dir, "store", key)
	}
	data, err := objects(t, dir).Get(t.Context(), key, 1<<30)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), filepath.Base(key))
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}
