package engine

import (
	"math"
	"strconv"

	b "github.com/duckdb/duckdb-go-bindings"
)

// bind gives the statement its parameters, nil as NULL. Those that the text does not mention are dropped. All are bound as text, which makes DuckDB plan again
// where it expects another type. With exact, numbers are bound as what it expects, and the plan stays.
func bind(c *Conn, stmt *prepared, params []*string, exact bool) error {
	n := int(b.NParams(stmt.PreparedStatement))
	if n == 0 {
		return nil
	}
	if exact && stmt.types == nil { // DuckDB forgets them with the first execution
		stmt.types = make([]b.Type, n)
		for i := range n {
			stmt.types[i] = b.ParamType(stmt.PreparedStatement, b.IdxT(i+1))
		}
	}
	for i, p := range params {
		var index b.IdxT
		if b.BindParameterIndex(stmt.PreparedStatement, &index, strconv.Itoa(i+1)) != b.StateSuccess {
			continue
		}
		typ := b.TypeVarchar
		if exact && int(index) <= len(stmt.types) {
			typ = stmt.types[index-1]
		}
		if p != nil {
			if err := checkText(*p); err != nil {
				return err
			}
		}
		if bindOne(stmt.PreparedStatement, index, p, typ) != b.StateSuccess {
			return c.db.failure(b.ErrorTypeInvalid, b.PrepareError(stmt.PreparedStatement), "")
		}
	}
	return nil
}

// bindOne binds a text as a value of the given type, or as text where it has no such value: DuckDB then says what is wrong with it.
func bindOne(stmt b.PreparedStatement, index b.IdxT, p *string, typ b.Type) b.State {
	if p == nil {
		return b.BindNull(stmt, index)
	}
	switch typ {
	case b.TypeSmallInt:
		if v, err := strconv.ParseInt(*p, 10, 16); err == nil {
			return b.BindInt16(stmt, index, int16(v))
		}
	case b.TypeInteger:
		if v, err := strconv.ParseInt(*p, 10, 32); err == nil {
			return b.BindInt32(stmt, index, int32(v))
		}
	case b.TypeBigInt:
		if v, err := strconv.ParseInt(*p, 10, 64); err == nil {
			return b.BindInt64(stmt, index, v)
		}
	case b.TypeFloat:
		if v, err := strconv.ParseFloat(*p, 32); err == nil {
			return b.BindFloat(stmt, index, float32(plainNaN(v)))
		}
	case b.TypeDouble:
		if v, err := strconv.ParseFloat(*p, 64); err == nil {
			return b.BindDouble(stmt, index, plainNaN(v))
		}
	}
	return b.BindVarchar(stmt, index, *p)
}

// plainNaN replaces Go's NaN by the one that C and PostgreSQL have, as its bits are seen in binary results.
func plainNaN(v float64) float64 {
	if math.IsNaN(v) {
		return math.Float64frombits(0x7ff8 << 48)
	}
	return v
}
