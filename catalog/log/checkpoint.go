package log

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/parquet-go/parquet-go"

	"github.com/miniodb/miniodb/catalog"
)

const (
	checkpointEvery  = 100 // commits between checkpoints of a table log
	checkpointSuffix = ".checkpoint.parquet"
	sealSuffix       = ".checkpoint.crc32c"
	lastCheckpoint   = "_last_checkpoint"
	checkpointTime   = 30 * time.Second   // for writing one, on the commit that it falls on
	tombstoneTime    = 8 * 24 * time.Hour // how long a checkpoint remembers removed files: a day more than they are kept by default
	checkpointBatch  = 1024               // rows read at a time
)

// checkpointRow is one action of a checkpoint in classic form (PROTOCOL.md, "Checkpoint Schema").
type checkpointRow struct {
	Txn      *txnRow      `parquet:"txn,optional"`
	Add      *addRow      `parquet:"add,optional"`
	Remove   *removeRow   `parquet:"remove,optional"`
	MetaData *metaRow     `parquet:"metaData,optional"`
	Protocol *protocolRow `parquet:"protocol,optional"`
	Domain   *domainRow   `parquet:"domainMetadata,optional"`
}

type txnRow struct {
	AppID       string `parquet:"appId"`
	Version     int64  `parquet:"version"`
	LastUpdated *int64 `parquet:"lastUpdated,optional"`
}

type addRow struct {
	Path             string            `parquet:"path"`
	PartitionValues  map[string]string `parquet:"partitionValues"`
	Size             int64             `parquet:"size"`
	ModificationTime int64             `parquet:"modificationTime"`
	DataChange       bool              `parquet:"dataChange"`
	Stats            *string           `parquet:"stats,optional"`
	Tags             map[string]string `parquet:"tags,optional"`
}

type removeRow struct {
	Path              string            `parquet:"path"`
	DeletionTimestamp *int64            `parquet:"deletionTimestamp,optional"`
	DataChange        bool              `parquet:"dataChange"`
	ExtendedMetadata  bool              `parquet:"extendedFileMetadata"`
	PartitionValues   map[string]string `parquet:"partitionValues,optional"`
	Size              *int64            `parquet:"size,optional"`
}

type formatRow struct {
	Provider string            `parquet:"provider"`
	Options  map[string]string `parquet:"options"`
}

type metaRow struct {
	ID               string            `parquet:"id"`
	Name             *string           `parquet:"name,optional"`
	Description      *string           `parquet:"description,optional"`
	Format           formatRow         `parquet:"format"`
	SchemaString     string            `parquet:"schemaString"`
	PartitionColumns []string          `parquet:"partitionColumns,list"`
	Configuration    map[string]string `parquet:"configuration"`
	CreatedTime      *int64            `parquet:"createdTime,optional"`
}

type protocolRow struct {
	MinReader      int32    `parquet:"minReaderVersion"`
	MinWriter      int32    `parquet:"minWriterVersion"`
	ReaderFeatures []string `parquet:"readerFeatures,optional,list"` // absent below reader version 3
	WriterFeatures []string `parquet:"writerFeatures,optional,list"`
}

type domainRow struct {
	Domain        string `parquet:"domain"`
	Configuration string `parquet:"configuration"`
	Removed       bool   `parquet:"removed"`
}

// lastCheckpointFile is the content of _last_checkpoint and, for each checkpoint, of the seal beside it. The checksum is ours: the Parquet library can loop
// for ever on a damaged file, so a checkpoint without a known one is read only where there is no other way, and nothing is removed on its word.
type lastCheckpointFile struct {
	Version int64 `json:"version"`
	Size    int64 `json:"size"` // actions
	Bytes   int64 `json:"sizeInBytes"`
	Files   int64 `json:"numOfAddFiles"`
	CRC     int64 `json:"miniodb.crc32c,omitempty"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// verify reports whether data is the checkpoint that l describes. Without a description anything is.
func (l *lastCheckpointFile) verify(data []byte) error {
	if l == nil {
		return nil
	}
	if int64(len(data)) != l.Bytes || int64(crc32.Checksum(data, castagnoli)) != l.CRC {
		return errors.New("damaged checkpoint: its checksum is another one")
	}
	return nil
}

// checkpoint writes a checkpoint after every hundredth version. Without it a replay only takes longer.
func (t *Tables) checkpoint(ctx context.Context, s *catalog.Snapshot) {
	if s.Version == 0 || s.Version%checkpointEvery != 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkpointTime)
	defer cancel()
	if err := t.writeCheckpoint(ctx, s.Table); err != nil {
		t.log.Warn().Err(err).Stringer("table", s.Table).Int64("version", s.Version).Msg("checkpoint of the table log not written")
	}
}

func (t *Tables) writeCheckpoint(ctx context.Context, id uuid.UUID) error {
	h, err := t.history(ctx, id)
	if err != nil {
		return err
	}
	return t.putCheckpoint(ctx, h)
}

// putCheckpoint writes the checkpoint of the version that h stands at.
func (t *Tables) putCheckpoint(ctx context.Context, h *history) error {
	rows := h.rows(time.Now())
	data, err := encodeCheckpoint(rows)
	if err != nil {
		return err
	}
	id, version := h.snapshot.Table, h.snapshot.Version
	if err := t.store.Put(ctx, checkpointKey(t.prefix, id, version), data); err != nil {
		return err
	}
	last, err := json.Marshal(lastCheckpointFile{Version: version, Size: int64(len(rows)), Bytes: int64(len(data)), Files: int64(len(h.adds)), CRC: int64(crc32.Checksum(data, castagnoli))})
	if err != nil {
		return err
	}
	if err := t.store.Put(ctx, sealKey(t.prefix, id, version), last); err != nil {
		return err
	}
	return t.store.Put(ctx, logDir(t.prefix, id)+lastCheckpoint, last)
}

func sealKey(prefix string, id uuid.UUID, version int64) string {
	return fmt.Sprintf("%s%020d%s", logDir(prefix, id), version, sealSuffix)
}

func checkpointKey(prefix string, id uuid.UUID, version int64) string {
	return fmt.Sprintf("%s%020d%s", logDir(prefix, id), version, checkpointSuffix)
}

// rows returns the actions that the current version consists of, in a fixed order.
func (h *history) rows(now time.Time) []checkpointRow {
	p, m := h.protocol, h.meta
	rows := []checkpointRow{
		{Protocol: &protocolRow{MinReader: int32(p.MinReader), MinWriter: int32(p.MinWriter), ReaderFeatures: p.ReaderFeatures, WriterFeatures: p.WriterFeatures}},
		{MetaData: &metaRow{
			ID: m.ID, Name: &m.Name, Description: &m.Description, Format: formatRow{Provider: m.Format.Provider, Options: notNil(m.Format.Options)},
			SchemaString: m.SchemaString, PartitionColumns: m.PartitionColumns, Configuration: notNil(m.Configuration), CreatedTime: &m.CreatedTime,
		}},
	}
	for _, name := range slices.Sorted(maps.Keys(h.domains)) {
		d := h.domains[name]
		rows = append(rows, checkpointRow{Domain: &domainRow{Domain: d.Domain, Configuration: d.Configuration}})
	}
	for _, app := range slices.Sorted(maps.Keys(h.txns)) {
		x := h.txns[app]
		rows = append(rows, checkpointRow{Txn: &txnRow{AppID: x.AppID, Version: x.Version, LastUpdated: &x.LastUpdated}})
	}
	expired := now.Add(-tombstoneTime).UnixMilli()
	for _, path := range slices.Sorted(maps.Keys(h.removes)) {
		if r := h.removes[path]; r.DeletionTimestamp > expired {
			rows = append(rows, checkpointRow{Remove: &removeRow{
				Path: r.Path, DeletionTimestamp: &r.DeletionTimestamp, ExtendedMetadata: r.ExtendedMetadata,
				PartitionValues: notNil(r.PartitionValues), Size: &r.Size,
			}})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(h.adds)) {
		a := h.adds[path]
		row := &addRow{Path: a.Path, PartitionValues: notNil(a.PartitionValues), Size: a.Size, ModificationTime: a.ModificationTime, Tags: a.Tags}
		if a.Stats != "" {
			row.Stats = &a.Stats
		}
		rows = append(rows, checkpointRow{Add: row})
	}
	return rows
}

func notNil(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func encodeCheckpoint(rows []checkpointRow) ([]byte, error) {
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[checkpointRow](&buf, parquet.Compression(&parquet.Snappy))
	if _, err := w.Write(rows); err != nil {
		return nil, fmt.Errorf("encode checkpoint: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encode checkpoint: %w", err)
	}
	return buf.Bytes(), nil
}

// decodeCheckpoint reads a checkpoint as one entry whose removes are those of earlier versions.
func decodeCheckpoint(data []byte) (e *entry, err error) {
	defer func() { // the Parquet library panics on some damaged files
		if r := recover(); r != nil {
			e, err = nil, fmt.Errorf("damaged checkpoint: %v", r)
		}
	}()
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("damaged checkpoint: %w", err)
	}
	r := parquet.NewGenericReader[checkpointRow](file)
	defer func() { err = cmp.Or(err, r.Close()) }()
	e = &entry{}
	for {
		rows := make([]checkpointRow, checkpointBatch)
		n, err := r.Read(rows)
		for i := range rows[:n] {
			if err := e.takeRow(&rows[i]); err != nil {
				return nil, fmt.Errorf("damaged checkpoint: %w", err)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil || n == 0 {
			return nil, fmt.Errorf("damaged checkpoint: %w", cmp.Or(err, io.ErrNoProgress))
		}
	}
	if e.protocol == nil || e.meta == nil {
		return nil, fmt.Errorf("damaged checkpoint: it has no protocol or no metadata")
	}
	return e, nil
}

func (e *entry) takeRow(r *checkpointRow) error {
	a := action{}
	switch {
	case r.Protocol != nil:
		p := r.Protocol
		a.Protocol = &protocol{MinReader: int(p.MinReader), MinWriter: int(p.MinWriter), ReaderFeatures: p.ReaderFeatures, WriterFeatures: p.WriterFeatures}
	case r.MetaData != nil:
		m := r.MetaData
		a.MetaData = &metaData{
			ID: m.ID, Name: value(m.Name), Description: value(m.Description), Format: fileFormat{m.Format.Provider, notNil(m.Format.Options)},
			SchemaString: m.SchemaString, PartitionColumns: m.PartitionColumns, Configuration: m.Configuration, CreatedTime: value(m.CreatedTime),
		}
	case r.Domain != nil:
		a.Domain = &domainMetadata{Domain: r.Domain.Domain, Configuration: r.Domain.Configuration, Removed: r.Domain.Removed}
	case r.Txn != nil:
		a.Txn = &txn{AppID: r.Txn.AppID, Version: r.Txn.Version, LastUpdated: value(r.Txn.LastUpdated)}
	case r.Remove != nil:
		x := r.Remove
		a.Remove = &remove{
			Path: x.Path, DeletionTimestamp: value(x.DeletionTimestamp), ExtendedMetadata: x.ExtendedMetadata, PartitionValues: notNil(x.PartitionValues), Size: value(x.Size),
		}
	case r.Add != nil:
		x := r.Add
		a.Add = &add{
			Path: x.Path, PartitionValues: notNil(x.PartitionValues), Size: x.Size, ModificationTime: x.ModificationTime, Stats: value(x.Stats), Tags: x.Tags,
		}
	}
	return e.take(&a)
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// hint returns what _last_checkpoint says, nil if that is nothing we can verify.
func (t *Tables) hint(ctx context.Context, id uuid.UUID) *lastCheckpointFile {
	return t.described(ctx, logDir(t.prefix, id)+lastCheckpoint)
}

// seal returns what is known of one checkpoint, nil if that is nothing: older servers and other programs write checkpoints without it.
func (t *Tables) seal(ctx context.Context, id uuid.UUID, version int64) *lastCheckpointFile {
	if l := t.described(ctx, sealKey(t.prefix, id, version)); l != nil && l.Version == version {
		return l
	}
	return nil
}

func (t *Tables) described(ctx context.Context, key string) *lastCheckpointFile {
	last, err := readObject(ctx, &t.appender, key, maxEntrySize, func(data []byte) (l lastCheckpointFile, err error) {
		return l, json.Unmarshal(data, &l)
	})
	if err != nil || last.Version < 0 || last.CRC == 0 {
		return nil // the listing shows what there is
	}
	return &last
}

// checkpointVersion reads "00000000000000000100.checkpoint.parquet".
func checkpointVersion(name string) (int64, bool) {
	digits, ok := strings.CutSuffix(name, checkpointSuffix)
	if !ok {
		return 0, false
	}
	return entryVersion(digits + ".json")
}
