package session

import (
	"bytes"
	"context"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// Bind implements pgwire.Session. Parameters are read here, by the types' own rules, and not by the engine, whose casts take other texts:
// what is returned is the text form of each value under default settings.
func (s *Session) Bind(ctx context.Context, ps pgwire.Statement, params []pgwire.Param) ([]pgwire.Param, error) {
	st := ps.(*statement)
	if err := s.enter(st.parsed); err != nil {
		return nil, err
	}
	if err := s.revalidate(ctx, st); err != nil {
		return nil, shiftPosition(outward(err), st.stmt.Offset)
	}
	if len(params) == 0 {
		return nil, nil
	}
	out := make([]pgwire.Param, len(params))
	for i, p := range params {
		if p.Data == nil {
			continue
		}
		text, err := s.readParam(st.params[i], p)
		if err != nil {
			return nil, &pgwire.ParamError{Index: i, Err: err}
		}
		out[i].Data = text
	}
	return out, nil
}

// revalidate binds a query anew whose catalog has changed; its result must not.
func (s *Session) revalidate(ctx context.Context, st *statement) error {
	if _, ok := st.stmt.Command.(*sql.Query); !ok || st.query.constant || st.query.db == s.database() {
		return nil
	}
	b, err := s.rebind(ctx, st.query)
	if err != nil {
		return err
	}
	if !sameTypes(described(b), st.columns) {
		return errResultChanged()
	}
	st.query = b
	return nil
}

func errResultChanged() error {
	return pgerr.New(pgerrcode.FeatureNotSupported, "cached plan must not change result type")
}

// readParam reads a parameter and prints it under default settings. The text is the caller's.
func (s *Session) readParam(t sqltype.Type, p pgwire.Param) ([]byte, error) {
	switch {
	case t.OID == sqltype.Numeric: // not to the scale of a column: it is not known here
		return numericParam(p)
	case t.OID == sqltype.Text || t.OID == sqltype.Varchar || t.OID == sqltype.Bpchar || t.OID == sqltype.Unknown:
		if err := pgvalue.CheckUTF8(p.Data); err != nil {
			return nil, err
		}
		return bytes.Clone(p.Data), nil
	}
	if t.Reg() {
		return pgvalue.RegParam(p.Data, p.Binary), nil
	}
	vt := vector.TypeOf(t)
	if vt.Kind == vector.Invalid {
		if p.Binary {
			return nil, pgerr.New(pgerrcode.UndefinedFunction, "no binary input function available for type %s", t)
		}
		return bytes.Clone(p.Data), nil
	}
	if vt.Kind == vector.KindList && !t.Vector() {
		dims := pgvalue.TextDims(p.Data)
		if p.Binary {
			dims = pgvalue.BinaryDims(p.Data)
		}
		vt = pgvalue.Nested(vt, dims)
	}
	b := vector.NewBuilder([]vector.Type{vt})
	var err error
	if p.Binary {
		err = s.decoder().ParseBinary(b.Col(0), p.Data)
	} else {
		err = s.decoder().ParseText(b.Col(0), p.Data)
	}
	if err != nil {
		return nil, err
	}
	return pgvalue.AppendText([]byte{}, &b.Take().Cols[0], 0, pgvalue.NewEncoder(pgvalue.Settings{})), nil
}

// maxNumericText is how many digits a parameter that no decimal holds may have.
const maxNumericText = 2000

// numericParam checks a numeric of any scale and returns it as text.
func numericParam(p pgwire.Param) ([]byte, error) {
	text := p.Data
	if p.Binary {
		var err error
		if text, err = pgvalue.NumericBinaryText(p.Data); err != nil {
			return nil, err
		}
	}
	var err error
	for _, scale := range []int{12, 0} { // what is too large for the first may be a whole number
		b := vector.NewBuilder([]vector.Type{vector.TypeOf(sqltype.NumericOf(38, scale))})
		if err = pgvalue.NewDecoder(pgvalue.Options{}).ParseText(b.Col(0), text); err == nil {
			return bytes.Clone(bytes.TrimSpace(text)), nil
		}
		if pgerr.Code(err) == pgerrcode.FeatureNotSupported { // NaN and infinities, which queries can show and tables cannot keep
			return bytes.Clone(bytes.TrimSpace(text)), nil
		}
		if pgerr.Code(err) != pgerrcode.NumericValueOutOfRange {
			return nil, err
		}
	}
	if len(text) <= maxNumericText { // as text it can be shown; what computes with it says that it is too large
		return bytes.Clone(bytes.TrimSpace(text)), nil
	}
	return nil, err
}

// texts returns bound parameters as text.
func (s *Session) texts(types []sqltype.Type, params []pgwire.Param) ([]*string, error) {
	if len(params) != len(types) {
		return nil, pgerr.New(pgerrcode.ProtocolViolation, "bind message supplies %d parameters, but prepared statement requires %d", len(params), len(types))
	}
	if len(params) == 0 {
		return nil, nil
	}
	out := make([]*string, len(params))
	for i, p := range params {
		if p.Data != nil {
			text := string(p.Data)
			out[i] = &text
		}
	}
	return out, nil
}

// paramDims tells how many dimensions the arrays among the parameters have; nil when none has more than one.
func paramDims(types []sqltype.Type, args []*string) []int {
	var out []int
	for i, arg := range args {
		if arg == nil || i >= len(types) {
			continue
		}
		if _, isArray := types[i].Elem(); !isArray || types[i].Vector() {
			continue
		}
		if n := pgvalue.TextDims([]byte(*arg)); n > 1 {
			if out == nil {
				out = make([]int, len(args))
			}
			out[i] = n
		}
	}
	return out
}

// engineTexts returns parameters, as Bind prints them, in the form that the engine reads as the same value.
func engineTexts(types []sqltype.Type, args []*string) ([]*string, error) {
	var out []*string
	for i, arg := range args {
		if arg == nil || i >= len(types) || !sql.OwnParamText(types[i]) {
			continue
		}
		text, err := sql.ParamText(types[i], *arg)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = append(out, args...)
		}
		out[i] = &text
	}
	if out == nil {
		return args, nil
	}
	return out, nil
}
