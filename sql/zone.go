package sql

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
)

var offsetZone = regexp.MustCompile(`^([+-]?)([0-9]{1,2})(?::([0-9]{2}))?$`)

// fixedZone makes an interval of a constant zone of AT TIME ZONE that is not one of the IANA database: an abbreviation, or an offset, which counts
// west of Greenwich there (PostgreSQL documentation, B.5 POSIX Time Zone Specifications).
func fixedZone(e expr) (expr, bool) {
	if e.lit == nil || !e.isUnknown() && category(e.typ.OID) != "S" {
		return e, false
	}
	name := strings.TrimSpace(*e.lit)
	seconds := 0
	if m := offsetZone.FindStringSubmatch(name); m != nil {
		h, _ := strconv.Atoi(m[2])
		min, _ := strconv.Atoi(m[3])
		seconds = h*3600 + min*60
		if m[1] != "-" {
			seconds = -seconds
		}
	} else {
		loc, err := pgvalue.LoadZone(name)
		if err != nil {
			return e, false
		}
		if _, err := time.LoadLocation(loc.String()); err == nil && strings.EqualFold(loc.String(), name) {
			return e, false
		}
		_, seconds = time.Unix(0, 0).In(loc).Zone()
	}
	return interval{micros: int64(seconds) * 1e6}.expr().ofType(sqltype.Of(sqltype.Interval)), true
}
