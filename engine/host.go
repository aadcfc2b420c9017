package engine

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Host answers calls that a query makes of the program (hostfunction.go). DuckDB's threads call it, several at a time, as long as a query runs; it must not
// use the connection. An error fails the query.
type Host func(function string, args []*string) (*string, error)

// hosts are all hosts of the process by their tokens: a callback from C knows nothing else.
var hosts sync.Map

// NewHost makes a host known under a token that nobody can guess, until release is called. A text reaches it by pg_host and pg_act with that token.
func NewHost(h Host) (token string, release func(), err error) {
	var raw [16]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return "", nil, fmt.Errorf("name a host: %w", err)
	}
	token = hex.EncodeToString(raw[:])
	hosts.Store(token, h)
	return token, func() { hosts.Delete(token) }, nil
}

// hostOf finds the host of a token. It is gone where its query or its engine is.
func hostOf(token string) (Host, error) {
	h, ok := hosts.Load(token)
	if !ok {
		return nil, pgerr.New(pgerrcode.InternalError, "a function of the program is called outside of its query")
	}
	return h.(Host), nil
}
