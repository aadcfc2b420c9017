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
	if testserver.Shared() {
		return bucket(t, testserver.NewBacking(t, dir))
	}
	s, err := local.New(filepath.Join(dir, "store"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func bucket(t testing.TB, b testserver.Backing) storage.Store {
	s, err := minio.Open(t.Context(), minio.Config{Endpoint: b.Endpoint, AccessKey: b.AccessKey, SecretKey: b.SecretKey, Bucket: b.Bucket, Prefix: b.Prefix}, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// keysBelow lists the objects below a prefix.
func keysBelow(t testing.TB, s storage.Store, prefix string) (all []string) {
	require.NoError(t, s.List(t.Context(), prefix, "", func(i storage.Info) error {
		all = append(all, i.Key)
		return nil
	}))
	return all
}

// parquetFiles lists the data files of a data directory's database.
func parquetFiles(t testing.TB, dir string) []string { return parquetKeys(t, objects(t, dir)) }

func parquetKeys(t testing.TB, s storage.Store) (files []string) {
	for _, key := range keysBelow(t, s, "tables/") {
		if strings.HasSuffix(key, ".parquet") && !strings.Contains(key, "_delta_log") {
			files = append(files, key)
		}
	}
	return files
}

// deltaTable returns what PyPI's deltalake needs to open the only table of a data directory's database: its URL, and options of the store as JSON.
func deltaTable(t testing.TB, dir string) (url, options string) {
	if testserver.Shared() {
		return deltaTableIn(t, testserver.NewBacking(t, dir))
	}
	return filepath.Join(dir, "store", onlyTable(t, objects(t, dir))), "{}"
}

func deltaTableIn(t testing.TB, b testserver.Backing) (url, options string) {
	data, err := json.Marshal(map[string]string{
		"AWS_ENDPOINT_URL": "http://" + b.Endpoint, "AWS_ACCESS_KEY_ID": b.AccessKey, "AWS_SECRET_ACCESS_KEY": b.SecretKey,
		"AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true",
	})
	require.NoError(t, err)
	return "s3://" + b.Bucket + "/" + b.Prefix + "/" + onlyTable(t, bucket(t, b)), string(data)
}

// onlyTable returns the prefix of the only table.
func onlyTable(t testing.TB, s storage.Store) string {
	var tables []string
	for _, key := range keysBelow(t, s, "tables/") {
		if table, ok := strings.CutSuffix(key, "/_delta_log/00000000000000000000.json"); ok {
			tables = append(tables, table)
		}
	}
	require.Len(t, tables, 1)
	return tables[0]
}

// localCopy writes an object to a file and returns the path.
func localCopy(t testing.TB, s storage.Store, key string) string {
	data, err := s.Get(t.Context(), key, 1<<30)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), filepath.Base(key))
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}
