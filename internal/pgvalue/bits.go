package pgvalue

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// A bit string is kept as its text, of 0 and 1.

// ParseBits reads the text of a bit string as bit_in does: 0 and 1, b with such, or x with hexadecimal digits. Errors are 22P02.
func ParseBits(s string) (string, error) {
	digits, hexa := s, false
	if s != "" {
		switch s[0] {
		case 'b', 'B':
			digits = s[1:]
		case 'x', 'X':
			digits, hexa = s[1:], true
		}
	}
	if !hexa {
		for _, c := range digits {
			if c != '0' && c != '1' {
				return "", pgerr.New(pgerrcode.InvalidTextRepresentation, "\"%c\" is not a valid binary digit", c)
			}
		}
		return digits, nil
	}
	var b strings.Builder
	for _, c := range digits {
		v, err := strconv.ParseUint(string(c), 16, 4)
		if err != nil {
			return "", pgerr.New(pgerrcode.InvalidTextRepresentation, "\"%c\" is not a valid hexadecimal digit", c)
		}
		s := strconv.FormatUint(v, 2)
		b.WriteString("0000"[len(s):] + s)
	}
	return b.String(), nil
}

// binBits sends the number of bits and then the bits, filled up to whole bytes.
func binBits(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	s := v.Bytes(row)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(s)))
	for i := 0; i < len(s); i += 8 {
		var x byte
		for j := i; j < min(i+8, len(s)); j++ {
			x |= (s[j] - '0') << (7 - (j - i))
		}
		dst = append(dst, x)
	}
	return dst
}

// bitsOfBinary reads what binBits writes.
func bitsOfBinary(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, errShort()
	}
	n := int(int32(binary.BigEndian.Uint32(b)))
	if b = b[4:]; n < 0 || (n+7)/8 > len(b) {
		return nil, pgerr.New(pgerrcode.InvalidBinaryRepresentation, "invalid length in external bit string")
	}
	if (n+7)/8 != len(b) {
		return nil, errFormat()
	}
	out := make([]byte, n)
	for i := range out {
		out[i] = '0' + b[i/8]>>(7-i%8)&1
	}
	return out, nil
}
