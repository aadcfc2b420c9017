// Package index finds the current version of tables, their live files, schema and checkpoints without reading their logs.
//
// It owns the Index interface, the errors and the encoding of values that implementations share, and, in indextest, the acceptance suite that every
// implementation passes: bolt for the embedded server and, in a cluster, Redis. An index is never the truth: whatever it
// holds can be dropped and rebuilt from the table logs. catalog/log writes and checks it; nobody else should.
package index

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
)

// Errors a caller branches on.
var (
	ErrNotFound = errors.New("table is not in the index")
	ErrVersion  = errors.New("index is not at the version before this change")
)

// Absent is the version, for Reset, of a table that is not in the index.
const Absent int64 = -1

// Delta is what one version of a table changes relative to the version before it.
type Delta struct {
	Schema      *catalog.Table // nil: unchanged
	Adds        []catalog.DataFile
	Removes     []string // paths
	Checkpoints map[uuid.UUID]int64
}

// Index keeps, by table, one version and what belongs to it. Each method is atomic and its effect visible when it returns.
type Index interface {
	// Generation names the life of the index: it changes whenever contents may have been lost or replaced as a whole.
	Generation(ctx context.Context) (string, error)
	// Versions returns the versions of these tables in one call; a table that is not in the index is not in the result.
	Versions(ctx context.Context, tables []uuid.UUID) (map[uuid.UUID]int64, error)
	// Tables lists the tables of the index, in no order.
	Tables(ctx context.Context) ([]uuid.UUID, error)
	// Load returns everything known about a table; ErrNotFound if that is nothing.
	Load(ctx context.Context, table uuid.UUID) (*catalog.Snapshot, error)
	// Apply brings a table from version-1 to version; ErrVersion if it is anywhere else or not there.
	Apply(ctx context.Context, table uuid.UUID, version int64, d Delta) error
	// Reset replaces all that is known about a table if that is at version from, or Absent; ErrVersion otherwise. It may go back.
	Reset(ctx context.Context, s *catalog.Snapshot, from int64) error
	// Drop forgets a table; dropping what is not there succeeds.
	Drop(ctx context.Context, table uuid.UUID) error
}
