// Package sql understands PostgreSQL's SQL: it parses and classifies statements and rewrites queries to DuckDB's dialect.
//
// It owns the grammar (it is the only importer of pg_query_go), the commands that statements become, the sandbox that decides what
// a query may touch, and the macros that make DuckDB answer as PostgreSQL does. It refuses to run anything, to know storage, and to keep
// state: everything about a session or the catalog comes in as an argument. server/session calls it for each text a client sends, planner
// for the queries in it.
//
// # Design
//
// Parse cuts a text into statements with a small lexer (lexer.go, split.go) before any grammar sees them. The lexer bounds what the
// grammar is given, since pg_query is C that recurses and in places is quadratic: nesting, tokens, operator runs, nested comments. Statements
// that are DuckDB's alone are refused there by keyword (gate.go). INSERT of plain constants never reaches the grammar (insert_scan.go);
// whatever that scanner does not know for certain, it leaves to the grammar, and a fuzz target holds the two together.
//
// Each statement is parsed by itself, so locations in its tree are bytes of Statement.Text; positions in errors of Parse are
// characters of the whole text, in errors of all else characters of Statement.Text.
package sql
