package wal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/uuid"
)

// FormatVersion is the version this program writes, and the newest it reads.
const FormatVersion = 1

const (
	magic       = "MDBWAL\r\n"
	headerSize  = 64
	prefixSize  = 24 // salt, offset, synced
	chunkHeader = 7  // pebble's legacy chunk: CRC, length, type
	suffix      = ".wal"
	markOffset  = -1 // offset of the record that a clean Close writes
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// segment describes one file. Fields never change after the segment is published.
type segment struct {
	seq   uint64
	first int64 // offset of the first record
	salt  uint64
}

func segmentName(seq uint64) string { return fmt.Sprintf("%020d%s", seq, suffix) }

// parseName returns the sequence number in a file name.
func parseName(name string) (seq uint64, ok bool) {
	digits, ok := strings.CutSuffix(name, suffix)
	if !ok || len(digits) != 20 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' || seq > (1<<63)/10 {
			return 0, false
		}
		seq = seq*10 + uint64(c-'0')
	}
	return seq, true
}

func encodeHeader(stream uuid.UUID, s segment) []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint32(b, FormatVersion)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = append(b, stream[:]...)
	b = binary.LittleEndian.AppendUint64(b, s.seq)
	b = binary.LittleEndian.AppendUint64(b, uint64(s.first))
	b = binary.LittleEndian.AppendUint64(b, s.salt)
	b = binary.LittleEndian.AppendUint32(b, 0)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeHeader reads a segment's header. A newer version is told apart before the checksum, since its layout may differ.
func decodeHeader(b []byte) (stream uuid.UUID, s segment, err error) {
	if len(b) < headerSize || string(b[:8]) != magic {
		return stream, s, errors.New("not a WAL segment")
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v > FormatVersion {
		return stream, s, fmt.Errorf("format version %d is newer than this program's %d", v, FormatVersion)
	}
	if crc32.Checksum(b[:60], castagnoli) != binary.LittleEndian.Uint32(b[60:]) {
		return stream, s, errors.New("header checksum mismatch")
	}
	copy(stream[:], b[16:32])
	s.seq = binary.LittleEndian.Uint64(b[32:])
	s.first = int64(binary.LittleEndian.Uint64(b[40:]))
	s.salt = binary.LittleEndian.Uint64(b[48:])
	if s.first < 1 {
		return stream, s, fmt.Errorf("first offset %d", s.first)
	}
	return stream, s, nil
}

func readHeader(fs vfs.FS, path string) (uuid.UUID, segment, error) {
	f, err := fs.Open(path)
	if err != nil {
		return uuid.UUID{}, segment{}, err
	}
	defer f.Close()
	b := make([]byte, headerSize)
	if _, err := io.ReadFull(f, b); err != nil {
		return uuid.UUID{}, segment{}, &CorruptError{File: path, Position: 0, Reason: "header cut short"}
	}
	stream, s, err := decodeHeader(b)
	if err != nil {
		return stream, s, &CorruptError{File: path, Position: 0, Reason: err.Error()}
	}
	return stream, s, nil
}

func appendPrefix(b []byte, salt uint64, offset, synced int64) []byte {
	b = binary.LittleEndian.AppendUint64(b, salt)
	b = binary.LittleEndian.AppendUint64(b, uint64(offset))
	return binary.LittleEndian.AppendUint64(b, uint64(synced))
}

func decodePrefix(b []byte) (salt uint64, offset, synced int64) {
	return binary.LittleEndian.Uint64(b), int64(binary.LittleEndian.Uint64(b[8:])), int64(binary.LittleEndian.Uint64(b[16:]))
}

// create makes a new segment under its final name, durable, and returns its file, positioned behind the header.
// A reserve of the given size is allocated. Nothing is left behind when it fails before the rename; renamed is true when
// the segment may exist although an error is returned.
func create(fs vfs.FS, dir string, stream uuid.UUID, s segment, reserve int64) (f vfs.File, renamed bool, err error) {
	name := fs.PathJoin(dir, segmentName(s.seq))
	tmp := name + ".tmp"
	if f, err = fs.Create(tmp, vfs.WriteCategoryUnspecified); err != nil {
		return nil, false, fmt.Errorf("create %s: %w", tmp, err)
	}
	fail := func(op string, err error) (vfs.File, bool, error) {
		_ = f.Close() // the write error is the one to tell
		if !renamed {
			_ = fs.Remove(tmp)
		}
		return nil, renamed, fmt.Errorf("%s %s: %w", op, name, err)
	}
	if err = f.Preallocate(0, headerSize+reserve); isFull(err) {
		return fail("allocate", err)
	}
	if _, err = f.Write(encodeHeader(stream, s)); err != nil {
		return fail("write", err)
	}
	if err = f.Sync(); err != nil {
		return fail("sync", err)
	}
	if err = fs.Rename(tmp, name); err != nil {
		return fail("rename", err)
	}
	renamed = true
	if err = syncDir(fs, dir); err != nil {
		return fail("sync directory of", err)
	}
	return f, true, nil
}

func syncDir(fs vfs.FS, dir string) error {
	d, err := fs.OpenDir(dir)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil {
		_ = d.Close()
		return err
	}
	return d.Close()
}
