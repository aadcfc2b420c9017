package engine

import (
	"context"
	"strconv"

	b "github.com/duckdb/duckdb-go-bindings"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// maxParams is how many parameters a statement may have; the protocol has 16 bits for the number.
const maxParams = 65535

// Description is what is known of a statement before it runs.
type Description struct {
	Params  []sqltype.Type // $1 first; OID 0 where DuckDB cannot tell
	Columns []Column       // nil where it returns no rows; unreliable while a parameter has OID 0
}

// Describe prepares a statement and runs nothing.
func (c *Conn) Describe(ctx context.Context, sql string) (*Description, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.beginLocked(sql); err != nil {
		return nil, err
	}
	var out *Description
	err := c.interruptible(ctx, func() (err error) {
		out, err = c.describeLocked(sql)
		return err
	})
	return out, err
}

func (c *Conn) describeLocked(sql string) (*Description, error) {
	var stmt b.PreparedStatement
	defer b.DestroyPrepare(&stmt)
	if b.Prepare(c.raw, sql, &stmt) != b.StateSuccess {
		return nil, c.db.failure(b.ErrorTypeInvalid, b.PrepareError(stmt), sql)
	}
	out := &Description{}
	for i, seen := 1, b.NParams(stmt); seen > 0 && i <= maxParams; i++ {
		var index b.IdxT
		if b.BindParameterIndex(stmt, &index, strconv.Itoa(i)) != b.StateSuccess {
			out.Params = append(out.Params, sqltype.Of(0)) // a gap: the text does not mention $i
			continue
		}
		seen--
		t := b.ParamLogicalType(stmt, index)
		out.Params = append(out.Params, paramType(t))
		b.DestroyLogicalType(&t)
	}
	switch b.PreparedStatementType(stmt) {
	case b.StatementTypeSelect, b.StatementTypeExplain:
	default:
		return out, nil
	}
	n := b.PreparedStatementColumnCount(stmt)
	out.Columns = make([]Column, n)
	for i := range n {
		t := b.PreparedStatementColumnLogicalType(stmt, i)
		d, err := newColumnDecoder(t)
		b.DestroyLogicalType(&t)
		name := b.PreparedStatementColumnName(stmt, i)
		if err != nil {
			return nil, columnError(err, name)
		}
		out.Columns[i] = Column{Name: name, Type: d.typ}
	}
	return out, nil
}

// newColumnDecoder is newDecoder for a prepared column, whose type is unknown while a parameter is.
func newColumnDecoder(t b.LogicalType) (*decoder, error) {
	if t.Ptr == nil || b.GetTypeId(t) == b.TypeInvalid || b.GetTypeId(t) == b.TypeAny {
		return &decoder{typ: unknownType}, nil
	}
	return newDecoder(t, 0)
}

func paramType(t b.LogicalType) sqltype.Type {
	if t.Ptr == nil {
		return sqltype.Of(0)
	}
	switch b.GetTypeId(t) {
	case b.TypeInvalid, b.TypeAny, b.TypeSQLNull:
		return sqltype.Of(0)
	}
	d, err := newDecoder(t, 0)
	if err != nil {
		return sqltype.Of(0)
	}
	return d.typ.SQL
}
