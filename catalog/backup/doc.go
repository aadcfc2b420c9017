// Package backup keeps copies of a database's metadata and brings a database back from them, or from its table logs alone.
//
// It owns the objects below <prefix>/backups/metadata/: their names, their format, what is in them, and the rules by which a recovery joins what a backup says
// with what is still there. It never copies data files: a backup names them. It writes no log itself but has catalog/log do it.
// server/session calls it for CALL backup_metadata and its relatives, server for `miniodb recover`.
//
// # Design
//
// A backup is one object: lines of JSON, each with a SHA-256 of what it says, the last one with a SHA-256 of all before it. docs/formats.md has the
// bytes. A line is read only if it is, byte for byte, what the encoder makes of its contents, so that every altered byte is found, and the part
// that it lies in is named.
//
// Consistency: the catalog's version is read first and each table's snapshot after it. So a table in the backup is at least as new as the catalog
// version beside it; rows that were acknowledged and not flushed at that time are in the write-ahead log and not in the backup.
//
// A recovery has three sources and trusts them in this order: table logs that can be read; what the running server remembers (it was read from a log or
// committed to one), then the index; the backup. It never drops a user's table: what exists now and not in the backup is kept. Its only commit point is
// one entry of the catalog log, which holds the whole database (log.Catalog.Restore). Table logs that have to be written anew come before, each a commit
// of its own that says what the table's last known version said, and the index comes after. So a recovery that was interrupted is simply run again.
package backup
