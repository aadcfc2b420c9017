package certs

import (
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func parse(t *testing.T, p Pair) *x509.Certificate {
	block, _ := pem.Decode(p.Cert)
	require.NotNil(t, block)
	c, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	return c
}

func TestIssue(t *testing.T) {
	ca, err := NewAuthority(For("ca", time.Hour))
	require.NoError(t, err)
	ca, err = ReadAuthority(ca.Pair)
	require.NoError(t, err)
	other, err := NewAuthority(For("ca", time.Hour))
	require.NoError(t, err)
	pool, alien := x509.NewCertPool(), x509.NewCertPool()
	pool.AddCert(ca.cert)
	alien.AddCert(other.cert)

	p, err := ca.Issue(For("db", time.Hour, "db.example", "10.0.0.1", "::1"))
	require.NoError(t, err)
	server := parse(t, p)
	for _, host := range []string{"db.example", "10.0.0.1", "::1"} {
		_, err = server.Verify(x509.VerifyOptions{Roots: pool, DNSName: host})
		require.NoError(t, err)
	}
	_, err = server.Verify(x509.VerifyOptions{Roots: pool, DNSName: "other.example"})
	require.Error(t, err)
	_, err = server.Verify(x509.VerifyOptions{Roots: alien})
	require.Error(t, err)
	_, err = server.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	require.Error(t, err, "a server cannot pass for a role")

	p, err = ca.Issue(For("alice", time.Hour))
	require.NoError(t, err)
	client := parse(t, p)
	require.Equal(t, "alice", client.Subject.CommonName)
	_, err = client.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	require.NoError(t, err)
	_, err = client.Verify(x509.VerifyOptions{Roots: pool})
	require.Error(t, err, "a role cannot pass for a server")

	for _, bad := range []Pair{{}, {Cert: ca.Pair.Cert}, {Cert: ca.Pair.Cert, Key: other.Key}, {Cert: p.Cert, Key: p.Key}} {
		_, err = ReadAuthority(bad)
		require.Error(t, err)
	}
}
