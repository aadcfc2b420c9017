package session

import (
	"math/big"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/sql"
)

// cellReader turns constants of a statement into values of columns by PostgreSQL's rules for assignment: an untyped string is read by the
// column's type; a typed value is converted where an assignment cast exists, and refused with 42804 elsewhere.
type cellReader struct {
	session *Session
	decoder *pgvalue.Decoder
	params  []sqltype.Type
	args    []*string
}

// read appends one value to a column.
func (r *cellReader) read(a *vector.Appender, c *sql.Cell, column string) error {
	to := a.Type()
	switch c.Kind {
	case sql.CellNull:
		a.Null()
		return nil
	case sql.CellParam:
		arg := r.args[c.Param-1]
		if arg == nil {
			a.Null()
			return nil
		}
		from := r.params[c.Param-1]
		if c.Cast != nil {
			return r.cast(a, *arg, from, *c.Cast, column)
		}
		return r.assign(a, *arg, from, column)
	case sql.CellArray:
		return r.array(a, c, column)
	}
	from := cellType(c)
	if c.Cast != nil {
		return r.cast(a, c.Text, from, *c.Cast, column)
	}
	if from.OID == sqltype.Unknown || from.OID == to.SQL.OID {
		return r.decoder.ParseText(a, []byte(c.Text))
	}
	return r.assign(a, c.Text, from, column)
}

// cellType is the type PostgreSQL gives a constant (documentation, section "Constants").
func cellType(c *sql.Cell) sqltype.Type {
	switch c.Kind {
	case sql.CellInteger:
		switch n := len(strings.TrimPrefix(c.Text, "-")); {
		case n <= 9:
			return sqltype.Of(sqltype.Int4)
		case n <= 18:
			return sqltype.Of(sqltype.Int8)
		}
		return sqltype.Of(sqltype.Numeric)
	case sql.CellDecimal:
		return sqltype.Of(sqltype.Numeric)
	case sql.CellBool:
		return sqltype.Of(sqltype.Bool)
	}
	return sqltype.Of(sqltype.Unknown)
}

// cast reads a constant as its cast says, and assigns what that prints as.
func (r *cellReader) cast(a *vector.Appender, text string, from, cast sqltype.Type, column string) error {
	vt := vector.TypeOf(cast)
	if vt.Kind == vector.Invalid {
		return pgerr.New(pgerrcode.FeatureNotSupported, "type %s is not supported here", cast)
	}
	if n, ok := cast.Length(); ok && from.OID != cast.OID { // an explicit cast cuts, an assignment does not
		if rs := []rune(text); len(rs) > n {
			text = string(rs[:n])
		}
	}
	b := vector.NewBuilder([]vector.Type{vt})
	if from.OID == sqltype.Unknown || textual(from.OID) || from.OID == cast.OID { // whatever is text is read, in an explicit cast
		if err := r.decoder.ParseText(b.Col(0), []byte(text)); err != nil {
			return err
		}
	} else if err := r.assign(b.Col(0), text, from, column); err != nil {
		return err
	}
	v := b.Take()
	return r.assign(a, string(pgvalue.AppendText(nil, &v.Cols[0], 0, r.session.textEncoding())), cast, column)
}

// assign converts a typed value, given as text, to the column's type.
func (r *cellReader) assign(a *vector.Appender, text string, from sqltype.Type, column string) error {
	to := a.Type().SQL
	if !assignable(from.OID, to.OID) {
		e := pgerr.New(pgerrcode.DatatypeMismatch, "column %q is of type %s but expression is of type %s", column, sqltype.Of(to.OID), sqltype.Of(from.OID)).
			WithHint("You will need to rewrite or cast the expression.")
		e.Column = column
		return e
	}
	if integral(to.OID) && !integral(from.OID) && numeric(from.OID) {
		var ok bool
		if text, ok = roundToInteger(text, from.OID != sqltype.Numeric); !ok {
			return pgerr.New(pgerrcode.NumericValueOutOfRange, "%s out of range", to)
		}
	}
	if to.OID == sqltype.Date && (from.OID == sqltype.Timestamp || from.OID == sqltype.Timestamptz) {
		text, _, _ = strings.Cut(text, " ")
	}
	err := r.decoder.ParseText(a, []byte(text))
	if pgerr.Code(err) == pgerrcode.NumericValueOutOfRange && numeric(from.OID) && integral(to.OID) {
		return pgerr.New(pgerrcode.NumericValueOutOfRange, "%s out of range", to) // a number, not a text, is too large
	}
	return err
}

func integral(o sqltype.OID) bool {
	return o == sqltype.Int2 || o == sqltype.Int4 || o == sqltype.Int8 || o == sqltype.Oid
}

func numeric(o sqltype.OID) bool {
	return integral(o) || o == sqltype.Numeric || o == sqltype.Float4 || o == sqltype.Float8
}

func textual(o sqltype.OID) bool {
	return o == sqltype.Text || o == sqltype.Varchar || o == sqltype.Bpchar || o == sqltype.Name || o == sqltype.Char
}

// assignable follows pg_cast: assignment and implicit casts between the types we store. Everything can be assigned to text.
func assignable(from, to sqltype.OID) bool {
	if from == to || from == sqltype.Unknown || textual(to) {
		return true
	}
	dates := func(o sqltype.OID) bool {
		return o == sqltype.Timestamp || o == sqltype.Timestamptz || o == sqltype.Date
	}
	switch {
	case numeric(from) && numeric(to), dates(from) && dates(to):
		return true
	case to == sqltype.Time:
		return from == sqltype.Timestamp || from == sqltype.Timestamptz || from == sqltype.Interval
	case to == sqltype.JSON || to == sqltype.JSONB:
		return from == sqltype.JSON || from == sqltype.JSONB
	case to == sqltype.Interval:
		return from == sqltype.Time
	}
	_, fromArray := sqltype.Of(from).Elem()
	_, toArray := sqltype.Of(to).Elem()
	if fromArray && toArray {
		f, _ := sqltype.Of(from).Elem()
		t, _ := sqltype.Of(to).Elem()
		return assignable(f.OID, t.OID)
	}
	return false
}

// roundToInteger rounds a number's text half away from zero, or half to even for floats, as PostgreSQL's casts do.
func roundToInteger(text string, even bool) (string, bool) {
	if !strings.ContainsAny(text, ".eE") {
		return text, true
	}
	if len(text) > 400 {
		return "", false
	}
	x, ok := new(big.Rat).SetString(text)
	if !ok {
		return text, true // the type's own reader words the error
	}
	if x.Num().BitLen()-x.Denom().BitLen() > 80 {
		return "", false
	}
	twice := new(big.Int).Lsh(x.Num(), 1)
	den := x.Denom()
	half := new(big.Int).Set(den)
	if x.Sign() < 0 {
		half.Neg(half)
	}
	q, rem := new(big.Int).QuoRem(new(big.Int).Add(twice, half), new(big.Int).Lsh(den, 1), new(big.Int))
	if even && rem.Sign() == 0 && q.Bit(0) == 1 { // exactly half: the even neighbour
		q.Sub(q, big.NewInt(int64(x.Sign())))
	}
	return q.String(), true
}

// array reads ARRAY[...].
func (r *cellReader) array(a *vector.Appender, c *sql.Cell, column string) error {
	if a.Type().Kind != vector.KindList {
		return pgerr.New(pgerrcode.DatatypeMismatch, "column %q is of type %s but expression is an array", column, a.Type().SQL).
			WithHint("You will need to rewrite or cast the expression.")
	}
	return a.List(func(elem *vector.Appender) error {
		for i := range c.Elems {
			if err := r.read(elem, &c.Elems[i], column); err != nil {
				return err
			}
		}
		return nil
	})
}
