package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// The format of the object.
const (
	formatName    = "miniodb metadata backup"
	formatVersion = 1
	maxObject     = 256 << 20 // bytes of one backup; 54000 above
	maxHeader     = 64 << 10  // bytes of its first line
)

// Names of the parts that are no tables.
const (
	partHeader  = "header"
	partCatalog = "catalog"
	partEnd     = "end"
)

// Header says what a backup holds.
type Header struct {
	Format         string    `json:"format"`
	Version        int       `json:"version"` // of the format
	Name           string    `json:"name"`
	Description    string    `json:"description"`
	Created        time.Time `json:"created"`
	Node           string    `json:"node"`
	Program        string    `json:"program"`         // version of the program that wrote it
	CatalogVersion int64     `json:"catalog_version"` // of the catalog log
	Tables         int64     `json:"tables"`
	Files          int64     `json:"files"` // live data files of all tables
	Rows           int64     `json:"rows"`  // in them
	Bytes          int64     `json:"bytes"` // of them
	Parts          int       `json:"parts"` // lines between header and end
}

// Backup is the metadata of one database.
type Backup struct {
	Header  Header
	Catalog *catalog.Database
	Tables  []*Table // in order of the catalog's names
}

type end struct {
	Parts int `json:"parts"`
	Bytes int `json:"bytes"` // before the line
}

// line is one part. The checksum of all but the last covers name and data, that of the last all bytes before the line.
type line struct {
	Part   string          `json:"part"`
	SHA256 string          `json:"sha256"`
	Data   json.RawMessage `json:"data"`
}

func (l *line) sum() string {
	h := sha256.New()
	h.Write([]byte(l.Part + "\n"))
	h.Write(l.Data)
	return hex.EncodeToString(h.Sum(nil))
}

// encode writes a backup, having set what the header says of the contents; 54000 if it gets too large.
func (b *Backup) encode() ([]byte, error) {
	h := &b.Header
	h.Format, h.Version, h.CatalogVersion = formatName, formatVersion, b.Catalog.Version
	h.Tables, h.Parts, h.Files, h.Rows, h.Bytes = int64(len(b.Tables)), 1+len(b.Tables), 0, 0, 0
	for _, t := range b.Tables {
		h.Files += int64(len(t.Files))
		for i := range t.Files {
			h.Rows += t.Files[i].Rows
			h.Bytes += t.Files[i].Size
		}
	}
	var buf bytes.Buffer
	put := func(part string, data any) error {
		raw, err := json.Marshal(data)
		if err != nil {
			return fmt.Errorf("encode %s: %w", part, err)
		}
		l := &line{Part: part, Data: raw}
		if l.SHA256 = l.sum(); part == partEnd {
			l.SHA256 = sumOf(buf.Bytes())
		}
		if raw, err = json.Marshal(l); err != nil {
			return fmt.Errorf("encode %s: %w", part, err)
		}
		if buf.Len()+len(raw) >= maxObject {
			return pgerr.New(pgerrcode.ProgramLimitExceeded, "a backup of the metadata exceeds the limit of %d bytes", maxObject).
				WithDetail("The catalog and %d tables with %d files are in it.", h.Tables, h.Files)
		}
		buf.Write(append(raw, '\n'))
		return nil
	}
	if err := put(partHeader, h); err != nil {
		return nil, err
	}
	if err := put(partCatalog, b.Catalog); err != nil {
		return nil, err
	}
	for _, t := range b.Tables {
		if err := put(t.part(), t); err != nil {
			return nil, err
		}
	}
	err := put(partEnd, &end{Parts: h.Parts, Bytes: buf.Len()})
	return buf.Bytes(), err
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// corrupted is the error for a backup that is not what was written; it names the part.
func corrupted(name, part, reason string) error {
	return pgerr.New(pgerrcode.DataCorrupted, "metadata backup %q is corrupted: %s: %s", name, part, reason).
		WithHint("Use another backup; metadata_backups() lists them. \"miniodb recover --from-storage\" needs none when only the index is lost.")
}

// decode reads a whole backup and verifies every byte of it. name is for messages, and must be the one in the header. Errors: XX001 that names the
// part, 0A000 for one of a newer format.
func decode(name string, data []byte) (*Backup, error) {
	b := &Backup{}
	rest, at, number := data, 0, 0
	for {
		raw, after, whole := bytes.Cut(rest, []byte{'\n'})
		if !whole {
			reason := "the object ends before it"
			if len(raw) > 0 {
				reason = "the object ends in it"
			}
			return nil, corrupted(name, fmt.Sprintf("part %d", number), reason)
		}
		l, err := decodeLine(raw)
		what := fmt.Sprintf("part %d (%s)", number, nameOf(raw, number))
		if err != nil {
			return nil, corrupted(name, what, err.Error())
		}
		if l.Part == partEnd && number > 0 {
			if len(after) > 0 {
				return nil, corrupted(name, what, "there is something behind it")
			}
			if err := b.finish(name, l, data[:at], number-1); err != nil {
				return nil, err
			}
			return b, nil
		}
		if l.SHA256 != l.sum() {
			return nil, corrupted(name, what, "its checksum is another one")
		}
		if err := b.take(name, l, number); err != nil {
			return nil, err
		}
		at, rest = len(data)-len(after), after
		number++
	}
}

// decodeLine reads a line that is exactly what encode writes.
func decodeLine(raw []byte) (*line, error) {
	l := &line{}
	if err := json.Unmarshal(raw, l); err != nil {
		return nil, fmt.Errorf("it is not what was written")
	}
	if again, err := json.Marshal(l); err != nil || !bytes.Equal(again, raw) {
		return nil, fmt.Errorf("it is not what was written")
	}
	return l, nil
}

// nameOf reads the name of a part without trusting the rest of the line.
func nameOf(raw []byte, number int) string {
	if number == 0 {
		return partHeader
	}
	text, ok := bytes.CutPrefix(raw, []byte(`{"part":"`))
	if name, _, found := bytes.Cut(text, []byte{'"'}); ok && found && len(name) < 300 {
		return strings.ToValidUTF8(string(name), "?")
	}
	return "without a name"
}

// take reads what is in a line whose checksum is right.
func (b *Backup) take(name string, l *line, number int) error {
	what := fmt.Sprintf("part %d (%s)", number, l.Part)
	switch {
	case number == 0:
		h, err := takeHeader(name, l)
		if err != nil {
			return err
		}
		b.Header = *h
	case number == 1:
		b.Catalog = catalog.NewDatabase()
		if err := json.Unmarshal(l.Data, b.Catalog); err != nil || l.Part != partCatalog {
			return corrupted(name, what, "it is not a catalog")
		}
		if b.Catalog.Version != b.Header.CatalogVersion {
			return corrupted(name, what, fmt.Sprintf("it is version %d, the header says %d", b.Catalog.Version, b.Header.CatalogVersion))
		}
	default:
		t := &Table{}
		if err := json.Unmarshal(l.Data, t); err != nil || !t.valid() || l.Part != t.part() {
			return corrupted(name, what, "it is not a table")
		}
		b.Tables = append(b.Tables, t)
	}
	return nil
}

func takeHeader(name string, l *line) (*Header, error) {
	h := &Header{}
	if err := json.Unmarshal(l.Data, h); err != nil || l.Part != partHeader || h.Format != formatName || h.Version < 1 {
		return nil, corrupted(name, "part 0 (header)", "it is not a header")
	}
	if h.Version > formatVersion {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "metadata backup %q has format %d and this server knows up to %d, use a newer one", name, h.Version, formatVersion)
	}
	if h.Name != name {
		return nil, corrupted(name, "part 0 (header)", fmt.Sprintf("it is that of backup %q", h.Name))
	}
	return h, nil
}

// finish compares the whole with what header and end say.
func (b *Backup) finish(name string, l *line, before []byte, parts int) error {
	e := &end{}
	what := fmt.Sprintf("part %d (%s)", parts+1, partEnd)
	raw := []byte(nil)
	err := json.Unmarshal(l.Data, e)
	if err == nil {
		raw, err = json.Marshal(e)
	}
	switch {
	case err != nil || !bytes.Equal(raw, l.Data):
		return corrupted(name, what, "it is not what was written")
	case parts != b.Header.Parts || parts != e.Parts:
		return corrupted(name, what, fmt.Sprintf("the object has %d parts, header and end say %d and %d", parts, b.Header.Parts, e.Parts))
	case len(before) != e.Bytes || l.SHA256 != sumOf(before):
		return corrupted(name, what, "the checksum of the whole is another one")
	}
	return b.complete(name)
}

// complete checks that each table of the catalog has its part, and nothing else has.
func (b *Backup) complete(name string) error {
	seen := map[string]bool{}
	for i, t := range b.Tables {
		what := fmt.Sprintf("part %d (%s)", i+2, t.part())
		c := b.Catalog.Tables[t.Name]
		if c == nil || c.UUID != t.UUID || seen[t.part()] {
			return corrupted(name, what, "the catalog does not have this table")
		}
		seen[t.part()] = true
	}
	if len(b.Tables) != len(b.Catalog.Tables) {
		return corrupted(name, "part 1 (catalog)", fmt.Sprintf("it has %d tables and the backup %d", len(b.Catalog.Tables), len(b.Tables)))
	}
	return nil
}
