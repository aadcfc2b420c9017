// Package index finds the current version of the logs and, for tables, their live files, schema and checkpoints without reading the logs.
//
// It owns the Index interface, the errors and the encoding of values that implementations share, and, in indextest, the acceptance suite that every
// implementation passes: bolt for the embedded server and redis for servers that share a database. An index is never the truth: whatever it
// holds can be dropped and rebuilt from the logs. catalog/log writes and checks it; nobody else should.
package index

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
)

// Errors a caller branches on. Any other error says that the index cannot be reached or used.
var (
	ErrNotFound = errors.New("table is not in the index")
	ErrVersion  = errors.New("index is not at the version before this change")
)

// Absent is the version of a log that is not in the index.
const Absent int64 = -1

// Mark is what the index knows of one log.
type Mark struct {
	Version int64 // the newest version that was applied; Absent if there is none
	Pending int64 // the highest version that was announced and not applied; Absent if there is none
}

// Ahead reports whether the log has, or may have, versions after v.
func (m Mark) Ahead(v int64) bool { return m.Version > v || m.Pending > v }

// State is what one reader learns in one call.
type State struct {
	Generation string // changes whenever contents may have been lost, rolled back or replaced as a whole
	Catalog    Mark   // of the catalog log
	Tables     map[uuid.UUID]Mark
}

// Delta is what one version of a table changes relative to the version before it.
type Delta struct {
	Schema      *catalog.Table // nil: unchanged
	Adds        []catalog.DataFile
	Removes     []string // paths
	Checkpoints map[uuid.UUID]int64
}

// Index keeps, by table, one version and what belongs to it, and the version of the catalog log. Each method is atomic and its effect
// visible when it returns.
type Index interface {
	// State returns the generation and the marks of the catalog log and of these tables in one call. Each of the tables is in the result.
	State(ctx context.Context, tables []uuid.UUID) (State, error)
	// Tables lists the tables of the index, in no order. Those that were only announced are not among them.
	Tables(ctx context.Context) ([]uuid.UUID, error)
	// Load returns everything known about a table; ErrNotFound if that is nothing.
	Load(ctx context.Context, table uuid.UUID) (*catalog.Snapshot, error)
	// Apply brings a table from version-1 to version; ErrVersion if it is anywhere else or not there.
	Apply(ctx context.Context, table uuid.UUID, version int64, d Delta) error
	// Reset replaces all that is known about a table if that is at version from, or Absent; ErrVersion otherwise. It may go back.
	Reset(ctx context.Context, s *catalog.Snapshot, from int64) error
	// Drop forgets a table; dropping what is not there succeeds.
	Drop(ctx context.Context, table uuid.UUID) error
	// Announce says that a version of a table's log, or of the catalog log (table uuid.Nil), is about to be written, which every reader has to see
	// from its acknowledgement on: until it is applied, readers of an older version look into the log. A lower one than is pending changes nothing. Announcements
	// end when their version, or a later one, is applied, and may be forgotten after PendingLife.
	Announce(ctx context.Context, table uuid.UUID, version int64) error
	// AdvanceCatalog says that the catalog log has this version; a lower one than is known changes nothing.
	AdvanceCatalog(ctx context.Context, version int64) error
	// ResetCatalog sets the version of the catalog log if it is at version from; ErrVersion otherwise. It may go back.
	ResetCatalog(ctx context.Context, version, from int64) error
}
