package pgcatalog

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/miniodb/miniodb/internal/sqltype"
)

//go:embed data/*.tsv
var files embed.FS

// Schemas of the relations here, and the OIDs that are PostgreSQL's.
const (
	Schema            = "pg_catalog"
	InformationSchema = "information_schema"
)

// Column is a column of a system catalog. Domains are given as the types below them, as the protocol does.
type Column struct {
	Name    string
	Type    sqltype.Type
	NotNull bool
}

// Relation is a table or view of pg_catalog or information_schema.
type Relation struct {
	OID     uint32
	Schema  string
	Name    string
	View    bool
	Columns []Column
}

// Rows returns the rows that every database has, as COPY's text has them without escapes; nil is NULL. The result is shared: it must not be changed.
func (r *Relation) Rows() [][]*string {
	_, rows, err := table(r.file())
	if err != nil {
		return nil
	}
	return rows
}

// Position returns the index of a column, or -1.
func (r *Relation) Position(column string) int {
	for i := range r.Columns {
		if r.Columns[i].Name == column {
			return i
		}
	}
	return -1
}

func (r *Relation) file() string {
	if r.Schema == InformationSchema {
		return r.Schema + "." + r.Name
	}
	return r.Name
}

// parsed keeps files that have been read.
var parsed struct {
	sync.Mutex
	tables map[string]*content
}

type content struct {
	columns []string
	rows    [][]*string
}

// table reads a file of data.
func table(name string) ([]string, [][]*string, error) {
	parsed.Lock()
	defer parsed.Unlock()
	if c := parsed.tables[name]; c != nil {
		return c.columns, c.rows, nil
	}
	text, err := files.ReadFile("data/" + name + ".tsv")
	if err != nil {
		return nil, nil, fmt.Errorf("rows of %s: %w", name, err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	c := &content{columns: strings.Split(lines[0], "\t"), rows: make([][]*string, 0, len(lines)-1)}
	for _, line := range lines[1:] {
		row := make([]*string, 0, len(c.columns))
		for field := range strings.SplitSeq(line, "\t") {
			row = append(row, unescape(field))
		}
		c.rows = append(c.rows, row)
	}
	if name == "pg_collation" {
		c.rows = append(c.rows, collations(c.columns)...)
	}
	if parsed.tables == nil {
		parsed.tables = map[string]*content{}
	}
	parsed.tables[name] = c
	return c.columns, c.rows, nil
}

// unescape reads a field of COPY's text format (PostgreSQL documentation, COPY, "Text Format").
func unescape(s string) *string {
	if s == `\N` {
		return nil
	}
	if strings.IndexByte(s, '\\') < 0 {
		return &s
	}
	out := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `\b`, "\b", `\f`, "\f", `\v`, "\v").Replace(s)
	return &out
}

// fields gives the values of named columns of each row, "" for NULL.
func fields(name string, columns ...string) ([][]string, error) {
	have, rows, err := table(name)
	if err != nil {
		return nil, err
	}
	at := make([]int, len(columns))
	for i, c := range columns {
		at[i] = -1
		for j, h := range have {
			if h == c {
				at[i] = j
			}
		}
		if at[i] < 0 {
			return nil, fmt.Errorf("rows of %s: no column %s", name, c)
		}
	}
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = make([]string, len(at))
		for j, k := range at {
			if row[k] != nil {
				out[i][j] = *row[k]
			}
		}
	}
	return out, nil
}

// Relations are all relations of both schemas, by OID.
var Relations = sync.OnceValues(relations)

func relations() ([]*Relation, error) {
	namespaces, err := fields("pg_namespace", "oid", "nspname")
	if err != nil {
		return nil, err
	}
	schema := map[string]string{}
	for _, n := range namespaces {
		schema[n[0]] = n[1]
	}
	types, err := fields("pg_type", "oid", "typtype", "typbasetype", "typtypmod")
	if err != nil {
		return nil, err
	}
	bases := map[string]sqltype.Type{}
	for _, t := range types {
		if t[1] == "d" {
			bases[t[0]] = sqltype.Type{OID: sqltype.OID(number(t[2])), Mod: int32(number(t[3]))}
		}
	}
	classes, err := fields("pg_class", "oid", "relname", "relnamespace", "relkind")
	if err != nil {
		return nil, err
	}
	byOID := map[string]*Relation{}
	var out []*Relation
	for _, c := range classes {
		if s := schema[c[2]]; (s == Schema || s == InformationSchema) && (c[3] == "r" || c[3] == "v") {
			r := &Relation{OID: uint32(number(c[0])), Schema: s, Name: c[1], View: c[3] == "v"}
			byOID[c[0]], out = r, append(out, r)
		}
	}
	attributes, err := fields("pg_attribute", "attrelid", "attname", "atttypid", "atttypmod", "attnotnull", "attnum")
	if err != nil {
		return nil, err
	}
	for _, a := range attributes {
		r := byOID[a[0]]
		if r == nil || number(a[5]) < 1 {
			continue
		}
		typ, domain := bases[a[2]]
		if !domain {
			typ = sqltype.Type{OID: sqltype.OID(number(a[2])), Mod: int32(number(a[3]))}
		}
		if typ.Typname() == "oid"+a[2] { // extended statistics, which are never there
			typ = sqltype.Of(sqltype.Text)
		}
		r.Columns = append(r.Columns, Column{Name: a[1], Type: typ, NotNull: a[4] == "t"})
	}
	return out, nil
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
