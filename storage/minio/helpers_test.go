package minio

import (
	"bytes"
	"io"
	"net/http"
	"sync/atomic"
	"time"

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

// throttled lets the body of each answer come at a rate of bytes per second.
type throttled struct {
	http.Transport
	rate float64
}

func (t *throttled) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := t.Transport.RoundTrip(req)
	if err == nil {
		res.Body = &throttledBody{ReadCloser: res.Body, start: time.Now(), rate: t.rate}
	}
	return res, err
}

type throttledBody struct {
	io.ReadCloser
	start time.Time
	sent  int
	rate  float64
}

func (b *throttledBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.sent += n
	time.Sleep(time.Until(b.start.Add(time.Duration(float64(b.sent) / b.rate * float64(time.Second)))))
	return n, err
}
