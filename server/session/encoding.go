package session

import (
	"strings"

	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/vector"
)

// textEncoding prints values as the session's settings say.
func (s *Session) textEncoding() *pgvalue.Encoder {
	styles := map[string]pgvalue.IntervalStyle{
		"postgres": pgvalue.IntervalPostgres, "postgres_verbose": pgvalue.IntervalPostgresVerbose,
		"sql_standard": pgvalue.IntervalSQLStandard, "iso_8601": pgvalue.IntervalISO8601,
	}
	return pgvalue.NewEncoder(pgvalue.Settings{
		Location: s.location(), DateOrder: s.dateOrder(), IntervalStyle: styles[s.values.get("intervalstyle")],
		ByteaEscape: s.values.get("bytea_output") == "escape",
	})
}

func (s *Session) dateOrder() pgvalue.DateOrder {
	switch _, order, _ := strings.Cut(s.values.get("datestyle"), ", "); order {
	case "DMY":
		return pgvalue.DMY
	case "YMD":
		return pgvalue.YMD
	}
	return pgvalue.MDY
}

// plainText prints a value with default settings, for messages.
func plainText(v *vector.Vector, row int) string {
	return string(pgvalue.AppendText(nil, v, row, pgvalue.NewEncoder(pgvalue.Settings{})))
}
