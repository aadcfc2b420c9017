package session

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/sql"
)

//go:embed pgviews.sql
var pgViewText string

// pgViews are the queries of the views of pg_catalog and information_schema, with the columns and types of PostgreSQL.
var pgViews = sync.OnceValue(func() map[catalog.Name]string {
	out := map[catalog.Name]string{}
	relations, err := pgcatalog.Relations()
	if err != nil {
		return out
	}
	columns := map[catalog.Name][]pgcatalog.Column{}
	for _, r := range relations {
		columns[catalog.Name{Schema: r.Schema, Name: r.Name}] = r.Columns
	}
	for block := range strings.SplitSeq(pgViewText, "\n\n") {
		head, query, ok := strings.Cut(block, "\n")
		words := strings.Fields(head)
		if !ok || len(words) < 3 || words[0] != "view" {
			continue
		}
		schema, relation, _ := strings.Cut(words[1], ".")
		name := catalog.Name{Schema: schema, Name: relation}
		out[name] = viewQuery(columns[name], words[2:], strings.TrimSpace(query))
	}
	return out
})

// viewQuery gives a query the columns of a view.
func viewQuery(columns []pgcatalog.Column, given []string, query string) string {
	have := map[string]bool{}
	for i, name := range given {
		have[name] = true
		given[i] = sql.QuoteIdent(name)
	}
	list := make([]string, len(columns))
	for i, c := range columns {
		value := "NULL"
		if have[c.Name] {
			value = "v." + sql.QuoteIdent(c.Name)
		}
		list[i] = "CAST(" + value + " AS " + sql.FormatType(c.Type) + ") AS " + sql.QuoteIdent(c.Name)
	}
	return "SELECT " + strings.Join(list, ", ") + " FROM (" + query + ") AS v(" + strings.Join(given, ", ") + ")"
}

// readable is the ACL of what everybody may read.
var readable = catalog.ACL{{Grantee: catalog.Public, Grantor: catalog.SuperuserOID, Privileges: catalog.Select}}
