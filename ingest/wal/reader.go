package wal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// scan reads the records of one segment with offsets up to last in order. It returns the offset of the last one read, and
// torn when it ended at bytes that are no record and that nothing behind them vouches for. Damage is a *CorruptError.
// The data given to visit is valid only during the call.
func scan(fs vfs.FS, path string, s segment, last, maxRecord int64, visit func(offset int64, data []byte) error) (end int64, torn bool, err error) {
	f, err := fs.Open(path, vfs.SequentialReadsOption)
	if err != nil {
		return 0, false, fmt.Errorf("open %s: %w", path, err)
	}
	defer f.Close()
	var header [headerSize]byte
	if _, err := io.ReadFull(f, header[:]); err != nil {
		return 0, false, &CorruptError{File: path, Reason: "header cut short"}
	}
	end = s.first - 1
	r := record.NewReader(f, 0)
	var buf bytes.Buffer
	for end < last {
		pos := r.Offset()
		buf.Reset()
		rec, err := r.Next()
		if err == nil {
			_, err = buf.ReadFrom(io.LimitReader(rec, maxRecord+prefixSize+1))
		}
		if errors.Is(err, io.EOF) {
			return end, false, nil
		}
		if err != nil && !record.IsInvalidRecord(err) && !errors.Is(err, record.ErrInvalidChunk) {
			return end, false, fmt.Errorf("read %s: %w", path, err)
		}
		if err != nil {
			vouched, err := vouchedFor(f, s.salt, pos)
			if err != nil {
				return end, false, fmt.Errorf("read %s: %w", path, err)
			}
			if vouched {
				return end, false, &CorruptError{File: path, Position: headerSize + pos, Reason: "unreadable record that had been written completely"}
			}
			return end, true, nil
		}
		b := buf.Bytes()
		if len(b) < prefixSize || int64(len(b)) > maxRecord+prefixSize {
			return end, false, &CorruptError{File: path, Position: headerSize + pos, Reason: fmt.Sprintf("record of %d bytes", len(b))}
		}
		salt, offset, _ := decodePrefix(b)
		switch {
		case salt != s.salt:
			return end, false, &CorruptError{File: path, Position: headerSize + pos, Reason: "record of another segment"}
		case offset == markOffset:
			continue
		case offset != end+1:
			return end, false, &CorruptError{File: path, Position: headerSize + pos, Reason: fmt.Sprintf("offset %d where %d is due", offset, end+1)}
		}
		end = offset
		if visit != nil {
			if err := visit(offset, b[prefixSize:]); err != nil {
				return end, false, err
			}
		}
	}
	return end, false, nil
}

// vouchedFor looks behind position pos of the record stream for a record that says that pos had been fsynced when it was
// written. Such a record is found by its salt and believed by its chunk's checksum.
func vouchedFor(f vfs.File, salt uint64, pos int64) (bool, error) {
	rest, err := io.ReadAll(io.NewSectionReader(f, headerSize+pos, 1<<62))
	if err != nil {
		return false, err
	}
	key := binary.LittleEndian.AppendUint64(nil, salt)
	for at := 0; ; at++ {
		i := bytes.Index(rest[at:], key)
		if i < 0 {
			return false, nil
		}
		at += i
		if at < chunkHeader {
			continue
		}
		chunk := rest[at-chunkHeader:]
		length, kind := int(binary.LittleEndian.Uint16(chunk[4:])), chunk[6]
		if (kind != 1 && kind != 2) || length < prefixSize || chunkHeader+length > len(chunk) { // a whole or a first chunk
			continue
		}
		if c := crc32.Checksum(chunk[6:chunkHeader+length], castagnoli); (c>>15|c<<17)+0xa282ead8 != binary.LittleEndian.Uint32(chunk) {
			continue // pebble masks its checksums so
		}
		if _, _, synced := decodePrefix(chunk[chunkHeader:]); synced > pos {
			return true, nil
		}
	}
}

// Replay calls visit for every durable record with an offset of at least from, in order, each once. The data is valid only
// during the call. Damage and gaps are a *CorruptError; an error of visit ends the replay and is returned. Appends may go on
// meanwhile; records that become durable after the call began are not visited.
func (l *Log) Replay(from int64, visit func(offset int64, data []byte) error) error {
	l.mu.Lock()
	segs, last := slices.Clone(l.segs), l.durable
	l.mu.Unlock()
	for i, s := range segs {
		end := last
		if i+1 < len(segs) {
			end = min(last, segs[i+1].first-1)
		}
		if end < from || end < s.first {
			continue
		}
		path := l.path(s)
		got, _, err := scan(l.cfg.FS, path, s, end, l.cfg.MaxRecordBytes, func(offset int64, data []byte) error {
			if offset < from {
				return nil
			}
			return visit(offset, data)
		})
		if err != nil {
			return err
		}
		if got < end {
			return &CorruptError{File: path, Position: headerSize, Reason: fmt.Sprintf("ends after offset %d, records up to %d are missing", got, end)}
		}
	}
	return nil
}
