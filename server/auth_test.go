package server

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/auth"
	"github.com/miniodb/miniodb/storage/local"
)

// TestDatabaseSecret starts servers of one database at the same moment: they agree on a secret, and keep it.
func TestDatabaseSecret(t *testing.T) {
	objects, err := local.New(t.TempDir())
	require.NoError(t, err)
	defer func() { require.NoError(t, objects.Close()) }()
	const servers = 8
	secrets, errs := make([][]byte, servers), make([]error, servers)
	var all sync.WaitGroup
	for i := range servers {
		all.Go(func() { secrets[i], errs[i] = databaseSecret(context.Background(), objects) })
	}
	all.Wait()
	for i := range servers {
		require.NoError(t, errs[i])
		require.Equal(t, secrets[0], secrets[i])
	}
	require.Len(t, secrets[0], auth.SecretBytes)
	require.NotEqual(t, make([]byte, auth.SecretBytes), secrets[0])
	require.NoError(t, objects.Put(context.Background(), secretKey, []byte("short")))
	short, err := databaseSecret(context.Background(), objects)
	require.NoError(t, err)
	_, err = auth.New(auth.Config{Secret: short, RequireTLS: auth.TLSNone, ClientCert: auth.CertNone}, nil)
	require.ErrorContains(t, err, "too short")
}
