package pgwire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Codes in the place of a protocol version (documentation, "Message Formats").
const (
	cancelRequest = 80877102
	sslRequest    = 80877103
	gssRequest    = 80877104

	protocolMajor  = 3
	protocolNewest = 3<<16 | 2
)

// errQuiet ends a connection without a word: a cancel request, a scan, a client that left.
var errQuiet = errors.New("connection ends")

// startup reads until the start-up message; encryption is granted or declined, each kind once. It returns the parameters, keys as they came.
func (c *conn) startup(ctx context.Context) (map[string]string, error) {
	sslAsked, gssAsked := false, false
	if err := c.rd.fill(1); err != nil {
		return nil, errQuiet
	}
	if c.rd.buf[c.rd.r] == tlsHandshake && c.srv.tls != nil {
		if err := c.encrypt(ctx, true); err != nil {
			return nil, err
		}
		sslAsked, gssAsked = true, true
	}
	for {
		code, body, err := c.startupPacket()
		if err != nil {
			return nil, err
		}
		switch {
		case code == sslRequest && !sslAsked && c.srv.tls != nil:
			sslAsked, gssAsked = true, true
			c.out = append(c.out, 'S')
			if err = c.encrypt(ctx, false); err == nil {
				err = c.stuffed("SSL")
			}
		case code == sslRequest && !sslAsked:
			sslAsked = true
			c.out = append(c.out, 'N')
			err = c.stuffed("SSL")
		case code == gssRequest && !gssAsked:
			gssAsked = true
			c.out = append(c.out, 'N')
			err = c.stuffed("GSSAPI encryption")
		case code == cancelRequest:
			c.srv.cancelRequested(ctx, body, false)
			return nil, errQuiet
		case code == forwardedCancel:
			c.srv.cancelRequested(ctx, body, true)
			return nil, errQuiet
		case code>>16 == protocolMajor:
			return c.parameters(code, body)
		default:
			return nil, pgerr.Fatal(pgerrcode.FeatureNotSupported, "unsupported frontend protocol %d.%d: server supports 3.0 to %d.%d",
				code>>16, code&0xffff, protocolNewest>>16, protocolNewest&0xffff)
		}
		if err != nil {
			return nil, err
		}
	}
}

// startupPacket reads a message without a type byte: length, code, rest.
func (c *conn) startupPacket() (code uint32, body []byte, err error) {
	if err := c.rd.fill(4); err != nil {
		return 0, nil, errQuiet
	}
	n := int(int32(binary.BigEndian.Uint32(c.rd.buf[c.rd.r:])))
	if n < 8 || n > maxStartupBytes {
		return 0, nil, pgerr.Fatal(pgerrcode.ProtocolViolation, "invalid length of startup packet")
	}
	if err := c.rd.fill(n); err != nil {
		return 0, nil, errQuiet
	}
	packet := c.rd.buf[c.rd.r : c.rd.r+n]
	c.rd.r += n
	return binary.BigEndian.Uint32(packet[4:]), packet[8:], nil
}

// parameters reads name and value pairs and negotiates the minor version and the options of the protocol itself (_pq_.*).
func (c *conn) parameters(version uint32, body []byte) (map[string]string, error) {
	params, options := map[string]string{}, []string(nil)
	for {
		name, rest, ok := bytes.Cut(body, []byte{0})
		if !ok {
			return nil, errStartupLayout()
		}
		if len(name) == 0 {
			if len(rest) != 0 {
				return nil, errStartupLayout()
			}
			break
		}
		value, rest, ok := bytes.Cut(rest, []byte{0})
		if !ok {
			return nil, errStartupLayout()
		}
		if strings.HasPrefix(string(name), "_pq_.") {
			options = append(options, string(name))
		} else {
			params[string(name)] = string(value)
		}
		body = rest
	}
	minor := version & 0xffff
	agreed := minor
	if agreed != 0 && agreed != protocolNewest&0xffff {
		agreed = 0 // 3.1 was never in use
		if minor > protocolNewest&0xffff {
			agreed = protocolNewest & 0xffff
		}
	}
	if agreed != minor || len(options) > 0 {
		c.send(&pgproto3.NegotiateProtocolVersion{NewestMinorProtocol: protocolMajor<<16 | agreed, UnrecognizedOptions: options})
	}
	c.minor = agreed
	return params, nil
}

func errStartupLayout() error {
	return pgerr.Fatal(pgerrcode.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte")
}

// clientInfo applies the defaults of the start-up parameters and takes options=-c apart.
func clientInfo(params map[string]string) (ClientInfo, error) {
	info := ClientInfo{User: cutName(params["user"]), Database: cutName(params["database"]), Parameters: map[string]string{}}
	if info.User == "" {
		return info, pgerr.Fatal(pgerrcode.InvalidAuthorizationSpecification, "no PostgreSQL user name specified in startup packet")
	}
	if info.Database == "" {
		info.Database = info.User
	}
	if err := splitOptions(params["options"], info.Parameters); err != nil { // what the parameters themselves say comes later, and wins
		return info, err
	}
	for name, value := range params {
		switch lower := strings.ToLower(name); lower {
		case "user", "database", "options":
		case "replication":
			if on := strings.ToLower(value); on != "false" && on != "off" && on != "no" && on != "0" {
				return info, pgerr.Fatal(pgerrcode.FeatureNotSupported, "replication connections are not supported")
			}
		default:
			info.Parameters[lower] = value
		}
	}
	return info, nil
}

// maxNameBytes is the length of a name in PostgreSQL (NAMEDATALEN - 1).
const maxNameBytes = 63

// cutName cuts a name that is too long, wherever that is in a character, as PostgreSQL does with those of the start-up message.
func cutName(s string) string { return s[:min(len(s), maxNameBytes)] }

// splitOptions reads "-c name=value --name=value"; a backslash keeps a blank.
func splitOptions(s string, into map[string]string) error {
	var words []string
	var word strings.Builder
	started := false
	for i := 0; i < len(s); i++ {
		switch {
		case isBlank(s[i]):
			if started {
				words = append(words, word.String())
				word.Reset()
				started = false
			}
			continue
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		word.WriteByte(s[i])
		started = true
	}
	if started {
		words = append(words, word.String())
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w == "-c" && i+1 < len(words):
			i++
			w = words[i]
		case strings.HasPrefix(w, "-c"):
			w = w[2:]
		case strings.HasPrefix(w, "--"):
			w = strings.ReplaceAll(w[2:], "-", "_")
		default:
			return pgerr.Fatal(pgerrcode.SyntaxError, "invalid command-line argument for server process: %s", w)
		}
		name, value, ok := strings.Cut(w, "=")
		if !ok {
			return pgerr.Fatal(pgerrcode.SyntaxError, "-c %s requires a value", w)
		}
		into[strings.ToLower(name)] = value
	}
	return nil
}

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// open goes from the first byte to the first ReadyForQuery.
func (c *conn) open(ctx context.Context) error {
	if err := c.nc.SetDeadline(time.Now().Add(c.srv.cfg.StartupTimeout)); err != nil {
		return errQuiet
	}
	params, err := c.startup(ctx)
	if err != nil {
		return err
	}
	info, err := clientInfo(params)
	if err != nil {
		return err
	}
	info.Addr, info.TLS = c.nc.RemoteAddr(), c.info.TLS
	c.info = info
	authCtx, cancel := context.WithTimeout(ctx, c.srv.cfg.StartupTimeout)
	defer cancel()
	if err := c.srv.backend.Authenticate(authCtx, c.info, (*prover)(c)); err != nil {
		return fatal(err)
	}
	reserved, err := c.srv.register(c)
	if err != nil {
		return err
	}
	if b, ok := c.srv.backend.(PrivilegedBackend); ok && reserved && !b.Superuser(c.info.User) {
		return errReserved()
	}
	c.send(&pgproto3.AuthenticationOk{})
	session, err := c.srv.backend.Open(ctx, c.info, (*outlet)(c))
	if err != nil {
		return fatal(err)
	}
	c.session = session
	if err := c.nc.SetDeadline(time.Time{}); err != nil {
		return errQuiet
	}
	c.rd.limit = c.srv.cfg.MaxMessageBytes
	c.parameterStatuses()
	c.send(&pgproto3.BackendKeyData{ProcessID: c.info.ProcessID, SecretKey: c.secret})
	c.ready()
	c.rest()
	return c.pause()
}

// fatal makes any error one that ends the connection.
func fatal(err error) error {
	if errors.Is(err, errQuiet) {
		return err
	}
	e := *pgerr.From(err)
	e.Severity = "FATAL"
	return e.WithCause(err)
}
