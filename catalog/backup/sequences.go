package backup

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"regexp"
	"strconv"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// sequences brings sequences back such that none gives out a number again: not behind what is known now, and, where the catalog of now may have lost
// reservations, beyond what the columns that draw from it hold.
func (m *merger) sequences() {
	for _, name := range sortedNames(m.backup.Sequences) {
		s := *m.backup.Sequences[name]
		now := m.now.Sequences[name]
		detail := ""
		if now != nil && now.Increment > 0 == (s.Increment > 0) && further(now, &s) {
			s.Reserved, s.Exhausted, s.Uncalled = now.Reserved, now.Exhausted, now.Uncalled
		}
		if now == nil || !m.whole {
			detail = m.pass(&s)
		}
		m.out.Sequences[name] = &s
		if detail == "" {
			detail = fmt.Sprintf("goes on at %d", s.Reserved)
		}
		m.step(name.String(), "sequence", action(now, &s), detail)
	}
	for _, name := range sortedNames(m.now.Sequences) {
		switch {
		case m.backup.Sequences[name] != nil:
		case m.backup.Exists(name):
			m.taken(name, "sequence")
		default:
			s := *m.now.Sequences[name]
			s.OID, s.Owner, s.ACL = m.oid(s.OID), m.role(s.Owner), m.acl(s.ACL)
			detail := ""
			if !m.whole {
				detail = m.pass(&s)
			}
			m.out.Sequences[name] = &s
			m.step(name.String(), "sequence", Kept, cmp.Or(detail, fmt.Sprintf("goes on at %d", s.Reserved)))
		}
	}
	m.missingSequences()
}

// missingSequences makes sequences that serial columns of found tables name and nobody has.
func (m *merger) missingSequences() {
	for _, name := range sortedNames(m.out.Tables) {
		for i := range m.out.Tables[name].Columns {
			c := &m.out.Tables[name].Columns[i]
			if c.Sequence == nil || m.out.Exists(*c.Sequence) || m.backup.Exists(*c.Sequence) || m.now.Exists(*c.Sequence) {
				continue
			}
			s := &catalog.Sequence{OID: m.oid(m.out.NextOID), Name: *c.Sequence, Start: 1, Increment: 1, Min: 1, Max: math.MaxInt64, Reserved: 1}
			switch c.Type.OID {
			case sqltype.Int2:
				s.Max = math.MaxInt16
			case sqltype.Int4:
				s.Max = math.MaxInt32
			}
			detail := m.pass(s)
			m.out.Sequences[s.Name] = s
			m.step(s.Name.String(), "sequence", Restored, "made anew for a table that was found; "+cmp.Or(detail, "goes on at 1"))
		}
	}
}

// further reports whether a has reserved more than b.
func further(a, b *catalog.Sequence) bool {
	if a.Reserved == b.Reserved {
		return a.Exhausted
	}
	return a.Reserved > b.Reserved == (a.Increment > 0)
}

// pass moves a sequence beyond the numbers in the columns that draw from it, by their files' statistics, and says what that came to.
func (m *merger) pass(s *catalog.Sequence) string {
	drawn, moved := false, ""
	for _, t := range m.out.Tables {
		for i := range t.Columns {
			c := &t.Columns[i]
			if !draws(c, s.Name) {
				continue
			}
			drawn = true
			last, ok := extreme(m.states[t.UUID], c.ID, s.Increment > 0)
			if !ok || s.Cycle {
				continue
			}
			if before := *s; skip(s, last) {
				moved = fmt.Sprintf("moved on from %d to %d: column %s of %s holds %d", before.Reserved, s.Reserved, c.Name, t.Name, last)
			} else if !further(s, &before) && beyond(s, last) {
				moved = fmt.Sprintf("goes on at %d: %d in column %s of %s is not a number of the sequence", s.Reserved, last, c.Name, t.Name)
			}
		}
	}
	if !drawn {
		return fmt.Sprintf("goes on at %d: no column draws from it, so numbers that were given out after the backup may come again", s.Reserved)
	}
	return moved
}

var nextval = regexp.MustCompile(`(?i)^\s*nextval\s*\(\s*'(?:([a-z_][a-z0-9_$]*)\.)?([a-z_][a-z0-9_$]*)'`)

// draws reports whether a column takes its values from a sequence.
func draws(c *catalog.Column, name catalog.Name) bool {
	if c.Sequence != nil {
		return *c.Sequence == name
	}
	found := nextval.FindStringSubmatch(c.Default)
	return found != nil && found[2] == name.Name && (found[1] == "" || found[1] == name.Schema)
}

// extreme returns the largest (or smallest) value of a column, by its files' statistics and the rows beside them.
func extreme(st *tableState, column int32, largest bool) (out int64, ok bool) {
	take := func(v int64) {
		if !ok || largest == (v > out) && v != out {
			out, ok = v, true
		}
	}
	if st == nil {
		return 0, false
	}
	if st.log != nil {
		for i := range st.log.Files {
			bounds := st.log.Files[i].Stats[column]
			bound := bounds.Max
			if !largest {
				bound = bounds.Min
			}
			if bound != nil {
				if v, err := strconv.ParseInt(*bound, 10, 64); err == nil {
					take(v)
				}
			}
		}
	}
	if r, found := st.buffered[column]; found {
		if largest {
			take(r.Max)
		} else {
			take(r.Min)
		}
	}
	return out, ok
}

// beyond reports whether a number lies outside of what a sequence can give out.
func beyond(s *catalog.Sequence, last int64) bool { return last > s.Max || last < s.Min }

// skip moves a sequence to its first number after last, on its own grid, and reports whether it moved. A number that the sequence can never give out
// moves nothing.
func skip(s *catalog.Sequence, last int64) bool {
	if s.Exhausted || beyond(s, last) || s.Increment == 0 {
		return false
	}
	up := s.Increment > 0
	if up && last < s.Reserved || !up && last > s.Reserved {
		return false
	}
	distance, step, room := uint64(last)-uint64(s.Reserved), uint64(s.Increment), uint64(s.Max)-uint64(s.Reserved)
	if !up {
		distance, step, room = uint64(s.Reserved)-uint64(last), -uint64(s.Increment), uint64(s.Reserved)-uint64(s.Min)
	}
	s.Uncalled = false
	steps := distance/step + 1
	if high, low := bits.Mul64(steps, step); high != 0 || low > room {
		s.Exhausted, s.Reserved = true, s.Reserved+int64(room/step)*s.Increment
		return true
	}
	s.Reserved += int64(steps) * s.Increment
	return true
}
