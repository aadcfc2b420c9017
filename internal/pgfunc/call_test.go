package pgfunc

import (
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// FuzzCall gives every function texts that need not be of its kind: it answers or fails with an error of its own, and never panics.
func FuzzCall(f *testing.F) {
	names := make([]string, 0, len(functions))
	for n := range functions {
		names = append(names, n)
	}
	sort.Strings(names)
	for i := range names {
		for _, a := range []string{"", "1", "-1.50", "9.9EEEE", `{"a":[1,"x",null]}`, `["a",null]`, "$.a[*] ? (@ > 1)", "YYYY-MM-DD HH24:MI", "(a|b)*", "%#\"_#\"%", "%1$s %I", "\\"} {
			f.Add(i, a, a, "1", "")
		}
	}
	f.Fuzz(func(t *testing.T, i int, a, b, c, d string) {
		if i < 0 || len(a)+len(b)+len(c)+len(d) > 2000 {
			return
		}
		name := names[i%len(names)]
		args := []*string{&a, &b, &c, &d, &a, &b, nil}
		fn := functions[name]
		if fn.least > len(args)-1 {
			args = append(args[:6], &d)
		}
		if strings.Contains(name, "power") && (len(a) > 20 || len(b) > 6) || strings.Contains(name, "factorial") && len(a) > 4 {
			return // slow, not wrong
		}
		out, err := Call(name, args[:min(fn.most, len(args)-1)])
		if err == nil && out != nil {
			require.LessOrEqual(t, len(*out), maxResultBytes)
		}
		if err != nil {
			require.NotEmpty(t, pgerr.Code(err))
		}
	})
}

// TestCallUnknown: what is not in the tables is refused.
func TestCallUnknown(t *testing.T) {
	_, err := Call("nosuch", nil)
	require.Equal(t, "XX000", pgerr.Code(err))
	one := "1"
	_, err = Call("numeric_add", []*string{&one})
	require.Equal(t, "XX000", pgerr.Code(err))
}
