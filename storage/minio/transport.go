package minio

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miniodb/miniodb/internal/health"
)

// Time-outs of a connection. The answer to a request has its own deadline; responseTimeout only catches what has none.
const (
	dialTimeout     = 3 * time.Second
	tlsTimeout      = 5 * time.Second
	keepAlive       = 15 * time.Second
	responseTimeout = time.Minute
	idleTimeout     = 90 * time.Second
	bufferSize      = 64 << 10
)

// connections is the transport to the store: it limits connections and counts them.
type connections struct {
	base   http.RoundTripper
	own    *http.Transport // nil if base was given
	limit  int
	opened atomic.Int64 // connections that are open now; of an own transport
	active atomic.Int64 // requests that were sent and whose answers are not read to the end
}

func newConnections(limit int, base http.RoundTripper) *connections {
	c := &connections{base: base, limit: limit}
	if base != nil {
		return c
	}
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}
	c.own = &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			c.opened.Add(1)
			return &countedConn{Conn: conn, opened: &c.opened}, nil
		},
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   tlsTimeout,
		ResponseHeaderTimeout: responseTimeout,
		IdleConnTimeout:       idleTimeout,
		MaxConnsPerHost:       limit,
		MaxIdleConnsPerHost:   limit,
		MaxIdleConns:          limit,
		WriteBufferSize:       bufferSize,
		ReadBufferSize:        bufferSize,
		DisableCompression:    true, // objects are bytes, not documents
	}
	c.base = c.own
	return c
}

func (c *connections) closeIdle() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

// usage counts a request that still waits for a connection as none.
func (c *connections) usage() health.Usage {
	u := health.Usage{InUse: min(int(c.active.Load()), c.limit), Limit: c.limit}
	if c.own != nil {
		opened := int(c.opened.Load())
		u.InUse = min(u.InUse, opened)
		u.Idle = opened - u.InUse
	}
	return u
}

// RoundTrip implements http.RoundTripper.
func (c *connections) RoundTrip(req *http.Request) (*http.Response, error) {
	c.active.Add(1)
	res, err := c.base.RoundTrip(req)
	if err != nil {
		c.active.Add(-1)
		return nil, err
	}
	res.Body = &countedBody{ReadCloser: res.Body, active: &c.active}
	return res, nil
}

// countedBody counts its request as done at the end of the body or when it is closed.
type countedBody struct {
	io.ReadCloser
	once   sync.Once
	active *atomic.Int64
}

func (b *countedBody) done() { b.once.Do(func() { b.active.Add(-1) }) }

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.done()
	}
	return n, err
}

func (b *countedBody) Close() error {
	b.done()
	return b.ReadCloser.Close()
}

type countedConn struct {
	net.Conn
	once   sync.Once
	opened *atomic.Int64
}

func (c *countedConn) Close() error {
	c.once.Do(func() { c.opened.Add(-1) })
	return c.Conn.Close()
}
