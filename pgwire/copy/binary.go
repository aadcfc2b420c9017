package copy

import (
	"encoding/binary"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

const signature = "PGCOPY\n\377\r\n\000"

// Bits of the flags word.
const (
	flagOIDs     = 1 << 16
	flagCritical = 0xffff0000
)

// binaryState is where in the binary format the decoder is.
type binaryState struct {
	header bool // the header was read
}

// writeBinary reads every complete tuple.
func (d *Decoder) writeBinary(p []byte) error {
	buf := p
	if len(d.carry) > 0 {
		d.carry = append(d.carry, p...)
		buf = d.carry
	}
	used := 0
	for !d.done {
		n, err := d.tuple(buf[used:])
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		used += n
	}
	if d.done && used < len(buf) {
		return d.binaryError(badFormat("received copy data after EOF marker"))
	}
	rest := copy(d.grow(len(buf)-used), buf[used:])
	d.carry = d.carry[:rest]
	return nil
}

// grow makes carry at least n bytes long, keeping its array, from which the rest may be copied down.
func (d *Decoder) grow(n int) []byte {
	if cap(d.carry) < n {
		d.carry = make([]byte, n)
	}
	d.carry = d.carry[:n]
	return d.carry
}

func (d *Decoder) binaryError(err error) error {
	d.line++
	return d.lineError(err, nil)
}

// tuple reads the header or one tuple and returns its length in bytes, or 0 if it is not complete.
func (d *Decoder) tuple(b []byte) (n int, err error) {
	if !d.bin.header {
		return d.binaryHeader(b)
	}
	if len(b) < 2 {
		return 0, nil
	}
	count := int(int16(binary.BigEndian.Uint16(b)))
	if count == -1 {
		d.done = true
		return 2, nil
	}
	if count != len(d.cols) {
		return 0, d.binaryError(badFormat("row field count is %d, expected %d", count, len(d.cols)))
	}
	n = 2
	for i := range d.cols {
		if len(b) < n+4 {
			return 0, d.checkTuple(len(b))
		}
		size := int(int32(binary.BigEndian.Uint32(b[n:])))
		n += 4
		if size == -1 {
			continue
		}
		if size < 0 {
			d.line++
			return 0, d.columnError(badFormat("invalid field size"), i, nil, false)
		}
		if size > d.o.MaxLineBytes {
			return 0, d.checkTuple(size)
		}
		if n += size; len(b) < n {
			return 0, d.checkTuple(n)
		}
	}
	d.line++
	at := 2
	for i, a := range d.appenders {
		size := int(int32(binary.BigEndian.Uint32(b[at:])))
		at += 4
		if size == -1 {
			a.Null()
			continue
		}
		if err := d.values.ParseBinary(a, b[at:at+size]); err != nil {
			return 0, d.columnError(err, i, nil, false)
		}
		at += size
	}
	return n, d.rowDone()
}

// checkTuple refuses to wait for a tuple that is too large.
func (d *Decoder) checkTuple(bytes int) error {
	if bytes <= d.o.MaxLineBytes {
		return nil
	}
	return d.binaryError(pgerr.New(pgerrcode.ProgramLimitExceeded, "row of COPY data is longer than %d bytes", d.o.MaxLineBytes))
}

// binaryHeader reads signature, flags and extension.
func (d *Decoder) binaryHeader(b []byte) (n int, err error) {
	have := min(len(b), len(signature))
	if string(b[:have]) != signature[:have] {
		return 0, badFormat("COPY file signature not recognized")
	}
	if len(b) < len(signature)+8 {
		return 0, nil
	}
	flags, extension := binary.BigEndian.Uint32(b[len(signature):]), int(int32(binary.BigEndian.Uint32(b[len(signature)+4:])))
	switch {
	case flags&flagOIDs != 0:
		return 0, badFormat("invalid COPY file header (WITH OIDS)")
	case flags&flagCritical != 0:
		return 0, badFormat("unrecognized critical flags in COPY file header")
	case extension < 0 || extension > d.o.MaxLineBytes:
		return 0, badFormat("invalid COPY file header (missing length)")
	}
	if n = len(signature) + 8 + extension; len(b) < n {
		return 0, nil
	}
	d.bin.header = true
	return n, nil
}

// closeBinary checks that the data did not end within a tuple. The trailer may be missing.
func (d *Decoder) closeBinary() error {
	switch {
	case d.bin.header:
	case len(d.carry) < len(signature):
		return badFormat("COPY file signature not recognized")
	case len(d.carry) < len(signature)+4:
		return badFormat("invalid COPY file header (missing flags)")
	case len(d.carry) < len(signature)+8:
		return badFormat("invalid COPY file header (missing length)")
	default:
		return badFormat("invalid COPY file header (wrong length)")
	}
	switch {
	case len(d.carry) > 1: // a lone byte is no tuple to PostgreSQL either
		return d.cutTuple(d.carry)
	}
	return nil
}

// cutTuple reports the column in which the data ended.
func (d *Decoder) cutTuple(b []byte) error {
	d.line++
	at, col := 2, 0
	for ; col < len(d.cols)-1 && len(b) >= at+4; col++ {
		size := max(int(int32(binary.BigEndian.Uint32(b[at:]))), 0)
		if at += 4 + size; at > len(b) {
			break
		}
	}
	return d.columnError(badFormat("unexpected EOF in COPY data"), col, nil, false)
}
