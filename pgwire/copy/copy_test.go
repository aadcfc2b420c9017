package copy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/testpg"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/internal/wirescript"
	pgcopy "github.com/miniodb/miniodb/pgwire/copy"
)

var columns = []pgcopy.Column{{Name: "a", Type: sqltype.Of(sqltype.Int4)}, {Name: "b", Type: sqltype.Of(sqltype.Text)}, {Name: "c", Type: sqltype.Of(sqltype.Text)}}

// dialect is one way to spell a COPY, in SQL and as options.
type dialect struct {
	sql string
	o   pgcopy.Options
}

var (
	text = dialect{"FORMAT text", pgcopy.Options{Delimiter: '\t', Null: `\N`}}
	csv  = dialect{"FORMAT csv", pgcopy.Options{Format: pgcopy.CSV, Delimiter: ',', Quote: '"', Escape: '"'}}
)

// decode feeds data in pieces and returns the rows as text.
func decode(o pgcopy.Options, cols []pgcopy.Column, pieces ...[]byte) (rows []string, err error) {
	o.Table = "t"
	o.BatchRows = 2
	enc := pgvalue.NewEncoder(pgvalue.Settings{})
	d := pgcopy.NewDecoder(o, cols, pgvalue.NewDecoder(pgvalue.Options{}), func(b *vector.Batch, _ int64) error {
		for i := range b.Len {
			var row []byte
			for k := range b.Cols {
				if k > 0 {
					row = append(row, '|')
				}
				if b.Cols[k].IsNull(i) {
					row = append(row, "<null>"...)
				} else {
					row = pgvalue.AppendText(row, &b.Cols[k], i, enc)
				}
			}
			rows = append(rows, string(row))
		}
		return nil
	})
	for _, p := range pieces {
		p = bytes.Clone(p)
		if err := d.Write(p); err != nil {
			return rows, err
		}
		for i := range p { // the decoder must keep nothing of what it was given
			p[i] = '#'
		}
	}
	return rows, d.Close()
}

type oracle struct {
	tb   testing.TB
	conn *pgconn.PgConn
}

func newOracle(tb testing.TB) *oracle {
	conn, err := pgconn.Connect(context.Background(), testpg.Start(tb))
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = conn.Close(context.Background()) })
	o := &oracle{tb, conn}
	o.exec("CREATE TEMP TABLE t (a int, b text, c text)")
	return o
}

func (o *oracle) exec(sql string) []*pgconn.Result {
	r, err := o.conn.Exec(context.Background(), sql).ReadAll()
	require.NoError(o.tb, err, sql)
	return r
}

func (o *oracle) copyFrom(sql string, data []byte) ([]string, *pgconn.PgError) {
	o.exec("DELETE FROM t")
	_, err := o.conn.CopyFrom(context.Background(), bytes.NewReader(data), "COPY t FROM STDIN ("+sql+")")
	var e *pgconn.PgError
	if err != nil {
		require.ErrorAs(o.tb, err, &e)
		return nil, e
	}
	var rows []string
	for _, row := range o.exec("SELECT a, b, c FROM t ORDER BY ctid")[0].Rows {
		var cells []string
		for _, v := range row {
			if v == nil {
				v = []byte("<null>")
			}
			cells = append(cells, string(v))
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	return rows, nil
}

func TestDecodeLikePostgres(t *testing.T) {
	o := newOracle(t)
	pipe := dialect{"FORMAT text, DELIMITER '|', NULL 'nil'", pgcopy.Options{Delimiter: '|', Null: "nil"}}
	header := dialect{"FORMAT csv, HEADER", pgcopy.Options{Format: pgcopy.CSV, Header: true}}
	match := dialect{"FORMAT csv, HEADER MATCH", pgcopy.Options{Format: pgcopy.CSV, Header: true, HeaderMatch: true}}
	textMatch := dialect{"FORMAT text, HEADER MATCH", pgcopy.Options{Null: `\N`, Header: true, HeaderMatch: true}}
	odd := dialect{`FORMAT csv, QUOTE '''', ESCAPE '\', DELIMITER ';', NULL 'NULL'`, pgcopy.Options{Format: pgcopy.CSV, Delimiter: ';', Quote: '\'', Escape: '\\', Null: "NULL"}}
	forced := dialect{"FORMAT csv, FORCE_NOT_NULL (b), FORCE_NULL (c)", pgcopy.Options{Format: pgcopy.CSV, ForceNotNull: []bool{false, true, false}, ForceNull: []bool{false, false, true}}}
	for _, tt := range []struct {
		d    dialect
		data []string
	}{
		{text, []string{
			"", "1\ta\tb\n", "1\ta\tb", "1\ta\tb\n2\tc\td", "\\N\t\\N\t\\N\n", "1\t\t\n", "1\ta\\tb\tc\\nd\n", "1\ta\\\nb\tc\n", "1\ta\\\\b\t\\\\N\n", "1\t\\b\\f\\n\\r\\t\\v\t\\q\\.x\n",
			"1\t\\101\\60\t\\x41\\x4a\\xg\\x\n", "1\t\\303\\244\t\\xc3\\xa4\n", "1\t\\303\tb\n", "1\t\\0\tb\n", "1\t\xff\tb\n", "1\ta\\\tb\tc\n", "1\ta\tb\\\n", "1\ta\tb\\",
			"1\ta\n", "1\n", "\n", "1\ta\tb\tc\n", "1\ta\tb\t\n", "x\ta\tb\n", "1\ta\tb\nx\ta\tb\n", "1\ta\tb\n\n2\ta\tb\n", "99999999999\ta\tb\n", "\ta\tb\n",
			"1\ta\tb\r\n2\tc\td\r\n", "1\ta\tb\r2\tc\td\r", "1\ta\tb\n2\tc\td\r\n", "1\ta\tb\n2\tc\rx\td\n", "1\ta\tb\r\n2\tc\td\n", "1\ta\tb\r2\tc\nx\td\r", "1\ta\tb\r\n2\tc\rx\td\r\n", "1\ta\tb\r", "1\ta\tb\r\n\r\n",
			"1\ta\tb\n\\.\n", "1\ta\tb\n\\.\n2\tc\td\n", "\\.\n", "1\ta\tb\r\n\\.\r\n", "1\ta\\.\n", "1\ta\tb\\.\n", "1\ta\tb\n\\.x\n", "\\.\\.\n", "1\ta\tb\n\\.\nxx", "1\t\\.a\tb\n",
			"1\t" + strings.Repeat("ä", 80) + "\n", "x" + strings.Repeat("y", 200) + "\ta\tb\n", "1\tNULL\tnull\n", "  5 \t a \tb \n", "1\t\"a\"\t'b'\n",
		}},
		{pipe, []string{"1|a|b\n", "1|nil|\\nil\n", "nil|nil|nil\n", "1|a\\|b|c\n", "1|a\tb|c\n", "1|\\N|b\n", "1|a|b|c\n"}},
		{csv, []string{
			"", "1,a,b\n", "1,a,b", "1,,\n", "1,\"\",\"\"\n", "1,\"a,b\",\"c\"\"d\"\n", "1,\"a\nb\",c\n", "1,\"a\nb\nc\",d\n2,e,f\n", "1,\"a\r\nb\",c\r\n2,d,e\r\n", "1,\"a\rb\",c\r2,d,e\r", "1,a\"b\"c,d\n", "1,\"a\"b,c\n", "1,\"a\"\"\",b\n", "1,\"\"\"\",b\n",
			"1,\"a,b\n", "1,\"a\n2,b,c\n", "1,a\n", "1,a,b,c\n", "x,a,b\n", "1,a,b\nx,\"c\nd\",e\n", "1,\"c\nd\",e\nx,a,b\n", "\n", "1,a,b\n\n", "\"1\",\"a\",\"b\"\n", "\"\",a,b\n", " 1 , a , b \n", "1,a\tb,\\N\n", "1,\\n,\\\\\n", "1,a,b\n\\.\n2,c,d\n", "\\.\n", "1,\\.,b\n", "\"\\.\",a,b\n", "1,\"\n\\.\n\",b\n",
			"1,a,b\n2,c\rd,e\n", "1,a,b\r\n2,c,d\n", "1,a,b\r2,c,d\n", "1,a,b\n2,c,d\r\n", "1,\"ä€\",𝄞\n", "1,\xff,b\n", "1,\"\xff\",b\n", "1,a,\"b\nc", "1,a,\"b\"\"", "1,\"a\"\"b\"\"c\"\"\",\"\"\"d\"\n", "1,a,\"\"\"\n", "\\.x,a,b\n", "1,a,b\n\\.x\n",
		}},
		{header, []string{"a,b,c\n1,x,y\n", "anything\n1,x,y\n", "\"a\nb\",c\n1,x,y\n", "a,b,c\n", "", "a,b,c\nx,y,z\n", "a,b,c\n\"1\n\",x\n"}},
		{match, []string{"a,b,c\n1,x,y\n", "\"a\",\"b\",c\n1,x,y\n", "a,c,b\n1,x,y\n", "a,b\n1,x,y\n", "a,b,c,d\n1,x,y\n", ",b,c\n1,x,y\n", "A,b,c\n1,x,y\n", "a,b,\"c\n1,x,y\n"}},
		{textMatch, []string{"a\tb\tc\n1\tx\ty\n", "a\t\\N\tc\n", "a\\tb\tc\n", "a\tb\\\n\tc\n"}},
		{odd, []string{"1;'a;b';'c\\'d'\n", "1;NULL;'NULL'\n", "1;'a\\\\b';\\\n", "1;'a\\nb';c\n", "1;'a''b';c\n", "1;'a\n\\'b';c\n2;d;e\n", "1;'a\\';b\n", "1;\\'a;b\n", "1;'\\\\';b\n", "1;'a\\\nb';c\n", "1;a\\';b\n"}},
		{forced, []string{"1,,\n", "1,\"\",\"\"\n", "1,a,b\n", ",\"\",x\n"}},
	} {
		for _, data := range tt.data {
			want, pgErr := o.copyFrom(tt.d.sql, []byte(data))
			whole := [][]byte{[]byte(data)}
			check := func(how string, pieces [][]byte) {
				got, err := decode(tt.d.o, columns, pieces...)
				if pgErr == nil {
					if err != nil {
						t.Errorf("%s %q %s: PostgreSQL reads %q, we refuse: %v", tt.d.sql, data, how, want, err)
					} else if fmt.Sprint(want) != fmt.Sprint(got) {
						t.Errorf("%s %q %s:\n PostgreSQL %q\n ours       %q", tt.d.sql, data, how, want, got)
					}
					return
				}
				if err == nil {
					t.Errorf("%s %q %s: PostgreSQL refuses (%s %s), we read %q", tt.d.sql, data, how, pgErr.Code, pgErr.Message, got)
					return
				}
				e := pgerr.From(err)
				if e.Code != pgErr.Code || e.Message != pgErr.Message || e.Where != pgErr.Where || e.Hint != pgErr.Hint {
					t.Errorf("%s %q %s:\n PostgreSQL %s %q %q %q\n ours       %s %q %q %q", tt.d.sql, data, how, pgErr.Code, pgErr.Message, pgErr.Where, pgErr.Hint, e.Code, e.Message, e.Where, e.Hint)
				}
			}
			check("whole", whole)
			for i := 1; i < len(data); i++ {
				check(fmt.Sprintf("cut at %d", i), [][]byte{[]byte(data[:i]), []byte(data[i:])})
			}
			var single [][]byte
			for i := range len(data) {
				single = append(single, []byte(data[i:i+1]))
			}
			check("byte by byte", single)
		}
	}
}

var wide = []pgcopy.Column{
	{Name: "a", Type: sqltype.Of(sqltype.Int4)}, {Name: "b", Type: sqltype.Of(sqltype.Text)}, {Name: "c c", Type: sqltype.Of(sqltype.Timestamp)},
	{Name: "d,\"x", Type: sqltype.NumericOf(10, 2)}, {Name: "e", Type: sqltype.BpcharOf(4)}, {Name: "f", Type: sqltype.Of(sqltype.Bytea)}, {Name: "g", Type: func() sqltype.Type { a, _ := sqltype.Of(sqltype.Text).Array(); return a }()},
	{Name: "h", Type: sqltype.Of(sqltype.Bool)}, {Name: "i", Type: sqltype.Of(sqltype.Float8)}, {Name: "j", Type: sqltype.Of(sqltype.UUID)}, {Name: "k", Type: sqltype.Of(sqltype.JSONB)}, {Name: "l", Type: sqltype.Of(sqltype.Interval)},
}

const wideTable = `CREATE TEMP TABLE w (a int, b text, "c c" timestamp, "d,""x" numeric(10,2), e char(4), f bytea, g text[], h bool, i float8, j uuid, k jsonb, l interval);
INSERT INTO w VALUES (1, 'plain', '2020-01-02 03:04:05.6', 12.5, 'ab', '\x00ff', '{a,"b c",NULL,"q\"x"}', true, 1.5, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"b":1,"a":"x,y"}', '1 day 02:03:04'),
(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
(-2, E'tab\there\nnew\rret\\back"quote''s,comma|pipe;\x01\b\f\v', 'infinity', -0.01, '', '', '{}', false, 'NaN', NULL, '"\u0001"', '-1 mon'),
(3, '', '0001-01-01 BC', 0, ' x', '\x5c', '{""}', NULL, 'Infinity', NULL, 'null', '0'),
(4, '\.', NULL, 99999999.99, 'abcd', 'abc', '{\\N}', NULL, 1e20, NULL, '[1, 2]', '@ 1 year'), (5, '\N', NULL, 1, 'NULL', NULL, NULL, NULL, -0.0, NULL, NULL, NULL), (6, 'NULL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`

// TestEncodeLikePostgres takes a table out of PostgreSQL in binary, reads it here, writes it in every dialect and compares with what PostgreSQL
// writes; then reads that back.
func TestEncodeLikePostgres(t *testing.T) {
	o := newOracle(t)
	o.exec(wideTable)
	out := func(sql, cols string) []byte {
		var b bytes.Buffer
		_, err := o.conn.CopyTo(context.Background(), &b, "COPY "+cols+" TO STDOUT ("+sql+")")
		require.NoError(t, err)
		return b.Bytes()
	}
	for name, cols := range map[string][]pgcopy.Column{"w": wide, "w (b)": wide[1:2]} {
		var batches []*vector.Batch
		d := pgcopy.NewDecoder(pgcopy.Options{Format: pgcopy.Binary}, cols, pgvalue.NewDecoder(pgvalue.Options{}), func(b *vector.Batch, _ int64) error {
			batches = append(batches, b)
			return nil
		})
		require.NoError(t, d.Write(out("FORMAT binary", name)))
		require.NoError(t, d.Close())
		for _, dl := range []dialect{
			text, csv, {"FORMAT binary", pgcopy.Options{Format: pgcopy.Binary}},
			{"FORMAT text, DELIMITER '|', NULL 'NULL', HEADER", pgcopy.Options{Delimiter: '|', Null: "NULL", Header: true}},
			{"FORMAT text, DELIMITER ':'", pgcopy.Options{Delimiter: ':', Null: `\N`}},
			{"FORMAT csv, HEADER", pgcopy.Options{Format: pgcopy.CSV, Header: true}},
			{"FORMAT csv, NULL 'NULL', FORCE_QUOTE *", pgcopy.Options{Format: pgcopy.CSV, Null: "NULL", ForceQuote: []bool{true, true, true, true, true, true, true, true, true, true, true, true}}},
			{"FORMAT csv, NULL '1', DELIMITER ';', FORCE_QUOTE (b)", pgcopy.Options{Format: pgcopy.CSV, Null: "1", Delimiter: ';', ForceQuote: []bool{name == "w (b)", true}}},
			{`FORMAT csv, QUOTE '''', ESCAPE '\'`, pgcopy.Options{Format: pgcopy.CSV, Quote: '\'', Escape: '\\'}},
			{`FORMAT csv, QUOTE '1', DELIMITER '-'`, pgcopy.Options{Format: pgcopy.CSV, Quote: '1', Delimiter: '-'}},
		} {
			want := out(dl.sql, name)
			e := pgcopy.NewEncoder(dl.o, cols, pgvalue.NewEncoder(pgvalue.Settings{}))
			got := e.AppendHeader(nil)
			for _, b := range batches {
				require.NoError(t, e.Prepare(b))
				for i := range b.Len {
					got = e.AppendRow(got, b, i)
				}
			}
			got = e.AppendTrailer(got)
			require.Equal(t, string(want), string(got), "%s %s", name, dl.sql)
			if strings.Contains(dl.sql, "'1'") || strings.Contains(dl.sql, "text, DELIMITER '|', NULL 'NULL'") {
				continue // such data does not read back the same anywhere
			}
			rows, err := decode(dl.o, cols, got)
			require.NoError(t, err, dl.sql)
			first, err := decode(pgcopy.Options{Format: pgcopy.Binary}, cols, out("FORMAT binary", name))
			require.NoError(t, err)
			require.Equal(t, first, rows, "%s %s", name, dl.sql)
		}
	}
}

func TestBinaryErrors(t *testing.T) {
	o := newOracle(t)
	const head = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	row := "\x00\x03\x00\x00\x00\x04\x00\x00\x00\x01\x00\x00\x00\x01a\xff\xff\xff\xff"
	for _, data := range []string{
		head + "\xff\xff", head + row + "\xff\xff", head + row + row + "\xff\xff", head + row, head, "PGCOPY\n\xff\r\n\x01\x00\x00\x00\x00\x00\x00\x00\x00", "PGCOPY\n", "", "hello, this is not it at all",
		"PGCOPY\n\xff\r\n\x00\x00\x01\x00\x00\x00\x00\x00\x00", "PGCOPY\n\xff\r\n\x00\x00\x02\x00\x00\x00\x00\x00\x00", "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\xff\xff\xff\xff", "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x02xy" + row + "\xff\xff",
		head + "\x00\x02", head + "\x00\x04" + row[2:], head + row[:10], head + "\x00\x03\xff\xff\xff\xfe", head + "\x00\x03\x00\x00\x00\x05\x00\x00\x00\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		head + "\x00\x03\x00\x00\x00\x03\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", head + "\x00\x03\xff\xff\xff\xff\x00\x00\x00\x01\xff\xff\xff\xff\xff\xff\xff", head + row + "\xff\xff" + "x", head + row + "\xff",
	} {
		want, pgErr := o.copyFrom("FORMAT binary", []byte(data))
		for cut := range len(data) + 1 {
			got, err := decode(pgcopy.Options{Format: pgcopy.Binary}, columns, []byte(data[:cut]), []byte(data[cut:]))
			if pgErr == nil {
				require.NoError(t, err, "%q", data)
				require.Equal(t, want, got)
				continue
			}
			e := pgerr.From(err)
			require.NotNil(t, e, "%q: PostgreSQL refuses: %v", data, pgErr)
			require.Equal(t, pgErr.Code+" "+pgErr.Message+" / "+pgErr.Where, e.Code+" "+e.Message+" / "+e.Where, "%q", data)
		}
	}
}

func TestLimitsAndBatches(t *testing.T) {
	long := []byte("1\t" + strings.Repeat("x", 2000) + "\tb\n")
	o := text.o
	o.MaxLineBytes = 1000
	for cut := range len(long) {
		_, err := decode(o, columns, long[:cut], long[cut:])
		require.Equal(t, "54000", pgerr.Code(err), cut)
		require.Equal(t, "COPY t, line 1", pgerr.From(err).Where)
	}
	var sizes []int
	var firsts []int64
	o = csv.o
	o.BatchRows = 3
	d := pgcopy.NewDecoder(o, columns, pgvalue.NewDecoder(pgvalue.Options{}), func(b *vector.Batch, first int64) error {
		sizes, firsts = append(sizes, b.Len), append(firsts, first)
		return nil
	})
	require.NoError(t, d.Write([]byte("0,a,b\n"+strings.Repeat("1,\"a\nb\",c\n", 6))))
	require.NoError(t, d.Close())
	require.Equal(t, []int{3, 3, 1}, sizes)
	require.Equal(t, []int64{1, 7, 13}, firsts, "a row's line is its last one, as in PostgreSQL's messages")
	require.EqualValues(t, 7, d.Rows())

	boom := errors.New("boom")
	d = pgcopy.NewDecoder(o, columns, pgvalue.NewDecoder(pgvalue.Options{}), func(*vector.Batch, int64) error { return boom })
	require.ErrorIs(t, d.Write([]byte(strings.Repeat("1,a,b\n", 4))), boom)
}

func FuzzDecode(f *testing.F) {
	f.Add(uint8(0), uint16(3), []byte("1\ta\\tb\tc\n2\t\\N\t\\x41\n\\.\n"))
	f.Add(uint8(1), uint16(5), []byte("1,\"a\nb\",c\r\n2,\"d\"\"e\",f\r\n"))
	f.Add(uint8(2), uint16(20), []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x01\x00\x00\x00\x01a\xff\xff\xff\xff\xff\xff"))
	files, err := wirescript.Load("../../testdata/wire")
	require.NoError(f, err)
	for _, file := range files {
		for _, s := range file.Scripts {
			for i, data := range s.CopyData() {
				if len(data) > 8<<10 { // there for its length
					continue
				}
				for format := range uint8(4) {
					f.Add(format, uint16(i+7), data)
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, format uint8, cut uint16, data []byte) {
		o := []pgcopy.Options{text.o, csv.o, {Format: pgcopy.Binary}, {Format: pgcopy.CSV, Quote: '\'', Escape: '\\', Delimiter: ';', Header: true}}[format%4]
		o.MaxLineBytes = 1 << 16
		whole, err := decode(o, columns, data)
		at := min(int(cut), len(data))
		parts, err2 := decode(o, columns, data[:at], data[at:])
		require.Equal(t, whole, parts, "where the input is cut does not matter")
		require.Equal(t, fmt.Sprint(err), fmt.Sprint(err2))
	})
}
