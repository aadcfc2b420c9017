package pgwire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// tlsHandshake is the first byte of a TLS connection: the content type of a handshake record (RFC 8446, 5.1).
const tlsHandshake = 0x16

// TLSInfo is what is known of an encrypted connection.
type TLSInfo struct {
	Version     string            // TLSv1.3
	Cipher      string            // of the suite, by its standard name
	Bits        int               // of the cipher's key
	Server      *x509.Certificate // shown to the client
	Certificate *x509.Certificate // the client's, verified; nil if it sent none
}

// encrypt does the handshake and reads and writes through TLS from then on. The deadline of the start bounds it.
func (c *conn) encrypt(ctx context.Context, direct bool) error {
	if err := c.flush(); err != nil {
		return err
	}
	id := c.srv.tls.current.Load()
	socket := c.nc
	if direct { // its first bytes have been read
		socket = &headed{Conn: c.nc, head: append([]byte(nil), c.rd.buf[c.rd.r:c.rd.w]...)}
		c.rd.r = c.rd.w
	}
	t := tls.Server(socket, id.config)
	if err := t.HandshakeContext(ctx); err != nil {
		if !errors.Is(err, io.EOF) {
			c.srv.log.Info().Err(err).Stringer("addr", c.nc.RemoteAddr()).Msg("TLS handshake failed")
		}
		return fmt.Errorf("%w: TLS handshake: %w", errQuiet, err)
	}
	state := t.ConnectionState()
	if direct && state.NegotiatedProtocol != alpn { // another protocol's request must not be taken for ours
		c.srv.log.Info().Stringer("addr", c.nc.RemoteAddr()).Msg("TLS connection without the protocol's name (ALPN) closed")
		return errQuiet
	}
	c.info.TLS = &TLSInfo{
		Version: versionName(state.Version), Cipher: tls.CipherSuiteName(state.CipherSuite), Bits: cipherBits(state.CipherSuite), Server: id.leaf,
	}
	if len(state.VerifiedChains) > 0 {
		c.info.TLS.Certificate = state.PeerCertificates[0]
	}
	c.stream, c.rd.nc = t, t
	return nil
}

// versionName is what pg_stat_ssl calls a version.
func versionName(v uint16) string {
	if v == tls.VersionTLS12 {
		return "TLSv1.2"
	}
	return "TLSv1.3"
}

func cipherBits(suite uint16) int {
	switch suite {
	case tls.TLS_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA:
		return 128
	}
	return 256
}

// stuffed refuses bytes that came with a request for encryption and before its answer: they are not part of what is encrypted, so anybody on the way can
// have put them there (CVE-2021-23214).
func (c *conn) stuffed(what string) error {
	if c.rd.r == c.rd.w {
		return nil
	}
	return pgerr.Fatal(pgerrcode.ProtocolViolation, "received unencrypted data after %s request", what).
		WithDetail("This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.")
}

// headed is a connection of which some bytes have been read already.
type headed struct {
	net.Conn
	head []byte
}

// Read returns what was read before, and then what comes.
func (h *headed) Read(p []byte) (int, error) {
	if len(h.head) == 0 {
		return h.Conn.Read(p)
	}
	n := copy(p, h.head)
	if h.head = h.head[n:]; len(h.head) == 0 {
		h.head = nil
	}
	return n, nil
}
