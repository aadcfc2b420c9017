// Package copy reads and writes the data of COPY in PostgreSQL's text, CSV and binary formats (PostgreSQL documentation, COPY, "File
// Formats").
//
// It owns Decoder, which takes bytes cut anywhere and hands on batches of typed rows, and Encoder, which turns batches into bytes. It knows no
// messages and does no I/O. pgwire uses it for COPY FROM STDIN and COPY TO STDOUT, the import command for files.
//
// # Design
//
// A line without quotes and escapes, which is nearly every one, is found and split with memchr; only others go through a byte-wise machine. Rows
// whose line ends in the input at hand are read in place; only a line cut by the end of the input is copied.
package copy
