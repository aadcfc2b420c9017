package session

import (
	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/ingest"
	"github.com/miniodb/miniodb/internal/vector"
)

// encodeAheadRows is the size of a batch from which on it is encoded for the write-ahead log while the statement still reads others.
const encodeAheadRows = 4096

// encodedAhead is a batch that is being encoded.
type encodedAhead struct {
	done chan struct{}
	out  *ingest.Encoded // nil: it could not be, and the commit will say why
}

func encodeAhead(t *catalog.Table, b *vector.Batch) *encodedAhead {
	e := &encodedAhead{done: make(chan struct{})}
	go func() {
		defer close(e.done)
		e.out, _ = ingest.Encode(t, b)
	}()
	return e
}

// wait returns what was made; nil if nothing was, or asked for.
func (e *encodedAhead) wait() *ingest.Encoded {
	if e == nil {
		return nil
	}
	<-e.done
	return e.out
}
