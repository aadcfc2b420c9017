package minio

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"
)

// checksumKey is the metadata that holds the CRC-32C of an object, eight hexadecimal digits.
const checksumKey = "Miniodb-Crc32c"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksumText is the metadata of a checksum.
func checksumText(sum uint32) string { return fmt.Sprintf("%08x", sum) }

// checksumHeader is a checksum as the headers of S3 have it: base64 of its four bytes, big-endian.
func checksumHeader(sum uint32) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}

// parseChecksum reads the metadata; ok is false if there is none or it is no checksum.
func parseChecksum(text string) (sum uint32, ok bool) {
	if len(text) != 8 {
		return 0, false
	}
	v, err := strconv.ParseUint(text, 16, 32)
	return uint32(v), err == nil
}

// combineChecksums returns the CRC-32C of two pieces of data in a row from those of the pieces and the length of the second one.
//
// The checksum of the first piece moves over length zero bytes, which is a linear map over GF(2): a matrix of 32 columns, squared
// for every bit of the length. So it costs the logarithm of the length.
func combineChecksums(first, second uint32, length int64) uint32 {
	if length <= 0 {
		return first
	}
	// The map of one zero bit; squaring it three times gives that of a byte.
	var m matrix
	m[0] = crc32.Castagnoli
	for i := 1; i < len(m); i++ {
		m[i] = 1 << (i - 1)
	}
	for range 3 {
		m = m.squared()
	}
	for ; length > 0; length >>= 1 {
		if length&1 == 1 {
			first = m.apply(first)
		}
		m = m.squared()
	}
	return first ^ second
}

// matrix is a linear map of 32 bits; m[i] is the image of bit i.
type matrix [32]uint32

func (m *matrix) apply(v uint32) (sum uint32) {
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 == 1 {
			sum ^= m[i]
		}
	}
	return sum
}

func (m *matrix) squared() (out matrix) {
	for i := range m {
		out[i] = m.apply(m[i])
	}
	return out
}
