package redis

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
)

const (
	// pieceFiles is how many files one command carries, and up to which a table is read or written by one.
	pieceFiles = 1000
	// largeApply is how many files a change may add and remove together to be applied by one command.
	largeApply = 5 * pieceFiles
	// stagedLife is how long the pieces of a Reset that never ended stay.
	stagedLife = time.Minute
)

// Apply implements index.Index.
func (x *Index) Apply(ctx context.Context, table uuid.UUID, version int64, d index.Delta) error {
	var err error
	switch {
	case version < 1:
		err = fmt.Errorf("%w: it is not the next of any", index.ErrVersion)
	case len(d.Adds)+len(d.Removes) > largeApply:
		err = x.applyLarge(ctx, table, version, d)
	default:
		err = x.apply(ctx, table, version, d)
	}
	if err != nil {
		return fmt.Errorf("apply version %d of table %s in Redis: %w", version, table, err)
	}
	return nil
}

func (x *Index) apply(ctx context.Context, table uuid.UUID, version int64, d index.Delta) error {
	schema, err := encodeSchema(version, d.Schema)
	if err != nil {
		return err
	}
	args := make([]any, 0, 9+2*len(d.Checkpoints)+len(d.Removes)+2*len(d.Adds))
	args = append(args, uuid.NewString(), table.String(), versionText(version-1), versionText(version), nonce(), schema)
	args = appendCheckpoints(args, d.Checkpoints)
	args = append(args, len(d.Removes))
	for _, path := range d.Removes {
		args = append(args, path)
	}
	args = appendFiles(append(args, 2*len(d.Adds)), d.Adds)
	k := x.keys(table)
	keys := []string{x.generationKey(), x.tablesKey(), k.version, k.pending, k.schema, k.streams, k.files}
	return x.change(ctx, "table "+table.String(), applyScript, keys, args...)
}

// applyLarge reads the version before and replaces it as a whole, which keeps Redis busy in pieces only.
func (x *Index) applyLarge(ctx context.Context, table uuid.UUID, version int64, d index.Delta) error {
	s, err := x.Load(ctx, table)
	if errors.Is(err, index.ErrNotFound) {
		return fmt.Errorf("%w: table %s is not there", index.ErrVersion, table)
	}
	if err != nil {
		return err
	}
	if s.Version != version-1 {
		return fmt.Errorf("%w: table %s is at %d", index.ErrVersion, table, s.Version)
	}
	gone := make(map[string]struct{}, len(d.Removes)+len(d.Adds))
	for _, path := range d.Removes {
		gone[path] = struct{}{}
	}
	for i := range d.Adds {
		gone[d.Adds[i].Path] = struct{}{}
	}
	s.Files = slices.DeleteFunc(s.Files, func(f catalog.DataFile) bool {
		_, ok := gone[f.Path]
		return ok
	})
	s.Version, s.Files = version, append(s.Files, d.Adds...)
	if d.Schema != nil {
		s.Schema = d.Schema
	}
	maps.Copy(s.Checkpoints, d.Checkpoints)
	return x.reset(ctx, s, version-1)
}

// Reset implements index.Index.
func (x *Index) Reset(ctx context.Context, s *catalog.Snapshot, from int64) error {
	if s.Version < 0 {
		return fmt.Errorf("set table %s to version %d: there is none", s.Table, s.Version)
	}
	if err := x.reset(ctx, s, from); err != nil {
		return fmt.Errorf("set table %s from version %d to %d in Redis: %w", s.Table, from, s.Version, err)
	}
	return nil
}

func (x *Index) reset(ctx context.Context, s *catalog.Snapshot, from int64) error {
	schema, err := encodeSchema(s.Version, s.Schema)
	if err != nil {
		return err
	}
	id, k := nonce(), x.keys(s.Table)
	staged := x.key("n:" + id)
	files, n := s.Files, 0
	if len(files) > pieceFiles {
		if err := x.stage(ctx, s, from, staged); err != nil {
			return err
		}
		files, n = nil, len(files)
	}
	args := make([]any, 0, 10+2*len(s.Checkpoints)+2*len(files))
	args = append(args, uuid.NewString(), s.Table.String(), versionText(from), versionText(s.Version), id, schema, n)
	args = appendCheckpoints(args, s.Checkpoints)
	args = appendFiles(append(args, 2*len(files)), files)
	keys := []string{x.generationKey(), x.tablesKey(), k.version, k.pending, k.schema, k.streams, k.files, staged}
	err = x.change(ctx, "table "+s.Table.String(), resetScript, keys, args...)
	if err != nil && n > 0 {
		x.unstage(ctx, staged)
	}
	return err
}

// stage sends the files of a snapshot in pieces to a key of their own, unless the table is not at version from anyway.
func (x *Index) stage(ctx context.Context, s *catalog.Snapshot, from int64, staged string) error {
	state, err := x.state(ctx, []uuid.UUID{s.Table})
	if err != nil {
		return err
	}
	if at := state.Tables[s.Table].Version; at != from {
		return fmt.Errorf("%w: table %s is at %d", index.ErrVersion, s.Table, at)
	}
	for first := 0; first < len(s.Files); first += pieceFiles {
		piece := s.Files[first:min(first+pieceFiles, len(s.Files))]
		pipe := x.db.Client().TxPipeline()
		pipe.HSet(ctx, staged, appendFiles(make([]any, 0, 2*len(piece)), piece)...)
		pipe.PExpire(ctx, staged, stagedLife)
		if _, err := pipe.Exec(ctx); err != nil {
			x.unstage(ctx, staged)
			return err
		}
	}
	return nil
}

// unstage removes pieces that nobody will use. If that fails, they expire.
func (x *Index) unstage(ctx context.Context, staged string) {
	if err := x.db.Client().Unlink(context.WithoutCancel(ctx), staged).Err(); err != nil {
		x.log.Debug().Err(err).Msg("files of a table that was not set expire by themselves")
	}
}

// Drop implements index.Index.
func (x *Index) Drop(ctx context.Context, table uuid.UUID) error {
	k := x.keys(table)
	if _, _, err := x.run(ctx, dropScript, []string{x.tablesKey(), k.version, k.pending, k.schema, k.streams, k.files}, table.String()); err != nil {
		return fmt.Errorf("drop table %s in Redis: %w", table, err)
	}
	return nil
}

// encodeSchema returns the value of a schema key; nil stays empty.
func encodeSchema(version int64, schema *catalog.Table) ([]byte, error) {
	if schema == nil {
		return nil, nil
	}
	return index.AppendHead(nil, &index.Head{Version: version, Schema: schema})
}

// appendCheckpoints appends the number of arguments and then streams and offsets.
func appendCheckpoints(args []any, checkpoints map[uuid.UUID]int64) []any {
	args = append(args, 2*len(checkpoints))
	for id, offset := range checkpoints {
		args = append(args, id.String(), offset)
	}
	return args
}

func appendFiles(args []any, files []catalog.DataFile) []any {
	for i := range files {
		args = append(args, files[i].Path, index.AppendFile(nil, &files[i]))
	}
	return args
}
