package engine

import (
	"math"
	"strconv"
	"strings"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// dense renumbers the parameters of a text that leaves some out: DuckDB takes values for numbers up to their count only. order says which of the given
// parameters each is. Texts are the translator's: what stands in quotes has no parameters, and there are no comments.
func dense(sql string) (text string, order []int) {
	var out strings.Builder
	seen := map[int]int{}
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case c == '\'' || c == '"':
			end := i + 1
			for end < len(sql) && sql[end] != c { // a doubled quote begins another quoted piece
				end++
			}
			end = min(end+1, len(sql))
			out.WriteString(sql[i:end])
			i = end
		case c == '$' && i+1 < len(sql) && sql[i+1] >= '0' && sql[i+1] <= '9':
			end := i + 1
			for end < len(sql) && sql[end] >= '0' && sql[end] <= '9' {
				end++
			}
			n, err := strconv.Atoi(sql[i+1 : end])
			if err != nil {
				return sql, nil
			}
			if seen[n] == 0 {
				order = append(order, n-1)
				seen[n] = len(order)
			}
			out.WriteString("$" + strconv.Itoa(seen[n]))
			i = end
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String(), order
}

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
	if stmt.order != nil {
		picked := make([]*string, 0, len(stmt.order))
		for _, at := range stmt.order {
			if at >= len(params) {
				return pgerr.New(pgerrcode.UndefinedParameter, "there is no parameter $%d", at+1)
			}
			picked = append(picked, params[at])
		}
		params = picked
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
