package engine

/*
extern void miniodbActCall(void *info, void *input, void *output);
*/
import "C"

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// ActFunction is DuckDB's name of the function through which a query has the program do something for each row: pg_act(token, function,
// arguments...), as HostFunction but volatile: the engine calls it as often as PostgreSQL calls a function that is, and every call is made.
const ActFunction = "pg_act"

// registerAct makes pg_act a function of the instance.
func (c *Conn) registerAct() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := b.CreateLogicalType(b.TypeVarchar)
	defer b.DestroyLogicalType(&text)
	f := b.CreateScalarFunction()
	defer b.DestroyScalarFunction(&f)
	b.ScalarFunctionSetName(f, ActFunction)
	b.ScalarFunctionAddParameter(f, text)
	b.ScalarFunctionAddParameter(f, text)
	b.ScalarFunctionSetVarargs(f, text)
	b.ScalarFunctionSetReturnType(f, text)
	b.ScalarFunctionSetSpecialHandling(f)
	b.ScalarFunctionSetVolatile(f)
	b.ScalarFunctionSetFunction(f, C.miniodbActCall)
	if b.RegisterScalarFunction(c.raw, f) != b.StateSuccess {
		return fmt.Errorf("register function %s", ActFunction)
	}
	return nil
}

//export miniodbActCall
func miniodbActCall(info, input, output unsafe.Pointer) {
	fi := b.FunctionInfo{Ptr: info}
	defer func() {
		if p := recover(); p != nil {
			b.ScalarFunctionSetError(fi, fmt.Sprintf("!%s!function %s failed: %v", pgerrcode.InternalError, ActFunction, p))
		}
	}()
	if err := hostChunk(b.DataChunk{Ptr: input}, b.Vector{Ptr: output}, false); err != nil {
		e := pgerr.From(err)
		b.ScalarFunctionSetError(fi, "!"+e.Code+"!"+strings.ReplaceAll(e.Message, "\x00", ""))
	}
}

// slot is the slot that a connection's query runs in. A function that the query calls and that waits for others gives it back meanwhile (Yield).
type slot struct {
	mu      sync.Mutex
	running bool
	release func() // nil: given back
}

// take waits for a slot for a query.
func (s *slot) take(ctx context.Context, db *DB) error {
	release, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.release = true, release
	return nil
}

// drop gives the slot back when the engine has done its part.
func (s *slot) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = false
	if s.release != nil {
		s.release()
		s.release = nil
	}
}

// Yield gives back the slot of the query that runs on the connection, for a Host that is about to wait for something other than the engine: sessions
// that wait for each other must not keep the others out. resume takes a slot again and must be called; it may be called once the query has ended.
func (c *Conn) Yield() (resume func(ctx context.Context) error) {
	s := &c.slot
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.release == nil {
		return func(context.Context) error { return nil }
	}
	s.release()
	s.release = nil
	return func(ctx context.Context) error {
		release, err := c.db.acquire(ctx)
		if err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.running || s.release != nil {
			release()
			return nil
		}
		s.release = release
		return nil
	}
}
