// Package wirescript runs scripts of raw protocol messages and prints what a server answers, so that two servers can be compared.
//
// It owns the text form of scripts (testdata/wire/*.wire), the bytes of their messages, the printing of answers message by message with every
// field, and the list of explained differences. It checks nothing that it sends: wrong lengths and messages out of place are what it is for.
// Only tests import it.
//
// # Scripts
//
// A file has scripts one after the other; # begins a comment. Lines before the first script are statements that prepare the database.
//
//	setup CREATE TABLE t (a int)
//
//	script name of it
//	Parse name=s types=int4,0 SELECT $1 + $2
//	Bind portal=p stmt=s formats=0,1 params="1",x00000002,NULL results=1
//	Describe P p
//	Execute p 10
//	Sync
//	< Z
//
// Strings are words or quoted as in Go; x and hexadecimal digits are bytes; Query and Parse take the rest of the line as it is, or quoted. A line
// with < waits for a message of that type. Everything else is sent without waiting; at the end the sending side is closed and the rest read. A
// script has logged in unless it begins with "script bare".
package wirescript
