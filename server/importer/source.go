package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/duck"
)

// Formats of files.
const (
	formatCSV     = "csv"
	formatParquet = "parquet"
	formatJSON    = "json"
)

// formatOf returns the format of a file: as asked for, or by its extension, below a compression's.
func formatOf(path, asked string) (string, error) {
	switch asked {
	case formatCSV, formatParquet, formatJSON:
		return asked, nil
	case "":
	default:
		return "", fmt.Errorf("format %q: want csv, parquet or json", asked)
	}
	name := strings.ToLower(filepath.Base(path))
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	switch filepath.Ext(name) {
	case ".csv", ".tsv", ".txt":
		return formatCSV, nil
	case ".parquet", ".pq":
		return formatParquet, nil
	case ".json", ".jsonl", ".ndjson":
		return formatJSON, nil
	}
	return "", fmt.Errorf("%s: cannot tell the format by the name; say --format csv, parquet or json", path)
}

// source is a file as DuckDB sees it.
type source struct {
	path, format string
	columns      []engine.Column
}

func openSource(ctx context.Context, conn *engine.Conn, path, asked string) (*source, error) {
	format, err := formatOf(path, asked)
	if err != nil {
		return nil, err
	}
	s := &source{path: path, format: format}
	d, err := conn.Describe(ctx, "SELECT * FROM "+s.scan(nil))
	if err != nil {
		return nil, err
	}
	if s.columns = d.Columns; len(s.columns) == 0 {
		return nil, errors.New("the file has no columns")
	}
	return s, nil
}

// scan is the table function that reads the file. types fixes DuckDB types by column name in a CSV file, so that a bad value is
// reported with its line.
func (s *source) scan(types []string) string {
	// DuckDB takes the name for a pattern.
	name := duck.Literal(strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(s.path))
	switch s.format {
	case formatParquet:
		return "read_parquet(" + name + ", hive_partitioning = false)"
	case formatJSON:
		return "read_json(" + name + ", hive_partitioning = false)"
	}
	if len(types) == 0 {
		return "read_csv(" + name + ", hive_partitioning = false)"
	}
	return "read_csv(" + name + ", hive_partitioning = false, types = {" + strings.Join(types, ", ") + "})"
}

// rows counts the rows where that is free, in Parquet; -1 otherwise.
func (s *source) rows(ctx context.Context, conn *engine.Conn) (int64, error) {
	if s.format != formatParquet {
		return -1, nil
	}
	rows, err := conn.Query(ctx, "SELECT count(*)::BIGINT FROM "+s.scan(nil), nil)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	b, err := rows.Next(ctx)
	if errors.Is(err, io.EOF) || err == nil && b.Len == 0 {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	return b.Cols[0].Int64s[0], nil
}
