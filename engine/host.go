package engine

/*
extern void miniodbHostCall(void *info, void *input, void *output);
*/
import "C"

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// HostFunction is DuckDB's name of the function through which a query asks the program: pg_host(token, function, arguments...). All are VARCHAR,
// and so is the result; arguments may be NULL.
const HostFunction = "pg_host"

// Host answers pg_host for the texts that hold its token. DuckDB's threads call it, several at a time, as long as a query runs; it must not use the
// connection. Errors fail the query. Within one query equal arguments must have equal answers.
type Host func(function string, args []*string) (*string, error)

// hosts are all hosts of the process by their tokens: a callback from C knows nothing else.
var hosts sync.Map

// NewHost makes a host known under a token that nobody can guess, until release is called.
func NewHost(h Host) (token string, release func(), err error) {
	var raw [16]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return "", nil, fmt.Errorf("name a host: %w", err)
	}
	token = hex.EncodeToString(raw[:])
	hosts.Store(token, h)
	return token, func() { hosts.Delete(token) }, nil
}

// registerHost makes pg_host a function of the instance.
func (c *Conn) registerHost() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := b.CreateLogicalType(b.TypeVarchar)
	defer b.DestroyLogicalType(&text)
	f := b.CreateScalarFunction()
	defer b.DestroyScalarFunction(&f)
	b.ScalarFunctionSetName(f, HostFunction)
	b.ScalarFunctionAddParameter(f, text)
	b.ScalarFunctionAddParameter(f, text)
	b.ScalarFunctionSetVarargs(f, text)
	b.ScalarFunctionSetReturnType(f, text)
	b.ScalarFunctionSetSpecialHandling(f) // NULL is an argument like others
	b.ScalarFunctionSetFunction(f, C.miniodbHostCall)
	if b.RegisterScalarFunction(c.raw, f) != b.StateSuccess {
		return fmt.Errorf("register function %s", HostFunction)
	}
	return nil
}

//export miniodbHostCall
func miniodbHostCall(info, input, output unsafe.Pointer) {
	fi := b.FunctionInfo{Ptr: info}
	defer func() {
		if p := recover(); p != nil {
			b.ScalarFunctionSetError(fi, fmt.Sprintf("!%s!function %s failed: %v", pgerrcode.InternalError, HostFunction, p))
		}
	}()
	if err := hostChunk(b.DataChunk{Ptr: input}, b.Vector{Ptr: output}, true); err != nil {
		e := pgerr.From(err)
		b.ScalarFunctionSetError(fi, "!"+e.Code+"!"+strings.ReplaceAll(e.Message, "\x00", ""))
	}
}

// hostChunk answers one chunk of calls. With once, the same call in one chunk is made once.
func hostChunk(in b.DataChunk, out b.Vector, once bool) error {
	n, width := int(b.DataChunkGetSize(in)), int(b.DataChunkGetColumnCount(in))
	cols := make([]vector.Vector, width)
	for i := range cols {
		vec := b.DataChunkGetVector(in, b.IdxT(i))
		cols[i] = vector.Vector{Valid: validity(vec, n), Raw: view[vector.RawString](vec, n)}
	}
	known := map[string]*string{}
	var key []byte
	b.VectorEnsureValidityWritable(out)
	valid := b.VectorGetValidity(out)
	for row := range n {
		args := make([]*string, width)
		key = key[:0]
		for i := range cols {
			if cols[i].IsNull(row) {
				key = append(key, 0xff)
				continue
			}
			s := string(cols[i].Bytes(row))
			args[i] = &s
			key = append(append(key, s...), 0xfe)
		}
		answer, ok := known[string(key)]
		if !ok || !once {
			var err error
			if answer, err = hostCall(args); err != nil {
				return err
			}
			if once {
				known[string(key)] = answer
			}
		}
		if answer == nil {
			b.ValiditySetRowInvalid(valid, b.IdxT(row))
			continue
		}
		b.VectorAssignStringElementLen(out, b.IdxT(row), []byte(*answer))
	}
	return nil
}

func hostCall(args []*string) (*string, error) {
	if args[0] == nil || args[1] == nil {
		return nil, nil
	}
	h, ok := hosts.Load(*args[0])
	if !ok {
		return nil, pgerr.New(pgerrcode.InternalError, "function %s is called outside of its query", HostFunction)
	}
	return h.(Host)(*args[1], args[2:])
}
