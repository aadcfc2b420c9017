package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// id stands for a key: the beginning of its SHA-256, long enough that two keys never share one.
type id [20]byte

func idOf(key string) id {
	sum := sha256.Sum256([]byte(key))
	return id(sum[:len(id{})])
}

// name is what the name of a copy's file says.
type name struct {
	id     id
	size   int64  // bytes
	crc    uint32 // CRC-32C of the whole file
	serial uint64 // unique in the directory; the higher one of two copies of a key is newer
}

// file is the last element of the path, such as da39a3ee5e6b4b0d3255bfef95601890afd80709-1048576-8a9136aa-17.
func (n name) file() string {
	return fmt.Sprintf("%x-%d-%08x-%d", n.id, n.size, n.crc, n.serial)
}

// path is relative to the cache directory. 256 directories keep each of them small.
func (n name) path() string {
	return filepath.Join(hex.EncodeToString(n.id[:1]), n.file())
}

// parseName reads what file returns, and nothing else.
func parseName(file string) (n name, ok bool) {
	parts := strings.Split(file, "-")
	if len(parts) != 4 || len(parts[0]) != hex.EncodedLen(len(n.id)) || len(parts[2]) != 8 {
		return name{}, false
	}
	_, err := hex.Decode(n.id[:], []byte(parts[0]))
	if err != nil {
		return name{}, false
	}
	if n.size, err = strconv.ParseInt(parts[1], 10, 64); err != nil || n.size < 0 {
		return name{}, false
	}
	crc, err := strconv.ParseUint(parts[2], 16, 32)
	if err != nil {
		return name{}, false
	}
	n.crc = uint32(crc)
	if n.serial, err = strconv.ParseUint(parts[3], 10, 64); err != nil {
		return name{}, false
	}
	return n, n.file() == file // refuses upper case, leading zeros and signs
}
