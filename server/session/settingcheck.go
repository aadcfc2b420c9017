package session

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// encoding takes UTF-8 under all its names; SQL_ASCII stands for bytes as they are.
func encoding(v, _ string) (string, error) {
	switch strings.NewReplacer("-", "", "_", "", "'", "", " ", "").Replace(strings.ToUpper(v)) {
	case "UTF8", "UNICODE":
		return "UTF8", nil
	case "SQLASCII":
		return "SQL_ASCII", nil
	}
	return "", detail("Only UTF8 is supported.")
}

// dateStyle keeps the order part, which the value has or had before; the output is ISO, which every client reads.
func dateStyle(v, old string) (string, error) {
	_, order, _ := strings.Cut(old, ", ")
	style, ordered := "", false
	for part := range strings.SplitSeq(v, ",") {
		word := strings.ToUpper(strings.TrimSpace(part))
		next := ""
		switch word {
		case "DEFAULT":
			if style == "" {
				style = "ISO"
			}
			if !ordered {
				order = "MDY"
			}
			continue
		case "ISO", "POSTGRES", "SQL", "GERMAN":
			if style != "" && style != word {
				return "", detail(`Conflicting "datestyle" specifications.`)
			}
			style = word
			continue
		case "MDY", "US", "NONEURO", "NONEUROPEAN":
			next = "MDY"
		case "DMY", "EURO", "EUROPEAN":
			next = "DMY"
		case "YMD":
			next = "YMD"
		default:
			if strings.HasPrefix(word, "EURO") || strings.HasPrefix(word, "NONEURO") {
				next = map[bool]string{true: "DMY", false: "MDY"}[word[0] == 'E']
				break
			}
			return "", detail(fmt.Sprintf("Unrecognized key word: \"%s\".", strings.TrimSpace(part)))
		}
		if ordered && next != order {
			return "", detail(`Conflicting "datestyle" specifications.`)
		}
		order, ordered = next, true
	}
	if style != "" && style != "ISO" {
		return "", fmt.Errorf("Only the ISO output style is supported.") //nolint:staticcheck // a hint
	}
	return "ISO, " + order, nil
}

// timeZone takes what SET TIME ZONE does: names, POSIX specifications, numbers of hours east of Greenwich, intervals as the grammar writes them.
func timeZone(v, _ string) (string, error) {
	text := v
	if rest, ok := cutFold(v, "interval "); ok {
		seconds, err := zoneInterval(strings.Trim(rest, "'"))
		if err != nil {
			return "", err
		}
		return knownOffset(seconds)
	}
	if hours, err := strconv.ParseFloat(text, 64); err == nil && !strings.ContainsAny(text, "xXpP_nN") {
		if math.Abs(hours) >= 168 || math.IsNaN(hours) {
			return "", detail("UTC timezone offset is out of range.")
		}
		return knownOffset(int(math.Round(hours * 3600)))
	}
	if text == "Local" || text == "" {
		return "", fmt.Errorf("")
	}
	name, ok := pgvalue.ZoneName(text)
	switch {
	case !ok:
		return "", fmt.Errorf("")
	case engineZone(name) == "":
		return "", errOffset
	}
	return name, nil
}

var errOffset = detail("No time zone has this offset from UTC.")

func knownOffset(seconds int) (string, error) {
	name := offsetZone(seconds)
	if engineZone(name) == "" {
		return "", errOffset
	}
	return name, nil
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// zoneInterval reads the interval of SET TIME ZONE INTERVAL, in seconds.
func zoneInterval(text string) (int, error) {
	b := vector.NewBuilder([]vector.Type{vector.TypeOf(sqltype.Of(sqltype.Interval))})
	if err := pgvalue.NewDecoder(pgvalue.Options{}).ParseText(b.Col(0), []byte(text)); err != nil {
		return 0, fmt.Errorf("")
	}
	d := b.Take().Cols[0].Intervals[0]
	switch {
	case d.Months != 0:
		return 0, detail("Cannot specify months in time zone interval.")
	case d.Days != 0:
		return 0, detail("Cannot specify days in time zone interval.")
	}
	seconds := d.Micros / int64(time.Second/time.Microsecond)
	if seconds <= -168*3600 || seconds >= 168*3600 {
		return 0, detail("UTC timezone offset is out of range.")
	}
	return int(seconds), nil
}

// offsetZone names a fixed offset as PostgreSQL does: an abbreviation, and the offset with the sign of POSIX, which counts west of Greenwich.
func offsetZone(seconds int) string {
	text := func(positive, negative string) string {
		sign, n := positive, seconds
		if n < 0 {
			sign, n = negative, -n
		}
		s := fmt.Sprintf("%s%02d", sign, n/3600)
		if n%3600 != 0 {
			s += fmt.Sprintf(":%02d", n/60%60)
		}
		if n%60 != 0 {
			s += fmt.Sprintf(":%02d", n%60)
		}
		return s
	}
	return "<" + text("+", "-") + ">" + text("-", "+")
}
