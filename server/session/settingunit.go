package session

import (
	"math"
	"strconv"
	"strings"
)

// A unit of a number in SET, with its size in the base unit of its kind: microseconds or bytes.
type settingUnit struct {
	name string
	size float64
}

var (
	timeUnits   = []settingUnit{{"d", 86400e6}, {"h", 3600e6}, {"min", 60e6}, {"s", 1e6}, {"ms", 1e3}, {"us", 1}}
	memoryUnits = []settingUnit{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}, {"B", 1}}
)

const (
	timeHint   = `Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".`
	memoryHint = `Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".`
)

// unitsOf returns the units that a parameter kept in unit may be given in, and the size of unit itself.
func unitsOf(unit string) (units []settingUnit, base float64, hint string) {
	if unit == "8kB" {
		return memoryUnits, 8 << 10, memoryHint
	}
	for _, kind := range []struct {
		units []settingUnit
		hint  string
	}{{timeUnits, timeHint}, {memoryUnits, memoryHint}} {
		for _, u := range kind.units {
			if u.name == unit {
				return kind.units, u.size, kind.hint
			}
		}
	}
	return nil, 1, ""
}

// parseNumber reads a number with an optional unit, as parse_int and parse_real of PostgreSQL do: decimal, hexadecimal and octal integers, fractions
// and exponents. whole rounds to an integer of the parameter's unit.
func parseNumber(v, unit string, whole bool) (n float64, hint string, ok bool) {
	s := strings.TrimLeft(v, " \t\n\v\f\r")
	end := 0
	for end < len(s) && strings.IndexByte("+-0123456789.xXabcdefABCDEF", s[end]) >= 0 {
		end++
	}
	// The longest prefix that is a number: "5d" is 5 and a unit, "0x1d" is one number.
	var rest string
	for ; end > 0; end-- {
		text := s[:end]
		if i, err := strconv.ParseInt(text, 0, 64); err == nil && !strings.Contains(text, "_") {
			n, ok = float64(i), true
		} else if f, err := strconv.ParseFloat(text, 64); err == nil && !strings.ContainsAny(text, "xXpPn_") {
			n, ok = f, true
		}
		if ok {
			rest = s[end:]
			break
		}
	}
	if !ok || math.IsNaN(n) {
		return 0, "", false
	}
	if whole && math.IsInf(n, 0) {
		return 0, "Value exceeds integer range.", false
	}
	if name := strings.TrimSpace(rest); name != "" {
		units, base, hint := unitsOf(unit)
		found := false
		for i, u := range units {
			if u.name != name {
				continue
			}
			found = true
			n *= u.size / base
			if whole && n != math.Trunc(n) && i+1 < len(units) { // a fraction is rounded to the next smaller unit first
				small := units[i+1].size / base
				n = math.RoundToEven(n/small) * small
			}
			break
		}
		if !found {
			return 0, hint, false
		}
	}
	if whole {
		n = math.RoundToEven(n)
	}
	return n, "", true
}

// showNumber prints a positive number in the largest unit that is exact.
func showNumber(n float64, unit string) string {
	units, base, _ := unitsOf(unit)
	for _, u := range units {
		if v := n * base / u.size; v >= 1 && v == math.Trunc(v) {
			return strconv.FormatFloat(v, 'f', -1, 64) + u.name
		}
	}
	if len(units) == 0 {
		return strconv.FormatFloat(n, 'g', -1, 64)
	}
	return strconv.FormatFloat(n, 'g', -1, 64) + unit
}
