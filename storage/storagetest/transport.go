package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"
)

// HTTPFault is what goes wrong with one request on its way to the store.
type HTTPFault int

// Faults. Those of writes count as TimedOut for reads, and those of bodies as NoFault where there is no body to read.
const (
	NoFault     HTTPFault = iota
	Refused               // no connection
	TimedOut              // the request is not sent, the error is that of a time-out
	Busy                  // 503 SlowDown, and the request is not sent
	AnswerLost            // the request is applied, its answer does not arrive
	LateRequest           // as TimedOut, and the request arrives some requests later
	Twice                 // the request is sent twice, the answer is the second one's
	Slow                  // the answer takes slowness longer
	Cut                   // the connection breaks in the middle of the answer's body
	Short                 // the answer's body ends in its middle without an error
	Flipped               // a bit of the answer's body is wrong; only of a whole object, as nothing protects other bodies
	Stuck                 // nothing happens until the request's context ends
	StuckBody             // the answer's body stops in its middle until the request's context ends
)

// AllHTTPFaults are all but those that last until a time-out.
var AllHTTPFaults = []HTTPFault{Refused, TimedOut, Busy, AnswerLost, LateRequest, Twice, Slow, Cut, Short, Flipped}

const (
	slowness    = 50 * time.Millisecond
	maxReplayed = 64 << 20 // bytes of a request's body that is sent again
)

// Transport is an http.RoundTripper in which things go wrong.
type Transport struct {
	Base http.RoundTripper
	// Inject chooses the fault of a request. It is called by one goroutine at a time; nil injects nothing.
	Inject func(*http.Request) HTTPFault

	mu       sync.Mutex
	late     []*lateRequest
	injected map[HTTPFault]int
}

type lateRequest struct {
	req  *http.Request
	wait int // requests to let pass
}

// timeout is a net.Error as of a deadline.
type timeout struct{}

func (timeout) Error() string   { return "injected fault: i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }
func (timeout) Unwrap() error   { return ErrInjected }

// RandomHTTP returns an Inject that makes a share of all requests fail in one of the given ways.
func RandomHTTP(seed uint64, share float64, faults ...HTTPFault) func(*http.Request) HTTPFault {
	r := rand.New(rand.NewPCG(seed, seed))
	return func(*http.Request) HTTPFault {
		if r.Float64() >= share {
			return NoFault
		}
		return faults[r.IntN(len(faults))]
	}
}

// Conditional reports whether a request is a PUT that must not replace anything.
func Conditional(req *http.Request) bool {
	return req.Method == http.MethodPut && req.Header.Get("If-None-Match") != ""
}

// Injected returns how often each fault happened.
func (t *Transport) Injected() map[HTTPFault]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[HTTPFault]int{}
	for f, n := range t.injected {
		out[f] = n
	}
	return out
}

// Flush lets all late requests arrive.
func (t *Transport) Flush() {
	t.mu.Lock()
	late := t.late
	t.late = nil
	t.mu.Unlock()
	for _, l := range late {
		t.arrive(l.req)
	}
}

// arrive sends a request whose sender has long given up.
func (t *Transport) arrive(req *http.Request) {
	if res, err := t.Base.RoundTrip(req); err == nil {
		discard(res)
	}
}

func discard(res *http.Response) {
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
}

// choose draws the fault of a request and lets the late ones arrive whose time has come.
func (t *Transport) choose(req *http.Request) HTTPFault {
	t.mu.Lock()
	fault := NoFault
	if t.Inject != nil {
		fault = t.Inject(req)
	}
	if write := req.Method != http.MethodGet && req.Method != http.MethodHead; !write && (fault == AnswerLost || fault == LateRequest || fault == Twice) {
		fault = TimedOut
	}
	if t.injected == nil {
		t.injected = map[HTTPFault]int{}
	}
	t.injected[fault]++
	var due []*http.Request
	rest := t.late[:0]
	for _, l := range t.late {
		if l.wait--; l.wait <= 0 {
			due = append(due, l.req)
		} else {
			rest = append(rest, l)
		}
	}
	t.late = rest
	t.mu.Unlock()
	for _, l := range due {
		t.arrive(l)
	}
	return fault
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	fault := t.choose(req)
	switch fault {
	case AnswerLost, LateRequest, Twice:
		return t.replay(req, fault)
	case Refused, TimedOut, Busy, Stuck:
		if req.Body != nil {
			_ = req.Body.Close()
		}
		switch fault {
		case Refused:
			return nil, fmt.Errorf("%w: %w", ErrInjected, syscall.ECONNREFUSED)
		case Busy:
			return busy(req), nil
		case Stuck:
			<-req.Context().Done()
			return nil, req.Context().Err()
		}
		return nil, timeout{}
	case Slow:
		if err := wait(req.Context(), slowness); err != nil {
			return nil, err
		}
	}
	res, err := t.Base.RoundTrip(req)
	if err == nil && spoils(fault, res) {
		res.Body = &faultyBody{ReadCloser: res.Body, ctx: req.Context(), fault: fault, rest: res.ContentLength / 2}
	}
	return res, err
}

// spoils reports whether a fault concerns the body of an answer.
func spoils(fault HTTPFault, res *http.Response) bool {
	switch fault {
	case Cut, Short, StuckBody:
		return res.ContentLength > 1
	case Flipped:
		return res.ContentLength > 1 && res.StatusCode == http.StatusOK && res.Request.Method == http.MethodGet && res.Request.URL.RawQuery == ""
	}
	return false
}

// replay keeps the request's body, so that it can be sent again or later, and sends it beyond the caller's context.
func (t *Transport) replay(req *http.Request, fault HTTPFault) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(io.LimitReader(req.Body, maxReplayed+1))
		_ = req.Body.Close()
		if err == nil && len(body) > maxReplayed {
			err = errors.New("the body is too large to be sent twice")
		}
		if err != nil {
			return nil, err
		}
	}
	again := func(ctx context.Context) *http.Request {
		r := req.Clone(ctx)
		if r.Body = http.NoBody; len(body) > 0 {
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		return r
	}
	detached := context.WithoutCancel(req.Context())
	switch fault {
	case AnswerLost:
		t.arrive(again(detached))
		return nil, timeout{}
	case LateRequest:
		t.mu.Lock()
		t.late = append(t.late, &lateRequest{req: again(detached), wait: lateness})
		t.mu.Unlock()
		return nil, timeout{}
	}
	t.arrive(again(detached))
	return t.Base.RoundTrip(again(req.Context()))
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// busy is what an overloaded store answers.
func busy(req *http.Request) *http.Response {
	const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate</Message></Error>`
	return &http.Response{
		Status: "503 Service Unavailable", StatusCode: http.StatusServiceUnavailable, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/xml"}}, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)), Request: req,
	}
}

// faultyBody goes wrong after rest bytes.
type faultyBody struct {
	io.ReadCloser
	ctx   context.Context
	fault HTTPFault
	rest  int64
}

func (b *faultyBody) Read(p []byte) (int, error) {
	if b.rest > 0 {
		n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.rest)])
		b.rest -= int64(n)
		if b.rest == 0 && b.fault == Flipped && n > 0 {
			p[n-1] ^= 1
		}
		return n, err
	}
	switch b.fault {
	case Cut:
		return 0, fmt.Errorf("%w: %w", ErrInjected, syscall.ECONNRESET)
	case Short:
		return 0, io.EOF
	case StuckBody:
		<-b.ctx.Done()
		return 0, b.ctx.Err()
	}
	return b.ReadCloser.Read(p)
}
