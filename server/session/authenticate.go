package session

import (
	"context"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/auth"
	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
)

// Authenticate implements pgwire.Backend: the client proves that it is the role it says. Whether that role may connect is asked later, by Open, as in
// PostgreSQL: who has not proved anything learns nothing.
func (n *Node) Authenticate(ctx context.Context, c pgwire.ClientInfo, p pgwire.Prover) error {
	r := auth.Request{User: c.User, Addr: c.Addr}
	if c.TLS != nil {
		r.TLS = &auth.TLS{Binding: auth.Binding(c.TLS.Server), Certificate: c.TLS.Certificate}
	}
	err := n.auth.Authenticate(ctx, r, p)
	if e := pgerr.From(err); e != nil && e.Code != pgerrcode.InternalError { // a client that left is no refusal
		n.refused(c, e)
	}
	return err
}

// refused logs who could not connect. What the client sent to prove itself is in no message.
func (n *Node) refused(c pgwire.ClientInfo, e *pgerr.Error) {
	n.log.Info().Str("user", c.User).Str("database", c.Database).Stringer("addr", c.Addr).Bool("tls", c.TLS != nil).Str("code", e.Code).Str("reason", e.Message).
		Msg("connection refused")
}

// enter counts a session of a role, if it may open one more here. Superusers have no limit. Who comes so far has proved who it is, or there is nothing to
// prove, so that it can be told what is wrong.
func (n *Node) enter(c pgwire.ClientInfo) error {
	role := n.catalog.Current().Roles[c.User]
	switch {
	case role == nil:
		return pgerr.Fatal(pgerrcode.InvalidAuthorizationSpecification, "role \"%s\" does not exist", c.User).
			WithHint("Connect as role \"%s\".", catalog.DatabaseName)
	case !role.Login:
		return pgerr.Fatal(pgerrcode.InvalidAuthorizationSpecification, "role \"%s\" is not permitted to log in", c.User)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if !role.Superuser && role.ConnLimit >= 0 && n.byRole[c.User] >= role.ConnLimit {
		return pgerr.Fatal(pgerrcode.TooManyConnections, "too many connections for role \"%s\"", c.User)
	}
	if c.Database != catalog.DatabaseName {
		return pgerr.Fatal(pgerrcode.InvalidCatalogName, "database \"%s\" does not exist", c.Database)
	}
	n.byRole[c.User]++
	return nil
}

// leave takes back what enter counted.
func (n *Node) leave(c pgwire.ClientInfo) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.byRole[c.User]--; n.byRole[c.User] == 0 {
		delete(n.byRole, c.User)
	}
}
