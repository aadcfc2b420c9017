package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Which connections must be encrypted.
const (
	TLSNone   = "none"   // none
	TLSRemote = "remote" // those from other machines
	TLSAll    = "all"    // all
)

// What certificates of clients are for.
const (
	CertNone         = "none"         // they are not asked for
	CertVerify       = "verify"       // every TLS connection needs a valid one, and its role's password
	CertAuthenticate = "authenticate" // one that names the role stands for the password
)

// AnyRole in Config.CleartextRoles stands for every role.
const AnyRole = "*"

// Config says what connections have to prove.
type Config struct {
	RequireTLS     string   // TLSNone, TLSRemote or TLSAll
	ClientCert     string   // CertNone, CertVerify or CertAuthenticate
	CleartextRoles []string // roles that send their password as it is, inside of TLS; AnyRole for all
	Secret         []byte   // of the database, SecretBytes long: what mock verifiers are made from
}

// RoleSource has the roles of the database.
type RoleSource interface {
	Roles(ctx context.Context) map[string]*catalog.Role
}

// Client carries the messages of a proof. Its errors end the connection and are handed on as they are.
type Client interface {
	// Password asks for the password as it is.
	Password() (string, error)
	// SASL offers mechanisms and returns the one of them that the client chose and its first message; nil when the client waits for an empty challenge first.
	SASL(mechanisms []string) (chosen string, first []byte, err error)
	// SASLContinue sends a challenge and returns the answer.
	SASLContinue(challenge []byte) (answer []byte, err error)
	// SASLFinal sends what ends the exchange.
	SASLFinal(data []byte) error
}

// Request is who wants to connect, and how.
type Request struct {
	User string
	Addr net.Addr
	TLS  *TLS // nil: not encrypted
}

// Authenticator decides about connections. It is safe for concurrent use.
type Authenticator struct {
	cfg   Config
	roles RoleSource
	now   func() time.Time
}

// New checks the configuration.
func New(cfg Config, roles RoleSource) (*Authenticator, error) {
	switch {
	case len(cfg.Secret) < SecretBytes:
		return nil, errSecret
	case !slices.Contains([]string{TLSNone, TLSRemote, TLSAll}, cfg.RequireTLS):
		return nil, fmt.Errorf("auth: %q does not say which connections need TLS", cfg.RequireTLS)
	case !slices.Contains([]string{CertNone, CertVerify, CertAuthenticate}, cfg.ClientCert):
		return nil, fmt.Errorf("auth: %q does not say what certificates of clients are for", cfg.ClientCert)
	}
	return &Authenticator{cfg: cfg, roles: roles, now: time.Now}, nil
}

// Authenticate has the client prove that it is the role it says. A refusal is a FATAL *pgerr.Error: 28P01 when the proof fails, 28000 when there is no
// proof that would do, 08P01 for an exchange against the rules. The role need not exist nor have the right to
// log in: the caller looks.
func (a *Authenticator) Authenticate(ctx context.Context, r Request, c Client) error {
	if err := a.transport(r); err != nil {
		return err
	}
	if proven, err := a.certificate(r); proven || err != nil {
		return err
	}
	roles := a.roles.Roles(ctx)
	if proven, err := trust(r, roles); proven || err != nil {
		return err
	}
	return a.password(r, roles[r.User], c)
}

// transport refuses connections without TLS where it is required.
func (a *Authenticator) transport(r Request) error {
	if r.TLS != nil || a.cfg.RequireTLS == TLSNone || a.cfg.RequireTLS == TLSRemote && local(r.Addr) {
		return nil
	}
	return pgerr.Fatal(pgerrcode.InvalidAuthorizationSpecification, "the server refuses connections without TLS").
		WithHint("Connect with sslmode=require, or with sslmode=verify-full and the server's certificate authority.")
}

// trust lets a role without a password in from this machine, and elsewhere says how to set one. Where everybody may be superuser, one that does not exist
// need not prove anything either: the caller says so, since there is nothing to hide.
func trust(r Request, roles map[string]*catalog.Role) (bool, error) {
	role, open := roles[r.User], passwordless(roles[catalog.DatabaseName])
	switch {
	case local(r.Addr) && (passwordless(role) || role == nil && open):
		return true, nil
	case passwordless(role):
		return false, pgerr.Fatal(pgerrcode.InvalidAuthorizationSpecification, "role \"%s\" has no password and may connect from this machine only", r.User).
			WithHint("Set a password on the machine that runs the server: ALTER ROLE %s PASSWORD '...'.", quoted(r.User))
	}
	return false, nil
}

func passwordless(r *catalog.Role) bool { return r != nil && r.Login && r.Verifier == "" }

// password asks for the password, in the one way or the other.
func (a *Authenticator) password(r Request, role *catalog.Role, c Client) error {
	v, doomed := a.verifierOf(r.User, role)
	var err error
	if r.TLS != nil && (slices.Contains(a.cfg.CleartextRoles, r.User) || slices.Contains(a.cfg.CleartextRoles, AnyRole)) {
		err = plain(v, doomed, c)
	} else {
		err = sasl(v, doomed, r, c)
	}
	if errors.Is(err, errProof) {
		return pgerr.Fatal(pgerrcode.InvalidPassword, "password authentication failed for user \"%s\"", r.User)
	}
	return err
}

// verifierOf returns what the password has to fit. It is doomed when none is good enough.
func (a *Authenticator) verifierOf(name string, role *catalog.Role) (v verifier, doomed bool) {
	v = mock(a.cfg.Secret, name)
	if role == nil || role.Verifier == "" || role.ValidUntil != nil && role.ValidUntil.Before(a.now()) {
		return v, true
	}
	own, err := parseVerifier(role.Verifier)
	if err != nil {
		return v, true
	}
	return own, false
}

func plain(v verifier, doomed bool, c Client) error {
	password, err := c.Password()
	if err != nil {
		return err
	}
	if v.Iters > maxPlainIterations || !v.fits(password) || doomed {
		return errProof
	}
	return nil
}

func sasl(v verifier, doomed bool, r Request, c Client) error {
	o, mechanisms := offer{}, []string{mechanism}
	if r.TLS != nil && r.TLS.Binding != nil {
		o.binding, mechanisms = r.TLS.Binding, []string{mechanismPlus, mechanism}
	}
	chosen, msg, err := c.SASL(mechanisms)
	if err != nil {
		return err
	}
	o.plus = chosen == mechanismPlus
	e, err := newExchange(v, doomed, o)
	if err != nil {
		return err
	}
	if msg == nil {
		if msg, err = c.SASLContinue(nil); err != nil {
			return err
		}
	}
	if err = checkWhole(msg); err != nil {
		return err
	}
	answer, err := e.first(string(msg))
	if err != nil {
		return err
	}
	if msg, err = c.SASLContinue([]byte(answer)); err != nil {
		return err
	}
	if err = checkWhole(msg); err != nil {
		return err
	}
	if answer, err = e.final(string(msg)); err != nil {
		return err
	}
	return c.SASLFinal([]byte(answer))
}
