// Package pgvalue turns PostgreSQL's text and binary forms of values into vectors and back, exactly as PostgreSQL 15 reads and prints them.
//
// It owns the spelling of every supported type: Decoder (text and binary in, errors with PostgreSQL's messages and SQLSTATEs) and
// Encoder (text and binary out, appended to a buffer). It knows no messages, no COPY framing and no SQL. pgwire, pgwire/copy, the SQL
// layer's literals and the import command call it.
//
// # Design
//
// Which function reads or prints a column is chosen once per column (TextFunc, BinaryFunc), so that the loop over rows makes one
// indirect call a value and allocates nothing. Dates and times have a fast path for the ISO spelling; everything else that PostgreSQL
// understands ("Jan 8, 1999", "allballs", zone names) goes through a tokeniser with the rules of PostgreSQL's appendix "Date/Time
// Support".
//
// What it deliberately does not do: NaN and infinities of numeric (DuckDB's decimal has none), arrays of more than one dimension in
// columns (a list column holds one), input in other encodings than UTF-8.
package pgvalue
