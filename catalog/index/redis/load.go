package redis

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
)

// loadTries is how often a large table is read in pieces; if it was changed meanwhile each time, it is read in one.
const loadTries = 3

// errChanged says that a table got another version while it was read.
var errChanged = errors.New("table was changed while it was read")

// Load implements index.Index.
func (x *Index) Load(ctx context.Context, table uuid.UUID) (*catalog.Snapshot, error) {
	limit := pieceFiles
	for try := 1; ; try++ {
		s, err := x.load(ctx, table, limit)
		if err == nil || errors.Is(err, index.ErrNotFound) {
			return s, err
		}
		if !errors.Is(err, errChanged) {
			return nil, fmt.Errorf("read table %s from Redis: %w", table, err)
		}
		if try == loadTries {
			limit = math.MaxInt32
		}
	}
}

// load reads a table, the files by the same command if they are not more than limit.
func (x *Index) load(ctx context.Context, table uuid.UUID, limit int) (*catalog.Snapshot, error) {
	k := x.keys(table)
	status, rest, err := x.run(ctx, loadScript, []string{k.version, k.schema, k.streams, k.files}, limit)
	switch {
	case err != nil:
		return nil, err
	case status == replyVersion:
		return nil, index.ErrNotFound
	case status != replyDone || len(rest) < 3:
		return nil, errDamaged
	}
	value, _ := rest[0].(string)
	e, ok := parseEntry(value)
	if !ok {
		return nil, errDamaged
	}
	s := &catalog.Snapshot{Table: table, Version: e.version}
	if s.Schema, err = decodeSchema(rest[1]); err != nil {
		return nil, err
	}
	if s.Checkpoints, err = decodeCheckpoints(rest[2]); err != nil {
		return nil, err
	}
	if len(rest) > 3 {
		if pairs, ok := rest[3].([]any); ok {
			s.Files, err = decodeFiles(make([]catalog.DataFile, 0, e.files), pairs)
		}
	} else {
		s.Files, err = x.scanFiles(ctx, k, value, e.files)
	}
	if err != nil {
		return nil, err
	}
	if int64(len(s.Files)) != e.files {
		return nil, fmt.Errorf("%w: %d of %d files", errDamaged, len(s.Files), e.files)
	}
	slices.SortFunc(s.Files, byPath)
	return s, nil
}

// scanFiles reads the files in pieces, while the version key has this value.
func (x *Index) scanFiles(ctx context.Context, k tableKeys, value string, n int64) ([]catalog.DataFile, error) {
	files := make([]catalog.DataFile, 0, n)
	var cursor uint64
	for {
		pairs, next, err := x.db.Client().HScan(ctx, k.files, cursor, "", pieceFiles).Result()
		if err != nil {
			return nil, err
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			f, err := index.DecodeFile(pairs[i], []byte(pairs[i+1]))
			if err != nil {
				return nil, fmt.Errorf("%w: file %s: %v", errDamaged, pairs[i], err)
			}
			files = append(files, f)
		}
		// A scan may return a file twice, when the hash grows or shrinks, but not many.
		if next == 0 || int64(len(files)) > 2*n+pieceFiles {
			break
		}
		cursor = next
	}
	now, err := x.db.Client().MGet(ctx, k.version).Result()
	if err != nil {
		return nil, err
	}
	if now[0] != value {
		return nil, errChanged
	}
	slices.SortFunc(files, byPath)
	return slices.CompactFunc(files, func(a, b catalog.DataFile) bool { return a.Path == b.Path }), nil
}

func byPath(a, b catalog.DataFile) int { return strings.Compare(a.Path, b.Path) }

func decodeSchema(value any) (*catalog.Table, error) {
	text, _ := value.(string)
	h, err := index.DecodeHead([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("%w: schema: %v", errDamaged, err)
	}
	return h.Schema, nil
}

func decodeCheckpoints(value any) (map[uuid.UUID]int64, error) {
	pairs, _ := value.([]any)
	out := make(map[uuid.UUID]int64, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		stream, _ := pairs[i].(string)
		offset, _ := pairs[i+1].(string)
		id, err := uuid.Parse(stream)
		if err != nil {
			return nil, fmt.Errorf("%w: stream %.40q", errDamaged, stream)
		}
		if out[id], err = strconv.ParseInt(offset, 10, 64); err != nil {
			return nil, fmt.Errorf("%w: checkpoint %.40q", errDamaged, offset)
		}
	}
	return out, nil
}

func decodeFiles(files []catalog.DataFile, pairs []any) ([]catalog.DataFile, error) {
	for i := 0; i+1 < len(pairs); i += 2 {
		path, _ := pairs[i].(string)
		data, _ := pairs[i+1].(string)
		f, err := index.DecodeFile(path, []byte(data))
		if err != nil {
			return nil, fmt.Errorf("%w: file %s: %v", errDamaged, path, err)
		}
		files = append(files, f)
	}
	return files, nil
}
