// Package certs makes certificates: an authority and what it signs for servers and roles.
//
// It is for tests and small installations, where no other authority is at hand. Keys are ECDSA on P-256 and signatures have SHA-256, which every
// PostgreSQL client can bind an exchange to. It owns no files; cmd/miniodb writes them.
package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"
)

// Pair is a certificate and its private key, both PEM.
type Pair struct{ Cert, Key []byte }

// Authority signs certificates.
type Authority struct {
	Pair
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Request says what a certificate is for.
type Request struct {
	Name     string   // common name: of an authority, of a server, or the role of a client
	Hosts    []string // names and IP addresses of a server; a certificate with none is a client's
	From, To time.Time
}

// backdate lets clocks differ a little.
const backdate = 5 * time.Minute

// For returns a request that is valid from now on for so long.
func For(name string, life time.Duration, hosts ...string) Request {
	now := time.Now()
	return Request{Name: name, Hosts: hosts, From: now.Add(-backdate), To: now.Add(life)}
}

// NewAuthority makes an authority that trusts itself.
func NewAuthority(r Request) (*Authority, error) {
	t, err := template(r)
	if err != nil {
		return nil, err
	}
	t.IsCA, t.BasicConstraintsValid, t.MaxPathLenZero = true, true, true
	t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	a := &Authority{cert: t}
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	if a.Pair, err = sign(t, a.key, a); err != nil {
		return nil, err
	}
	return ReadAuthority(a.Pair) // with the key's identifier, which certificates of the authority repeat
}

// ReadAuthority reads what NewAuthority made.
func ReadAuthority(p Pair) (*Authority, error) {
	certBlock, _ := pem.Decode(p.Cert)
	keyBlock, _ := pem.Decode(p.Key)
	if certBlock == nil || keyBlock == nil {
		return nil, errors.New("no PEM block in the authority's certificate or key")
	}
	cert, err := x509.ParseCertificate(certBlock.Bytes)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, err
	}
	own, ok := key.(*ecdsa.PrivateKey)
	if !ok || !own.PublicKey.Equal(cert.PublicKey) || !cert.IsCA {
		return nil, errors.New("the authority's certificate and key do not belong together")
	}
	return &Authority{Pair: p, cert: cert, key: own}, nil
}

// Issue signs a certificate: of a server when the request has hosts, otherwise of a client.
func (a *Authority) Issue(r Request) (Pair, error) {
	t, err := template(r)
	if err != nil {
		return Pair{}, err
	}
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if len(r.Hosts) > 0 {
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	for _, h := range r.Hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, err
	}
	return sign(t, key, a)
}

func template(r Request) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: r.Name}, NotBefore: r.From, NotAfter: r.To, SignatureAlgorithm: x509.ECDSAWithSHA256,
	}, nil
}

func sign(t *x509.Certificate, key *ecdsa.PrivateKey, a *Authority) (Pair, error) {
	cert, err := x509.CreateCertificate(rand.Reader, t, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return Pair{}, fmt.Errorf("sign a certificate for %q: %w", t.Subject.CommonName, err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Pair{}, err
	}
	return Pair{
		Cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}),
		Key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
	}, nil
}
