// Package log makes a database durable: the table logs, one Delta Lake log a table, and the catalog log.
//
// It owns the names and contents of all objects below <prefix>/tables/*/_delta_log/ and <prefix>/catalog/_log/, the commit protocol, and
// the order log first, index after. It never writes data files and does not know what rows are. ingest commits flushes and the session
// commits DDL through it; queries take snapshots from it; `miniodb check` calls Check.
//
// # Design
//
// A commit is one PutIfAbsent of version V+1. Each entry carries a nonce: when the name is taken, the object is read, and if the
// nonce is ours an earlier attempt of ours had succeeded. When the outcome of a PUT is not known (timeout, lost connection) the same
// bytes are put again until the name is certainly taken, by us or by somebody else; reading alone would not do, as the first PUT may
// still arrive. If that cannot be found out within a deadline, the answer is 08007, and the next commit to the table reads the log's tail first. Queries go on
// with the version before: a flush or compaction does not change answers (what it moves is still buffered), and what does is announced.
//
// Memory follows the bytes: an entry is encoded, decoded again and only then applied, so that memory, index and a later
// replay agree, also where the encoding loses precision (statistics). Every snapshot has its files in order of their paths.
//
// The index follows the log and is repaired whenever it is met out of step, and by the Keeper. Memory may be ahead of the index (a commit between its
// PUT and its Apply); an index ahead of memory means that somebody else committed, and the tail is read. Without an answer of the index, too: then every query
// asks each of its tables' logs for the next version (404: there is none).
//
// An index can forget: flushed, restarted, failed over to a replica that lags. Its generation changes then, and whatever memory holds counts as out of date until
// it was compared with the end of the log once more (known, knownDatabase). The generation is read before the log, so a commit is either in what was
// read or in the index of that generation.
//
// The pending rule: a commit that changes answers (TRUNCATE, DDL) is announced in the index before its PUT and acknowledged after it was applied there. A reader
// that sees an announcement ahead of its version looks into the log. So nobody misses it: before the acknowledgement the announcement leads there, after it the
// version does, and if the index has lost both in between, its generation has changed.
//
// Locks: Tables.mu guards only the map of tables. handle.turn admits one committer or refresher of a table at a time and is held over
// I/O; readers take the published snapshot from an atomic pointer and need the turn only if that is out of date.
//
// Formats: Delta Lake protocol (PROTOCOL.md of delta-io/delta), reader 1 or 3, writer 7. Ours in it: commitInfo.nonce, node and actions
// (the number of lines, so that a cut-off read is noticed); add.tags "miniodb.buckets", "miniodb.dates" ("first:last") and "miniodb.level";
// metaData.configuration "miniodb.table" (the whole catalog.Table); field metadata "miniodb.type"; the domain "miniodb.format".
// Fields `delta.columnMapping.id` are there from version 0, the mapping mode is switched on only when a name needs it. With mapping the reader version
// is 3 and never 2: readers without support then refuse the table, where some would read NULLs from one of version 2.
package log
