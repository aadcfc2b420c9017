package pgwire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Longest answers of a client that proves who it is, in bytes, the length included, as in PostgreSQL (auth.c).
const (
	maxSASLBytes     = 1024
	maxPasswordBytes = 65535
)

// Prover is the client's end of a proof of identity (documentation, 55.2.1 and 55.3). Its errors end the connection.
type Prover interface {
	// Password asks for the password as it is.
	Password() (string, error)
	// SASL offers mechanisms and returns the one of them that the client chose and its first message; nil when the client waits for an empty challenge first.
	SASL(mechanisms []string) (chosen string, first []byte, err error)
	// SASLContinue sends a challenge and returns the answer.
	SASLContinue(challenge []byte) (answer []byte, err error)
	// SASLFinal sends what ends the exchange.
	SASLFinal(data []byte) error
}

// prover is what Authenticate sees of a connection.
type prover conn

// Password implements Prover.
func (p *prover) Password() (string, error) {
	c := (*conn)(p)
	c.send(&pgproto3.AuthenticationCleartextPassword{})
	body, err := c.answer("password", maxPasswordBytes)
	if err != nil {
		return "", err
	}
	defer clear(body) // the buffer will belong to others
	switch end := bytes.IndexByte(body, 0); {
	case end < 0 || end != len(body)-1:
		return "", pgerr.Fatal(pgerrcode.ProtocolViolation, "invalid password packet size")
	case end == 0:
		return "", pgerr.Fatal(pgerrcode.InvalidPassword, "empty password returned by client")
	}
	return string(body[:len(body)-1]), nil
}

// SASL implements Prover.
func (p *prover) SASL(mechanisms []string) (chosen string, first []byte, err error) {
	c := (*conn)(p)
	c.send(&pgproto3.AuthenticationSASL{AuthMechanisms: mechanisms})
	body, err := c.saslAnswer()
	if err != nil {
		return "", nil, err
	}
	name, rest, ok := bytes.Cut(body, []byte{0})
	switch {
	case !ok:
		return "", nil, pgerr.Fatal(pgerrcode.ProtocolViolation, "invalid string in message")
	case !slices.Contains(mechanisms, string(name)):
		return "", nil, pgerr.Fatal(pgerrcode.ProtocolViolation, "client selected an invalid SASL authentication mechanism")
	case len(rest) < 4:
		return "", nil, pgerr.Fatal(pgerrcode.ProtocolViolation, "insufficient data left in message")
	}
	n, rest := int32(binary.BigEndian.Uint32(rest)), rest[4:]
	switch {
	case n < -1 || int(n) > len(rest):
		return "", nil, pgerr.Fatal(pgerrcode.ProtocolViolation, "insufficient data left in message")
	case max(int(n), 0) < len(rest):
		return "", nil, pgerr.Fatal(pgerrcode.ProtocolViolation, "invalid message format")
	case n >= 0:
		first = append([]byte{}, rest...)
	}
	return string(name), first, nil
}

// SASLContinue implements Prover.
func (p *prover) SASLContinue(challenge []byte) (answer []byte, err error) {
	c := (*conn)(p)
	c.send(&pgproto3.AuthenticationSASLContinue{Data: challenge})
	body, err := c.saslAnswer()
	return append([]byte{}, body...), err
}

// SASLFinal implements Prover.
func (p *prover) SASLFinal(data []byte) error {
	(*conn)(p).send(&pgproto3.AuthenticationSASLFinal{Data: data})
	return p.outErr
}

// errAnswerLength is an answer of a length that is none, or that is too long.
var errAnswerLength = fmt.Errorf("%w: invalid length of an answer", errQuiet)

// saslAnswer reads one message of the exchange. To PostgreSQL one of a wrong length is the same as a wrong password.
func (c *conn) saslAnswer() ([]byte, error) {
	body, err := c.answer("SASL", maxSASLBytes)
	if errors.Is(err, errAnswerLength) {
		return nil, pgerr.Fatal(pgerrcode.InvalidPassword, "password authentication failed for user \"%s\"", c.info.User)
	}
	return body, err
}

// answer reads the one message that may come now. The body is valid until the next read.
func (c *conn) answer(kind string, limit int) ([]byte, error) {
	if err := c.rd.fill(1); err != nil {
		return nil, errQuiet
	}
	if typ := c.rd.buf[c.rd.r]; typ != 'p' {
		return nil, pgerr.Fatal(pgerrcode.ProtocolViolation, "expected %s response, got message type %d", kind, typ)
	}
	if err := c.rd.fill(5); err != nil {
		return nil, errQuiet
	}
	n := int(int32(binary.BigEndian.Uint32(c.rd.buf[c.rd.r+1:]))) - 4
	if n < 0 || n+4 > limit {
		return nil, errAnswerLength
	}
	if err := c.rd.fill(5 + n); err != nil {
		return nil, errQuiet
	}
	body := c.rd.buf[c.rd.r+5 : c.rd.r+5+n]
	c.rd.r += 5 + n
	return body, nil
}
