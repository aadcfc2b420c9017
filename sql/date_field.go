package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/sqltype"
)

var datePartWords = map[string]string{"year": "year", "years": "year", "y": "year", "yr": "year", "month": "month", "months": "month", "mon": "month", "day": "day", "days": "day", "d": "day",
	"hour": "hour", "hours": "hour", "h": "hour", "minute": "minute", "minutes": "minute", "min": "minute", "m": "minute", "second": "second", "seconds": "second", "sec": "second", "s": "second", "millisecond": "milliseconds", "milliseconds": "milliseconds",
	"microsecond": "microseconds", "microseconds": "microseconds", "epoch": "epoch", "dow": "dow", "isodow": "isodow", "doy": "doy", "week": "week",
	"isoyear": "isoyear", "quarter": "quarter", "decade": "decade", "century": "century", "millennium": "millennium", "julian": "julian",
	"timezone": "timezone", "timezone_hour": "timezone_hour", "timezone_minute": "timezone_minute"}

// dateField writes extract, whose result is numeric, and date_part, whose result is float8.
func (t *translator) dateField(name string, args []expr, loc int32) (expr, bool, error) {
	if name != "extract" && name != "date_part" && name != "date_trunc" || len(args) < 2 {
		return expr{}, false, nil
	}
	if name == "date_trunc" {
		if args[0].lit != nil {
			if word := strings.ToLower(*args[0].lit); datePartWords[word] == "" && word != "weeks" && word != "decades" && word != "centuries" {
				return expr{}, true, t.errorf(loc, pgerrcode.InvalidParameterValue, "unit \"%s\" not recognized for type %s", *args[0].lit, t.typeName(args[1]))
			}
			if e, ok, err := t.truncCentury(strings.ToLower(*args[0].lit), args, loc); ok || err != nil {
				return e, ok, err
			}
		}
		return expr{}, false, nil
	}
	if len(args) != 2 {
		return expr{}, false, nil
	}
	src := args[1]
	if src.isUnknown() || src.typ.OID == 0 {
		var err error
		if src, err = t.coerce(src, sqltype.Of(sqltype.Timestamptz), implicitCast, loc); err != nil {
			return expr{}, true, err
		}
	}
	cat := category(src.typ.OID)
	if cat != "D" && cat != "T" {
		return expr{}, true, t.noFunction("pg_catalog."+name, args, loc)
	}
	if args[0].lit == nil {
		return expr{}, true, t.unsupported(loc, name+" of a field that is not a constant")
	}
	field, ok := datePartWords[strings.ToLower(*args[0].lit)]
	if !ok {
		return expr{}, true, t.errorf(loc, pgerrcode.InvalidParameterValue, "unit \"%s\" not recognized for type %s", *args[0].lit, src.typ)
	}
	if src.typ.OID == sqltype.Date && (strings.HasPrefix(field, "timezone") || name == "extract" && wordSet("hour minute second milliseconds microseconds")[field]) {
		return expr{}, true, t.errorf(loc, pgerrcode.FeatureNotSupported, "unit \"%s\" not supported for type date", *args[0].lit)
	}
	if src.typ.OID == sqltype.Time && !wordSet("hour minute second milliseconds microseconds epoch")[field] ||
		src.typ.OID == sqltype.Interval && wordSet("dow isodow doy week isoyear julian timezone timezone_hour timezone_minute")[field] ||
		src.typ.OID == sqltype.Timestamp && strings.HasPrefix(field, "timezone") {
		return expr{}, true, t.errorf(loc, pgerrcode.FeatureNotSupported, "unit \"%s\" not supported for type %s", *args[0].lit, src.typ)
	}
	part := func(f string) string { return "date_part('" + f + "', " + src.sql + ")" }
	var out expr
	switch field {
	case "second":
		out = typed("(CAST("+part("microseconds")+" AS DECIMAL(18,0)) * CAST('0.000001' AS DECIMAL(7,6)))", sqltype.Numeric, src).scaled(6)
	case "milliseconds":
		out = typed("(CAST("+part("microseconds")+" AS DECIMAL(18,0)) * CAST('0.001' AS DECIMAL(4,3)))", sqltype.Numeric, src).scaled(3)
	case "epoch":
		switch src.typ.OID {
		case sqltype.Date:
			out = typed("CAST(epoch("+src.sql+") AS DECIMAL(18,0))", sqltype.Numeric, src).scaled(0)
		case sqltype.Interval:
			out = t.bind(sqltype.Numeric, "pg_interval_epoch($1)", src).scaled(6)
		default:
			out = typed("(CAST(epoch_us("+src.sql+") AS DECIMAL(19,0)) * CAST('0.000001' AS DECIMAL(7,6)))", sqltype.Numeric, src).scaled(6)
		}
	case "julian":
		if src.typ.OID == sqltype.Date {
			out = typed("CAST("+part("julian")+" AS DECIMAL(18,0))", sqltype.Numeric, src).scaled(0)
			break
		}
		local := typed("CAST("+src.sql+" AS TIMESTAMP)", sqltype.Timestamp, src)
		out = typed("CAST(date_part('julian', "+local.sql+") AS DECIMAL(38,9))", sqltype.Numeric, src).scaled(9)
		out.shown = "pg_call('numeric_add', CAST(CAST(date_part('julian', CAST(" + local.sql + " AS DATE)) AS BIGINT) AS VARCHAR), pg_call('numeric_div', CAST(epoch_us(CAST(" + local.sql + " AS TIME)) AS VARCHAR), '86400000000'))"
		if name == "date_part" {
			return typed("date_part('julian', "+local.sql+")", sqltype.Float8, src), true, nil
		}
	default:
		out = typed("CAST("+part(field)+" AS DECIMAL(18,0))", sqltype.Numeric, src).scaled(0)
		out.whole = [2]string{out.sql, part(field)} // extract(...)::integer is what people write
	}
	if name == "date_part" {
		out = typed("CAST("+out.sql+" AS DOUBLE)", sqltype.Float8, out)
	}
	return out, true, nil
}

// truncCentury writes date_trunc to centuries and millennia, which begin with the year 1 of a hundred; DuckDB's with the year 0.
func (t *translator) truncCentury(field string, args []expr, loc int32) (expr, bool, error) {
	src := args[1]
	if src.typ.OID == sqltype.Interval {
		if field == "week" || field == "weeks" {
			return expr{}, true, t.errorf(loc, pgerrcode.FeatureNotSupported, "unit \"%s\" not supported for type interval", *args[0].lit).
				WithDetail("Months usually have fractional weeks.")
		}
		return expr{}, false, nil
	}
	if field != "century" && field != "centuries" && field != "millennium" || !isDatetime(src.typ.OID) || len(args) != 2 {
		return expr{}, false, nil
	}
	oid := src.typ.OID
	if oid == sqltype.Date {
		oid = sqltype.Timestamptz
	}
	src, err := t.coerce(src, sqltype.Of(oid), implicitCast, loc)
	if err != nil {
		return expr{}, true, err
	}
	return t.bind(oid, "(date_trunc('"+field+"', $1 - INTERVAL '1 year') + INTERVAL '1 year')", src), true, nil
}
