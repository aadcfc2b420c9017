package pgwire

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// TLSConfig names the files of a server that speaks TLS. They are read again when they change.
type TLSConfig struct {
	CertFile   string        // certificate chain, PEM
	KeyFile    string        // private key, PEM
	ClientCA   string        // authorities of clients' certificates, PEM; "": no certificate is asked for
	CheckEvery time.Duration // how often the files are looked at
}

// DefaultTLSCheck is how often the files are looked at.
const DefaultTLSCheck = 5 * time.Second

// maxPEMBytes bounds each of the files.
const maxPEMBytes = 1 << 20

// alpn is the name of this protocol in the handshake (PostgreSQL 17 documentation, 55.2.11). A connection that begins with TLS must give it.
const alpn = "postgresql"

// identity is what the server shows in a handshake. It is never changed, so that a connection keeps the one it began with.
type identity struct {
	config *tls.Config
	leaf   *x509.Certificate
}

// identities holds the newest identity whose files were good.
type identities struct {
	files   TLSConfig
	log     zerolog.Logger
	current atomic.Pointer[identity]

	mu   sync.Mutex
	seen [sha256.Size]byte // of the files' contents when they were last tried
}

// newIdentities reads the files for the first time.
func newIdentities(files TLSConfig, log zerolog.Logger) (*identities, error) {
	if files.CheckEvery == 0 {
		files.CheckEvery = DefaultTLSCheck
	}
	s := &identities{files: files, log: log}
	if _, err := s.reload(); err != nil {
		return nil, err
	}
	return s, nil
}

// watch looks at the files until ctx ends.
func (s *identities) watch(ctx context.Context) {
	tick := time.NewTicker(s.files.CheckEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.refresh()
		}
	}
}

// refresh reads the files and, if they are new and good, has new connections use them. What is wrong with them is logged once.
func (s *identities) refresh() {
	switch changed, err := s.reload(); {
	case err != nil && changed:
		s.log.Error().Err(err).Msg("the new TLS certificate is not used, the one before stays")
	case err == nil && changed:
		leaf := s.current.Load().leaf
		s.log.Info().Str("subject", leaf.Subject.String()).Time("not_after", leaf.NotAfter).Msg("TLS certificate loaded")
	}
}

// reload reports whether the files differ from those it saw last.
func (s *identities) reload() (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cert, err1 := readPEM(s.files.CertFile)
	key, err2 := readPEM(s.files.KeyFile)
	var ca []byte
	var err3 error
	if s.files.ClientCA != "" {
		ca, err3 = readPEM(s.files.ClientCA)
	}
	err = cmp.Or(err1, err2, err3) // one line
	sum := fingerprint(cert, key, ca, err)
	if changed = sum != s.seen; !changed {
		return false, err
	}
	s.seen = sum
	if err != nil {
		return true, err
	}
	id, err := newIdentity(cert, key, ca)
	if err != nil {
		return true, fmt.Errorf("%s, %s: %w", s.files.CertFile, s.files.KeyFile, err)
	}
	if now := time.Now(); now.After(id.leaf.NotAfter) || now.Before(id.leaf.NotBefore) {
		s.log.Warn().Time("not_before", id.leaf.NotBefore).Time("not_after", id.leaf.NotAfter).Msg("the TLS certificate is not valid now")
	}
	s.current.Store(id)
	return true, nil
}

func fingerprint(cert, key, ca []byte, err error) [sha256.Size]byte {
	h := sha256.New()
	for _, part := range [][]byte{cert, key, ca} {
		fmt.Fprintf(h, "%d:", len(part)) // a hash does not fail
		_, _ = h.Write(part)
	}
	if err != nil {
		_, _ = io.WriteString(h, err.Error())
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func readPEM(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, maxPEMBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > maxPEMBytes:
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxPEMBytes)
	}
	return data, nil
}

func newIdentity(cert, key, ca []byte) (*identity, error) {
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	id := &identity{leaf: pair.Leaf}
	// Without tickets each connection shows a certificate that is valid now, the client's, too; PostgreSQL has none either.
	id.config = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{alpn}, SessionTicketsDisabled: true}
	if ca != nil {
		id.config.ClientCAs = x509.NewCertPool()
		if !id.config.ClientCAs.AppendCertsFromPEM(ca) {
			return nil, errors.New("the file of client authorities has no certificate")
		}
		id.config.ClientAuth = tls.VerifyClientCertIfGiven // who must have one is decided, and told, by Authenticate
	}
	return id, nil
}
