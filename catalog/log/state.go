package log

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
)

// Keys of add.tags.
const (
	tagBuckets = "miniodb.buckets"
	tagDates   = "miniodb.dates"
	tagLevel   = "miniodb.level"
)

// Values of catalog.DataFile for what is not known.
var (
	unknownBuckets = [2]int32{0, -1}
	unknownDates   = [2]int32{1, 0}
)

// advance returns the snapshot after one more entry, and what changed. s is nil before version 0; it is not changed.
func advance(s *catalog.Snapshot, version int64, e *entry) (*catalog.Snapshot, *index.Delta, error) {
	d, err := e.delta(s, version)
	if err != nil {
		return nil, nil, err
	}
	if s == nil {
		s = &catalog.Snapshot{}
	}
	n := &catalog.Snapshot{Table: s.Table, Version: version, Schema: s.Schema, Files: s.Files, Checkpoints: s.Checkpoints}
	if d.Schema != nil {
		n.Schema, n.Table = d.Schema, d.Schema.UUID
	}
	if len(d.Checkpoints) > 0 || n.Checkpoints == nil {
		n.Checkpoints = make(map[uuid.UUID]int64, len(s.Checkpoints)+len(d.Checkpoints))
		maps.Copy(n.Checkpoints, s.Checkpoints)
		maps.Copy(n.Checkpoints, d.Checkpoints)
	}
	if len(d.Adds)+len(d.Removes) > 0 {
		n.Files = merge(s.Files, d)
	}
	return n, d, nil
}

// merge returns files without the removed, with the added ones, in order of paths. A path that is added again replaces the old file.
func merge(files []catalog.DataFile, d *index.Delta) []catalog.DataFile {
	adds := make(map[string]*catalog.DataFile, len(d.Adds)) // of one path the last counts
	for i := range d.Adds {
		adds[d.Adds[i].Path] = &d.Adds[i]
	}
	gone := make(map[string]bool, len(d.Removes))
	for _, path := range d.Removes {
		gone[path] = true
	}
	out := make([]catalog.DataFile, 0, len(files)+len(adds))
	fresh := slices.Sorted(maps.Keys(adds))
	for i := range files {
		for len(fresh) > 0 && fresh[0] < files[i].Path {
			out, fresh = append(out, *adds[fresh[0]]), fresh[1:]
		}
		if !gone[files[i].Path] && adds[files[i].Path] == nil {
			out = append(out, files[i])
		}
	}
	for _, path := range fresh {
		out = append(out, *adds[path])
	}
	return out
}

// delta reads an entry as a change of snapshot s.
func (e *entry) delta(s *catalog.Snapshot, version int64) (*index.Delta, error) {
	if e.protocol != nil {
		if err := e.protocol.check(); err != nil {
			return nil, err
		}
	}
	for _, dm := range e.domains {
		if err := checkFormat(&dm); err != nil {
			return nil, err
		}
	}
	d := &index.Delta{}
	switch {
	case e.meta != nil:
		t, err := tableOf(e.meta)
		if err != nil {
			return nil, err
		}
		if s != nil && s.Table != t.UUID {
			return nil, fmt.Errorf("version %d: metadata of table %s in the log of %s", version, t.UUID, s.Table)
		}
		d.Schema = t
	case s == nil:
		return nil, fmt.Errorf("version %d: the log begins without metadata", version)
	}
	schema := d.Schema
	if schema == nil {
		schema = s.Schema
	}
	for i := range e.removes {
		path, err := dataPath(e.removes[i].Path)
		if err != nil {
			return nil, fmt.Errorf("version %d: %w", version, err)
		}
		d.Removes = append(d.Removes, path)
	}
	for i := range e.adds {
		f, err := e.adds[i].file(schema)
		if err != nil {
			return nil, fmt.Errorf("version %d: %w", version, err)
		}
		d.Adds = append(d.Adds, f)
	}
	for _, t := range e.txns {
		if id, err := uuid.Parse(t.AppID); err == nil { // other writers have ids of their own
			if d.Checkpoints == nil {
				d.Checkpoints = map[uuid.UUID]int64{}
			}
			d.Checkpoints[id] = t.Version
		}
	}
	return d, nil
}

// checkFormat refuses a table whose MiniODB part has a newer format.
func checkFormat(d *domainMetadata) error {
	if d.Domain != domainFormat || d.Removed {
		return nil
	}
	var f struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal([]byte(d.Configuration), &f); err != nil {
		return fmt.Errorf("domain %s: %w", domainFormat, err)
	}
	return checkVersion("the table log", f.Version)
}

// dataPath decodes the path of an add or remove, which is a URI relative to the table (PROTOCOL.md, "Add File and Remove File").
func dataPath(uri string) (string, error) {
	path, err := url.PathUnescape(uri)
	if err != nil || path == "" || strings.HasPrefix(path, "/") || strings.Contains(path, "://") {
		return "", fmt.Errorf("data file %.200q is not in the table's directory", uri)
	}
	return path, nil
}

// dataURI is the inverse of dataPath.
func dataURI(path string) string { return (&url.URL{Path: path}).EscapedPath() }

// file returns the data file that an add action describes.
func (a *add) file(t *catalog.Table) (catalog.DataFile, error) {
	path, err := dataPath(a.Path)
	if err != nil {
		return catalog.DataFile{}, err
	}
	f := catalog.DataFile{
		Path: path, Size: a.Size, Time: time.UnixMilli(a.ModificationTime).UTC(), Buckets: unknownBuckets, Dates: unknownDates,
	}
	parseRange(a.Tags[tagBuckets], &f.Buckets)
	parseRange(a.Tags[tagDates], &f.Dates)
	if _, err := fmt.Sscanf(a.Tags[tagLevel], "%d", &f.Level); err != nil {
		f.Level = 1 // not one of our flushes
	}
	decodeStats(t, a.Stats, &f)
	return f, nil
}

// parseRange reads "first:last" and leaves r as it is if that is not a range.
func parseRange(text string, r *[2]int32) {
	var first, last int32
	if n, err := fmt.Sscanf(text, "%d:%d", &first, &last); n == 2 && err == nil && first <= last {
		*r = [2]int32{first, last}
	}
}

// addOf returns the action that adds a file.
func addOf(t *catalog.Table, f *catalog.DataFile, dataChange bool, now time.Time) (add, error) {
	if f.Path == "" || f.Size < 0 || f.Rows < 0 {
		return add{}, fmt.Errorf("data file %q has no path, size or row count", f.Path)
	}
	stats, err := encodeStats(t, f)
	if err != nil {
		return add{}, fmt.Errorf("statistics of %s: %w", f.Path, err)
	}
	at := f.Time
	if at.IsZero() {
		at = now
	}
	tags := map[string]string{tagLevel: fmt.Sprint(f.Level)}
	if f.Buckets[0] <= f.Buckets[1] {
		tags[tagBuckets] = fmt.Sprintf("%d:%d", f.Buckets[0], f.Buckets[1])
	}
	if f.Dates[0] <= f.Dates[1] {
		tags[tagDates] = fmt.Sprintf("%d:%d", f.Dates[0], f.Dates[1])
	}
	return add{
		Path: dataURI(f.Path), PartitionValues: map[string]string{}, Size: f.Size, ModificationTime: at.UnixMilli(),
		DataChange: dataChange, Stats: stats, Tags: tags,
	}, nil
}
