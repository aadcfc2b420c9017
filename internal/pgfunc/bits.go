package pgfunc

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
)

// maxBits bounds a bit string that a function makes.
const maxBits = 1 << 20

// bitFunctions are those of bit strings, texts of 0 and 1 here (PostgreSQL documentation, 9.6 Bit String Functions and Operators).
var bitFunctions = map[string]function{
	"bit_and": strict2(func(a, b string) (string, error) {
		return bitPair(a, b, "AND", func(x, y byte) bool { return x == '1' && y == '1' })
	}),
	"bit_or": strict2(func(a, b string) (string, error) {
		return bitPair(a, b, "OR", func(x, y byte) bool { return x == '1' || y == '1' })
	}),
	"bit_xor": strict2(func(a, b string) (string, error) { return bitPair(a, b, "XOR", func(x, y byte) bool { return x != y }) }),
	"bit_in":  strict1(pgvalue.ParseBits),
	"bit_shift": strict2(func(a, by string) (string, error) { // to the left; a negative number to the right
		n, err := strconv.Atoi(by)
		if err != nil {
			return "", err
		}
		switch {
		case n >= len(a) || -n >= len(a):
			return strings.Repeat("0", len(a)), nil
		case n >= 0:
			return a[n:] + strings.Repeat("0", n), nil
		}
		return strings.Repeat("0", -n) + a[:len(a)+n], nil
	}),
	"bit_length_cast": strict2(func(a, length string) (string, error) { // to bit(n)
		n, err := strconv.Atoi(length)
		if err != nil || n > maxBits {
			return "", pgerr.New(pgerrcode.ProgramLimitExceeded, "bit string is too long")
		}
		if n < len(a) {
			return a[:n], nil
		}
		return a + strings.Repeat("0", n-len(a)), nil
	}),
	"bit_of_int": {3, 3, func(args []*string) (*string, error) { // value, width of its type, length
		v, err1 := strconv.ParseInt(*args[0], 10, 64)
		n, err2 := strconv.Atoi(*args[2])
		if err1 != nil || err2 != nil || n > maxBits {
			return nil, pgerr.New(pgerrcode.ProgramLimitExceeded, "bit string is too long")
		}
		sign := "0"
		if v < 0 {
			sign = "1"
		}
		s := strconv.FormatUint(uint64(v), 2)
		s = strings.Repeat("0", 64-len(s)) + s
		if n > len(s) {
			s = strings.Repeat(sign, n-len(s)) + s
		}
		s = s[len(s)-n:]
		return &s, nil
	}},
	"bit_to_int": strict2(func(a, width string) (string, error) {
		w, _ := strconv.Atoi(width)
		x, ok := new(big.Int).SetString("0"+a, 2)
		if len(a) > w || !ok {
			return "", pgerr.New(pgerrcode.NumericValueOutOfRange, "%s out of range", map[int]string{32: "integer", 64: "bigint"}[w])
		}
		if w == 32 {
			return strconv.FormatInt(int64(int32(x.Uint64())), 10), nil
		}
		return strconv.FormatInt(int64(x.Uint64()), 10), nil
	}),
	"bit_get": strict2(func(a, at string) (string, error) {
		n, err := bitIndex(a, at)
		if err != nil {
			return "", err
		}
		return a[n : n+1], nil
	}),
	"bit_set": {3, 3, func(args []*string) (*string, error) {
		n, err := bitIndex(*args[0], *args[1])
		if err != nil {
			return nil, err
		}
		if *args[2] != "0" && *args[2] != "1" {
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "new bit must be 0 or 1")
		}
		s := (*args[0])[:n] + *args[2] + (*args[0])[n+1:]
		return &s, nil
	}},
	"bit_count": strict1(func(a string) (string, error) { return strconv.Itoa(strings.Count(a, "1")), nil }),
}

func bitIndex(a, at string) (int, error) {
	n, err := strconv.Atoi(at)
	if err != nil || n < 0 || n >= len(a) {
		return 0, pgerr.New(pgerrcode.ArraySubscriptError, "bit index %s out of valid range (0..%d)", at, len(a)-1)
	}
	return n, nil
}

func bitPair(a, b, word string, f func(x, y byte) bool) (string, error) {
	if len(a) != len(b) {
		return "", pgerr.New(pgerrcode.StringDataLengthMismatch, "cannot %s bit strings of different sizes", word)
	}
	out := make([]byte, len(a))
	for i := range out {
		out[i] = '0'
		if f(a[i], b[i]) {
			out[i] = '1'
		}
	}
	return string(out), nil
}
