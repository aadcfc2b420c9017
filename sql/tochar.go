package sql

import (
	"strings"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// toCharPatterns are the template patterns of to_char for times, longest first, and what writes each of them; $1 is the time. Month and day
// names are padded to nine characters unless FM stands before them (PostgreSQL: Table "Template Patterns for Date/Time Formatting").
var toCharPatterns = []struct{ pattern, sql, bare string }{
	{"MONTH", "rpad(upper(monthname($1)), 9, ' ')", "upper(monthname($1))"}, {"Month", "rpad(monthname($1), 9, ' ')", "monthname($1)"},
	{"month", "rpad(lower(monthname($1)), 9, ' ')", "lower(monthname($1))"},
	{"HH24", "strftime($1, '%H')", "strftime($1, '%-H')"}, {"HH12", "strftime($1, '%I')", "strftime($1, '%-I')"},
	{"YYYY", "strftime($1, '%Y')", "CAST(year($1) AS VARCHAR)"}, {"IYYY", "strftime($1, '%G')", "strftime($1, '%G')"}, {"yyyy", "strftime($1, '%Y')", "CAST(year($1) AS VARCHAR)"},
	{"A.M.", "CASE WHEN hour($1) < 12 THEN 'A.M.' ELSE 'P.M.' END", ""}, {"P.M.", "CASE WHEN hour($1) < 12 THEN 'A.M.' ELSE 'P.M.' END", ""},
	{"a.m.", "CASE WHEN hour($1) < 12 THEN 'a.m.' ELSE 'p.m.' END", ""}, {"p.m.", "CASE WHEN hour($1) < 12 THEN 'a.m.' ELSE 'p.m.' END", ""},
	{"Y,YYY", "", ""}, {"SSSSS", "CAST(hour($1) * 3600 + minute($1) * 60 + second($1) AS VARCHAR)", ""}, {"SSSS", "CAST(hour($1) * 3600 + minute($1) * 60 + second($1) AS VARCHAR)", ""},
	{"DAY", "rpad(upper(dayname($1)), 9, ' ')", "upper(dayname($1))"}, {"Day", "rpad(dayname($1), 9, ' ')", "dayname($1)"}, {"day", "rpad(lower(dayname($1)), 9, ' ')", "lower(dayname($1))"},
	{"MON", "upper(strftime($1, '%b'))", ""}, {"Mon", "strftime($1, '%b')", ""}, {"mon", "lower(strftime($1, '%b'))", ""},
	{"DDD", "strftime($1, '%j')", "CAST(dayofyear($1) AS VARCHAR)"}, {"ddd", "strftime($1, '%j')", "CAST(dayofyear($1) AS VARCHAR)"}, {"YYY", "right(strftime($1, '%Y'), 3)", ""},
	{"DY", "upper(strftime($1, '%a'))", ""}, {"Dy", "strftime($1, '%a')", ""}, {"dy", "lower(strftime($1, '%a'))", ""},
	{"AM", "CASE WHEN hour($1) < 12 THEN 'AM' ELSE 'PM' END", ""}, {"PM", "CASE WHEN hour($1) < 12 THEN 'AM' ELSE 'PM' END", ""},
	{"am", "CASE WHEN hour($1) < 12 THEN 'am' ELSE 'pm' END", ""}, {"pm", "CASE WHEN hour($1) < 12 THEN 'am' ELSE 'pm' END", ""},
	{"HH", "strftime($1, '%I')", "strftime($1, '%-I')"}, {"MI", "strftime($1, '%M')", "strftime($1, '%-M')"}, {"SS", "strftime($1, '%S')", "strftime($1, '%-S')"},
	{"hh24", "strftime($1, '%H')", "strftime($1, '%-H')"}, {"hh12", "strftime($1, '%I')", "strftime($1, '%-I')"}, {"hh", "strftime($1, '%I')", "strftime($1, '%-I')"},
	{"mi", "strftime($1, '%M')", "strftime($1, '%-M')"}, {"ss", "strftime($1, '%S')", "strftime($1, '%-S')"},
	{"MS", "left(strftime($1, '%f'), 3)", ""}, {"US", "strftime($1, '%f')", ""}, {"MM", "strftime($1, '%m')", "strftime($1, '%-m')"}, {"mm", "strftime($1, '%m')", "strftime($1, '%-m')"},
	{"DD", "strftime($1, '%d')", "strftime($1, '%-d')"}, {"dd", "strftime($1, '%d')", "strftime($1, '%-d')"}, {"YY", "strftime($1, '%y')", "CAST(year($1) % 100 AS VARCHAR)"}, {"yy", "strftime($1, '%y')", "CAST(year($1) % 100 AS VARCHAR)"},
	{"IW", "strftime($1, '%V')", "CAST(week($1) AS VARCHAR)"}, {"WW", "lpad(CAST((dayofyear($1) - 1) // 7 + 1 AS VARCHAR), 2, '0')", "CAST((dayofyear($1) - 1) // 7 + 1 AS VARCHAR)"},
	{"ID", "CAST(isodow($1) AS VARCHAR)", ""}, {"CC", "lpad(CAST(century($1) AS VARCHAR), 2, '0')", "CAST(century($1) AS VARCHAR)"},
	{"TZ", "", ""}, {"OF", "", ""}, {"tz", "", ""}, {"BC", "", ""}, {"AD", "", ""}, {"RM", "", ""}, {"TH", "", ""}, {"th", "", ""}, {"TM", "", ""}, {"SP", "", ""},
	{"W", "CAST((day($1) - 1) // 7 + 1 AS VARCHAR)", ""}, {"Q", "CAST(quarter($1) AS VARCHAR)", ""}, {"D", "CAST(dayofweek($1) + 1 AS VARCHAR)", ""},
	{"Y", "right(strftime($1, '%Y'), 1)", ""}, {"J", "", ""}, {"I", "", ""},
}

// toChar writes to_char of a time with a constant format; ok is false when the arguments are others.
func (t *translator) toChar(args []expr, loc int32) (expr, bool, error) {
	if len(args) != 2 || args[0].isUnknown() {
		return expr{}, false, nil
	}
	switch args[0].typ.OID {
	case sqltype.Date, sqltype.Timestamp, sqltype.Timestamptz:
	case sqltype.Interval, sqltype.Numeric, sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Float4, sqltype.Float8:
		return expr{}, true, t.unsupported(loc, "to_char of type "+args[0].typ.String())
	default:
		return expr{}, false, nil
	}
	if args[1].null {
		return typed("CAST(NULL AS VARCHAR)", sqltype.Text), true, nil
	}
	if args[1].lit == nil {
		return expr{}, true, t.unsupported(loc, "to_char with a format that is not a constant")
	}
	parts := []string{}
	literal := ""
	flush := func() {
		if literal != "" {
			parts = append(parts, strings.ReplaceAll(duckString(literal), "$", "$$"))
			literal = ""
		}
	}
	format, fill := *args[1].lit, true
next:
	for format != "" {
		switch {
		case strings.HasPrefix(format, "FM"), strings.HasPrefix(format, "fm"):
			fill, format = false, format[2:]
			continue
		case format[0] == '"':
			text, rest, _ := strings.Cut(format[1:], `"`)
			literal, format = literal+text, rest
			continue
		case format[0] == '\\' && len(format) > 1 && format[1] == '"':
			literal, format = literal+`"`, format[2:]
			continue
		}
		for _, p := range toCharPatterns {
			if !strings.HasPrefix(format, p.pattern) {
				continue
			}
			sql := p.sql
			if !fill && p.bare != "" {
				sql = p.bare
			}
			if sql == "" {
				return expr{}, true, t.unsupported(loc, "to_char pattern "+p.pattern)
			}
			flush()
			parts = append(parts, sql)
			fill, format = true, format[len(p.pattern):]
			continue next
		}
		literal, format = literal+format[:1], format[1:]
	}
	flush()
	if len(parts) == 0 {
		return typed("CAST(NULL AS VARCHAR)", sqltype.Text), true, nil
	}
	src := args[0]
	if src.typ.OID == sqltype.Timestamptz { // in the session's time zone
		src = typed("CAST("+src.sql+" AS TIMESTAMP)", sqltype.Timestamp, src)
	}
	return t.bind(sqltype.Text, "("+strings.Join(parts, " || ")+")", src), true, nil
}
