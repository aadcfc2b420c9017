package minio

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7/pkg/signer"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/storagetest"
)

func TestConform(t *testing.T) {
	s := openStore(t, config(t), defaultLimits)
	require.NoError(t, s.Conform(t.Context()))
	require.NoError(t, s.List(t.Context(), "", "", func(i storage.Info) error {
		require.Fail(t, "left behind", i.Key)
		return nil
	}))
}

// proxy is an HTTP proxy in front of the real server that spoils requests and answers.
func proxy(t *testing.T, cfg Config, spoil func(w http.ResponseWriter, req *http.Request) bool, answer func(*http.Response) error) *Store {
	target, err := url.Parse("http://" + cfg.Endpoint)
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	p := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = target.Host
			r.Out.Header.Del("Authorization") // it covers what may be gone
			r.Out = signer.SignV4(*r.Out, cfg.AccessKey, cfg.SecretKey, "", "us-east-1")
		},
		ModifyResponse: answer, Transport: transport,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if spoil == nil || !spoil(w, req) {
			p.ServeHTTP(w, req)
		}
	}))
	t.Cleanup(server.Close)
	cfg.Endpoint = strings.TrimPrefix(server.URL, "http://")
	return openStore(t, cfg, quick)
}

// Stores that would lose commits are refused, with the reason. The proxies stand for them.
func TestConformRefuses(t *testing.T) {
	isPut := func(req *http.Request) bool {
		return req.Method == http.MethodPut && strings.Contains(req.URL.Path, "conformance/")
	}
	for name, c := range map[string]struct {
		spoil  func(http.ResponseWriter, *http.Request) bool
		answer func(*http.Response) error
		text   string
	}{
		"ignores the condition": {func(_ http.ResponseWriter, req *http.Request) bool {
			req.Header.Del("If-None-Match")
			return false
		}, nil, "instead of one"},
		"says yes to everybody": {nil, func(res *http.Response) error {
			if res.StatusCode == http.StatusPreconditionFailed {
				res.StatusCode = http.StatusOK
			}
			return nil
		}, "instead of one"},
		"says no to everybody": {func(w http.ResponseWriter, req *http.Request) bool {
			if isPut(req) {
				w.WriteHeader(http.StatusPreconditionFailed)
			}
			return isPut(req)
		}, nil, "0 succeeded instead of one"},
		"does not know the header": {func(w http.ResponseWriter, req *http.Request) bool {
			if isPut(req) {
				w.Header().Set("Content-Type", "application/xml")
				w.WriteHeader(http.StatusNotImplemented)
				_, _ = w.Write([]byte("<Error><Code>NotImplemented</Code><Message>A header is not implemented</Message></Error>"))
			}
			return isPut(req)
		}, nil, "refuses PUT with If-None-Match"},
		"reads old data": {func(w http.ResponseWriter, req *http.Request) bool {
			stale := req.Method == http.MethodGet && strings.Contains(req.URL.Path, "conformance/")
			if stale {
				w.WriteHeader(http.StatusNotFound)
			}
			return stale
		}, nil, "a read after a write"},
		"lists old data": {func(w http.ResponseWriter, req *http.Request) bool {
			stale := req.URL.Query().Get("list-type") != ""
			if stale {
				w.Header().Set("Content-Type", "application/xml")
				_, _ = w.Write([]byte("<ListBucketResult></ListBucketResult>"))
			}
			return stale
		}, nil, "a listing after a write"},
	} {
		t.Run(name, func(t *testing.T) {
			s := proxy(t, config(t), c.spoil, c.answer)
			err := s.Conform(t.Context())
			require.ErrorIs(t, err, ErrNotConforming)
			require.ErrorContains(t, err, c.text)
		})
	}
	require.NoError(t, proxy(t, config(t), nil, nil).Conform(t.Context()), "a proxy that changes nothing")
}

// What says nothing about conditions is not held against the store: a bad connection is tried again, a dead one is another error.
func TestConformFaults(t *testing.T) {
	s, transport := faulty(t, config(t), quick)
	puts := 0
	transport.Inject = func(req *http.Request) storagetest.HTTPFault {
		if storagetest.Conditional(req) {
			if puts++; puts%20 == 5 {
				return storagetest.Busy
			}
		}
		return storagetest.NoFault
	}
	require.NoError(t, s.Conform(t.Context()))
	transport.Inject = func(*http.Request) storagetest.HTTPFault { return storagetest.Refused }
	err := s.Conform(t.Context())
	require.ErrorIs(t, err, storage.ErrUnavailable)
	require.NotErrorIs(t, err, ErrNotConforming)
}
