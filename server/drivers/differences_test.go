package drivers_test

import (
	"regexp"
	"slices"
	"testing"
)

// difference is what the servers print differently and why that is right. Lines of the topic that match are left out of the comparison.
type difference struct {
	topic string
	lines string // a regular expression for whole lines
	why   string
}

// differences are those of a test. One that matches no line any more is an error.
var differences = map[string][]difference{
	"TestJDBCMetadata": {
		{"catalogs and schemas", `postgres|template1|drivers_\d+`, "MiniODB has one database"},
		{"catalogs and schemas", `miniodb <database>`, "the schema of MiniODB's own relations"},
		{"tables", `<database> miniodb \w+ VIEW -.*`, "MiniODB's own relations"},
		{"functions", `<database> pg_catalog plpgsql_.*`, "there is no plpgsql"},
		{"plain getters", `getDatabaseProductVersion .*`, "the version that Debian adds to PostgreSQL's"},
	},
}

// explain takes the lines that differences names out of what both servers printed.
func explain(t *testing.T, outputs ...[]section) {
	t.Helper()
	for _, d := range differences[t.Name()] {
		pattern := regexp.MustCompile(`^(?:` + d.lines + `)$`)
		found := false
		for _, sections := range outputs {
			for i := range sections {
				if sections[i].name == d.topic {
					kept := slices.DeleteFunc(slices.Clone(sections[i].lines), pattern.MatchString)
					found = found || len(kept) < len(sections[i].lines)
					sections[i].lines = kept
				}
			}
		}
		if !found {
			t.Errorf("no line of %q matches %q: is the difference gone (%s)?", d.topic, d.lines, d.why)
		}
	}
}
