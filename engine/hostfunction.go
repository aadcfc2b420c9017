package engine

/*
#include <stdlib.h>
extern void miniodbHostCall(void *info, void *input, void *output);
extern void miniodbFreeInfo(void *info);
*/
import "C"

import (
	"bytes"
	"fmt"
	"strings"
	"unsafe"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// DuckDB's names of the functions through which a query calls the program. Arguments and results are VARCHAR.
const (
	// HostFunction is pg_host(token, function, arguments...): a question to the host of that token. Arguments may be NULL. Within one query equal
	// arguments must have equal answers.
	HostFunction = "pg_host"
	// ActFunction is pg_act(token, function, arguments...): volatile, so that every call is made, as often as PostgreSQL calls a function that is.
	ActFunction = "pg_act"
	// FunctionCall is pg_call(function, arguments...), answered by Config.Functions; NULL when any argument is.
	FunctionCall = "pg_call"
	// FunctionCallNull is FunctionCall with NULL as an argument like others.
	FunctionCallNull = "pg_call_null"
)

// hostFunction is how one of them is called.
type hostFunction struct {
	addressed bool // the first argument is a host's token; otherwise all calls are the engine's own host's
	strict    bool // NULL for a NULL argument
	volatile  bool
	recall    recall
}

// recall says which calls take the answer of an equal one.
type recall uint8

const (
	recallNone recall = iota
	recallLast        // the row before, for functions of values: sorted and repeated ones are frequent
	recallAll         // all rows of the chunk, for questions that are costly and few
)

var hostFunctions = map[string]hostFunction{
	HostFunction:     {addressed: true, recall: recallAll},
	ActFunction:      {addressed: true, volatile: true},
	FunctionCall:     {strict: true, recall: recallLast},
	FunctionCallNull: {recall: recallLast},
}

// registerHostFunctions makes them functions of the instance, without those of the engine's own host if there is none; release ends that host.
func (c *Conn) registerHostFunctions(own Host) (release func(), err error) {
	token, release, err := NewHost(own)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	text := b.CreateLogicalType(b.TypeVarchar)
	defer b.DestroyLogicalType(&text)
	for name, kind := range hostFunctions {
		if own == nil && !kind.addressed {
			continue
		}
		f := b.CreateScalarFunction()
		b.ScalarFunctionSetName(f, name)
		b.ScalarFunctionAddParameter(f, text)
		if kind.addressed {
			b.ScalarFunctionAddParameter(f, text)
		}
		b.ScalarFunctionSetVarargs(f, text)
		b.ScalarFunctionSetReturnType(f, text)
		b.ScalarFunctionSetSpecialHandling(f) // NULL is an argument like others
		if kind.volatile {
			b.ScalarFunctionSetVolatile(f)
		}
		b.ScalarFunctionSetExtraInfo(f, unsafe.Pointer(C.CString(name+" "+token)), C.miniodbFreeInfo)
		b.ScalarFunctionSetFunction(f, C.miniodbHostCall)
		state := b.RegisterScalarFunction(c.raw, f)
		b.DestroyScalarFunction(&f)
		if state != b.StateSuccess {
			release()
			return nil, fmt.Errorf("register function %s", name)
		}
	}
	return release, nil
}

//export miniodbFreeInfo
func miniodbFreeInfo(info unsafe.Pointer) { C.free(info) }

//export miniodbHostCall
func miniodbHostCall(info, input, output unsafe.Pointer) {
	fi := b.FunctionInfo{Ptr: info}
	name, token, _ := strings.Cut(C.GoString((*C.char)(b.ScalarFunctionGetExtraInfo(fi))), " ")
	fail := func(err error) {
		e := pgerr.From(err)
		b.ScalarFunctionSetError(fi, "!"+e.Code+"!"+strings.ReplaceAll(e.Message, "\x00", ""))
	}
	defer func() {
		if p := recover(); p != nil {
			fail(pgerr.New(pgerrcode.InternalError, "function %s failed: %v", name, p))
		}
	}()
	kind := hostFunctions[name]
	if kind.addressed {
		token = ""
	}
	if err := kind.chunk(token, b.DataChunk{Ptr: input}, b.Vector{Ptr: output}); err != nil {
		fail(err)
	}
}

// chunk answers one chunk of calls, of the host with the given token or, where that is "", of those that the calls name.
func (f hostFunction) chunk(token string, in b.DataChunk, out b.Vector) error {
	n, width := int(b.DataChunkGetSize(in)), int(b.DataChunkGetColumnCount(in))
	cols := make([]vector.Vector, width)
	for i := range cols {
		vec := b.DataChunkGetVector(in, b.IdxT(i))
		cols[i] = vector.Vector{Valid: validity(vec, n), Raw: view[vector.RawString](vec, n)}
	}
	b.VectorEnsureValidityWritable(out)
	valid := b.VectorGetValidity(out)
	known := map[string]*string{}
	var key, before []byte
	var answer *string
	for row := range n {
		var null bool
		if key, null = appendKey(key[:0], cols, row); null && f.strict {
			b.ValiditySetRowInvalid(valid, b.IdxT(row))
			continue
		}
		hit := false
		switch f.recall {
		case recallAll:
			answer, hit = known[string(key)]
		case recallLast:
			hit = before != nil && bytes.Equal(key, before)
		}
		if !hit {
			var err error
			if answer, err = call(token, cols, row); err != nil {
				return err
			}
			if f.recall == recallAll {
				known[string(key)] = answer
			}
			key, before = before, key
		}
		if answer == nil {
			b.ValiditySetRowInvalid(valid, b.IdxT(row))
			continue
		}
		b.VectorAssignStringElementLen(out, b.IdxT(row), []byte(*answer))
	}
	return nil
}

// appendKey joins the arguments of a call; no text has these bytes.
func appendKey(key []byte, cols []vector.Vector, row int) (_ []byte, null bool) {
	for i := range cols {
		if cols[i].IsNull(row) {
			key, null = append(key, 0xff), true
			continue
		}
		key = append(append(key, cols[i].Bytes(row)...), 0xfe)
	}
	return key, null
}

// call makes one call. Without a function, or a host, the answer is NULL.
func call(token string, cols []vector.Vector, row int) (*string, error) {
	args := make([]*string, len(cols))
	for i := range cols {
		if !cols[i].IsNull(row) {
			s := string(cols[i].Bytes(row))
			args[i] = &s
		}
	}
	if token == "" {
		if args[0] == nil {
			return nil, nil
		}
		token, args = *args[0], args[1:]
	}
	if args[0] == nil {
		return nil, nil
	}
	h, err := hostOf(token)
	if err != nil {
		return nil, err
	}
	return h(*args[0], args[1:])
}
