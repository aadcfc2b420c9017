package syscat

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

// testDatabase has a table with all kinds of constraints, a view over it and a sequence.
func testDatabase(t *testing.T) *catalog.Database {
	name := func(n string) catalog.Name { return catalog.Name{Schema: "public", Name: n} }
	seq := name("t_id_seq")
	table := &catalog.Table{OID: 16400, Name: name("t"), Comment: "of tests", Columns: []catalog.Column{
		{ID: 1, Name: "id", Type: sqltype.Of(sqltype.Int4), NotNull: true, Default: "nextval('t_id_seq'::regclass)", Sequence: &seq},
		{ID: 3, Name: "Name", Type: sqltype.VarcharOf(10), Default: "'x'", Comment: "a name"},
	}, Keys: []catalog.Key{{Name: "t_pkey", Kind: catalog.PrimaryKey, Columns: []int32{1}},
		{Name: "t_fk", Kind: catalog.ForeignKey, Columns: []int32{1}, References: &catalog.Name{Schema: "public", Name: "t"}, RefColumns: []string{"id"}}},
		Checks: []catalog.Check{{Name: "t_check", Expr: "id > 0"}}}
	db, err := catalog.NewDatabase().Apply(1, []catalog.Op{
		{PutTable: table},
		{PutView: &catalog.View{OID: 16402, Name: name("w"), Query: "SELECT id FROM public.t", Columns: []catalog.Column{{ID: 1, Name: "id", Type: sqltype.Of(sqltype.Int4)}}}},
		{PutSequence: &catalog.Sequence{OID: 16401, Name: seq, Start: 1, Increment: 1, Min: 1, Max: 1<<31 - 1}},
	})
	require.NoError(t, err)
	return db
}

func TestRows(t *testing.T) {
	m := New(testDatabase(t), nil)
	all, err := pgcatalog.Relations()
	require.NoError(t, err)
	for _, rel := range all {
		b, err := Static(rel)
		require.NoError(t, err, rel.Name)
		if b != nil {
			require.Len(t, rel.Rows(), b.Len+map[bool]int{true: 1}[rel.Name == "pg_namespace"], rel.Name)
		}
		if rel.Schema == pgcatalog.Schema && Dynamic(rel.Name) {
			_, err := m.Rows(rel)
			require.NoError(t, err, rel.Name)
		}
	}
}

func TestCalls(t *testing.T) {
	db := testDatabase(t)
	v := &Viewer{Image: New(db, nil), Path: []string{"pg_catalog", "public"}, Rights: db.Rights(catalog.SuperuserOID)}
	for _, f := range sql.CatalogFunctions() {
		require.True(t, Known(f), f)
	}
	oid := itoa(v.byName[catalog.Name{Schema: "public", Name: "t_pkey"}].Index.OID)
	for _, c := range []struct {
		function string
		args     []string
		want     string
	}{
		{"regclassin", []string{"t"}, "16400"}, {"regclassin", []string{"public.T"}, "16400"}, {"regclassin", []string{"pg_class"}, "1259"}, {"regclassin", []string{"7"}, "7"},
		{"regclassout", []string{"16400"}, "t"}, {"regclassout", []string{"1259"}, "pg_class"}, {"regclassout", []string{"0"}, "-"}, {"regclassout", []string{"77"}, "77"},
		{"regtypein", []string{"int"}, "23"}, {"regtypein", []string{"int[]"}, "1007"}, {"regtypein", []string{"double precision"}, "701"}, {"regtypeout", []string{"1043"}, "character varying"},
		{"regprocin", []string{"array_in"}, "750"}, {"regprocout", []string{"750"}, "array_in"}, {"regprocedurein", []string{"lower(text)"}, "870"},
		{"regprocedureout", []string{"870"}, "lower(text)"}, {"regnamespacein", []string{"public"}, "2200"}, {"regroleout", []string{"10"}, "miniodb"},
		{"format_type", []string{"1043", "14"}, "character varying(10)"}, {"format_type", []string{"1266", "3"}, "time(3) with time zone"},
		{"pg_get_constraintdef", []string{oid}, "PRIMARY KEY (id)"}, {"pg_get_serial_sequence", []string{"t", "id"}, "public.t_id_seq"},
		{"pg_get_expr", []string{"nextval('public.t_id_seq'::regclass)", "16400"}, "nextval('t_id_seq'::regclass)"},
		{"col_description", []string{"16400", "2"}, "a name"}, {"obj_description", []string{"16400", "pg_class"}, "of tests"},
		{"obj_description", []string{"23", "pg_type"}, "-2 billion to 2 billion integer, 4-byte storage"},
		{"has_table_privilege", []string{"t", "SELECT"}, "true"}, {"has_table_privilege", []string{"public", "t", "SELECT"}, "false"},
		{"pg_table_is_visible", []string{"16400"}, "true"}, {"pg_encoding_to_char", []string{"6"}, "UTF8"}, {"pg_char_to_encoding", []string{"utf-8"}, "6"},
		{"pg_get_function_arguments", []string{"3818"}, "internal, oid, internal, smallint, internal"},
	} {
		args := make([]*string, len(c.args))
		for i := range c.args {
			args[i] = &c.args[i]
		}
		got, err := v.Call(c.function, args)
		require.NoError(t, err, "%s%v", c.function, c.args)
		require.NotNil(t, got, "%s%v", c.function, c.args)
		require.Equal(t, c.want, *got, "%s%v", c.function, c.args)
	}
}

func BenchmarkAttributes(b *testing.B) {
	db := catalog.NewDatabase()
	ops := []catalog.Op{}
	for i := range 1000 {
		t := &catalog.Table{OID: uint32(16400 + i), Name: catalog.Name{Schema: "public", Name: "t" + itoa(uint32(i))}}
		for j := range 50 {
			t.Columns = append(t.Columns, catalog.Column{ID: int32(j + 1), Name: "c" + itoa(uint32(j)), Type: sqltype.Of(sqltype.Int4)})
		}
		ops = append(ops, catalog.Op{PutTable: t})
	}
	db, err := db.Apply(1, ops)
	require.NoError(b, err)
	all, err := pgcatalog.Relations()
	require.NoError(b, err)
	for b.Loop() {
		m := New(db, nil)
		for _, rel := range all {
			if rel.Name == "pg_attribute" {
				_, err := m.Rows(rel)
				require.NoError(b, err)
			}
		}
	}
}
