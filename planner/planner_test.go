package planner_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/planner"
	"github.com/miniodb/miniodb/sql"
)

// scene is what the scripts build up: tables with files and buffered parts.
type scene struct {
	tables map[string]*catalog.Table
	rows   map[string]*planner.Table
}

func (s *scene) Relation(_, name string) (sql.Relation, error) {
	if t := s.tables[name]; t != nil {
		return sql.Relation{Table: t}, nil
	}
	return sql.Relation{}, pgerr.New(pgerrcode.UndefinedTable, "relation %q does not exist", name)
}

func (s *scene) Function(string, string) *sql.System { return nil }

func (s *scene) Functions(string, string) []*catalog.Function { return nil }

func (s *scene) Type(string, string) *catalog.Type { return nil }

func (s *scene) Enum(sqltype.Type) *catalog.Type { return nil }

// TestPlans holds plans to the scripts in testdata.
//
//	table                              CREATE TABLE text
//	file t=<table> [rows=N] [<column>=(min,max[,nulls])]...
//	part t=<table> low=N high=N [columns=N]   a generation made when the table had N columns
//	altered t=<table>                  its columns have changed since it was made
//	plan [params=(a,b)]                the files of each scan and the text for DuckDB
func TestPlans(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		s := &scene{tables: map[string]*catalog.Table{}, rows: map[string]*planner.Table{}}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "table":
				return s.table(t, d.Input)
			case "file":
				return s.file(t, d)
			case "part":
				return s.part(t, d)
			case "altered":
				s.tables[arg(d, "t", "")].SchemaID++
				s.tables[arg(d, "t", "")].Evolved = true
				return ""
			case "plan":
				return s.plan(t, d)
			}
			t.Fatalf("%s: unknown directive %s", d.Pos, d.Cmd)
			return ""
		})
	})
}

func (s *scene) table(t *testing.T, text string) string {
	stmts, err := sql.Parse(text)
	require.NoError(t, err)
	table, err := stmts[0].Command.(*sql.CreateTable).Table(time.Unix(0, 0), uuid.UUID{byte(len(s.tables) + 1)}, 16384)
	require.NoError(t, err)
	s.tables[table.Name.Name], s.rows[table.Name.Name] = table, &planner.Table{}
	return ""
}

func arg(d *datadriven.TestData, key, missing string) string {
	for _, a := range d.CmdArgs {
		if a.Key == key && len(a.Vals) > 0 {
			return a.Vals[0]
		}
	}
	return missing
}

func number(t *testing.T, s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	require.NoError(t, err)
	return n
}

func (s *scene) file(t *testing.T, d *datadriven.TestData) string {
	name := arg(d, "t", "")
	rows := s.rows[name]
	f := catalog.DataFile{
		Path: fmt.Sprintf("f%d", len(rows.Files)+1), Rows: number(t, arg(d, "rows", "10")), Stats: map[int32]catalog.ColumnStats{},
	}
	for _, a := range d.CmdArgs {
		i := s.tables[name].ColumnByName(a.Key)
		if i < 0 {
			continue
		}
		var stats catalog.ColumnStats
		if len(a.Vals) >= 2 {
			stats.Min, stats.Max = &a.Vals[0], &a.Vals[1]
		}
		if len(a.Vals)%2 == 1 {
			stats.NullCount = number(t, a.Vals[len(a.Vals)-1])
		}
		f.Stats[s.tables[name].Columns[i].ID] = stats
	}
	rows.Files = append(rows.Files, f)
	return ""
}

func (s *scene) part(t *testing.T, d *datadriven.TestData) string {
	name := arg(d, "t", "")
	schema := *s.tables[name]
	schema.Columns = schema.Columns[:number(t, arg(d, "columns", strconv.Itoa(len(schema.Columns))))]
	rows := s.rows[name]
	rows.Parts = append(rows.Parts, planner.Part{
		Relation: fmt.Sprintf("hot.g%d", len(rows.Parts)+1), Low: number(t, arg(d, "low", "0")), High: number(t, arg(d, "high", "100")), Schema: &schema,
	})
	return ""
}

func (s *scene) plan(t *testing.T, d *datadriven.TestData) string {
	stmts, err := sql.Parse(d.Input)
	require.NoError(t, err)
	q, err := sql.Rewrite(stmts[0].Command.(*sql.Query), sql.Env{Resolver: s, Session: sql.SessionInfo{Now: time.Unix(0, 0)}})
	require.NoError(t, err)
	in := planner.Input{Query: q}
	for _, scan := range q.Scans {
		in.Tables = append(in.Tables, *s.rows[scan.Table.Name.Name])
	}
	for _, a := range d.CmdArgs {
		if a.Key == "params" {
			for i := range a.Vals {
				in.Params = append(in.Params, &a.Vals[i])
				if a.Vals[i] == "NULL" {
					in.Params[i] = nil
				}
			}
		}
	}
	p := planner.New(in)
	var b strings.Builder
	for _, scan := range p.Scans {
		paths := []string{}
		for _, f := range scan.Files {
			paths = append(paths, f.Path)
		}
		fmt.Fprintf(&b, "%s: files %v of %d, %d parts, columns %v\n", scan.Table.Name.Name, paths, scan.Total, len(scan.Parts), scan.Columns)
	}
	if d.HasArg("text") {
		text, err := p.Text(func(_ int, f catalog.DataFile) string { return f.Path })
		require.NoError(t, err)
		fmt.Fprintln(&b, text)
	}
	return b.String()
}
