package pgvalue

import (
	"encoding/binary"

	"github.com/miniodb/miniodb/internal/vector"
)

// TextDims tells how many dimensions the text of an array has, as far as its opening braces say: 1 to MAXDIM.
func TextDims(s []byte) int {
	s = trim(s)
	if len(s) > 0 && s[0] == '[' {
		for len(s) > 0 && s[0] != '=' {
			s = s[1:]
		}
		if len(s) > 0 {
			s = s[1:]
		}
	}
	n := 0
	for ; len(s) > 0 && (s[0] == '{' || isSpace(s[0])); s = s[1:] {
		if s[0] == '{' {
			n++
		}
	}
	return min(max(n, 1), maxArrayDims)
}

// BinaryDims tells how many dimensions an array in binary form has, 1 to MAXDIM.
func BinaryDims(b []byte) int {
	if len(b) < 4 {
		return 1
	}
	return min(max(int(int32(binary.BigEndian.Uint32(b))), 1), maxArrayDims)
}

// Nested returns the layout of an array type for values of several dimensions: lists of lists.
func Nested(t vector.Type, dims int) vector.Type {
	for ; dims > 1; dims-- {
		inner := t
		t = vector.Type{SQL: t.SQL, Kind: vector.KindList, Elem: &inner}
	}
	return t
}
