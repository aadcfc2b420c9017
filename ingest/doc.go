// Package ingest is the write path: it makes transactions durable and visible, and moves their rows to the tables' logs.
//
// It owns the node's write-ahead log (ingest/wal), the buffer tables in the engine ("generations"), flush, truncation and
// recovery. It does not parse or check SQL, does not know sessions, and never reads data files. server/session commits transactions
// and pins snapshots; the composition root runs Run.
//
// # DESIGN
//
// The way of a row. Commit encodes the transaction as one record. The WAL gives it an offset and shares one fsync with whatever else
// waits. The applier appends the rows of a whole group to generations, many rows on several connections at once, while the log
// already syncs the next group; then it moves `visible` forward. Commit returns after that: durable and visible. A generation's
// table is hot.main."g<N>": _offset, c<column id>..., _bucket (the hash bucket, computed in Go).
//
// Exactly once. A table's version has a checkpoint for the stream. A row is in the version's files iff its offset is at or below the
// checkpoint; otherwise it is in a generation or a bulk file. A flush seals at a visible offset b and commits files and
// checkpoint b in one commit, only onto a version whose checkpoint is the a its files begin at. Pin takes the buffers first and reads the versions
// after, so that a flush in between is seen through the checkpoint: rows are left out of the buffer, never lost.
//
// Truncation at offset o hides everything below o. Its table log commit removes all files and sets the checkpoint to o-1. A
// fence record before it keeps o-1 from ever being the end of a flush, so a checkpoint of o-1 or more says that it is done and a smaller
// one that recovery has to do it. Meanwhile pins show the table without files.
//
// DDL with rows. A prepared record P holds the rows, the catalog commit with the transaction's id as nonce decides, a resolve record C
// gives the rows its offset. After a crash P without C is committed iff the catalog log has the nonce. Pins of the tables wait
// from before the catalog commit until the rows are visible. An unknown outcome is asked again until the catalog knows.
//
// The WAL is truncated up to the smallest offset that a generation, a bulk file, a truncation or an open P needs.
//
// A broken engine (or one that has refused rows five times) stops reads and acknowledgements until Rebuild. There is no partial repair: the
// buffers are filled from the WAL again.
//
// Deliberately not here: replication (the WAL's Done is where it will wait for followers), compaction, retention, de-duplication
// tokens (the record has their place).
//
// # Record format
//
// Integers are varints as in encoding/binary unless a width is given; fixed widths are little-endian.
//
//	record:   version u8 = 1 | kind u8 | tx id [16] | rest by kind
//	commit 1, prepared 2: token length, token | number of tables | table ids [16]... | blocks to the end
//	resolve 3: decision u8 (1 commit, 0 abort) | offset of the prepared record
//	fence 4:  nothing
//	block:    raw length (at most 1 MiB) | stored length (0: not compressed) | bytes (S2)
//
// The blocks' content, one after the other for each table id:
//
//	table:  schema id (signed) | flags u8 (1: truncate) | n, n x (length, JSON of catalog.DataFile)
//	        | columns, columns x (id signed, type OID, typmod signed) | n, n batches
//	batch:  rows | a vector for each column
//	vector: flag u8 (1: validity follows) | validity u64 x ceil(rows/64)
//	        | values of the layout (vector.Kind), fixed width
//	        | bytes: u32 lengths, then the bytes | lists: u32 lengths, sum, then a vector of the elements
//
// Columns carry ids and types, so that a record can be read under a later schema: columns are matched by id.
package ingest
