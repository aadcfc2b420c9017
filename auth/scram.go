package auth

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/xdg-go/scram"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// mechanismPlus is SCRAM bound to the TLS connection that it runs in.
const mechanismPlus = mechanism + "-PLUS"

// errProof says that the client does not know the password, or that there is none that it could know.
var errProof = errors.New("the proof does not fit")

// exchange is the server's side of one SCRAM exchange (RFC 5802). The library computes; what a message must look like is checked before, so that a
// client is told what PostgreSQL would tell it.
type exchange struct {
	conv   *scram.ServerConversation
	doomed bool // no proof is good enough
	offer  offer
	nonce  string // client's and server's together
	bound  string // what attribute c of the last message must be
}

// offer is what client and server agreed on before the first message.
type offer struct {
	plus    bool   // the client chose channel binding
	binding []byte // hash of the server's certificate (tls-server-end-point); nil where binding is not offered
}

func newExchange(v verifier, doomed bool, o offer) (*exchange, error) {
	server, err := scram.SHA256.NewServer(func(string) (scram.StoredCredentials, error) { // the name is the start-up message's
		return v.StoredCredentials, nil
	})
	if err != nil {
		return nil, err
	}
	e := &exchange{doomed: doomed, offer: o, conv: server.NewConversation()}
	if o.plus {
		e.conv = server.NewConversationWithChannelBindingRequired(scram.ChannelBinding{
			Type: scram.ChannelBindingTLSServerEndpoint, Data: o.binding,
		})
	}
	return e, nil
}

// first answers client-first-message.
func (e *exchange) first(msg string) (string, error) {
	header, err := checkFirst(msg, e.offer)
	if err != nil {
		return "", err
	}
	e.bound = boundValue(header, e.offer)
	answer, err := e.conv.Step(msg)
	if err != nil {
		return "", malformed("%s.", err)
	}
	if e.nonce, err = nonceOf(answer); err != nil {
		return "", err
	}
	return answer, nil
}

// final answers client-final-message, with errProof when the password is not known.
func (e *exchange) final(msg string) (string, error) {
	if err := checkFinal(msg, e.bound, e.nonce, e.offer); err != nil {
		return "", err
	}
	answer, err := e.conv.Step(strings.TrimSuffix(msg, ",")) // PostgreSQL reads past one comma
	if err != nil || !e.conv.Valid() || e.doomed {
		return "", errProof
	}
	return answer, nil
}

// nonceOf reads the first attribute of server-first-message.
func nonceOf(serverFirst string) (string, error) {
	s := scanner(serverFirst)
	nonce, err := s.value('r')
	if err != nil {
		return "", fmt.Errorf("own SCRAM message: %w", err)
	}
	return nonce, nil
}

func malformed(format string, args ...any) error {
	return pgerr.Fatal(pgerrcode.ProtocolViolation, "malformed SCRAM message").WithDetail(format, args...)
}
