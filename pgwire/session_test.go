package pgwire_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
)

// fakeBackend makes sessions that understand a few words instead of SQL:
//
//	rows N           N rows of (n int4, t text, f float8)
//	late N           N rows, then an error
//	tag              no rows
//	echo $1 [type]   the parameter
//	sleep            until cancelled
//	fail, panic, syntax, commitfails
//	begin, commit, rollback
//	copyin F, copyout F [N]   (n int4, t text) in text, csv or binary
type fakeBackend struct {
	mu       sync.Mutex
	sessions []*fakeSession
	running  chan struct{} // a value for each sleep that began
	copied   []string      // rows of finished COPYs
	aborted  int
}

func newBackend() *fakeBackend { return &fakeBackend{running: make(chan struct{}, 100)} }

func (b *fakeBackend) Authenticate(_ context.Context, c pgwire.ClientInfo, _ pgwire.Prover) error {
	switch {
	case c.User == "refused":
		return pgerr.New("28000", `role "%s" is not permitted to log in`, c.User)
	case c.Database == "missing":
		return pgerr.New("3D000", `database "%s" does not exist`, c.Database)
	}
	return nil
}

func (b *fakeBackend) Open(_ context.Context, c pgwire.ClientInfo, out pgwire.Outlet) (pgwire.Session, error) {
	s := &fakeSession{b: b, info: c, out: out}
	b.mu.Lock()
	b.sessions = append(b.sessions, s)
	b.mu.Unlock()
	return s, nil
}

func (b *fakeBackend) rows() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.copied...)
}

type fakeSession struct {
	b        *fakeBackend
	info     pgwire.ClientInfo
	out      pgwire.Outlet
	block    bool
	failed   bool
	syncFail bool
	closed   bool
	open     int // results that are not closed
}

type fakeParsed string

func (p fakeParsed) Text() string    { return string(p) }
func (p fakeParsed) EndsBlock() bool { return p == "commit" || p == "rollback" }

type fakeStatement struct {
	words  []string
	params []sqltype.Type
	cols   []pgwire.Column
}

func (s *fakeStatement) Params() []sqltype.Type   { return s.params }
func (s *fakeStatement) Columns() []pgwire.Column { return s.cols }

func (s *fakeSession) Parse(_ context.Context, text string) ([]pgwire.Parsed, error) {
	var out []pgwire.Parsed
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" || strings.HasPrefix(part, "--") {
			continue
		}
		if strings.HasPrefix(part, "syntax") {
			return nil, pgerr.New("42601", `syntax error at or near "syntax"`).WithPosition(strings.Index(text, "syntax") + 1)
		}
		out = append(out, fakeParsed(part))
	}
	return out, nil
}

var rowColumns = []pgwire.Column{
	{Name: "n", Type: sqltype.Of(sqltype.Int4), Table: 16385, Attnum: 1}, {Name: "t", Type: sqltype.Of(sqltype.Text)}, {Name: "f", Type: sqltype.Of(sqltype.Float8)},
}

func (s *fakeSession) Prepare(_ context.Context, p pgwire.Parsed, params []sqltype.OID) (pgwire.Statement, error) {
	st := &fakeStatement{words: strings.Fields(p.Text())}
	switch st.words[0] {
	case "rows", "late":
		st.cols = rowColumns
	case "echo":
		typ := sqltype.Of(sqltype.Text)
		if len(st.words) > 2 {
			typ, _ = sqltype.ByTypname(st.words[2])
		}
		if len(params) > 0 && params[0] != 0 {
			typ = sqltype.Of(params[0])
		}
		st.params = []sqltype.Type{typ}
		st.cols = []pgwire.Column{{Name: "echo", Type: typ}}
	case "unknown":
		return nil, pgerr.New("42P01", `relation "unknown" does not exist`)
	}
	return st, nil
}

func (s *fakeSession) Bind(_ context.Context, _ pgwire.Statement, params []pgwire.Param) ([]pgwire.Param, error) {
	var out []pgwire.Param
	for _, p := range params {
		out = append(out, pgwire.Param{Data: bytes.Clone(p.Data), Binary: p.Binary})
	}
	return out, nil
}

func (s *fakeSession) Execute(ctx context.Context, st pgwire.Statement, params []pgwire.Param) (pgwire.Result, error) {
	f := st.(*fakeStatement)
	r := &fakeResult{s: s, cols: f.cols, word: strings.ToUpper(f.words[0])}
	n := 0
	if len(f.words) > 1 {
		n, _ = strconv.Atoi(f.words[len(f.words)-1])
	}
	switch f.words[0] {
	case "rows":
		r.left, r.word = n, "SELECT"
	case "late":
		r.left, r.late = n, true
	case "echo":
		b := vector.NewBuilder([]vector.Type{vector.TypeOf(f.params[0])})
		d := pgvalue.NewDecoder(pgvalue.Options{})
		var err error
		switch p := params[0]; {
		case p.Data == nil:
			b.Col(0).Null()
		case p.Binary:
			err = d.ParseBinary(b.Col(0), p.Data)
		default:
			err = d.ParseText(b.Col(0), p.Data)
		}
		if err != nil {
			s.Fail()
			return nil, err
		}
		r.batches, r.word = []*vector.Batch{b.Take()}, "SELECT"
	case "sleep":
		s.b.running <- struct{}{}
		<-ctx.Done()
		s.Fail()
		return nil, fmt.Errorf("sleep: %w", ctx.Err())
	case "fail":
		s.Fail()
		return nil, pgerr.New("22012", "division by zero").WithDetail("It was zero.").WithHint("Try another.").WithWhere("here")
	case "panic":
		panic("fake panic")
	case "notice":
		s.out.Notice(pgerr.Notice("00000", "hello"))
	case "set":
		s.out.ParameterStatus("application_name", f.words[1])
	case "begin":
		s.block = true
	case "commit":
		if s.failed {
			r.word = "ROLLBACK"
		}
		s.block, s.failed = false, false
	case "rollback":
		s.block, s.failed = false, false
	case "commitfails":
		s.syncFail = true
	case "deallocate":
		if !s.out.(interface{ Deallocate(name string) bool }).Deallocate(f.words[1]) {
			s.Fail()
			return nil, pgerr.New("26000", `prepared statement "%s" does not exist`, f.words[1])
		}
	case "discard":
		s.out.(interface{ DeallocateAll() }).DeallocateAll()
	case "copyin":
		r.in = &fakeCopyIn{s: s, opts: copyOpts(f.words[1])}
	case "copyout":
		r.out = copyOpts(f.words[1])
		r.cols, r.left, r.word = rowColumns[:2], n, "COPY"
	}
	s.open++
	return r, nil
}

func copyOpts(format string) *pgwire.CopyOptions {
	switch format {
	case "csv":
		return &pgwire.CopyOptions{Format: pgwire.CopyCSV, Table: "t", Delimiter: ',', Quote: '"', Escape: '"'}
	case "binary":
		return &pgwire.CopyOptions{Format: pgwire.CopyBinary, Table: "t"}
	}
	return &pgwire.CopyOptions{Table: "t", Delimiter: '\t', Null: `\N`}
}

func (s *fakeSession) Sync(context.Context) error {
	fail := s.syncFail
	s.syncFail = false
	if !s.block {
		s.failed = false
	}
	if fail {
		return pgerr.New("08007", "transaction resolution unknown")
	}
	return nil
}

func (s *fakeSession) Fail() { s.failed = true }

func (s *fakeSession) TxStatus() byte {
	switch {
	case s.block && s.failed:
		return 'E'
	case s.block:
		return 'T'
	}
	return 'I'
}

func (s *fakeSession) InBlock() bool { return s.block }

func (s *fakeSession) Parameters() map[string]string {
	return map[string]string{"server_version": "15.18", "client_encoding": "UTF8", "standard_conforming_strings": "on", "DateStyle": "ISO, MDY"}
}

func (s *fakeSession) ResultEncoding() pgwire.Encoding {
	return pgwire.Encoding{TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres", ExtraFloatDigits: 1, ByteaOutput: "hex"}
}

func (s *fakeSession) EnumLabels(sqltype.Type) *pgvalue.Enum { return nil }

func (s *fakeSession) Close() { s.closed = true }

type fakeResult struct {
	s       *fakeSession
	cols    []pgwire.Column
	word    string
	left    int
	next    int
	late    bool
	batches []*vector.Batch
	in      *fakeCopyIn
	out     *pgwire.CopyOptions
	closed  bool
}

func (r *fakeResult) Columns() []pgwire.Column     { return r.cols }
func (r *fakeResult) CopyOut() *pgwire.CopyOptions { return r.out }
func (r *fakeResult) Tag(rows int64) string {
	switch {
	case r.in != nil:
		return fmt.Sprintf("COPY %d", len(r.in.rows))
	case r.cols != nil:
		return fmt.Sprintf("%s %d", r.word, rows)
	}
	return r.word
}

func (r *fakeResult) CopyIn() pgwire.CopyIn {
	if r.in == nil {
		return nil
	}
	return r.in
}

func (r *fakeResult) Close() {
	if !r.closed {
		r.closed = true
		r.s.open--
	}
}

func (r *fakeResult) Next(ctx context.Context) (*vector.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(r.batches) > 0 {
		b := r.batches[0]
		r.batches = r.batches[1:]
		return b, nil
	}
	if r.left == 0 {
		if r.late {
			return nil, pgerr.New("22012", "division by zero")
		}
		return nil, io.EOF
	}
	types := make([]vector.Type, len(r.cols))
	for i, c := range r.cols {
		types[i] = vector.TypeOf(c.Type)
	}
	b := vector.NewBuilder(types)
	n := min(r.left, 1000)
	for i := range n {
		b.Col(0).Int32(int32(r.next))
		if r.next%10 == 9 {
			b.Col(1).Null()
		} else {
			b.Col(1).Bytes([]byte("row " + strconv.Itoa(r.next)))
		}
		if len(types) > 2 {
			b.Col(2).Float64(float64(r.next) / 4)
		}
		_ = i
		r.next++
	}
	r.left -= n
	return b.Take(), nil
}

type fakeCopyIn struct {
	s    *fakeSession
	opts *pgwire.CopyOptions
	rows []string
}

func (c *fakeCopyIn) Options() *pgwire.CopyOptions { return c.opts }
func (c *fakeCopyIn) Columns() []pgwire.Column     { return rowColumns[:2] }
func (c *fakeCopyIn) Append(_ context.Context, b *vector.Batch, _ int64) error {
	for i := range b.Len {
		text := "NULL"
		if !b.Cols[1].IsNull(i) {
			text = string(b.Cols[1].Bytes(i))
		}
		c.rows = append(c.rows, fmt.Sprintf("%d|%s", b.Cols[0].Int32s[i], text))
	}
	return nil
}

func (c *fakeCopyIn) Finish(context.Context) error {
	c.s.b.mu.Lock()
	defer c.s.b.mu.Unlock()
	c.s.b.copied = append(c.s.b.copied, c.rows...)
	return nil
}

func (c *fakeCopyIn) Abort() {
	c.s.b.mu.Lock()
	defer c.s.b.mu.Unlock()
	c.s.b.aborted++
	c.s.Fail()
}

// testServer is a running server; stop ends it and returns Run's error.
type testServer struct {
	*pgwire.Server
	backend *fakeBackend
	stop    func() error
	log     *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func start(tb testing.TB, cfg pgwire.Config) *testServer {
	b := newBackend()
	s := startWith(tb, cfg, b)
	s.backend = b
	return s
}

func startWith(tb testing.TB, cfg pgwire.Config, backend pgwire.Backend) *testServer {
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	log := &lockedBuffer{}
	s, err := pgwire.New(cfg, backend, zerolog.New(log))
	require.NoError(tb, err)
	require.NoError(tb, s.Listen(context.Background()))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop := sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(30 * time.Second):
			return errors.New("the server did not stop")
		}
	})
	tb.Cleanup(func() { require.NoError(tb, stop()) })
	return &testServer{Server: s, stop: stop, log: log}
}

func (s *testServer) dial(tb testing.TB) net.Conn {
	nc, err := net.Dial("tcp", s.Addr().String())
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = nc.Close() })
	require.NoError(tb, nc.SetDeadline(time.Now().Add(20*time.Second)))
	return nc
}

func (s *testServer) dsn() string {
	host, port, _ := net.SplitHostPort(s.Addr().String())
	return fmt.Sprintf("host=%s port=%s user=miniodb dbname=miniodb sslmode=prefer", host, port)
}
