package sql

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// plainFormat is what DuckDB's strftime writes as to_char does: the patterns of ISO dates and times between separators.
var plainFormat = regexp.MustCompile(`^((YYYY|MM|DD|HH24|MI|SS)([-:/._, ]|"[a-zA-Z]*")*)+$`)

var plainPatterns = strings.NewReplacer("YYYY", "%Y", "MM", "%m", "DD", "%d", "HH24", "%H", "MI", "%M", "SS", "%S", `"`, "")

// toChar writes to_char; ok is false when the arguments are not its.
func (t *translator) toChar(args []expr, loc int32) (expr, bool, error) {
	if len(args) != 2 {
		return expr{}, false, nil
	}
	if args[0].isUnknown() {
		return expr{}, true, t.errorf(loc, pgerrcode.AmbiguousFunction, "function to_char(%s, %s) is not unique", t.typeName(args[0]), t.typeName(args[1])).
			WithHint("Could not choose a best candidate function. You might need to add explicit type casts.")
	}
	src, kind := args[0], ""
	switch src.typ.OID {
	case sqltype.Date, sqltype.Timestamp, sqltype.Timestamptz, sqltype.Interval:
	case sqltype.Time:
		if src, err := t.coerce(src, sqltype.Of(sqltype.Interval), implicitCast, loc); err == nil {
			return t.toChar([]expr{src, args[1]}, loc)
		}
		return expr{}, false, nil
	case sqltype.Int2, sqltype.Int4:
		kind = "int"
	case sqltype.Numeric, sqltype.Int8:
		kind = "numeric"
	case sqltype.Float4:
		kind = "float4"
	case sqltype.Float8:
		kind = "float8"
	default:
		return expr{}, false, nil
	}
	format, err := t.coerce(args[1], sqltype.Of(sqltype.Text), implicitCast, loc)
	if err != nil {
		return expr{}, true, err
	}
	switch {
	case format.null:
		return typed("CAST(NULL AS VARCHAR)", sqltype.Text), true, nil
	case kind != "":
		if kind == "numeric" && src.shown != "" {
			src.sql = src.shown
		}
		return t.bind(sqltype.Text, fmt.Sprintf("pg_call('to_char_number', CAST($1 AS VARCHAR), '%s', $2)", kind), src, format), true, nil
	case src.typ.OID == sqltype.Interval:
		return t.bind(sqltype.Text, "pg_to_char_interval($1, $2)", src, format), true, nil
	case src.typ.OID == sqltype.Date:
		src = typed("CAST("+src.sql+" AS TIMESTAMP)", sqltype.Timestamp, src)
	}
	if format.lit != nil && plainFormat.MatchString(*format.lit) && !strings.ContainsAny(strings.ReplaceAll(*format.lit, "SSSS", "!"), `"!`) {
		template := "CASE WHEN isfinite($1) THEN strftime($1, " + duckString(plainPatterns.Replace(*format.lit)) + ") END"
		if strings.Contains(*format.lit, "YYYY") { // strftime has years before 1 with a sign and from 0
			template = strings.Replace(template, "isfinite($1) THEN", "$1 >= TIMESTAMP '0001-01-01' AND isfinite($1) THEN", 1)
			template = strings.Replace(template, " END", " ELSE pg_to_char($1, $2) END", 1)
		}
		if src.typ.OID == sqltype.Timestamptz { // in the session's time zone
			src = typed("CAST("+src.sql+" AS TIMESTAMP)", sqltype.Timestamp, src)
		}
		return t.bind(sqltype.Text, template, src, format), true, nil
	}
	if src.typ.OID == sqltype.Timestamptz {
		return t.bind(sqltype.Text, "pg_to_char_tz($1, $2)", src, format), true, nil
	}
	return t.bind(sqltype.Text, "pg_to_char($1, $2)", src, format), true, nil
}
