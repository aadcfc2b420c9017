package pgvalue

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"github.com/miniodb/miniodb/internal/vector"
)

// RegMark stands between the number and the name in a value of regclass and its kin that leaves a query: clients read the one in binary form, the other as
// text (PostgreSQL: regclasssend, regclassout).
const RegMark = '\x01'

func textReg(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	b := v.Bytes(row)
	return append(dst, b[bytes.IndexByte(b, RegMark)+1:]...)
}

func binReg(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	number, _, _ := bytes.Cut(v.Bytes(row), []byte{RegMark})
	oid, _ := strconv.ParseUint(string(number), 10, 32)
	return binary.BigEndian.AppendUint32(dst, uint32(oid))
}

// RegParam is a parameter of such a type as text: in binary form it is a number.
func RegParam(data []byte, isBinary bool) []byte {
	if isBinary && len(data) == 4 {
		return strconv.AppendUint(nil, uint64(binary.BigEndian.Uint32(data)), 10)
	}
	return bytes.Clone(data)
}
