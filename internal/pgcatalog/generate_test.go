package pgcatalog

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testpg"
)

var rewrite = flag.Bool("rewrite", false, "take the rows anew from PostgreSQL 15")

// copied are the relations whose rows are the same in every new database, with what to leave out: what is not built in (plpgsql), and what
// depends on the machine (collations of the operating system).
var copied = map[string]string{
	"pg_catalog.pg_aggregate": "", "pg_catalog.pg_am": "", "pg_catalog.pg_amop": "", "pg_catalog.pg_amproc": "", "pg_catalog.pg_cast": "",
	"pg_catalog.pg_class": "oid < 16384", "pg_catalog.pg_attribute": "attrelid < 16384", "pg_catalog.pg_index": "indexrelid < 16384",
	"pg_catalog.pg_collation": "collname IN ('default', 'C', 'POSIX', 'ucs_basic')", "pg_catalog.pg_constraint": "", "pg_catalog.pg_conversion": "",
	"pg_catalog.pg_description": "NOT (classoid = 'pg_collation'::regclass AND objoid > 951 OR objoid IN (SELECT oid FROM pg_proc WHERE proname LIKE 'plpgsql%') " +
		"OR classoid = 'pg_extension'::regclass OR classoid = 'pg_language'::regclass AND objoid > 14)",
	"pg_catalog.pg_depend": "deptype <> 'e' AND NOT (classid = 'pg_collation'::regclass)", "pg_catalog.pg_init_privs": "", "pg_catalog.pg_language": "lanname <> 'plpgsql'",
	"pg_catalog.pg_namespace": "", "pg_catalog.pg_opclass": "", "pg_catalog.pg_operator": "", "pg_catalog.pg_opfamily": "",
	"pg_catalog.pg_proc": "proname NOT LIKE 'plpgsql%'", "pg_catalog.pg_range": "", "pg_catalog.pg_rewrite": "", "pg_catalog.pg_tablespace": "",
	"pg_catalog.pg_ts_config": "", "pg_catalog.pg_ts_config_map": "", "pg_catalog.pg_ts_dict": "", "pg_catalog.pg_ts_parser": "", "pg_catalog.pg_ts_template": "",
	"pg_catalog.pg_type":              "oid < 16384",
	"information_schema.sql_features": "", "information_schema.sql_implementation_info": "", "information_schema.sql_parts": "", "information_schema.sql_sizing": "",
}

// TestRows compares the rows with those of a new database of PostgreSQL 15; -rewrite takes them from there.
func TestRows(t *testing.T) {
	ctx := context.Background()
	conn, err := pgconn.Connect(ctx, testpg.Start(t))
	require.NoError(t, err)
	defer conn.Close(ctx)
	run := func(text string) [][][]byte {
		r := conn.ExecParams(ctx, text, nil, nil, nil, nil).Read()
		require.NoError(t, r.Err, text)
		return r.Rows
	}
	for name, where := range copied {
		cols := run(`SELECT quote_ident(attname), atttypid::regtype::text FROM pg_catalog.pg_attribute
			WHERE attrelid = '` + name + `'::regclass AND attnum > 0 ORDER BY attnum`)
		var list, names, keys []string
		for _, c := range cols {
			names = append(names, strings.Trim(string(c[0]), `"`))
			list = append(list, columnText(name, string(c[0]), string(c[1])))
		}
		for i := range list {
			keys = append(keys, string(cols[i][0])+"::text")
			if i == 4 {
				break
			}
		}
		if where != "" {
			where = " WHERE " + where
		}
		var out bytes.Buffer
		out.WriteString(strings.Join(names, "\t") + "\n")
		order := strings.Join(keys, ", ")
		if string(cols[0][0]) == "oid" {
			order = "oid"
		}
		if name == "pg_catalog.pg_attribute" {
			order = "attrelid, attnum"
		}
		_, err := conn.CopyTo(ctx, &out, "COPY (SELECT "+strings.Join(list, ", ")+" FROM "+name+where+" ORDER BY "+order+") TO STDOUT")
		require.NoError(t, err)
		text := strings.ReplaceAll(out.String(), "postgres=", "miniodb=")
		text = strings.ReplaceAll(text, "/postgres", "/miniodb")
		file := filepath.Join("data", strings.TrimPrefix(name, "pg_catalog.")+".tsv")
		if *rewrite {
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
			continue
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), text, "%s: run with -rewrite", name)
	}
}

// TestKeywords does the same for the words of the grammar.
func TestKeywords(t *testing.T) {
	ctx := context.Background()
	conn, err := pgconn.Connect(ctx, testpg.Start(t))
	require.NoError(t, err)
	defer conn.Close(ctx)
	var out bytes.Buffer
	out.WriteString("word\tcatcode\tbarelabel\n")
	_, err = conn.CopyTo(ctx, &out, "COPY (SELECT word, catcode, barelabel FROM pg_get_keywords() ORDER BY word COLLATE \"C\") TO STDOUT")
	require.NoError(t, err)
	file := filepath.Join("data", "keywords.tsv")
	if *rewrite {
		require.NoError(t, os.WriteFile(file, out.Bytes(), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String(), "run with -rewrite")
}

// columnText writes a column as it is stored here: object names as OIDs, expressions as their text, bodies of rules not at all.
func columnText(relation, column, typ string) string {
	switch {
	case relation == "pg_catalog.pg_proc" && column == "proargdefaults":
		return "pg_get_expr(proargdefaults, 0)"
	case relation == "pg_catalog.pg_constraint" && column == "conbin":
		return "pg_get_expr(conbin, conrelid)"
	case typ == "pg_node_tree" && (column == "ev_action" || column == "ev_qual"):
		return "''"
	case typ == "pg_node_tree":
		return "NULL"
	case column == "relfrozenxid" || column == "relminmxid":
		return "CASE WHEN " + column + "::text = '0' THEN 0 ELSE 1 END"
	case column == "relpages":
		return "0"
	case column == "reltuples":
		return "-1"
	case column == "relallvisible":
		return "0"
	case strings.HasPrefix(typ, "reg") && strings.HasSuffix(typ, "[]"):
		return column + "::oid[]"
	case strings.HasPrefix(typ, "reg"):
		return column + "::oid"
	case typ == "\"char\"":
		return column + "::text"
	}
	return column
}
