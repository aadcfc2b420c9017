package engine

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/miniodb/miniodb/internal/duck"
)

// ParquetOptions says how CopyToParquet writes.
type ParquetOptions struct {
	FieldIDs     map[string]int32 // by column name of the query; every reader by field id needs them all
	Level        int              // of zstd; 0: 1, which is as small as the default for these files and faster
	RowGroupRows int              // 0: DuckDB's default, 122880
}

// CopyToParquet writes the rows of a query of our own making to a new file inside the allowed directories and returns how many there
// were. The file is not synced. After an error there is no file.
func (c *Conn) CopyToParquet(ctx context.Context, query, path string, opts ParquetOptions) (rows int64, err error) {
	level := opts.Level
	if level == 0 {
		level = 1
	}
	var sql strings.Builder
	fmt.Fprintf(&sql, "COPY (%s) TO %s (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL %d, PARQUET_VERSION v2", query, duck.Literal(path), level)
	if opts.RowGroupRows > 0 {
		fmt.Fprintf(&sql, ", ROW_GROUP_SIZE %d", opts.RowGroupRows)
	}
	if len(opts.FieldIDs) > 0 {
		ids := make([]string, 0, len(opts.FieldIDs))
		for _, name := range slices.Sorted(maps.Keys(opts.FieldIDs)) {
			ids = append(ids, fmt.Sprintf("%s: %d", duck.Ident(name), opts.FieldIDs[name]))
		}
		fmt.Fprintf(&sql, ", FIELD_IDS {%s}", strings.Join(ids, ", "))
	}
	sql.WriteString(")")
	_, statErr := os.Lstat(path)
	rows, err = c.Exec(ctx, sql.String())
	if err != nil && os.IsNotExist(statErr) {
		_ = os.Remove(path) // there may be none
	}
	return rows, err
}
