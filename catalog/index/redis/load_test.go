package redis

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/catalog/index/indextest"
)

// afterScan is a go-redis hook that acts between the pieces in which a table is read.
type afterScan func()

func (afterScan) DialHook(next redis.DialHook) redis.DialHook { return next }

func (afterScan) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (h afterScan) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if cmd.Name() == "hscan" {
			h()
		}
		return err
	}
}

// A table that changes while it is read in pieces is read again, and at last in one piece.
func TestChangedWhileLoading(t *testing.T) {
	for name, changes := range map[string]int{"once": 1, "always": 1 << 30} {
		t.Run(name, func(t *testing.T) {
			tag := "changed " + name
			reader, writer := openTag(t, shared(t), tag), openTag(t, shared(t), tag)
			s := indextest.Large(3 * pieceFiles)
			require.NoError(t, writer.Reset(t.Context(), s, index.Absent))
			change := func() { // the same paths with other contents
				if changes--; changes < 0 {
					return
				}
				s.Version++
				for i := range s.Files {
					s.Files[i].Rows = s.Version
				}
				require.NoError(t, writer.Reset(t.Context(), s, s.Version-1))
			}
			reader.db.Client().AddHook(afterScan(change))
			got, err := reader.Load(t.Context(), s.Table)
			require.NoError(t, err)
			require.Positive(t, got.Version)
			require.Len(t, got.Files, len(s.Files))
			for i := range got.Files {
				require.Equal(t, got.Version, got.Files[i].Rows, "a file of another version")
			}
		})
	}
}
