package pgvalue

import (
	"math"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a server in an empty container knows the zones too

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// maxZones bounds the cache of zones that were asked for by name; the IANA database has about 600.
const maxZones = 1 << 10

var zones = struct {
	sync.Mutex
	byName map[string]*time.Location
}{byName: map[string]*time.Location{}}

// LoadZone finds a time zone as SET TIME ZONE names it: an IANA name in any case, a POSIX specification without daylight saving rules
// ("<+05>-05", "UTC+3", whose sign counts west of Greenwich), or a number of hours east ("5.5", "-7"). Unknown: 22023.
func LoadZone(name string) (*time.Location, error) {
	zones.Lock()
	loc := zones.byName[name]
	zones.Unlock()
	if loc != nil {
		return loc, nil
	}
	loc = findZone(name)
	if loc == nil {
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, `invalid value for parameter "TimeZone": "%s"`, shown([]byte(name)))
	}
	zones.Lock()
	defer zones.Unlock()
	if len(zones.byName) < maxZones {
		zones.byName[name] = loc
	}
	return loc, nil
}

func findZone(name string) *time.Location {
	switch upper := strings.ToUpper(name); upper {
	case "":
		return nil
	case "UTC", "GMT", "Z", "ZULU", "UCT", "ETC/UTC":
		return time.FixedZone(upper, 0)
	}
	if loc := ianaZone(name); loc != nil {
		return loc
	}
	if loc := posixZone(name); loc != nil {
		return loc
	}
	if ok, _ := decimalForm([]byte(name)); ok {
		if hours, err := parseFloat([]byte(name), 64, ""); err == nil && math.Abs(hours) < 168 {
			return time.FixedZone("", int(math.Round(hours*3600)))
		}
	}
	if a, ok := zoneAbbrevs[strings.ToLower(name)]; ok && a.zone == "" {
		return time.FixedZone(strings.ToUpper(name), int(a.offset))
	}
	return nil
}

// canonicalZone maps names in lower case to their spelling in the database.
var canonicalZone = sync.OnceValue(func() map[string]string {
	byLower := map[string]string{}
	for name := range strings.FieldsSeq(zoneNames) {
		byLower[strings.ToLower(name)] = name
	}
	return byLower
})

// ianaZone looks a name up in any case.
func ianaZone(name string) *time.Location {
	spelled, ok := canonicalZone()[strings.ToLower(name)]
	if !ok {
		return nil
	}
	loc, err := time.LoadLocation(spelled)
	if err != nil {
		return nil
	}
	return loc
}

// ZoneName returns the name under which a setting keeps a zone: the spelling of the IANA database, or a POSIX specification as it is. Abbreviations and
// numbers are none.
func ZoneName(name string) (string, bool) {
	if spelled, ok := canonicalZone()[strings.ToLower(name)]; ok {
		return spelled, ianaZone(name) != nil
	}
	return name, posixZone(name) != nil
}

// posixZone reads an abbreviation and an offset west of Greenwich.
func posixZone(name string) *time.Location {
	rest, abbrev := name, ""
	if strings.HasPrefix(rest, "<") {
		end := strings.IndexByte(rest, '>')
		if end < 0 {
			return nil
		}
		abbrev, rest = rest[1:end], rest[end+1:]
	} else {
		n := 0
		for n < len(rest) && (rest[n]|0x20) >= 'a' && (rest[n]|0x20) <= 'z' {
			n++
		}
		if n < 3 && (n > 0 || rest == "" || rest[0] != '+' && rest[0] != '-' || !strings.Contains(rest, ":")) { // "+05:30" has none
			return nil
		}
		abbrev, rest = rest[:n], rest[n:]
	}
	sign := -1
	if strings.HasPrefix(rest, "-") {
		sign, rest = 1, rest[1:]
	} else {
		rest = strings.TrimPrefix(rest, "+")
	}
	parts := strings.Split(rest, ":")
	if len(parts) > 3 {
		return nil
	}
	total := 0
	for i, unit := range []int{3600, 60, 1}[:len(parts)] {
		n, err := parseInt([]byte(parts[i]), 32, "")
		if err != nil || n < 0 || n > 167 || i > 0 && n > 59 || parts[i] == "" || !isDigit(parts[i][0]) {
			return nil
		}
		total += int(n) * unit
	}
	return time.FixedZone(abbrev, sign*total)
}

// localEdge turns local times into offsets. Around a change of the offset it decides as PostgreSQL does: a time that is skipped is read with
// the offset before, a time that comes twice is its second occurrence.
type localEdge struct {
	loc           *time.Location
	lo, hi        int64 // local seconds for which the answer below holds; empty at first
	before, after int64 // offsets around the boundary, in seconds east
	boundary      int64 // of the next change, in seconds since 1970
	has           bool
}

// offset returns seconds east of UTC for local, seconds since 1970 as a clock in the zone shows them.
func (c *localEdge) offset(local int64) int64 {
	if local < c.lo || local >= c.hi {
		c.look(local)
	}
	if !c.has {
		return c.before
	}
	early, late := local-c.before, local-c.after
	switch {
	case early <= c.boundary && late < c.boundary:
		return c.before
	case early > c.boundary && late >= c.boundary:
		return c.after
	case early > late:
		return c.before
	}
	return c.after
}

// look finds the first change after a day before local.
func (c *localEdge) look(local int64) {
	const day = 86400
	t := time.Unix(local-day, 0).In(c.loc)
	_, before := t.Zone()
	start, end := t.ZoneBounds()
	c.before, c.has = int64(before), !end.IsZero()
	c.lo, c.hi = local, local+1
	if !start.IsZero() {
		c.lo = min(local, start.Unix()+day)
	} else {
		c.lo = math.MinInt64
	}
	if !c.has {
		c.hi = math.MaxInt64
		return
	}
	c.boundary = end.Unix()
	c.hi = max(local+1, c.boundary+day)
	_, after := end.Zone()
	c.after = int64(after)
}
