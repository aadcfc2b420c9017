// Package pgcatalog has what every database of PostgreSQL 15 holds in its system catalogs: relations with their columns, and the rows of built-in
// types, functions, operators and so on under their real OIDs.
//
// It owns the data (data/*.tsv: rows of a new database of PostgreSQL 15, in the text format of COPY below a line of column names; the facts and
// descriptions are PostgreSQL's, under the PostgreSQL Licence) and gives it as definitions and text. It knows nothing of this server's own objects: server/session
// adds them. The rows are taken from a real server by `go generate`, and a test compares them with one.
package pgcatalog

//go:generate go test -run "TestRows|TestKeywords" -rewrite .
