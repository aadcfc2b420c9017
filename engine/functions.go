package engine

/*
#include <stdlib.h>
extern void miniodbFunctionCall(void *info, void *input, void *output);
extern void miniodbFreeName(void *name);
*/
import "C"

import (
	"fmt"
	"strings"
	"unsafe"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// Names of the functions that Config.Functions answers: name(function, arguments...), all VARCHAR as is the result. FunctionCall is NULL when any
// argument is; FunctionCallNull takes NULL as an argument.
const (
	FunctionCall     = "pg_call"
	FunctionCallNull = "pg_call_null"
)

// registerFunctions makes pg_call and pg_call_null functions of the instance; release ends them.
func (c *Conn) registerFunctions(h Host) (release func(), err error) {
	token, release, err := NewHost(h)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	text := b.CreateLogicalType(b.TypeVarchar)
	defer b.DestroyLogicalType(&text)
	for _, name := range []string{FunctionCall, FunctionCallNull} {
		mark := "s"
		if name == FunctionCallNull {
			mark = "n"
		}
		f := b.CreateScalarFunction()
		b.ScalarFunctionSetName(f, name)
		b.ScalarFunctionAddParameter(f, text)
		b.ScalarFunctionSetVarargs(f, text)
		b.ScalarFunctionSetReturnType(f, text)
		b.ScalarFunctionSetSpecialHandling(f)
		b.ScalarFunctionSetExtraInfo(f, unsafe.Pointer(C.CString(mark+token)), C.miniodbFreeName)
		b.ScalarFunctionSetFunction(f, C.miniodbFunctionCall)
		state := b.RegisterScalarFunction(c.raw, f)
		b.DestroyScalarFunction(&f)
		if state != b.StateSuccess {
			release()
			return nil, fmt.Errorf("register function %s", name)
		}
	}
	return release, nil
}

//export miniodbFreeName
func miniodbFreeName(name unsafe.Pointer) { C.free(name) }

//export miniodbFunctionCall
func miniodbFunctionCall(info, input, output unsafe.Pointer) {
	fi := b.FunctionInfo{Ptr: info}
	defer func() {
		if p := recover(); p != nil {
			b.ScalarFunctionSetError(fi, fmt.Sprintf("!%s!function failed: %v", pgerrcode.InternalError, p))
		}
	}()
	mark := C.GoString((*C.char)(b.ScalarFunctionGetExtraInfo(fi)))
	h, ok := hosts.Load(mark[1:])
	if !ok {
		b.ScalarFunctionSetError(fi, "!"+pgerrcode.AdminShutdown+"!the query engine is shut down")
		return
	}
	if err := functionChunk(h.(Host), mark[0] == 's', b.DataChunk{Ptr: input}, b.Vector{Ptr: output}); err != nil {
		e := pgerr.From(err)
		b.ScalarFunctionSetError(fi, "!"+e.Code+"!"+strings.ReplaceAll(e.Message, "\x00", ""))
	}
}

// functionChunk answers one chunk of calls. A row that repeats the arguments of the one before takes its answer.
func functionChunk(h Host, strict bool, in b.DataChunk, out b.Vector) error {
	n, width := int(b.DataChunkGetSize(in)), int(b.DataChunkGetColumnCount(in))
	cols := make([]vector.Vector, width)
	for i := range cols {
		vec := b.DataChunkGetVector(in, b.IdxT(i))
		cols[i] = vector.Vector{Valid: validity(vec, n), Raw: view[vector.RawString](vec, n)}
	}
	b.VectorEnsureValidityWritable(out)
	valid := b.VectorGetValidity(out)
	var before []*string
	var answer *string
	for row := range n {
		args := make([]*string, width)
		null, same := false, before != nil
		for i := range cols {
			if cols[i].IsNull(row) {
				null = true
				same = same && before[i] == nil
				continue
			}
			raw := cols[i].Bytes(row)
			if before != nil && before[i] != nil && string(raw) == *before[i] {
				args[i] = before[i]
				continue
			}
			same = false
			s := string(raw)
			args[i] = &s
		}
		switch {
		case null && strict || args[0] == nil:
			answer = nil
		case !same:
			var err error
			if answer, err = h(*args[0], args[1:]); err != nil {
				return err
			}
		}
		before = args
		if answer == nil {
			b.ValiditySetRowInvalid(valid, b.IdxT(row))
			continue
		}
		b.VectorAssignStringElementLen(out, b.IdxT(row), []byte(*answer))
	}
	return nil
}
