package session

import (
	"fmt"
	"time"

	"github.com/miniodb/miniodb/internal/pgvalue"
)

// engineZone names a time zone of a session for the engine, which knows the IANA database and no POSIX specifications: those are fixed offsets here.
// It returns "" for an offset that the engine cannot have.
func engineZone(name string) string {
	loc, err := pgvalue.LoadZone(name)
	if err != nil {
		return name
	}
	start, end := time.Now().In(loc).ZoneBounds()
	if _, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" || !start.IsZero() || !end.IsZero() {
		return name
	}
	_, offset := time.Now().In(loc).Zone()
	if offset == 0 {
		return "UTC"
	}
	if offset%3600 == 0 && offset >= -12*3600 && offset <= 14*3600 {
		return fmt.Sprintf("Etc/GMT%+d", -offset/3600) // counts west of Greenwich
	}
	return steadyZones[offset]
}

// steadyZones are zones of the IANA database without daylight saving time, by their offsets in seconds, for offsets that are no whole hours.
var steadyZones = map[int]string{
	12600: "Asia/Tehran", 16200: "Asia/Kabul", 19800: "Asia/Kolkata", 20700: "Asia/Kathmandu", 23400: "Asia/Yangon", 31500: "Australia/Eucla",
	34200: "Australia/Darwin", -34200: "Pacific/Marquesas",
}
