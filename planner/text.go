package planner

import (
	"strconv"
	"strings"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/sql"
)

// Text returns the DuckDB statement. path gives, for scan i and a file of it, the local path to read.
func (p *Plan) Text(path func(scan int, f catalog.DataFile) string) (string, error) {
	branches := make([][]string, len(p.Scans))
	for i, s := range p.Scans {
		var err error
		if branches[i], err = s.texts(func(f catalog.DataFile) string { return path(i, f) }); err != nil {
			return "", err
		}
	}
	if p.Branched {
		b, token := p.query.Shape.Branch, p.query.Scans[0].Placeholder
		inner := make([]string, len(branches[0]))
		for i, t := range branches[0] {
			inner[i] = "(" + strings.Replace(b.Inner, token, "("+t+")", 1) + ")"
		}
		return strings.Replace(b.Outer, b.Placeholder, "("+strings.Join(inner, " UNION ALL ")+")", 1), nil
	}
	return substitute(p.query, branches, p.systems), nil
}

// Empty returns a statement with the columns and parameters of q that reads nothing: it is prepared to describe q.
func Empty(q *sql.Select) (string, error) {
	branches := make([][]string, len(q.Scans))
	for i, s := range q.Scans {
		text, err := emptyScan(s.Table, columns(s))
		if err != nil {
			return "", err
		}
		branches[i] = []string{text}
	}
	systems := make([]string, len(q.Systems))
	for i, s := range q.Systems {
		var err error
		if systems[i], err = NoRows(s.System.Columns); err != nil {
			return "", err
		}
	}
	return substitute(q, branches, systems), nil
}

// NoRows returns a query with these columns that gives no rows.
func NoRows(columns []catalog.Column) (string, error) {
	list := make([]string, len(columns))
	for i, c := range columns {
		typ, err := duck.Type(c.Type)
		if err != nil {
			return "", err
		}
		list[i] = "CAST(NULL AS " + typ + ") AS " + duck.Ident(c.Name)
	}
	return "SELECT " + strings.Join(list, ", ") + " WHERE false", nil
}

func substitute(q *sql.Select, branches [][]string, systems []string) string {
	pairs := make([]string, 0, 2*(len(branches)+len(systems)))
	for i, s := range q.Systems {
		pairs = append(pairs, s.Placeholder, "("+systems[i]+")")
	}
	for i, s := range q.Scans {
		pairs = append(pairs, s.Placeholder, "("+strings.Join(branches[i], " UNION ALL ")+")")
	}
	return strings.NewReplacer(pairs...).Replace(q.Text)
}

// branches counts the SELECTs that texts returns.
func (s *Scan) branches() int {
	n := len(s.Parts)
	if len(s.Files) > 0 {
		n++
	}
	return n
}

// texts returns one SELECT for all files and one for each relation of buffered rows; at least one.
func (s *Scan) texts(path func(catalog.DataFile) string) ([]string, error) {
	var out []string
	if len(s.Files) > 0 {
		t, err := s.fileScan(path)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	for _, part := range s.Parts {
		t, err := s.partScan(part)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		t, err := emptyScan(s.Table, s.Columns)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// fileScan reads Parquet. Once files differ in their columns it does so by field id, so that added and widened columns
// come out right (Delta protocol, "Column Mapping"). Before, all files are alike, and reading by name takes DuckDB about a third less time.
func (s *Scan) fileScan(path func(catalog.DataFile) string) (string, error) {
	paths := make([]string, len(s.Files))
	rows := int64(0)
	for i, f := range s.Files {
		paths[i] = duck.Literal(path(f))
		rows += f.Rows
	}
	ids := s.Columns
	if len(ids) == 0 { // count(*): some column has to be named
		ids = []int32{s.Table.Columns[0].ID}
	}
	byName := !s.Table.Evolved
	schema, list := make([]string, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		c := s.Table.Column(id)
		typ, err := duck.StorageType(c.Type)
		if err != nil {
			return "", err
		}
		name := "c" + strconv.Itoa(int(id))
		value := "NULL"
		if text, ok := duck.MissingText(c.Missing, c.Type); ok {
			value = duck.Literal(text)
		}
		schema[i] = strconv.Itoa(int(id)) + ": {name: " + duck.Literal(name) + ", type: " + duck.Literal(typ) + ", default_value: CAST(" + value + " AS VARCHAR)}"
		if byName {
			name = duck.Ident(c.PhysicalName)
		}
		list[i] = duck.FromStorage(name, c.Type) + " AS " + duck.Ident(c.Name)
	}
	text := "SELECT " + strings.Join(list, ", ") + " FROM read_parquet([" + strings.Join(paths, ", ") + "]"
	if !byName {
		text += ", schema = MAP {" + strings.Join(schema, ", ") + "}"
	}
	// DuckDB would guess the number of rows from the first file, and with a schema take all for empty; the log knows.
	return text + ", hive_partitioning = false, explicit_cardinality = " + strconv.FormatInt(max(rows, 1), 10) + ")", nil
}

func (s *Scan) partScan(part Part) (string, error) {
	ids := s.Columns
	if len(ids) == 0 {
		ids = []int32{s.Table.Columns[0].ID}
	}
	list := make([]string, len(ids))
	for i, id := range ids {
		c := s.Table.Column(id)
		expr := "c" + strconv.Itoa(int(id))
		typ, err := duck.Type(c.Type)
		if err != nil {
			return "", err
		}
		switch old := part.Schema.Column(id); {
		case old == nil:
			expr = duck.MissingValue(c.Missing, c.Type)
		case old.Type != c.Type:
			expr = "CAST(" + expr + " AS " + typ + ")"
		}
		list[i] = expr + " AS " + duck.Ident(c.Name)
	}
	text := "SELECT " + strings.Join(list, ", ") + " FROM " + part.Relation
	if part.Low >= 0 {
		text += " WHERE _offset > " + strconv.FormatInt(part.Low, 10) + " AND _offset <= " + strconv.FormatInt(part.High, 10)
	} else {
		text += " WHERE _offset <= " + strconv.FormatInt(part.High, 10)
	}
	return text, nil
}

func emptyScan(t *catalog.Table, ids []int32) (string, error) {
	if len(ids) == 0 {
		ids = []int32{t.Columns[0].ID}
	}
	list := make([]catalog.Column, len(ids))
	for i, id := range ids {
		list[i] = *t.Column(id)
	}
	return NoRows(list)
}
