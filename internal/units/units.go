// Package units reads and prints the durations and sizes that people type in configuration files, flags and table options.
//
// It owns Size, BufferSize and the spelling of both. A size is bytes, alone or with a unit: 64MB, 64 MiB, 1.5GB; MB and MiB both
// mean 1024*1024 bytes, as in PostgreSQL's and DuckDB's settings. A duration is 30s, 5m, 1h30m, 7d, or seconds as a plain number.
// Everybody may import this package.
package units

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes.
type Size int64

// Units of Size.
const (
	KB Size = 1 << 10
	MB Size = 1 << 20
	GB Size = 1 << 30
	TB Size = 1 << 40
)

var sizeUnits = map[string]Size{
	"": 1, "b": 1,
	"k": KB, "kb": KB, "kib": KB,
	"m": MB, "mb": MB, "mib": MB,
	"g": GB, "gb": GB, "gib": GB,
	"t": TB, "tb": TB, "tib": TB,
}

// splitUnit cuts "64 MB" into "64" and "mb".
func splitUnit(s string) (number, unit string) {
	s = strings.TrimSpace(s)
	end := strings.LastIndexAny(s, "0123456789.") + 1
	return strings.ReplaceAll(strings.TrimSpace(s[:end]), "_", ""), strings.ToLower(strings.TrimSpace(s[end:]))
}

// ParseSize reads "64MB", "1.5 GiB" or plain bytes. It is never negative.
func ParseSize(s string) (Size, error) {
	number, unit := splitUnit(s)
	factor, ok := sizeUnits[unit]
	if !ok || number == "" || strings.Trim(number, "0123456789.-") != "" {
		return 0, fmt.Errorf("%q is not a size: want bytes or a number with kB, MB, GB or TB, such as 64MB", s)
	}
	if n, err := strconv.ParseInt(number, 10, 64); err == nil {
		if n < 0 || n > math.MaxInt64/int64(factor) {
			return 0, fmt.Errorf("size %q is out of range", s)
		}
		return Size(n) * factor, nil
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a size: want bytes or a number with kB, MB, GB or TB, such as 64MB", s)
	}
	if f *= float64(factor); f < 0 || f >= math.MaxInt64 {
		return 0, fmt.Errorf("size %q is out of range", s)
	}
	return Size(f), nil
}

// String prints the size in the largest unit that divides it: 64MB, 1500.
func (n Size) String() string {
	for _, u := range []struct {
		name string
		size Size
	}{{"TB", TB}, {"GB", GB}, {"MB", MB}, {"kB", KB}} {
		if n >= u.size && n%u.size == 0 {
			return strconv.FormatInt(int64(n/u.size), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(n), 10)
}

// Human prints the size for people, with one decimal: 1.4 GB.
func (n Size) Human() string {
	switch {
	case n >= TB:
		return fmt.Sprintf("%.1f TB", float64(n)/float64(TB))
	case n >= GB:
		return fmt.Sprintf("%.1f GB", float64(n)/float64(GB))
	case n >= MB:
		return fmt.Sprintf("%.1f MB", float64(n)/float64(MB))
	case n >= KB:
		return fmt.Sprintf("%.1f kB", float64(n)/float64(KB))
	}
	return fmt.Sprintf("%d bytes", int64(n))
}

// BufferSize is how much a table buffers before it flushes: rows, bytes, or both (whichever is reached first). Zero: no limit of that kind.
type BufferSize struct {
	Rows  int64
	Bytes Size
}

// ParseBufferSize reads a buffer_size: an integer counts rows, a number with a unit bytes, "100000, 64MB" both.
func ParseBufferSize(s string) (BufferSize, error) {
	var b BufferSize
	for part := range strings.SplitSeq(s, ",") {
		number, unit := splitUnit(part)
		if unit == "" {
			n, err := strconv.ParseInt(number, 10, 64)
			if err != nil || n <= 0 || b.Rows != 0 {
				return BufferSize{}, fmt.Errorf("%q is not a buffer size: want rows such as 100000, or bytes with a unit such as 64MB", s)
			}
			b.Rows = n
			continue
		}
		n, err := ParseSize(part)
		if err != nil || n == 0 || b.Bytes != 0 {
			return BufferSize{}, fmt.Errorf("%q is not a buffer size: want rows such as 100000, or bytes with a unit such as 64MB", s)
		}
		b.Bytes = n
	}
	return b, nil
}

// String prints what ParseBufferSize reads, and "" for no limit. Bytes always carry a unit.
func (b BufferSize) String() string {
	var parts []string
	if b.Rows > 0 {
		parts = append(parts, strconv.FormatInt(b.Rows, 10))
	}
	if b.Bytes > 0 {
		text := b.Bytes.String()
		if b.Bytes%KB != 0 {
			text += "B"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// ParseDuration reads "30s", "1h30m", "7d" or plain seconds ("30", "0.5"). It is never negative.
func ParseDuration(s string) (time.Duration, error) {
	text := strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	bad := fmt.Errorf("%q is not a duration: want seconds or a number with ms, s, m, h or d, such as 30s", s)
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		if f < 0 || math.IsNaN(f) || f > math.MaxInt64/float64(time.Second) {
			return 0, fmt.Errorf("duration %q is out of range", s)
		}
		return time.Duration(f * float64(time.Second)), nil
	}
	var days time.Duration
	if n, rest, ok := strings.Cut(text, "d"); ok {
		f, err := strconv.ParseFloat(n, 64)
		if err != nil || f < 0 || f > 100_000 {
			return 0, bad
		}
		if days = time.Duration(f * float64(24*time.Hour)); rest == "" {
			return days, nil
		}
		text = rest
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, bad
	}
	if d < 0 || d > math.MaxInt64-days {
		return 0, fmt.Errorf("duration %q is out of range", s)
	}
	return days + d, nil
}

// FormatDuration prints what ParseDuration reads, without the zero units of time.Duration.String: 1m, 1h30m, 500ms.
func FormatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
