package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

const (
	entryFormat   = 1
	maxEntryBytes = 16 << 10
	maxFieldBytes = 512
)

// entry is the value of a node's key: JSON, so that a person can read it in redis-cli. Servers of different versions read each other's: fields
// that a reader does not know are ignored, and format changes only when that would be wrong. The scripts read incarnation and place, whatever the format.
type entry struct {
	Format      int       `json:"format"`
	ID          string    `json:"id"`
	Incarnation string    `json:"incarnation"` // of the process that writes, random
	Place       string    `json:"place,omitempty"`
	PGAddr      string    `json:"pg_addr,omitempty"`
	HTTPAddr    string    `json:"http_addr,omitempty"`
	Version     string    `json:"version,omitempty"`
	Stream      uuid.UUID `json:"stream"`
	Started     time.Time `json:"started"`
	Replicas    int       `json:"replicas"`
}

func newEntry(n Node, incarnation string) entry {
	return entry{
		Format: entryFormat, ID: n.ID, Incarnation: incarnation, Place: n.Place, PGAddr: n.PGAddr, HTTPAddr: n.HTTPAddr, Version: n.Version,
		Stream: n.Stream, Started: n.Started.UTC(), Replicas: n.Replicas,
	}
}

func (e *entry) node(seen time.Time) Node {
	return Node{
		ID: e.ID, Place: e.Place, PGAddr: e.PGAddr, HTTPAddr: e.HTTPAddr, Version: e.Version, Stream: e.Stream, Started: e.Started,
		LastSeen: seen, Replicas: e.Replicas,
	}
}

func (e *entry) encode() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(e)
	if err == nil && len(data) > maxEntryBytes {
		err = fmt.Errorf("the entry has %d bytes, the limit is %d", len(data), maxEntryBytes)
	}
	return data, err
}

// decodeEntry reads the value of the key of the node with this id.
func decodeEntry(id string, value []byte) (*entry, error) {
	if len(value) > maxEntryBytes {
		return nil, fmt.Errorf("%d bytes, the limit is %d", len(value), maxEntryBytes)
	}
	// The format first: fields of another one may have other types.
	var f struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(value, &f); err != nil {
		return nil, err
	}
	if f.Format != entryFormat {
		return nil, fmt.Errorf("format %d, this server reads %d", f.Format, entryFormat)
	}
	var e entry
	if err := json.Unmarshal(value, &e); err != nil {
		return nil, err
	}
	e.Started = e.Started.UTC()
	if err := e.check(); err != nil {
		return nil, err
	}
	if e.ID != id {
		return nil, fmt.Errorf("it is that of node %q", e.ID)
	}
	return &e, nil
}

// check refuses what no server writes.
func (e *entry) check() error {
	for name, text := range map[string]string{
		"id": e.ID, "incarnation": e.Incarnation, "place": e.Place, "pg_addr": e.PGAddr, "http_addr": e.HTTPAddr, "version": e.Version,
	} {
		if len(text) > maxFieldBytes {
			return fmt.Errorf("%s has %d bytes, the limit is %d", name, len(text), maxFieldBytes)
		}
		if !utf8.ValidString(text) {
			return fmt.Errorf("%s is not UTF-8", name)
		}
	}
	switch year := e.Started.Year(); {
	case e.ID == "":
		return errors.New("there is no node id")
	case e.Incarnation == "":
		return errors.New("there is no incarnation")
	case year < 1 || year > 9999:
		return fmt.Errorf("started in year %d", year)
	case e.Replicas < 0 || e.Replicas > maxNodes:
		return fmt.Errorf("%d replicas", e.Replicas)
	}
	return nil
}
