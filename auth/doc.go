// Package auth decides who may connect: roles, passwords, certificates, trust.
//
// It owns the method by which a connection must prove its identity, SCRAM-SHA-256 with and without channel binding (RFC 5802, RFC 7677, PostgreSQL
// documentation "SASL Authentication"), and verifiers, the only form in which a password is kept. It reads no socket and knows no message: a
// Client, which the wire provides, carries the exchange. It keeps no roles: the caller looks them up.
//
// # Design
//
// Who asks for a role that does not exist, has no password where one is needed or whose password is no longer valid goes through the same exchange
// as everybody, against a verifier that no password fits. Its salt is made from the role's name and a secret of the database, so it stays the same from
// one attempt and one server to the next, as a real one does, and the answers tell nothing about which roles exist.
package auth
