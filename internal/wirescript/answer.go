package wirescript

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

// maxShown is how many bytes of a value are printed; of longer ones length and checksum follow.
const maxShown = 300

// firstUserOID is where the OIDs of objects begin that users make (PostgreSQL's FirstNormalObjectId).
const firstUserOID = 16384

// numbering gives the OIDs of user objects numbers in the order in which they are seen: servers choose them as they like.
type numbering struct{ seen []uint32 }

func (n *numbering) of(oid uint32) string {
	if oid < firstUserOID {
		return strconv.FormatUint(uint64(oid), 10)
	}
	for i, s := range n.seen {
		if s == oid {
			return fmt.Sprintf("user%d", i+1)
		}
	}
	n.seen = append(n.seen, oid)
	return fmt.Sprintf("user%d", len(n.seen))
}

// body takes the fields of a message off its front; what is missing reads as zero and is remembered.
type body struct {
	rest  []byte
	short bool
}

func (b *body) take(n int) []byte {
	if n < 0 || n > len(b.rest) {
		b.short, b.rest = true, nil
		return make([]byte, max(min(n, 8), 0))
	}
	out := b.rest[:n]
	b.rest = b.rest[n:]
	return out
}

func (b *body) i16() int16  { return int16(binary.BigEndian.Uint16(b.take(2))) }
func (b *body) i32() int32  { return int32(binary.BigEndian.Uint32(b.take(4))) }
func (b *body) u32() uint32 { return binary.BigEndian.Uint32(b.take(4)) }

func (b *body) text() string {
	i := strings.IndexByte(string(b.rest), 0)
	if i < 0 {
		b.short = true
		return ""
	}
	return string(b.take(i + 1)[:i])
}

func quote(v []byte) string {
	if len(v) <= maxShown {
		return strconv.Quote(string(v))
	}
	return fmt.Sprintf("%q and more, %d bytes, checksum %08x", v[:maxShown/4], len(v), crc32.ChecksumIEEE(v))
}

// print writes a message on one line: its type and every field, but for what has to differ between two servers (the key data, OIDs of user
// objects, the minor version) and the lines of source that PostgreSQL adds to errors.
func (a *answer) print(users *numbering) string {
	if a.old {
		return strings.TrimSpace(fmt.Sprintf("%c %s", a.typ, strings.TrimRight(string(a.body), "\x00\n")))
	}
	b := &body{rest: a.body}
	out := []string{string(rune(a.typ))}
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	switch a.typ {
	case 'R':
		add("%d", b.i32())
		add("%s", quote(b.take(len(b.rest))))
	case 'K':
		b.take(4)
		add("process and a key of %d bytes", len(b.take(len(b.rest))))
	case 'S':
		name, value := b.text(), b.text()
		if name == "server_version" {
			value, _, _ = strings.Cut(value, ".")
		}
		add("%s=%q", name, value)
	case 'Z':
		add("%s", b.take(1))
	case 'C':
		add("%s", b.text())
	case 'E', 'N':
		for len(b.rest) > 1 {
			if code, text := b.take(1)[0], b.text(); code != 'F' && code != 'L' && code != 'R' {
				add("%c=%q", code, text)
			}
		}
		b.take(1)
	case 'T':
		for range b.i16() {
			name, table := b.text(), users.of(b.u32())
			attnum, typ := b.i16(), users.of(b.u32())
			size, mod := b.i16(), b.i32()
			add("%q:%s.%d type=%s,%d,%d format=%d", name, table, attnum, typ, size, mod, b.i16())
		}
	case 't':
		for range b.i16() {
			add("%s", users.of(b.u32()))
		}
	case 'D':
		for range b.i16() {
			if n := b.i32(); n >= 0 {
				add("%s", quote(b.take(int(n))))
			} else {
				add("NULL")
			}
		}
	case 'G', 'H', 'W':
		add("%d", b.take(1)[0])
		for range b.i16() {
			add("%d", b.i16())
		}
	case 'A':
		add("%s %q %q", "process", string(b.take(4)[:0])+b.text(), b.text())
	case 'v':
		add("%d", b.i32())
		for range b.i32() {
			add("%q", b.text())
		}
	case 'd':
		add("%s", quote(b.take(len(b.rest))))
	}
	if b.short {
		add("TOO SHORT")
	}
	if len(b.rest) > 0 {
		add("AND %s", quote(b.rest))
	}
	return strings.Join(out, " ")
}
