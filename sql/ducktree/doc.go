// Package ducktree checks DuckDB's syntax trees, as json_serialize_sql gives them, node by node against a list of what is known, and gives what they
// name new names. It refuses whatever is not on that list: a kind of node, or a field that holds something.
//
// package sql calls it for queries in DuckDB's own dialect. What relations and functions a query may name is for the caller to say (Policy).
//
// # Design
//
// A tree is kept as the JSON it came in, since it goes back to DuckDB to be written as text again (json_deserialize_sql), and a typed copy of it would
// be one more place to fall behind DuckDB. The grammar (grammar.go) says for each kind of node which fields it has and what is in them, so that no
// subtree is passed over. A caller that does not trust the writing has the text parsed and walked again.
package ducktree
