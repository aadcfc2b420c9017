package auth

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/xdg-go/scram"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// TLS is what is known of an encrypted connection.
type TLS struct {
	Binding     []byte            // tls-server-end-point (RFC 5929); nil where the server's certificate has none
	Certificate *x509.Certificate // of the client, verified; nil if it sent none
}

// Binding is what SCRAM-SHA-256-PLUS binds an exchange to: a hash of the server's certificate (RFC 5929, section 4.1). It is nil where the signature has no
// hash of its own (Ed25519) or one that libpq before version 16 cannot find (RSA-PSS); then channel binding is not offered.
func Binding(c *x509.Certificate) []byte {
	switch c.SignatureAlgorithm {
	case x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS:
		return nil
	}
	b, err := scram.NewTLSServerEndpointBinding(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{c}})
	if err != nil {
		return nil
	}
	return b.Data
}

// certificate checks the client's certificate and reports whether it proves the role.
func (a *Authenticator) certificate(r Request) (proven bool, err error) {
	switch {
	case a.cfg.ClientCert == CertNone || r.TLS == nil:
		return false, nil
	case a.cfg.ClientCert == CertVerify && r.TLS.Certificate == nil:
		return false, pgerr.Fatal(pgerrcode.InvalidAuthorizationSpecification, "connection requires a valid client certificate")
	case a.cfg.ClientCert == CertVerify || r.TLS.Certificate == nil:
		return false, nil
	case !names(r.TLS.Certificate, r.User):
		return false, pgerr.Fatal(pgerrcode.InvalidAuthorizationSpecification, "certificate authentication failed for user \"%s\"", r.User)
	}
	return true, nil
}

// names reports whether a certificate is a role's: by its common name, or by an alternative name (DNS or e-mail), letter by letter.
func names(c *x509.Certificate, role string) bool {
	return role != "" && (c.Subject.CommonName == role || slices.Contains(c.DNSNames, role) || slices.Contains(c.EmailAddresses, role))
}

// local reports a connection from this machine.
func local(a net.Addr) bool {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	case *net.UnixAddr:
		return true
	}
	return false
}

// quoted is a name as SQL text has it.
func quoted(name string) string {
	plain := name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && (name[0] < '0' || name[0] > '9')
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
