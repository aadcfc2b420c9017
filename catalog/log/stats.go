package log

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// statistics are add.stats (PROTOCOL.md, "Per-file Statistics"), under physical names.
type statistics struct {
	Rows      *int64                     `json:"numRecords,omitempty"`
	MinValues map[string]json.RawMessage `json:"minValues,omitempty"`
	MaxValues map[string]json.RawMessage `json:"maxValues,omitempty"`
	NullCount map[string]json.RawMessage `json:"nullCount,omitempty"`
}

// maxStringStat is the most characters of a string that statistics keep, as in other Delta writers.
const maxStringStat = 32

// encodeStats writes the statistics of a file.
func encodeStats(t *catalog.Table, f *catalog.DataFile) (string, error) {
	s := statistics{
		Rows: &f.Rows, MinValues: map[string]json.RawMessage{}, MaxValues: map[string]json.RawMessage{},
		NullCount: map[string]json.RawMessage{},
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		cs, ok := f.Stats[c.ID]
		if !ok {
			continue
		}
		s.NullCount[c.PhysicalName] = strconv.AppendInt(nil, cs.NullCount, 10)
		if cs.Min != nil {
			if v := encodeBound(c.Type, *cs.Min, false); v != nil {
				s.MinValues[c.PhysicalName] = v
			}
		}
		if cs.Max != nil {
			if v := encodeBound(c.Type, *cs.Max, true); v != nil {
				s.MaxValues[c.PhysicalName] = v
			}
		}
	}
	data, err := json.Marshal(s)
	return string(data), err
}

// decodeStats reads what pruning can use; whatever does not make sense is left out and so matches everything.
func decodeStats(t *catalog.Table, text string, f *catalog.DataFile) {
	f.Rows = -1
	var s statistics
	if text == "" || json.Unmarshal([]byte(text), &s) != nil {
		return
	}
	if s.Rows != nil && *s.Rows >= 0 {
		f.Rows = *s.Rows
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		nulls, err := strconv.ParseInt(string(s.NullCount[c.PhysicalName]), 10, 64)
		if err != nil || nulls < 0 {
			continue
		}
		cs := catalog.ColumnStats{NullCount: nulls}
		if v, ok := s.MinValues[c.PhysicalName]; ok {
			cs.Min = decodeBound(c.Type, v, false)
		}
		if v, ok := s.MaxValues[c.PhysicalName]; ok {
			cs.Max = decodeBound(c.Type, v, true)
		}
		if f.Stats == nil {
			f.Stats = map[int32]catalog.ColumnStats{}
		}
		f.Stats[c.ID] = cs
	}
}

// Layouts of time values: PostgreSQL's (ISO date style) and Delta's. Years outside 0001 to 9999 and infinities have no bound.
const (
	dateLayout    = "2006-01-02"
	clockLayout   = "15:04:05.999999"
	pgLayout      = dateLayout + " " + clockLayout
	deltaLayout   = "2006-01-02T15:04:05.000"
	deltaParse    = "2006-01-02T15:04:05.999999999"
	microsPerDay  = 24 * 60 * 60 * 1_000_000
	statPrecision = time.Millisecond // of timestamps in Delta statistics
)

// encodeBound returns the JSON form of a bound that is not tighter than the given one, or nil if there is none. text is as PostgreSQL prints it.
func encodeBound(t sqltype.Type, text string, upper bool) json.RawMessage {
	switch t.OID {
	case sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Oid, sqltype.Float4, sqltype.Float8, sqltype.Numeric:
		if number(text) {
			return json.RawMessage(text)
		}
	case sqltype.Text, sqltype.Varchar, sqltype.Bpchar, sqltype.Name:
		return encodeString(text, upper)
	case sqltype.UUID: // the order of its canonical text is the order of the value; cut off it would be none
		if id, err := uuid.Parse(text); err == nil {
			return quote(id.String())
		}
	case sqltype.Date:
		if _, err := time.Parse(dateLayout, text); err == nil {
			return quote(text)
		}
	case sqltype.Time:
		if us, ok := parseClock(text); ok {
			return strconv.AppendInt(nil, us, 10)
		}
	case sqltype.Timestamp, sqltype.Timestamptz:
		zoned := t.OID == sqltype.Timestamptz
		at, ok := parseTimestamp(text, zoned)
		if !ok {
			return nil
		}
		// The last microseconds of the millisecond are lost: down for a minimum, up for a maximum.
		ms := at.Truncate(statPrecision)
		if upper && ms.Before(at) {
			ms = ms.Add(statPrecision)
		}
		if ms.Year() < 1 || ms.Year() > 9999 {
			return nil
		}
		if zoned {
			return quote(ms.Format(deltaLayout) + "Z")
		}
		return quote(ms.Format(deltaLayout))
	}
	return nil
}

// decodeBound is the inverse of encodeBound for the bounds of any Delta writer: truncated timestamps are widened by a millisecond.
func decodeBound(t sqltype.Type, raw json.RawMessage, upper bool) *string {
	var text string
	isString := json.Unmarshal(raw, &text) == nil
	switch t.OID {
	case sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Oid:
		if _, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
			return ptr(string(raw))
		}
	case sqltype.Float4, sqltype.Float8, sqltype.Numeric:
		if number(string(raw)) {
			return ptr(string(raw))
		}
	case sqltype.Text, sqltype.Varchar, sqltype.Bpchar, sqltype.Name:
		if isString {
			return &text
		}
	case sqltype.UUID:
		if id, err := uuid.Parse(text); isString && err == nil {
			return ptr(id.String())
		}
	case sqltype.Date:
		if _, err := time.Parse(dateLayout, text); isString && err == nil {
			return &text
		}
	case sqltype.Time:
		if us, err := strconv.ParseInt(string(raw), 10, 64); err == nil && us >= 0 && us <= microsPerDay {
			return ptr(formatClock(us))
		}
	case sqltype.Timestamp, sqltype.Timestamptz:
		if !isString {
			return nil
		}
		at, err := time.Parse(deltaParse+"Z07:00", text)
		if err != nil {
			at, err = time.Parse(deltaParse, text)
		}
		if err != nil {
			return nil
		}
		at = at.UTC()
		if upper {
			at = at.Add(statPrecision)
		}
		if at.Year() < 1 || at.Year() > 9999 {
			return nil
		}
		if t.OID == sqltype.Timestamptz {
			return ptr(at.Format(pgLayout) + "+00")
		}
		return ptr(at.Format(pgLayout))
	}
	return nil
}

func ptr(s string) *string { return &s }

func quote(s string) json.RawMessage { return strconv.AppendQuote(nil, s) }

// number reports whether text is a JSON number, which NaN and Infinity are not.
func number(text string) bool {
	return text != "" && (text[0] == '-' || text[0] >= '0' && text[0] <= '9') && json.Valid([]byte(text))
}

// encodeString cuts long strings; a cut maximum is rounded up to the next string of that length in code point order.
func encodeString(text string, upper bool) json.RawMessage {
	if !utf8.ValidString(text) {
		return nil
	}
	if runes := []rune(text); len(runes) > maxStringStat {
		runes = runes[:maxStringStat]
		if upper {
			if runes = successor(runes); runes == nil {
				return nil
			}
		}
		text = string(runes)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		return nil
	}
	return bytes.TrimRight(buf.Bytes(), "\n")
}

// successor returns the least string that sorts after everything beginning with runes, nil if there is none.
func successor(runes []rune) []rune {
	for i := len(runes) - 1; i >= 0; i-- {
		if r := runes[i] + 1; r <= utf8.MaxRune {
			if r == 0xD800 { // the surrogates are not characters
				r = 0xE000
			}
			return append(runes[:i:i], r)
		}
	}
	return nil
}

func parseTimestamp(text string, zoned bool) (time.Time, bool) {
	layouts := []string{pgLayout}
	if zoned {
		layouts = []string{pgLayout + "-07", pgLayout + "-07:00", pgLayout + "-07:00:00"}
	}
	for _, l := range layouts {
		if at, err := time.Parse(l, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

func parseClock(text string) (micros int64, ok bool) {
	if strings.HasPrefix(text, "24:00:00") {
		return microsPerDay, true
	}
	at, err := time.Parse(clockLayout, text)
	if err != nil {
		return 0, false
	}
	seconds := (at.Hour()*60+at.Minute())*60 + at.Second()
	return int64(seconds)*1_000_000 + int64(at.Nanosecond()/1000), true
}

func formatClock(micros int64) string {
	if micros == microsPerDay {
		return "24:00:00"
	}
	return time.Unix(0, 0).UTC().Add(time.Duration(micros) * time.Microsecond).Format(clockLayout)
}
