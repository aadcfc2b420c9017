package pgcatalog

import (
	"strconv"
	"strings"
	"sync"
)

// ArgNames are the names of the arguments of the built-in functions of that name, one list for each overload that has them.
func ArgNames(function string) [][]string { return argNames()[function] }

var argNames = sync.OnceValue(func() map[string][][]string {
	rows, err := fields("pg_proc", "proname", "pronargs", "proargmodes", "proargnames")
	if err != nil {
		return nil
	}
	out := map[string][][]string{}
	for _, r := range rows {
		n, err := strconv.Atoi(r[1])
		names := strings.Split(strings.Trim(r[3], "{}"), ",")
		if err != nil || n < 1 || len(names) < n {
			continue
		}
		if modes := strings.Split(strings.Trim(r[2], "{}"), ","); r[2] != "" && (len(modes) < n || strings.Trim(strings.Join(modes[:n], ""), "i") != "") {
			continue // results among the arguments
		}
		out[r[0]] = append(out[r[0]], names[:n])
	}
	return out
})
