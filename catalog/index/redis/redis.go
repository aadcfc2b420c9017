// Package redis is the catalog index of servers that share a database: keys in Redis.
//
// It implements index.Index. It owns all keys with its hash tag that are named below and treats them as a cache: whatever is lost, rolled
// back, evicted or written by somebody else is noticed, and its caller reads the logs and repairs it. It neither retries nor waits for
// Redis; internal/redisdb owns the connection. The composition root makes it.
//
// # Design
//
// All keys begin with {tag}: so that a Cluster keeps them on one node. By name after the colon:
//
//	gen       string  generation: random, made when it is missing
//	c, c:p    string  version of the catalog log, its announced version
//	t         set     of table uuids
//	v:<uuid>  string  "version nonce files streams": the version, the nonce of the call that wrote it, the sizes of the hashes below
//	p:<uuid>  string  announced version, expires after index.PendingLife
//	s:<uuid>  string  schema (codec of package index, with checksum)
//	k:<uuid>  hash    stream -> checkpoint, decimal
//	f:<uuid>  hash    path -> file (codec of package index, with checksum)
//	n:<nonce> hash    files of a Reset on their way to f, expires
//
// Every change is one Lua script, so that readers see all of it or nothing. Versions and offsets are strings there: Lua's numbers
// are doubles. The nonce makes a script recognise itself when the connection broke before its answer and it was sent again.
//
// State is one MGET. Its generation is gen and the epoch of redisdb, read after the answer: FLUSHALL takes gen away, and a restart, a
// failover and the data of a snapshot that was loaded come with another server.
//
// Every script that writes makes a missing gen, so the index is never without one for long. An index that is filled after a loss is not
// complete, and nobody takes it for that: generation says that what a reader remembers must be proved by the log, and a table that is not
// there is Absent, which sends a reader to the log. What is there is whole: v is only written by Reset, together with everything, and by Apply
// onto what a Reset wrote. Should a part vanish alone, by eviction or by hand, the sizes in v do not fit any more; then Load and Apply
// fail, and a Reset puts everything in place. Of the catalog log nothing but a version is known, and a version is true
// whenever it was written. An announcement that was lost is harmless as long as its commit is acknowledged only after it was applied: a reader
// either meets the table Absent or proves its version after the loss, or finds the commit applied.
//
// Large tables: files of a Reset beyond a thousand are sent to a key of their own in pieces and renamed by the script; Load reads
// as many in pieces, too, and looks again whether the version, nonce included, has stayed the same. Redis is never busy for more than a
// few milliseconds by either. Apply is one script; one of more than five thousand files is a Load and a Reset, and as that
// it fails if somebody else was faster.
package redis

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/internal/redisdb"
)

// maxTag bounds the length of a hash tag in bytes: it is part of every key.
const maxTag = 1024

// errDamaged says that a table's keys do not fit together or were not written by this package.
var errDamaged = errors.New("entry in Redis is damaged")

// Index is an index in Redis.
type Index struct {
	db     *redisdb.DB
	prefix string // of all keys
	log    zerolog.Logger
}

var _ index.Index = (*Index)(nil)

// New returns the index of the database that tag names. Servers with the same tag on the same Redis share it.
func New(db *redisdb.DB, tag string, log zerolog.Logger) (*Index, error) {
	if tag == "" || len(tag) > maxTag || strings.ContainsAny(tag, "{}") || strings.ContainsFunc(tag, unicode.IsControl) {
		return nil, fmt.Errorf("hash tag %.40q of the index: must have 1 to %d bytes without braces and control characters", tag, maxTag)
	}
	return &Index{db: db, prefix: "{" + tag + "}:", log: log.With().Str("component", "index").Logger()}, nil
}

// tableKeys are the keys of one table.
type tableKeys struct{ version, pending, schema, streams, files string }

func (x *Index) keys(table uuid.UUID) tableKeys {
	id := table.String()
	return tableKeys{x.key("v:" + id), x.key("p:" + id), x.key("s:" + id), x.key("k:" + id), x.key("f:" + id)}
}

func (x *Index) key(name string) string { return x.prefix + name }

func (x *Index) generationKey() string { return x.key("gen") }
func (x *Index) tablesKey() string     { return x.key("t") }
func (x *Index) catalogKey() string    { return x.key("c") }

// pendingKey is where announcements of a log are; uuid.Nil is the catalog log.
func (x *Index) pendingKey(log uuid.UUID) string {
	if log == uuid.Nil {
		return x.key("c:p")
	}
	return x.key("p:" + log.String())
}

// entry is the value of a version key.
type entry struct {
	version        int64
	nonce          string
	files, streams int64
}

// parseEntry reads the value of a version key, as entry in prelude.lua does.
func parseEntry(s string) (entry, bool) {
	parts := strings.Split(s, " ")
	if len(parts) != 4 || parts[1] == "" || strings.Trim(parts[1], "0123456789abcdefABCDEF") != "" {
		return entry{}, false
	}
	e := entry{nonce: parts[1]}
	var ok [3]bool
	e.version, ok[0] = decimal(parts[0])
	e.files, ok[1] = decimal(parts[2])
	e.streams, ok[2] = decimal(parts[3])
	return e, ok[0] && ok[1] && ok[2]
}

// decimal reads a number that is written as scripts write and compare it: digits only, no leading zeros.
func decimal(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" || len(s) > 1 && s[0] == '0' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// versionText is how scripts get a version: empty if there is none.
func versionText(v int64) string {
	if v == index.Absent {
		return ""
	}
	return strconv.FormatInt(v, 10)
}
