package wirescript

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"time"
)

// Limits of one script.
const (
	scriptTimeout  = 30 * time.Second
	silenceTimeout = 5 * time.Second
	maxAnswerBytes = 64 << 20
	maxAnswers     = 200_000
)

// Login is the start-up message of scripts that do not log in themselves.
const Login = "3.0 user=miniodb database=miniodb"

// Run plays a script on a new connection and returns the answers, one line a message. It closes the connection; the sending side is closed before the
// end, but not before as many answers have come that say ready, or none for a while: a server may stop the work of a client that goes.
// An error means that the script could not be played at all, not that the server answered oddly.
func Run(nc net.Conn, s *Script, ready int) ([]string, error) {
	defer func() { _ = nc.Close() }()
	if err := nc.SetDeadline(time.Now().Add(scriptTimeout)); err != nil {
		return nil, err
	}
	in := listen(nc)
	if !s.Bare {
		login, err := message("Startup", Login)
		if err != nil {
			return nil, err
		}
		if _, err := nc.Write(login); err != nil {
			return nil, fmt.Errorf("log in: %w", err)
		}
		if !in.await('Z') {
			return nil, fmt.Errorf("log in: %v", in.lines())
		}
		in.skip = in.seen
	}
	for _, step := range s.Steps {
		if step.Send != nil {
			_, _ = nc.Write(step.Send) // the server may close before it has read all
			continue
		}
		if !in.await(step.Wait) {
			return append(in.lines(), fmt.Sprintf("waited for %c in vain: %s", step.Wait, in.end())), nil
		}
	}
	in.awaitReady(ready)
	if w, ok := nc.(interface{ CloseWrite() error }); ok {
		_ = w.CloseWrite()
	}
	in.await(0)
	return append(in.lines(), in.end()), nil
}

// inbox collects the answers of a server while the script goes on. What it holds belongs to the caller of await; the goroutine ends with the connection.
type inbox struct {
	from   chan answer
	got    []answer
	seen   int // answers before the last one that was waited for, itself included
	skip   int // answers of the login
	reason error
}

func listen(nc net.Conn) *inbox {
	in := &inbox{from: make(chan answer, maxAnswers)}
	r := &reader{nc: nc}
	go func() {
		defer close(in.from)
		for range maxAnswers {
			a := r.next()
			in.from <- a
			if a.err != nil {
				return
			}
		}
	}()
	return in
}

// await takes answers until one of a type has come; false when the connection ends before.
func (in *inbox) await(typ byte) bool {
	for i := in.seen; ; i++ {
		if i == len(in.got) {
			a, open := <-in.from
			if !open || a.err != nil {
				if in.reason == nil {
					in.reason = a.err
				}
				return false
			}
			in.got = append(in.got, a)
		}
		if in.got[i].typ == typ {
			in.seen = i + 1
			return true
		}
	}
}

// awaitReady takes answers until n of them, the login's left out, are ReadyForQuery, nothing has come for a while, or the connection ends.
func (in *inbox) awaitReady(n int) {
	for _, a := range in.got[in.skip:] {
		if a.typ == 'Z' {
			n--
		}
	}
	silence := time.NewTimer(silenceTimeout)
	defer silence.Stop()
	for n > 0 {
		select {
		case a, open := <-in.from:
			if !open || a.err != nil {
				in.reason = a.err
				return
			}
			if in.got = append(in.got, a); a.typ == 'Z' {
				n--
			}
			silence.Reset(silenceTimeout)
		case <-silence.C:
			return
		}
	}
}

// Ready counts the answers that say ReadyForQuery.
func Ready(lines []string) int {
	n := 0
	for _, line := range lines {
		if strings.HasPrefix(line, "Z ") {
			n++
		}
	}
	return n
}

// lines prints what has come since the login. A run of ParameterStatus is sorted: their order means nothing.
func (in *inbox) lines() []string {
	var out []string
	users := &numbering{}
	run := 0
	for i, a := range in.got[in.skip:] {
		if a.typ != 'S' {
			run = i + 1
		}
		out = append(out, a.print(users))
		slices.Sort(out[min(run, len(out)):])
	}
	return out
}

// end says how the connection ended.
func (in *inbox) end() string {
	switch {
	case errors.Is(in.reason, os.ErrDeadlineExceeded):
		return "silence"
	case errors.Is(in.reason, io.ErrUnexpectedEOF):
		return "closed within a message"
	}
	return "closed" // in order or by a reset: what the server did not read decides
}
