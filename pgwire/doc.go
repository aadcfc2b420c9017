// Package pgwire speaks PostgreSQL's frontend/backend protocol 3.0 and 3.2 (PostgreSQL documentation, chapter "Frontend/Backend
// Protocol") on top of pgx's pgproto3.
//
// It owns the listener, connections, start-up, portals, the COPY sub-protocol and the encoding of results. It parses no SQL and knows no
// tables: a Session, which the server package provides, does. The interfaces it needs are in session.go.
package pgwire
