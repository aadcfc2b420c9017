package log

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
)

// action is one line of a table log entry; one field is set. Actions and fields that are not named here are ignored
// (PROTOCOL.md, "Actions").
type action struct {
	CommitInfo *commitInfo     `json:"commitInfo,omitempty"`
	Protocol   *protocol       `json:"protocol,omitempty"`
	MetaData   *metaData       `json:"metaData,omitempty"`
	Domain     *domainMetadata `json:"domainMetadata,omitempty"`
	Txn        *txn            `json:"txn,omitempty"`
	Remove     *remove         `json:"remove,omitempty"`
	Add        *add            `json:"add,omitempty"`
}

type commitInfo struct {
	Timestamp  int64             `json:"timestamp"` // milliseconds since 1970
	Operation  string            `json:"operation"`
	Parameters map[string]string `json:"operationParameters"`
	EngineInfo string            `json:"engineInfo,omitempty"`
	Nonce      string            `json:"nonce,omitempty"`
	Node       string            `json:"node,omitempty"`
	Actions    int               `json:"actions,omitempty"` // lines of the entry, this one included
}

type protocol struct {
	MinReader      int      `json:"minReaderVersion"`
	MinWriter      int      `json:"minWriterVersion"`
	ReaderFeatures []string `json:"readerFeatures,omitempty"`
	WriterFeatures []string `json:"writerFeatures,omitempty"`
}

type fileFormat struct {
	Provider string            `json:"provider"`
	Options  map[string]string `json:"options"`
}

type metaData struct {
	ID               string            `json:"id"`
	Name             string            `json:"name,omitempty"`
	Description      string            `json:"description,omitempty"`
	Format           fileFormat        `json:"format"`
	SchemaString     string            `json:"schemaString"`
	PartitionColumns []string          `json:"partitionColumns"`
	Configuration    map[string]string `json:"configuration"`
	CreatedTime      int64             `json:"createdTime,omitempty"`
}

type domainMetadata struct {
	Domain        string `json:"domain"`
	Configuration string `json:"configuration"`
	Removed       bool   `json:"removed"`
}

type txn struct {
	AppID       string `json:"appId"`
	Version     int64  `json:"version"`
	LastUpdated int64  `json:"lastUpdated,omitempty"`
}

type remove struct {
	Path              string            `json:"path"`
	DeletionTimestamp int64             `json:"deletionTimestamp"`
	DataChange        bool              `json:"dataChange"`
	ExtendedMetadata  bool              `json:"extendedFileMetadata"`
	PartitionValues   map[string]string `json:"partitionValues"`
	Size              int64             `json:"size"`
}

type add struct {
	Path             string            `json:"path"`
	PartitionValues  map[string]string `json:"partitionValues"`
	Size             int64             `json:"size"`
	ModificationTime int64             `json:"modificationTime"`
	DataChange       bool              `json:"dataChange"`
	Stats            string            `json:"stats,omitempty"`
	Tags             map[string]string `json:"tags,omitempty"`
}

// entry is one decoded version of a table log.
type entry struct {
	info     commitInfo
	protocol *protocol
	meta     *metaData
	domains  []domainMetadata
	txns     []txn
	removes  []remove
	adds     []add
}

// nonce returns the entry's nonce, uuid.Nil for one that another program wrote.
func (e *entry) nonce() uuid.UUID {
	id, err := uuid.Parse(e.info.Nonce)
	if err != nil {
		return uuid.Nil
	}
	return id
}

// encode writes the entry as newline-delimited JSON. commitInfo comes first and counts the lines.
func (e *entry) encode() ([]byte, error) {
	lines := []action{{CommitInfo: &e.info}}
	if e.protocol != nil {
		lines = append(lines, action{Protocol: e.protocol})
	}
	if e.meta != nil {
		lines = append(lines, action{MetaData: e.meta})
	}
	for i := range e.domains {
		lines = append(lines, action{Domain: &e.domains[i]})
	}
	for i := range e.txns {
		lines = append(lines, action{Txn: &e.txns[i]})
	}
	for i := range e.removes {
		lines = append(lines, action{Remove: &e.removes[i]})
	}
	for i := range e.adds {
		lines = append(lines, action{Add: &e.adds[i]})
	}
	e.info.Actions = len(lines)
	if e.info.Parameters == nil {
		e.info.Parameters = map[string]string{}
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	for i := range lines {
		if err := enc.Encode(&lines[i]); err != nil {
			return nil, fmt.Errorf("encode log entry: %w", err)
		}
	}
	return buf.Bytes(), nil
}

// decodeEntry reads one version of a table log. An error means that the object is damaged or was not read whole.
func decodeEntry(data []byte) (*entry, error) {
	e := &entry{}
	n := 0
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		n++
		var a action
		if err := json.Unmarshal(line, &a); err != nil {
			return nil, fmt.Errorf("damaged log entry, line %d: %w", n, err)
		}
		if err := e.take(&a); err != nil {
			return nil, fmt.Errorf("damaged log entry, line %d: %w", n, err)
		}
	}
	if n == 0 {
		return nil, fmt.Errorf("damaged log entry: it is empty")
	}
	if e.info.Actions != 0 && e.info.Actions != n {
		return nil, fmt.Errorf("damaged log entry: %d lines of %d", n, e.info.Actions)
	}
	return e, nil
}

func (e *entry) take(a *action) error {
	switch {
	case a.CommitInfo != nil:
		e.info = *a.CommitInfo
	case a.Protocol != nil:
		e.protocol = a.Protocol
	case a.MetaData != nil:
		e.meta = a.MetaData
	case a.Domain != nil:
		e.domains = append(e.domains, *a.Domain)
	case a.Txn != nil:
		e.txns = append(e.txns, *a.Txn)
	case a.Remove != nil:
		if a.Remove.Path == "" {
			return fmt.Errorf("remove without a path")
		}
		e.removes = append(e.removes, *a.Remove)
	case a.Add != nil:
		if a.Add.Path == "" || a.Add.Size < 0 {
			return fmt.Errorf("add without a path or with a negative size")
		}
		e.adds = append(e.adds, *a.Add)
	}
	return nil
}
