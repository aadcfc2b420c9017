package session

import (
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
)

// texts returns bound parameters as text, which the engine casts; binary ones are read and printed.
func (s *Session) texts(types []sqltype.Type, params []pgwire.Param) ([]*string, error) {
	if len(params) != len(types) {
		return nil, pgerr.New(pgerrcode.ProtocolViolation, "bind message supplies %d parameters, but prepared statement requires %d", len(params), len(types))
	}
	out := make([]*string, len(params))
	for i, p := range params {
		if p.Data == nil {
			continue
		}
		text := string(p.Data)
		if p.Binary {
			var err error
			if text, err = s.binaryText(types[i], p.Data); err != nil {
				return nil, err
			}
		}
		out[i] = &text
	}
	return out, nil
}

func (s *Session) binaryText(t sqltype.Type, data []byte) (string, error) {
	vt := vector.TypeOf(t)
	if vt.Kind == vector.Invalid {
		return "", pgerr.New(pgerrcode.UndefinedFunction, "no binary input function available for type %s", t)
	}
	b := vector.NewBuilder([]vector.Type{vt})
	if err := s.decoder().ParseBinary(b.Col(0), data); err != nil {
		return "", err
	}
	batch := b.Take()
	return string(pgvalue.AppendText(nil, &batch.Cols[0], 0, s.textEncoding())), nil
}
