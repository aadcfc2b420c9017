// Package wal is the write-ahead log of one node: one stream of records with dense offsets, group commit and fsync.
//
// It owns the files of its directory: their format, rotation, truncation and recovery. It refuses to know what a record
// says (package ingest encodes transactions), it never answers before fsync, and it never skips what it cannot read.
// Package ingest is the only caller.
//
// # DESIGN
//
// A directory holds STREAM (the stream's UUID, made with the directory and durable before the first record), LOCK, and
// segments named by a sequence number without gaps, `%020d.wal`. Sequence numbers and not offsets name the files, because a
// segment may be empty after a restart and two of them then begin at one offset.
//
// A segment is a header of 64 bytes and then a pebble record stream (legacy chunks: CRC-32C, 32 KiB blocks). All
// integers are little-endian.
//
//	header: magic "MDBWAL\r\n" | version u32 | 0 u32 | stream [16] | sequence u64 | first offset i64 | salt u64 | 0 u32 | CRC-32C u32
//	record: salt u64 | offset i64 | synced u64 | data
//
// The first record of a segment has the header's first offset, each next one is one greater. A segment holds the records
// below the next segment's first offset; what follows them is the tail of a crash or of a failed write and is cut by that
// number alone. So no file is ever shortened or appended to after a restart: Open makes what it found durable with fsync and
// begins a new segment. The header is written to a temporary name first; a `.wal` file without a valid header is damage.
//
// Torn or damaged: "synced" says how many bytes of the segment's record stream had been fsynced before the record's group was
// written. An unreadable record at position p of the newest segment is the torn tail of a crash unless a readable record
// behind it (found by the segment's random salt, wherever it lies) says synced > p; then it is damage and reported with file
// and position. A clean Close writes a marker record (offset -1) that vouches for everything before it.
//
// Group commit: one goroutine takes everything queued, writes it with one write and one fsync and calls the
// entries' Done in offset order. Everything queued in the meantime is the next group.
//
// Errors: space is allocated before a group is written; if there is none, the group fails with ErrFull and nothing was written.
// A reserve kept allocated beyond the end of the file is left to entries marked Reserve and to the closing marker. Any other
// write or fsync error is final for the segment: entries in flight end with ErrUnknown (they may or may not be found after a crash),
// all others with ErrFailed until Reopen cuts the unknown tail by starting a new segment. The file is not read back to find
// out, since after a failed fsync the page cache may show what the disk does not have.
//
// An offset of a record that was acknowledged, or found by Open, is never given again. One that was cut may be.
package wal
