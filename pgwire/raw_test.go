package pgwire_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"
)

// raw is a client that speaks single messages.
type raw struct {
	tb testing.TB
	nc net.Conn
	*pgproto3.Frontend
	key pgproto3.CancelRequest // of this connection, once it is open
}

// connect logs in with raw messages.
func (s *testServer) connect(tb testing.TB) *raw {
	r := s.bare(tb)
	r.startup(map[string]string{"user": "miniodb"})
	r.until("Z")
	return r
}

func (s *testServer) bare(tb testing.TB) *raw {
	nc := s.dial(tb)
	return &raw{tb: tb, nc: nc, Frontend: pgproto3.NewFrontend(nc, nc)}
}

func (r *raw) startup(params map[string]string) {
	r.say(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: params})
}

func (r *raw) say(msgs ...pgproto3.FrontendMessage) {
	for _, m := range msgs {
		r.Send(m)
	}
	require.NoError(r.tb, r.Flush())
}

// until collects what the server says, in short, up to a message of the given kind.
func (r *raw) until(kind string) []string {
	var out []string
	for {
		m, err := r.Receive()
		require.NoError(r.tb, err, "after %v", out)
		if k, ok := m.(*pgproto3.BackendKeyData); ok {
			r.key = pgproto3.CancelRequest{ProcessID: k.ProcessID, SecretKey: k.SecretKey}
		}
		s := brief(m)
		if s != "" {
			out = append(out, s)
		}
		if strings.HasPrefix(s, kind) {
			return out
		}
	}
}

// brief names a message by its letter and what matters in it.
func brief(m pgproto3.BackendMessage) string {
	switch m := m.(type) {
	case *pgproto3.ReadyForQuery:
		return "Z" + string(m.TxStatus)
	case *pgproto3.RowDescription:
		names := make([]string, len(m.Fields))
		for i, f := range m.Fields {
			names[i] = fmt.Sprintf("%s:%d/%d", f.Name, f.DataTypeOID, f.Format)
		}
		return "T " + strings.Join(names, " ")
	case *pgproto3.DataRow:
		vals := make([]string, len(m.Values))
		for i, v := range m.Values {
			if vals[i] = string(v); v == nil {
				vals[i] = "NULL"
			}
		}
		return "D " + strings.Join(vals, "|")
	case *pgproto3.CommandComplete:
		return "C " + string(m.CommandTag)
	case *pgproto3.ErrorResponse:
		return fmt.Sprintf("E %s %s: %s", m.Severity, m.Code, m.Message)
	case *pgproto3.NoticeResponse:
		return "N " + m.Message
	case *pgproto3.ParseComplete:
		return "1"
	case *pgproto3.BindComplete:
		return "2"
	case *pgproto3.CloseComplete:
		return "3"
	case *pgproto3.NoData:
		return "n"
	case *pgproto3.PortalSuspended:
		return "s"
	case *pgproto3.EmptyQueryResponse:
		return "I"
	case *pgproto3.ParameterDescription:
		return fmt.Sprintf("t %v", m.ParameterOIDs)
	case *pgproto3.ParameterStatus:
		return ""
	case *pgproto3.CopyInResponse:
		return fmt.Sprintf("G%d %v", m.OverallFormat, m.ColumnFormatCodes)
	case *pgproto3.CopyOutResponse:
		return fmt.Sprintf("H%d %v", m.OverallFormat, m.ColumnFormatCodes)
	case *pgproto3.CopyData:
		return "d " + string(m.Data)
	case *pgproto3.CopyDone:
		return "c"
	case *pgproto3.AuthenticationOk, *pgproto3.BackendKeyData:
		return ""
	}
	return fmt.Sprintf("%T", m)
}

func (r *raw) query(text string) []string {
	r.say(&pgproto3.Query{String: text})
	return r.until("Z")
}
