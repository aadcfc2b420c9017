package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/miniodb/miniodb/auth"
	"github.com/miniodb/miniodb/catalog"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/storage"
)

// secretKey is the object with the secret of a database, which all of its servers share.
const secretKey = "auth/secret"

// rolesTimeout bounds the question for newer roles.
const rolesTimeout = 2 * time.Second

// databaseSecret reads the database's secret, or makes one when the first server starts. When it is lost another one does as well.
func databaseSecret(ctx context.Context, objects storage.Store) ([]byte, error) {
	for range 2 { // another server may be first
		secret, err := objects.Get(ctx, secretKey, auth.SecretBytes)
		if err == nil || !errors.Is(err, storage.ErrNotFound) {
			return secret, wrapSecret(err)
		}
		secret = make([]byte, auth.SecretBytes)
		if _, err := rand.Read(secret); err != nil {
			return nil, wrapSecret(err)
		}
		if err = objects.PutIfAbsent(ctx, secretKey, secret); !errors.Is(err, storage.ErrExists) {
			return secret, wrapSecret(err)
		}
	}
	return nil, wrapSecret(storage.ErrNotFound)
}

func wrapSecret(err error) error {
	if err != nil {
		return fmt.Errorf("object %s: %w", secretKey, err)
	}
	return nil
}

// newAuthenticator makes what decides who may connect.
func newAuthenticator(ctx context.Context, cfg *config.Config, objects storage.Store, c *cataloglog.Catalog) (*auth.Authenticator, error) {
	secret, err := databaseSecret(ctx, objects)
	if err != nil {
		return nil, err
	}
	s := &cfg.Security
	a := auth.Config{RequireTLS: s.RequireTLS, ClientCert: s.ClientCert, CleartextRoles: s.CleartextRoles, Secret: secret}
	if !s.EnableTLS {
		a.RequireTLS = auth.TLSNone
	}
	return auth.New(a, roles{c})
}

// roles finds the roles in the catalog.
type roles struct{ catalog *cataloglog.Catalog }

// Roles returns the roles as other servers have left them or, when nobody can say, as this one knows them.
func (r roles) Roles(ctx context.Context) map[string]*catalog.Role {
	ctx, cancel := context.WithTimeout(ctx, rolesTimeout)
	defer cancel()
	d, err := r.catalog.Fresh(ctx)
	if err != nil {
		d = r.catalog.Current()
	}
	return d.Roles
}

// tlsConfig names the files of TLS, if there is to be any.
func tlsConfig(s *config.Security) *pgwire.TLSConfig {
	if !s.EnableTLS {
		return nil
	}
	t := &pgwire.TLSConfig{CertFile: s.CertFile, KeyFile: s.KeyFile}
	if s.ClientCert != auth.CertNone {
		t.ClientCA = s.CAFile
	}
	return t
}
