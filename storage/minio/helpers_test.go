package minio

import (
	"bytes"
	"io"
	"net/http"
	"sync/atomic"

	miniogo "github.com/minio/minio-go/v7"
)

// putOptions are those of a client that knows nothing of us.
func putOptions() miniogo.PutObjectOptions {
	return miniogo.PutObjectOptions{DisableContentSha256: true}
}

// damaging flips a bit in the body of the next PUT when once is set.
type damaging struct {
	http.RoundTripper
	once atomic.Bool
}

func (d *damaging) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPut && req.ContentLength > 0 && d.once.CompareAndSwap(true, false) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		body[len(body)/2] ^= 1
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	return d.RoundTripper.RoundTrip(req)
}
