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

// TestCallBounds: long arguments end in an error or in a result, not in the end of the process or of its memory.
func TestCallBounds(t *testing.T) {
	again := strings.Repeat
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"jsonb_path_query_array", "54001", []string{"1", again("!", 1000000) + "(1==1)", "{}", "false"}},
		{"jsonb_path_query_array", "54001", []string{"1", again("-", 1000000) + "1", "{}", "false"}},
		{"jsonb_path_query_array", "54001", []string{"1", again("+", 1000000) + "1", "{}", "false"}},
		{"jsonb_path_query_array", "54001", []string{"1", again("(", 1000000), "{}", "false"}},
		{"jsonb_path_query_array", "54001", []string{"1", "1" + again("+1", 1000000), "{}", "false"}},
		{"jsonb_path_query_array", "54001", []string{"1", "$" + again(".a", 1000000), "{}", "false"}},
		{"jsonb_path_query_array", "", []string{"1", "$" + again(".a", 5000), "{}", "false"}},
		{"jsonb_path_query_array", "54000", []string{again("[", 3000) + again("]", 3000), "$" + again(".**", 6), "{}", "false"}},
		{"jsonb_path_query_array", "54000", []string{"[" + again("1,", 100000) + "1]", "$[" + again("0 to last,", 1000) + "0]", "{}", "false"}},
		{"jsonb_path_query_array", "54000", []string{`["` + again("x", 1000000) + `"]`, "$[" + again("0,", 1000) + "0]", "{}", "false"}},
		{"jsonb_path_query", "54000", []string{`["` + again("x", 1000000) + `"]`, "$[" + again("0,", 1000) + "0]", "{}", "false"}},
		{"jsonb_path_query_array", "22003", []string{again("9", 100000), "$" + again("*$", 100), "{}", "false"}},
		{"jsonb_path_query_array", "54001", []string{again("9", 100000), "$" + again("+1", 4000), "{}", "false"}},
		{"regexp_like", "54001", []string{again("a", 1000000), again("a?", 30000) + "b", ""}},
		{"regexp_like", "54001", []string{again("a", 1000000), "(((a?){1,9}){1,9}){1,9}b", ""}},
		{"regexp_like", "", []string{again("a", 1000000), "^(a|b)*c", ""}},
		{"format", "22003", []string{"%*s", `["-9223372036854775808","x"]`}},
		{"format", "22003", []string{"%*s", `["-2147483648","x"]`}},
	} {
		args := make([]*string, len(c.args))
		for i := range c.args {
			args[i] = &c.args[i]
		}
		_, err := Call(c.name, args)
		if c.want == "" {
			require.NoError(t, err, c.name)
			continue
		}
		require.Equal(t, c.want, pgerr.Code(err), "%s %.40s: %v", c.name, c.args[1], err)
	}
}
